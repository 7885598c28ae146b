# SPDX-License-Identifier: MIT
"""Programs that others wrote, against a server of ours."""

import shutil

import pytest


@pytest.fixture
def need():
    """The path of a program, or the test is skipped."""
    def find(name):
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"no {name} here")
        return path
    return find

# SPDX-License-Identifier: MIT
"""pour beside other programs: what ./dev bench http, proxy, copy and all do."""

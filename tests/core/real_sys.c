/* SPDX-License-Identifier: MIT */
/* One half of the real seam, under other names. */
#include "real_names.h"

#include "../../src/core/sys.c"

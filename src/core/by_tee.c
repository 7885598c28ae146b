/* SPDX-License-Identifier: MIT */
/*
 * tee(): pipe ══► pipe, by reference and without taking. It answers short when
 * the other pipe has fewer free slots, and it always begins at the first byte,
 * so who got more than another must wait for it: see fan_spread.c.
 */
#include <errno.h>

#include "core/method.h"

/* Never in the plan of a transfer: a fan uses it between its pipes, and copies
 * for what means that it cannot (ENOSYS: gVisor). */
const struct method pour_by_tee = {
	.name = "tee",
	.left_for = (const int[]){EINVAL,      ENOSYS, EOPNOTSUPP, ENOMEM, EPERM,
                                  EACCES, 0 },
	.left_at_first_for = (const int[]){ 0},
};

/* SPDX-License-Identifier: MIT */
/* The credentials of an Authorization field (RFC 7617). */
#ifndef HTTP_BASIC_H
#define HTTP_BASIC_H

#include <stdbool.h>

#include "base/slice.h"

enum { BASIC_SIZE = 512 };

struct basic {
	char text[BASIC_SIZE]; /* "user\0password\0" */
	size_t len;            /* of "user:password" */
	const char *user, *password;
};

/* False: another scheme, no base64, no colon, a control, or too long. */
bool basic_parse(struct slice value, struct basic *ret);

#endif

/* SPDX-License-Identifier: MIT */
/* IMF-fixdate, "Sat, 21 Nov 2026 19:40:02 GMT", and the two obsolete forms
 * that a reader must know as well (RFC 9110, 5.6.7). */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdbool.h>
#include <time.h>

#include "base/slice.h"

enum { DATE_LEN = 29 };

/* Writes DATE_LEN bytes and a NUL. */
void date_format(time_t t, char ret[DATE_LEN + 1]);
/* False: none of the three forms, or no such day. */
bool date_parse(struct slice s, time_t *ret);

#endif

/* SPDX-License-Identifier: MIT */
/* Version 2 of the PROXY header, for proxy_header.c alone. */
#ifndef NET_PROXY_HEADER_V2_H
#define NET_PROXY_HEADER_V2_H

#include <stddef.h>

#include "base/slice.h"

struct proxy_header;

#define PROXY_HEADER_V2_BEGIN SLICE("\r\n\r\n\0\r\nQUIT\n")

/* As proxy_header_parse(); buf begins with PROXY_HEADER_V2_BEGIN. */
int proxy_header_parse_v2(struct proxy_header *ret, const char *buf, size_t len,
			  const char **ret_why);

#endif

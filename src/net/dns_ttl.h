/* SPDX-License-Identifier: MIT */
/* How long an answer of the DNS holds, as its records say (RFC 1035, 4). */
#ifndef NET_DNS_TTL_H
#define NET_DNS_TTL_H

#include <stddef.h>
#include <stdint.h>

/* Classes and types of records (RFC 1035, RFC 3596, RFC 2782). */
enum { DNS_IN = 1, DNS_A = 1, DNS_AAAA = 28, DNS_SRV = 33 };

/*
 * The least of the answer's records of that type, in seconds, up to the first
 * thing that is wrong; UINT32_MAX: there is none.
 */
uint32_t dns_ttl(const uint8_t *message, size_t len, unsigned type);

#endif

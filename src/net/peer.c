/* SPDX-License-Identifier: MIT */
/* The parts of an address that the log shows, packed and unpacked. */
#include "net/peer.h"

#include <string.h>

#include "net/addr.h"

void peer_of_addr(const struct addr *a, struct peer *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(ret, 0, sizeof(*ret));
	ret->family = a->sa.sa_family;
	if (ret->family == AF_INET) {
		memcpy(&in, &a->storage, sizeof(in));
		memcpy(&ret->ip, &in.sin_addr, sizeof(in.sin_addr));
		ret->port = in.sin_port;
	} else if (ret->family == AF_INET6) {
		memcpy(&in6, &a->storage, sizeof(in6));
		ret->ip = in6.sin6_addr;
		ret->scope = in6.sin6_scope_id;
		ret->port = in6.sin6_port;
	}
}

void peer_to_addr(const struct peer *p, struct addr *ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = p->port };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = p->port };

	memset(ret, 0, sizeof(*ret));
	ret->sa.sa_family = p->family;
	ret->len = sizeof(sa_family_t);
	if (p->family == AF_INET) {
		memcpy(&in.sin_addr, &p->ip, sizeof(in.sin_addr));
		memcpy(&ret->storage, &in, sizeof(in));
		ret->len = sizeof(in);
	} else if (p->family == AF_INET6) {
		in6.sin6_addr = p->ip;
		in6.sin6_scope_id = p->scope;
		memcpy(&ret->storage, &in6, sizeof(in6));
		ret->len = sizeof(in6);
	}
}

/* SPDX-License-Identifier: MIT */
/* A bounded set of addresses: see found.h. */
#include "net/found.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { ROOM_FIRST = 8 };

/* The port comes with `like`, in the place that both families have it. */
static void set_ip(struct addr *a, int family, const void *ip)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in like;

	memcpy(&like, &a->storage, sizeof(like));
	sin.sin_port = sin6.sin6_port = like.sin_port;
	memset(&a->storage, 0, sizeof(a->storage));
	if (family == AF_INET6) {
		memcpy(&sin6.sin6_addr, ip, sizeof(sin6.sin6_addr));
		memcpy(&a->storage, &sin6, sizeof(sin6));
		a->len = sizeof(sin6);
	} else {
		memcpy(&sin.sin_addr, ip, sizeof(sin.sin_addr));
		memcpy(&a->storage, &sin, sizeof(sin));
		a->len = sizeof(sin);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct resolver_found *one = a, *two = b;

	if (one->priority != two->priority)
		return one->priority < two->priority ? -1 : 1;
	return memcmp(&one->addr.storage, &two->addr.storage,
		      sizeof(one->addr.storage));
}

static bool has(const struct found *f, const struct addr *a)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (memcmp(&f->at[i].addr.storage, &a->storage,
			   sizeof(a->storage)) == 0)
			return true;
	return false;
}

static int make_room(struct found *f)
{
	uint32_t room = f->room > 0 ? 2 * f->room : ROOM_FIRST;
	struct resolver_found *at;

	if (f->n < f->room)
		return 0;
	at = reallocarray(f->at, room, sizeof(*at));
	if (at == NULL)
		return -ENOMEM;
	f->at = at;
	f->room = room;
	return 0;
}

int found_add(struct found *f, int family, const void *ip,
	      const struct resolver_found *like)
{
	struct resolver_found one = *like;

	set_ip(&one.addr, family, ip);
	if (f->n == RESOLVER_FOUND_MAX || has(f, &one.addr))
		return 0;
	if (make_room(f) < 0)
		return -ENOMEM;
	f->at[f->n++] = one;
	return 0;
}

void found_set_port(struct resolver_found *f, uint16_t port)
{
	struct sockaddr_in sin = { .sin_port = htons(port) };

	memcpy(&f->addr.storage, &sin, sizeof(sin));
}

void found_sort(struct found *f)
{
	if (f->n > 1)
		qsort(f->at, f->n, sizeof(*f->at), by_address);
}

void found_done(struct found *f)
{
	free(f->at);
	*f = (struct found){ .n = 0 };
}

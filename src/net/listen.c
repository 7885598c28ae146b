/* SPDX-License-Identifier: MIT */
/* Addresses to sockets, and which of them there were before. */
#include "net/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "net/sock.h"

static bool is_same(const struct addr *a, const struct addr *b)
{
	return a->len == b->len &&
	       memcmp(&a->storage, &b->storage, a->len) == 0;
}

static bool is_taken(const struct listen_set *l, uint32_t id)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->at[i].id == id)
			return true;
	return false;
}

/* Each goes on once, however often it is wanted: port 0 may be. */
static const struct listening *find(const struct listen_set *before,
				    const struct listen_set *l,
				    const struct addr *wanted)
{
	for (uint32_t i = 0; i < before->n; i++)
		if (before->at[i].inherited < 0 &&
		    (is_same(&before->at[i].wanted, wanted) ||
		     is_same(&before->at[i].bound, wanted)) &&
		    !is_taken(l, before->at[i].id))
			return &before->at[i];
	return NULL;
}

static uint32_t next_id(const struct listen_set *l, const struct listen_set *m)
{
	uint32_t id = 0;

	for (uint32_t i = 0; i < l->n; i++)
		id = MAX(id, l->at[i].id);
	for (uint32_t i = 0; i < m->n; i++)
		id = MAX(id, m->at[i].id);
	return id + 1;
}

static struct newcomer *row_of(const struct listen_set *l, uint32_t thread)
{
	return &l->newcomers[(size_t)thread * l->room];
}

static bool is_any(const struct addr *a)
{
	const struct sockaddr_in *v4 = (const void *)&a->storage;
	const struct sockaddr_in6 *v6 = (const void *)&a->storage;

	return a->sa.sa_family == AF_INET
		       ? v4->sin_addr.s_addr == htonl(INADDR_ANY)
		       : IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
}

/* The port stands at the same place in both families. */
static bool overlap(const struct addr *a, const struct addr *b)
{
	const struct sockaddr_in *in_a = (const void *)&a->storage;
	const struct sockaddr_in *in_b = (const void *)&b->storage;

	return a->sa.sa_family == b->sa.sa_family &&
	       a->sa.sa_family != AF_UNIX && in_a->sin_port == in_b->sin_port &&
	       (is_any(a) || is_any(b));
}

/* Every address and one of them are neighbours; both end, or one stays. */
static bool is_beside(const struct listen_set *before, const struct addr *a)
{
	for (uint32_t i = 0; i < before->n; i++)
		if (before->at[i].inherited < 0 &&
		    overlap(&before->at[i].bound, a))
			return true;
	return false;
}

static int open_new(struct listen_set *l, const struct listen_set *before,
		    struct listening *one)
{
	int fds[LISTEN_THREADS_MAX];
	int r = is_beside(before, &one->bound)
			? sock_listen_beside(&one->bound, fds, l->n_threads)
			: sock_listen(&one->bound, fds, l->n_threads);

	if (r < 0)
		return r;
	for (uint32_t t = 0; t < l->n_threads; t++)
		row_of(l, t)[l->n_new] = (struct newcomer){ one->id, fds[t] };
	l->n_new++;
	return 0;
}

static void append(struct listen_set *l, const struct listening *one)
{
	l->at[l->n] = *one;
	l->ids[l->n] = one->id;
	l->n++;
}

static int add(struct listen_set *l, const struct listen_set *before,
	       const struct addr *wanted)
{
	const struct listening *known = find(before, l, wanted);
	struct listening one = { next_id(l, before), -1, *wanted, *wanted };
	int r = known != NULL ? 0 : open_new(l, before, &one);

	if (r == 0)
		append(l, known != NULL ? known : &one);
	return r;
}

static const struct listening *find_inherited(const struct listen_set *before,
					      int fd)
{
	for (uint32_t i = 0; i < before->n; i++)
		if (before->at[i].inherited == fd)
			return &before->at[i];
	return NULL;
}

/* One socket for all threads: each has a duplicate. */
static int share_inherited(struct listen_set *l, struct listening *one)
{
	one->bound.len = sizeof(one->bound.storage);
	if (getsockname(one->inherited, &one->bound.sa, &one->bound.len) < 0)
		return -errno;
	for (uint32_t t = 0; t < l->n_threads; t++) {
		int fd = fcntl(one->inherited, F_DUPFD_CLOEXEC, 0);
		int error = errno;

		if (fd < 0) {
			while (t-- > 0)
				(void)close(row_of(l, t)[l->n_new].fd);
			return -error;
		}
		row_of(l, t)[l->n_new] = (struct newcomer){ one->id, fd };
	}
	l->n_new++;
	return 0;
}

static int add_inherited(struct listen_set *l, const struct listen_set *before,
			 int fd)
{
	const struct listening *known = find_inherited(before, fd);
	struct listening one = { .id = next_id(l, before), .inherited = fd };
	int r = known != NULL ? 0 : share_inherited(l, &one);

	if (r == 0)
		append(l, known != NULL ? known : &one);
	return r;
}

static int allocate(struct listen_set *l, uint32_t n, uint32_t n_threads)
{
	*l = (struct listen_set){ .room = n, .n_threads = n_threads };
	l->at = calloc(n, sizeof(*l->at));
	l->ids = calloc(n, sizeof(*l->ids));
	l->newcomers = calloc((size_t)n * n_threads, sizeof(*l->newcomers));
	if (l->at == NULL || l->ids == NULL || l->newcomers == NULL)
		return -ENOMEM;
	return 0;
}

int listen_open(struct listen_set *ret, const struct listen_set *before,
		const struct listen_wish *wish, uint32_t n_threads)
{
	struct listen_set l;
	int r = allocate(&l, wish->n_inherited + wish->n_addresses, n_threads);

	for (uint32_t i = 0; r == 0 && i < wish->n_inherited; i++)
		r = add_inherited(&l, before, wish->inherited[i]);
	for (uint32_t i = 0; r == 0 && i < wish->n_addresses; i++)
		r = add(&l, before, &wish->addresses[i]);
	*ret = l;
	return r;
}

const struct newcomer *listen_newcomers(const struct listen_set *l,
					uint32_t thread)
{
	return row_of(l, thread);
}

void listen_handed(struct listen_set *l)
{
	free(l->newcomers);
	l->newcomers = NULL;
	l->n_new = 0;
}

void listen_unlink(const struct listen_set *l, const struct listen_set *after)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->at[i].inherited < 0 &&
		    (after == NULL || !is_taken(after, l->at[i].id)))
			sock_unlink(&l->at[i].bound);
}

void listen_done(struct listen_set *l)
{
	for (uint32_t i = 0; i < l->n_new; i++)
		for (uint32_t t = 0; t < l->n_threads; t++)
			(void)close(row_of(l, t)[i].fd);
	free(l->newcomers);
	free(l->ids);
	free(l->at);
	*l = (struct listen_set){ 0 };
}

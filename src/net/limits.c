/* SPDX-License-Identifier: MIT */
/* A table of clients, and counts: see limits.h. */
#include "net/limits.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/base.h"
#include "net/addr.h"
#include "net/rate.h"

enum { BUCKETS = 4096, LOCKS = 64 };

struct client {
	struct client *next;
	struct in6_addr key;
	uint32_t connections; /* under the lock of its bucket */
	struct rate rate[LIMITS_WAYS];
};

struct limits {
	/* As in struct limits_opts; one word each, which threads read. */
	atomic_ullong connections_max, client_connections_max;
	atomic_ullong per_second, client_per_second;
	atomic_ullong connections;
	atomic_ullong refused[LIMITS_ENTRIES];
	struct rate rate[LIMITS_WAYS];
	uint64_t seed; /* nobody can aim at one bucket */
	pthread_mutex_t locks[LOCKS];
	struct client *buckets[BUCKETS];
};

static uint64_t get(const atomic_ullong *a)
{
	return atomic_load_explicit(a, memory_order_relaxed);
}

static void set(atomic_ullong *a, uint64_t value)
{
	atomic_store_explicit(a, value, memory_order_relaxed);
}

int limits_new(struct limits **ret)
{
	struct limits *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return -ENOMEM;
	if (getrandom(&l->seed, sizeof(l->seed), GRND_NONBLOCK) < 0)
		l->seed = (uintptr_t)l;
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_init(&l->locks[i], NULL);
	*ret = l;
	return 0;
}

static void free_all(struct client *c)
{
	while (c != NULL) {
		struct client *next = c->next;

		free(c);
		c = next;
	}
}

struct limits *limits_free(struct limits *l)
{
	if (l == NULL)
		return NULL;
	for (int i = 0; i < BUCKETS; i++)
		free_all(l->buckets[i]);
	for (int i = 0; i < LOCKS; i++)
		(void)pthread_mutex_destroy(&l->locks[i]);
	free(l);
	return NULL;
}

void limits_set(struct limits *l, const struct limits_opts *opts)
{
	set(&l->connections_max, opts->connections);
	set(&l->client_connections_max, opts->client_connections);
	set(&l->per_second, opts->rate);
	set(&l->client_per_second, opts->client_rate);
}

uint64_t limits_connections(const struct limits *l)
{
	return get(&l->connections);
}

void limits_note_refused(struct limits *l, enum limits_entry why)
{
	atomic_fetch_add_explicit(&l->refused[why], 1, memory_order_relaxed);
}

uint64_t limits_refused(const struct limits *l, enum limits_entry why)
{
	return get(&l->refused[why]);
}

/* ── Who a client is ── */

static void key_of_v4(const struct in_addr *in, struct in6_addr *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
	memcpy(ret->s6_addr + 12, in, sizeof(*in));
}

/* All that is on a link has the same first half of a link-local address. */
static void key_of_v6(const struct in6_addr *in6, struct in6_addr *ret)
{
	*ret = *in6;
	if (!IN6_IS_ADDR_V4MAPPED(in6) && !IN6_IS_ADDR_LINKLOCAL(in6))
		memset(ret->s6_addr + 8, 0, 8);
}

static bool key_of(const struct addr *a, struct in6_addr *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (a->sa.sa_family == AF_INET) {
		memcpy(&in, &a->storage, sizeof(in));
		key_of_v4(&in.sin_addr, ret);
	} else if (a->sa.sa_family == AF_INET6) {
		memcpy(&in6, &a->storage, sizeof(in6));
		key_of_v6(&in6.sin6_addr, ret);
	} else {
		return false;
	}
	return true;
}

static uint32_t bucket_of(const struct limits *l, const struct in6_addr *key)
{
	uint64_t half[2], h = l->seed;

	memcpy(half, key, sizeof(half));
	for (int i = 0; i < 2; i++) {
		h = (h ^ half[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return (uint32_t)(h * (l->seed | 1) >> 40) % BUCKETS;
}

static bool is_same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static struct client *find(struct client *first, const struct in6_addr *key)
{
	while (first != NULL && !is_same(&first->key, key))
		first = first->next;
	return first;
}

/* ── Coming and going ── */

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool is_rested(const struct client *c, uint64_t now)
{
	for (int i = 0; i < LIMITS_WAYS; i++)
		if (!rate_is_rested(&c->rate[i], now))
			return false;
	return true;
}

/*
 * Who has left is remembered until his rate has rested: to come again at once
 * brings nobody a new burst.
 */
static void sweep(struct client **at)
{
	uint64_t now = now_ns();

	while (*at != NULL) {
		struct client *c = *at;

		if (c->connections > 0 || !is_rested(c, now)) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free(c);
	}
}

static struct client *client_new(struct client **bucket,
				 const struct in6_addr *key)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->key = *key;
	c->next = *bucket;
	*bucket = c;
	return c;
}

/* Under the lock of the bucket. */
static int join(const struct limits *l, struct client **bucket,
		const struct in6_addr *key, struct client **ret)
{
	uint64_t max = get(&l->client_connections_max);
	struct client *c;

	sweep(bucket);
	c = find(*bucket, key);
	if (c != NULL && max > 0 && c->connections >= max)
		return LIMITS_CLIENT_FULL;
	if (c == NULL)
		c = client_new(bucket, key);
	if (c == NULL)
		return -ENOMEM;
	c->connections++;
	*ret = c;
	return LIMITS_WELCOME;
}

static bool tells_apart(const struct limits *l)
{
	return get(&l->client_connections_max) > 0 ||
	       get(&l->client_per_second) > 0;
}

static int enter_as_client(struct limits *l, const struct addr *peer,
			   struct client **ret)
{
	struct in6_addr key;
	uint32_t i;
	int r;

	*ret = NULL;
	if (!tells_apart(l) || !key_of(peer, &key))
		return LIMITS_WELCOME;
	i = bucket_of(l, &key);
	(void)pthread_mutex_lock(&l->locks[i % LOCKS]);
	r = join(l, &l->buckets[i], &key, ret);
	(void)pthread_mutex_unlock(&l->locks[i % LOCKS]);
	return r;
}

int limits_enter(struct limits *l, const struct addr *peer,
		 struct client **ret_client)
{
	uint64_t max = get(&l->connections_max);
	uint64_t before = atomic_fetch_add_explicit(&l->connections, 1,
						    memory_order_relaxed);
	int r = max > 0 && before >= max ? LIMITS_FULL
					 : enter_as_client(l, peer, ret_client);

	if (r != LIMITS_WELCOME)
		atomic_fetch_sub_explicit(&l->connections, 1,
					  memory_order_relaxed);
	return r;
}

void limits_leave(struct limits *l, struct client *client)
{
	uint32_t i;

	atomic_fetch_sub_explicit(&l->connections, 1, memory_order_relaxed);
	if (client == NULL)
		return;
	i = bucket_of(l, &client->key);
	(void)pthread_mutex_lock(&l->locks[i % LOCKS]);
	client->connections--;
	sweep(&l->buckets[i]);
	(void)pthread_mutex_unlock(&l->locks[i % LOCKS]);
}

/* ── Rates ── */

bool limits_has_rates(const struct limits *l)
{
	return (get(&l->per_second) | get(&l->client_per_second)) != 0;
}

/* The rate of the client, 0: none. */
static uint64_t own_rate(const struct limits_asker *who)
{
	return who->client != NULL ? get(&who->limits->client_per_second) : 0;
}

uint64_t limits_reserve(const struct limits_asker *who, uint64_t max,
			uint64_t now_ns, uint64_t *ret_from_ns)
{
	uint64_t all = get(&who->limits->per_second), from = 0, own = 0;
	uint64_t each = own_rate(who);

	if (all == 0 && each == 0)
		return UINT64_MAX;
	if (all > 0)
		max = MIN(max, rate_portion(all));
	if (each > 0)
		max = MIN(max, rate_portion(each));
	if (all > 0)
		from = rate_reserve(&who->limits->rate[who->way], all, max,
				    now_ns);
	if (each > 0)
		own = rate_reserve(&who->client->rate[who->way], each, max,
				   now_ns);
	*ret_from_ns = MAX(from, own);
	return max;
}

void limits_return(const struct limits_asker *who, uint64_t bytes)
{
	uint64_t all = get(&who->limits->per_second), each = own_rate(who);

	if (all > 0)
		rate_return(&who->limits->rate[who->way], all, bytes);
	if (each > 0)
		rate_return(&who->client->rate[who->way], each, bytes);
}

/* SPDX-License-Identifier: MIT */
/* Who may come in, and how fast, with many threads at once. */
#include "net/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "net/addr.h"
#include "net/rate.h"
#include "test.h"

#define SECOND UINT64_C(1000000000)

static struct addr address(const char *text)
{
	struct addr a[2];
	const char *why = "";

	assert_int_equal(addr_parse(text, a, &why), 1);
	return a[0];
}

static struct limits *limits(struct limits_opts opts)
{
	struct limits *l = NULL;

	assert_int_equal(limits_new(&l), 0);
	limits_set(l, &opts);
	return l;
}

static int enter(struct limits *l, const char *text, struct client **ret)
{
	struct addr a = address(text);

	return limits_enter(l, &a, ret);
}

static uint64_t reserve(struct limits *l, struct client *c, uint64_t max,
			uint64_t now, uint64_t *ret_from)
{
	const struct limits_asker who = { l, c, 0 };

	return limits_reserve(&who, max, now, ret_from);
}

static void give_back(struct limits *l, struct client *c, uint64_t bytes)
{
	const struct limits_asker who = { l, c, 0 };

	limits_return(&who, bytes);
}

TEST(limits_without_limits)
{
	struct limits *l = limits((struct limits_opts){ 0 });
	struct client *c = NULL;
	uint64_t from;

	for (int i = 0; i < 1000; i++)
		assert_int_equal(enter(l, "127.0.0.1:80", &c), LIMITS_WELCOME);
	assert_null(c);
	assert_int_equal(limits_connections(l), 1000);
	assert_true(reserve(l, c, 100, 0, &from) == UINT64_MAX);
	for (int i = 0; i < 1000; i++)
		limits_leave(l, NULL);
	assert_int_equal(limits_connections(l), 0);
	limits_free(l);
}

TEST(limits_connections_of_all)
{
	struct limits *l = limits((struct limits_opts){ .connections = 2 });
	struct client *c[3];

	assert_int_equal(enter(l, "10.0.0.1:1", &c[0]), LIMITS_WELCOME);
	assert_int_equal(enter(l, "unix:/x", &c[1]), LIMITS_WELCOME);
	assert_int_equal(enter(l, "10.0.0.2:1", &c[2]), LIMITS_FULL);
	limits_note_refused(l, LIMITS_FULL);
	assert_int_equal(limits_refused(l, LIMITS_FULL), 1);
	assert_int_equal(limits_refused(l, LIMITS_CLIENT_FULL), 0);
	assert_int_equal(limits_connections(l), 2);
	limits_leave(l, c[0]);
	assert_int_equal(enter(l, "10.0.0.2:1", &c[0]), LIMITS_WELCOME);
	limits_leave(l, c[0]);
	limits_leave(l, c[1]);
	limits_free(l);
}

TEST(limits_connections_of_a_client)
{
	struct limits *l = limits(
		(struct limits_opts){ .client_connections = 2 });
	struct client *c[4], *other, *none;

	assert_int_equal(enter(l, "10.0.0.1:1", &c[0]), LIMITS_WELCOME);
	assert_int_equal(enter(l, "10.0.0.1:2", &c[1]), LIMITS_WELCOME);
	assert_ptr_equal(c[0], c[1]);
	assert_int_equal(enter(l, "10.0.0.1:3", &c[2]), LIMITS_CLIENT_FULL);
	assert_int_equal(enter(l, "10.0.0.2:1", &other), LIMITS_WELCOME);
	assert_ptr_not_equal(c[0], other);
	assert_int_equal(limits_connections(l), 3);
	/* No address, no limit of an address. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(enter(l, "unix:/x", &none), LIMITS_WELCOME);
	assert_null(none);
	limits_leave(l, c[0]);
	assert_int_equal(enter(l, "10.0.0.1:3", &c[2]), LIMITS_WELCOME);
	limits_free(l);
}

TEST(limits_know_who_is_one_client)
{
	static const struct {
		const char *a, *b;
		int same;
	} pairs[] = {
		{"[2001:db8:1:2::1]:1",  "[2001:db8:1:2:ffff::9]:2", 1},
		{ "[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1",      0},
		{ "[fe80::1]:1",         "[fe80::2]:1",              0},
		{ "[::ffff:10.0.0.1]:1", "10.0.0.1:1",               1},
		{ "[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.2]:1",      0},
		{ "10.0.0.1:1",          "11.0.0.1:1",               0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct limits *l = limits(
			(struct limits_opts){ .client_rate = 1 });
		struct client *a, *b;

		assert_int_equal(enter(l, pairs[i].a, &a), LIMITS_WELCOME);
		assert_int_equal(enter(l, pairs[i].b, &b), LIMITS_WELCOME);
		assert_int_equal(a == b, pairs[i].same);
		limits_leave(l, a);
		limits_leave(l, b);
		limits_free(l);
	}
}

/* A limit that is lowered turns nobody out, and lets nobody in. */
TEST(limits_may_change)
{
	struct limits *l = limits((struct limits_opts){ .connections = 9 });
	struct client *c;

	for (int i = 0; i < 4; i++)
		assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_WELCOME);
	limits_set(l, &(struct limits_opts){ .connections = 3,
					     .client_connections = 1 });
	assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_FULL);
	for (int i = 0; i < 4; i++)
		limits_leave(l, NULL);
	assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_WELCOME);
	assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_CLIENT_FULL);
	limits_free(l);
}

/* ── Rates ── */

/* How many bytes may go within so many seconds, if somebody always wants. Each
 * call is later than the ones before. */
static uint64_t goes_in(struct limits *l, struct client *c, uint64_t seconds)
{
	static uint64_t began = 1000 * SECOND;
	uint64_t now = began += 1000 * SECOND, end = now + seconds * SECOND;
	uint64_t sum = 0;

	for (;;) {
		uint64_t from = 0;
		uint64_t n = reserve(l, c, 1 << 20, now, &from);

		now = MAX(now, from);
		if (now >= end)
			return sum;
		sum += n;
	}
}

TEST(limits_rates_are_kept)
{
	static const uint64_t rates[] = { 1,         100,          1000,
					  64 * 1024, 10 * 1000000, 3ULL << 30 };

	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct limits *l = limits(
			(struct limits_opts){ .rate = rates[i] });
		uint64_t n = goes_in(l, NULL, 10);

		/* The burst is an eighth of a second's, and one portion. */
		assert_in_range(n, 10 * rates[i], 11 * rates[i]);
		limits_free(l);
	}
}

TEST(limits_the_lower_rate_counts)
{
	struct limits *l = limits(
		(struct limits_opts){ .rate = 1000000, .client_rate = 20000 });
	struct client *one, *other;

	assert_int_equal(enter(l, "10.0.0.1:1", &one), LIMITS_WELCOME);
	assert_int_equal(enter(l, "10.0.0.2:1", &other), LIMITS_WELCOME);
	assert_in_range(goes_in(l, one, 10), 180000, 230000);
	assert_in_range(goes_in(l, other, 10), 180000, 230000);
	limits_free(l);
}

TEST(limits_what_did_not_go_can_go)
{
	struct limits *l = limits((struct limits_opts){ .rate = 1000 });
	uint64_t from, now = 1000 * SECOND;

	for (int i = 0; i < 1000; i++) {
		uint64_t n = reserve(l, NULL, 1000, now, &from);

		assert_int_equal(n, 250);
		assert_true(from <= now);
		give_back(l, NULL, n);
	}
	limits_free(l);
}

/* Who asks much one way does not wait the other way. */
TEST(limits_ways_are_apart)
{
	struct limits *l = limits((struct limits_opts){ .client_rate = 1000 });
	uint64_t from, now = 1000 * SECOND;
	struct client *c;

	assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_WELCOME);
	for (int i = 0; i < 40; i++)
		(void)reserve(l, c, 250, now, &from);
	assert_true(from > now + 9 * SECOND);
	assert_int_equal(limits_reserve(&(struct limits_asker){ l, c, 1 }, 250,
					now, &from),
			 250);
	assert_true(from <= now);
	limits_leave(l, c);
	limits_free(l);
}

/* Portions are small, so that who shares a rate takes turns. */
TEST(limits_portions)
{
	assert_int_equal(rate_portion(1), 1);
	assert_int_equal(rate_portion(1000), 250);
	assert_int_equal(rate_portion(100000), 4096);
	assert_int_equal(rate_portion(1000000), 10000);
	assert_int_equal(rate_portion(UINT64_MAX), 1 << 20);
}

static uint64_t clock_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* To leave and come again is no way around a rate. */
TEST(limits_remember_who_left)
{
	struct limits *l = limits((struct limits_opts){ .client_rate = 1000 });
	uint64_t from = 0, now = clock_ns();

	for (int i = 0; i < 40; i++) {
		struct client *c;

		assert_int_equal(enter(l, "10.0.0.1:1", &c), LIMITS_WELCOME);
		(void)reserve(l, c, 250, now, &from);
		limits_leave(l, c);
	}
	assert_true(from >= now + 9 * SECOND);
	limits_free(l);
}

/* ── Threads ── */

enum { THREADS = 8, TURNS = 20000 };

struct crowd {
	struct limits *l;
	atomic_int inside, most;
};

static void *come_and_go(void *context)
{
	struct crowd *crowd = context;
	const struct addr a = address("10.0.0.1:1"), b = address("10.0.0.2:1");

	for (int i = 0; i < TURNS; i++) {
		struct client *c;
		uint64_t from;
		int now;

		if (limits_enter(crowd->l, i % 8 ? &a : &b, &c) != 0)
			continue;
		now = atomic_fetch_add(&crowd->inside, 1) + 1;
		if (now > atomic_load(&crowd->most))
			atomic_store(&crowd->most, now);
		(void)reserve(crowd->l, c, 10, clock_ns(), &from);
		give_back(crowd->l, c, 10);
		atomic_fetch_sub(&crowd->inside, 1);
		limits_leave(crowd->l, c);
	}
	return NULL;
}

TEST(limits_shared_by_threads)
{
	struct crowd crowd = { .l = limits((struct limits_opts){
				       .client_connections = 2,
				       .client_rate = 1 << 30 }) };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, come_and_go, &crowd),
			0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_in_range(atomic_load(&crowd.most), 1, 4);
	assert_int_equal(limits_connections(crowd.l), 0);
	limits_free(crowd.l);
}

TEST_MAIN()

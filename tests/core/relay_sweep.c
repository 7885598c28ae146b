/* SPDX-License-Identifier: MIT */
/*
 * A relay in which the n-th call fails, for every n and each errno, and one
 * with short counts and EAGAINs at random: what arrives is what was sent, in
 * order, once, and the accounts say so.
 *
 *      ends[0].feed ─► side 0 ══ relay ══► side 1 ─► ends[0].drain
 *      ends[1].drain ◄─ side 0 ══ relay ══ side 1 ◄─ ends[1].feed
 */
#include <errno.h>
#include <poll.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { BYTES = 150000, HELD = 100, STEPS = 200000 };

static const int errnos[] = {
	EAGAIN, EINTR,  EIO,    EINVAL, ENOSYS, EOPNOTSUPP, EPERM,
	EPIPE,  ENOSPC, ENOMEM, EMFILE, EBADF,  ECONNRESET,
};

static const enum ends_kind scenarios[][4] = {
	{ENDS_UNIX,  ENDS_TCP,     ENDS_TCP,  ENDS_UNIX},
	{ ENDS_TCP,  ENDS_TCP,     ENDS_UNIX, ENDS_UNIX},
	{ ENDS_PIPE, ENDS_UNIX,    ENDS_UNIX, ENDS_PIPE},
	{ ENDS_CALL, ENDS_TCP,     ENDS_TCP,  ENDS_CALL},
	{ ENDS_TCP,  ENDS_FILE_AT, ENDS_PIPE, ENDS_TCP },
};

enum {
	SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]),
	ERRNOS = sizeof(errnos) / sizeof(errnos[0]),
};

struct pair {
	struct ends ends[2];
	char held[HELD]; /* the first bytes of ends[0], read already */
	struct pour_relay relay;
};

static void open_pair(struct pair *t, unsigned scenario, uint32_t flags,
		      struct pour_relay_opts *opts, struct pour_opts *flow)
{
	const enum ends_kind *k = scenarios[scenario];
	struct pour_duplex side[2] = { 0 };

	ends_open(&t->ends[0], k[0], k[1]);
	ends_open(&t->ends[1], k[2], k[3]);
	t->ends[0].total = t->ends[1].total = BYTES;
	t->ends[0].fed = HELD;
	for (uint64_t i = 0; i < HELD; i++)
		t->held[i] = (char)ends_byte(&t->ends[0], i);
	for (unsigned i = 0; i < 2; i++) {
		side[i].in = t->ends[i].src;
		side[i].out = t->ends[!i].dst;
		opts->flow[i] = flow;
	}
	side[0].buffered = t->held;
	side[0].buffered_size = HELD;
	flow->flags = flags;
	assert_int_equal(pour_relay_begin(&t->relay, side, opts), 0);
}

/* Whether what it waits for is there already. */
static bool is_ready(const struct pour_relay *r)
{
	struct pollfd fds[4];
	int n = pour_relay_pollfds(r, fds);

	return poll(fds, (nfds_t)n, 0) > 0;
}

static uint64_t moved(const struct pour_relay *r)
{
	struct pour_account a, b;

	pour_relay_account(r, 0, &a);
	pour_relay_account(r, 1, &b);
	return a.taken + a.delivered + b.taken + b.delivered + a.ended +
	       b.ended;
}

/* Steps until it is over. vain: the most steps in a row that moved nothing
 * though what they waited for was there. */
static int run(struct pair *t, unsigned *ret_vain)
{
	unsigned vain = 0;

	*ret_vain = 0;
	for (unsigned i = 0; i < STEPS; i++) {
		bool ready = is_ready(&t->relay);
		uint64_t before = moved(&t->relay);
		int r = pour_relay_step(&t->relay);

		vain = ready && r > 0 && moved(&t->relay) == before ? vain + 1
								    : 0;
		*ret_vain = vain > *ret_vain ? vain : *ret_vain;
		if (r <= 0)
			return r;
		if (i % 3 == 0)
			ends_move(&t->ends[0]);
		if (i % 5 == 0)
			ends_move(&t->ends[1]);
	}
	return -ETIME;
}

static void check(struct pair *t, int r)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pour_account a;
		uint64_t sum = 0, got = ends_arrived(&t->ends[i]);

		pour_relay_account(&t->relay, i, &a);
		for (unsigned m = 0; m < POUR_METHODS; m++)
			sum += a.moved[m];
		assert_int_equal(a.delivered, sum);
		assert_int_equal(got, a.delivered);
		assert_true(a.taken >= a.delivered);
		assert_true(a.taken - a.delivered <=
			    pour_relay_pending(&t->relay, i));
		assert_false(t->ends[i].wrong);
		if (r == 0)
			assert_int_equal(got, BYTES);
	}
}

static void close_pair(struct pair *t)
{
	pour_relay_finish(&t->relay);
	ends_close(&t->ends[0]);
	ends_close(&t->ends[1]);
}

/* True: n was past the last call. */
static bool fail_at(unsigned scenario, unsigned n, int error,
		    struct pour_relay_opts *opts)
{
	struct pour_opts flow = { .budget = 0 };
	struct pair t;
	unsigned vain;
	bool past;
	int r;

	fake_reset();
	open_pair(&t, scenario, 0, opts, &flow);
	fake.fail_call = FAKE_ANY;
	fake.fail_errno = error;
	fake.fail_at = n;
	r = run(&t, &vain);
	past = fake.seen < n;
	fake.fail_at = 0;
	assert_true(r == 0 || r == -error);
	check(&t, r);
	close_pair(&t);
	assert_int_equal(pour_pool_lent(opts->pool), 0);
	return past;
}

TEST(sweep_each_errno_at_each_call_of_a_relay)
{
	struct pour_relay_opts opts = { .reset_ms = 1 };

	assert_int_equal(pour_pool_new(&opts.pool, 4, 65536), 0);
	for (unsigned i = 0; i < SCENARIOS; i++)
		for (unsigned e = 0; e < ERRNOS; e++)
			for (unsigned n = 1; n < 400; n++)
				if (fail_at(i, n, errnos[e], &opts))
					break;
	assert_null(pour_pool_free(opts.pool));
}

static void at_random(unsigned seed, unsigned scenario,
		      struct pour_relay_opts *opts)
{
	struct pour_opts flow = { .budget = seed % 3 ? 0 : 30000 };
	struct pair t;
	unsigned vain;
	int r;

	fake_reset();
	fake.seed = seed * 7919 + scenario;
	fake.short_counts = true;
	fake.eagain = seed % 2;
	open_pair(&t, scenario, seed % 4 ? 0 : (uint32_t)POUR_LEVEL, opts,
		  &flow);
	r = run(&t, &vain);
	if (r != 0)
		fail_msg("seed %u, scenario %u: %d", seed, scenario, r);
	check(&t, r);
	close_pair(&t);
	assert_int_equal(pour_pool_lent(opts->pool), 0);
}

/* SEEDS in the environment: how many, for a long run. */
TEST(short_counts_and_eagain_keep_both_directions_whole)
{
	const char *wish = getenv("SEEDS");
	unsigned seeds = wish ? (unsigned)atoi(wish) : 40;
	struct pour_relay_opts opts = { .idle_ms = 60000 };

	assert_int_equal(pour_pool_new(&opts.pool, 4, 65536), 0);
	for (unsigned seed = 1; seed <= seeds; seed++)
		for (unsigned i = 0; i < SCENARIOS; i++)
			at_random(seed, i, &opts);
	assert_null(pour_pool_free(opts.pool));
}

/* A want that poll() satisfies at once must be consumed by the next step. */
TEST(no_relay_waits_for_what_is_there)
{
	struct pour_relay_opts opts = { .idle_ms = 60000 };

	assert_int_equal(pour_pool_new(&opts.pool, 4, 65536), 0);
	for (unsigned i = 0; i < SCENARIOS; i++) {
		struct pour_opts flow = { .budget = 0 };
		struct pair t;
		unsigned vain;

		open_pair(&t, i, i % 2 ? (uint32_t)POUR_LEVEL : 0, &opts,
			  &flow);
		assert_int_equal(run(&t, &vain), 0);
		assert_in_range(vain, 0, 1);
		check(&t, 0);
		close_pair(&t);
	}
	assert_null(pour_pool_free(opts.pool));
}

TEST_MAIN()

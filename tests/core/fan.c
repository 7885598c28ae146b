/* SPDX-License-Identifier: MIT */
/* One source, many destinations. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { BRANCHES = 4 };

/* The source is that of ends[0]; each has a destination. */
struct tree {
	struct ends ends[BRANCHES];
	struct pour_fan *fan;
};

static const enum ends_kind kinds[BRANCHES] = { ENDS_UNIX, ENDS_FILE_AT,
						ENDS_PIPE, ENDS_TCP };

static void open_tree(struct tree *t, enum ends_kind src, enum pour_lag lag,
		      const struct pour_opts *opts)
{
	for (int i = 0; i < BRANCHES; i++)
		ends_open(&t->ends[i], i == 0 ? src : ENDS_MEMORY, kinds[i]);
	assert_int_equal(pour_fan_new(&t->fan, t->ends[0].src, POUR_ALL, opts),
			 0);
	for (int i = 0; i < BRANCHES; i++)
		assert_int_equal(
			pour_fan_add(t->fan, t->ends[i].dst, i ? lag : 0), i);
}

static void close_tree(struct tree *t)
{
	t->fan = pour_fan_free(t->fan);
	assert_null(t->fan);
	for (int i = 0; i < BRANCHES; i++)
		ends_close(&t->ends[i]);
}

/* Steps until it ended; the branches of the set are not drained. */
static int run_tree(struct tree *t, unsigned stuck)
{
	for (unsigned i = 0; i < 200000; i++) {
		int r = pour_fan_step(t->fan);

		if (r <= 0)
			return r;
		for (unsigned b = 0; b < BRANCHES; b++) {
			if (b == 0)
				ends_feed(&t->ends[0]);
			if (!(stuck & 1U << b))
				ends_move(&t->ends[b]);
		}
	}
	return -ETIME;
}

static const struct pour_account *branch(const struct tree *t, unsigned i)
{
	return pour_fan_branch(t->fan, i);
}

static void check_all(struct tree *t, unsigned which)
{
	for (unsigned i = 0; i < BRANCHES; i++) {
		if (!(which & 1U << i))
			continue;
		assert_int_equal(branch(t, i)->delivered, ENDS_TOTAL);
		assert_int_equal(branch(t, i)->ended, POUR_ENDED_SOURCE);
		assert_int_equal(ends_arrived(&t->ends[i]), ENDS_TOTAL);
		assert_false(t->ends[i].wrong);
	}
}

static void all_get_all(enum ends_kind src)
{
	struct tree t;
	uint64_t teed = 0;

	open_tree(&t, src, POUR_LAG_WAIT, NULL);
	assert_int_equal(run_tree(&t, 0), 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		teed += branch(&t, i)->teed;
	/* One branch takes the bytes themselves, the others get references. */
	assert_int_equal(teed, (BRANCHES - 1) * (uint64_t)ENDS_TOTAL);
	assert_int_equal(pour_fan_source(t.fan)->taken, ENDS_TOTAL);
	check_all(&t, 15);
	close_tree(&t);
}

TEST(every_branch_gets_every_byte)
{
	all_get_all(ENDS_FILE_AT);
	all_get_all(ENDS_UNIX);
	all_get_all(ENDS_PIPE);
	all_get_all(ENDS_CALL);
	all_get_all(ENDS_MEMORY);
}

TEST(zero_copy_reaches_every_branch)
{
	struct tree t;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	assert_int_equal(run_tree(&t, 0), 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		assert_int_equal(branch(&t, i)->moved[POUR_BY_SPLICE],
				 ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ], 0);
	assert_int_equal(fake.calls[FAKE_WRITE] + fake.calls[FAKE_SEND], 0);
	close_tree(&t);
}

TEST(the_slowest_sets_the_pace)
{
	struct pollfd fds[2 * (BRANCHES + 1)];
	struct tree t;
	unsigned n;
	int r;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	for (int i = 0; i < 1000; i++) {
		r = pour_fan_step(t.fan);
		for (int b = 1; b < BRANCHES; b++)
			ends_move(&t.ends[b]);
	}
	assert_int_equal(r, POUR_WANT_DST);
	assert_true(branch(&t, 1)->delivered < ENDS_TOTAL);
	n = pour_fan_pollfds(t.fan, fds, 2 * (BRANCHES + 1));
	assert_int_equal(n, 1);
	assert_int_equal(fds[0].fd, t.ends[0].dst_fd);
	assert_int_equal(run_tree(&t, 0), 0);
	check_all(&t, 15);
	close_tree(&t);
}

TEST(who_is_dropped_misses_bytes_and_they_are_counted)
{
	struct tree t;
	const struct pour_account *a;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_DROP, NULL);
	for (int i = 0; i < 10000 && branch(&t, 0)->ended == POUR_ENDED_NOT;
	     i++) {
		(void)pour_fan_step(t.fan);
		ends_move(&t.ends[0]);
		ends_move(&t.ends[2]);
	}
	/* The others did not wait for it. */
	check_all(&t, 1);
	assert_int_equal(run_tree(&t, 0), 0);
	a = branch(&t, 3);
	assert_int_equal(a->delivered + a->missed, ENDS_TOTAL);
	assert_int_equal(a->error, 0);
	close_tree(&t);
}

TEST(who_fails_when_late_ends_alone)
{
	struct tree t;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_FAIL, NULL);
	assert_int_equal(run_tree(&t, 1 << 2), 0);
	assert_int_equal(branch(&t, 2)->ended, POUR_ENDED_FAILED);
	assert_int_equal(branch(&t, 2)->error, ENOBUFS);
	assert_int_equal(branch(&t, 2)->side, POUR_SIDE_DST);
	check_all(&t, 1);
	close_tree(&t);
}

TEST(who_breaks_leaves_the_others_running)
{
	struct tree t;

	open_tree(&t, ENDS_UNIX, POUR_LAG_WAIT, NULL);
	(void)pour_fan_step(t.fan);
	assert_int_equal(close(t.ends[2].drain_fd), 0);
	t.ends[2].drain_fd = -1;
	assert_int_equal(run_tree(&t, 0), 0);
	assert_int_equal(branch(&t, 2)->error, EPIPE);
	check_all(&t, 1 | 2 | 8);
	close_tree(&t);
}

TEST(when_all_break_it_ends)
{
	struct tree t;
	int full;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	for (int i = 0; i < BRANCHES; i++) {
		if (t.ends[i].drain_fd >= 0)
			(void)close(t.ends[i].drain_fd);
		t.ends[i].drain_fd = -1;
	}
	full = open("/dev/full", O_WRONLY | O_CLOEXEC); /* and the file */
	assert_int_equal(dup3(full, t.ends[1].dst_fd, O_CLOEXEC),
			 t.ends[1].dst_fd);
	assert_int_equal(close(full), 0);
	assert_int_equal(run_tree(&t, 0), -EPIPE);
	close_tree(&t);
}

/* A short tee() leaves some ahead of others; nothing is doubled or lost. */
TEST(short_tees_and_eagain_keep_every_byte)
{
	static const enum ends_kind sources[] = { ENDS_FILE_AT, ENDS_UNIX,
						  ENDS_PIPE, ENDS_CALL };

	for (unsigned seed = 1; seed <= 40; seed++) {
		struct tree t;

		fake_reset();
		fake.seed = seed;
		fake.short_counts = true;
		fake.eagain = seed % 2;
		open_tree(&t, sources[seed % 4], POUR_LAG_WAIT, NULL);
		assert_int_equal(run_tree(&t, 0), 0);
		check_all(&t, 15);
		close_tree(&t);
	}
}

static void without_tee(unsigned at, int error)
{
	struct tree t;

	fake_reset();
	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	fake.fail_call = FAKE_TEE;
	fake.fail_at = at;
	fake.fail_errno = error;
	assert_int_equal(run_tree(&t, 0), 0);
	assert_int_equal(pour_fan_source(t.fan)->left[POUR_BY_TEE], error);
	check_all(&t, 15);
	close_tree(&t);
}

TEST(without_tee_it_copies_from_the_same_byte)
{
	without_tee(1, ENOSYS);
	without_tee(2, EINVAL);
	without_tee(5, ENOMEM);
	without_tee(9, EPERM);
}

/* The n-th call of any kind fails: every branch that ended well has all. */
TEST(a_failure_at_any_call_loses_nothing_elsewhere)
{
	for (unsigned n = 1; n < 120; n++) {
		struct tree t;
		int r;

		fake_reset();
		open_tree(&t, ENDS_UNIX, POUR_LAG_WAIT, NULL);
		fake.fail_call = FAKE_ANY;
		fake.fail_at = n;
		fake.fail_errno = ECONNRESET;
		r = run_tree(&t, 0);
		fake.fail_at = 0;
		assert_int_not_equal(r, -ETIME);
		for (unsigned i = 0; i < BRANCHES; i++) {
			uint64_t got = ends_arrived(&t.ends[i]);

			assert_int_equal(got, branch(&t, i)->delivered);
			assert_false(t.ends[i].wrong);
			if (r == 0 && branch(&t, i)->error == 0)
				assert_int_equal(got, ENDS_TOTAL);
		}
		close_tree(&t);
	}
}

TEST(a_source_that_fails_is_said_after_its_bytes)
{
	struct tree t;

	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	fake.fail_call = FAKE_SPLICE;
	fake.fail_at = 20;
	fake.fail_errno = EIO;
	(void)run_tree(&t, 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		assert_int_equal(ends_arrived(&t.ends[i]),
				 branch(&t, i)->delivered);
	close_tree(&t);
}

TEST(all_that_drop_let_the_source_run)
{
	struct pour_fan *fan;
	struct ends e;
	const struct pour_account *a;
	int r;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	assert_int_equal(pour_fan_new(&fan, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_fan_add(fan, e.dst, POUR_LAG_DROP), 0);
	do
		r = pour_fan_step(fan);
	while (r == POUR_WANT_CPU);
	/* The source has ended; what it was given waits for its reader. */
	assert_int_equal(r, POUR_WANT_DST);
	assert_int_equal(pour_fan_source(fan)->ended, POUR_ENDED_SOURCE);
	do
		ends_move(&e);
	while ((r = pour_fan_step(fan)) > 0);
	assert_int_equal(r, 0);
	a = pour_fan_branch(fan, 0);
	assert_true(a->missed > 0);
	assert_int_equal(a->missed + a->delivered, ENDS_TOTAL);
	assert_null(pour_fan_free(fan));
	ends_close(&e);
}

TEST(a_fan_runs_in_one_call)
{
	const struct pour_opts opts = { .rate = 100 << 20 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct pour_end end;
	struct pour_fan *fan;
	struct ends e;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_end_of(&end, null), 0);
	assert_int_equal(pour_fan_new(&fan, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_fan_add(fan, e.dst, POUR_LAG_WAIT), 0);
	assert_int_equal(pour_fan_add(fan, end, POUR_LAG_WAIT), 1);
	assert_int_equal(pour_fan_run(fan), 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_int_equal(pour_fan_branch(fan, 1)->delivered, ENDS_TOTAL);
	assert_null(pour_fan_branch(fan, 2));
	/* Too late: it has begun. */
	assert_int_equal(pour_fan_add(fan, end, POUR_LAG_WAIT), -EINVAL);
	assert_null(pour_fan_free(fan));
	ends_close(&e);
	(void)close(null);
}

TEST(what_it_borrowed_comes_back)
{
	struct pour_pool *pool;
	struct pour_opts opts = { .pool = NULL };
	struct tree t;

	assert_int_equal(pour_pool_new(&pool, 0, 65536), 0);
	opts.pool = pool;
	open_tree(&t, ENDS_FILE_AT, POUR_LAG_WAIT, &opts);
	for (int i = 0; i < 3; i++)
		(void)pour_fan_step(t.fan); /* and left half-way */
	close_tree(&t);
	assert_int_equal(pour_pool_lent(pool), 0);
	assert_true(pour_pool_dropped(pool) > 0);
	assert_null(pour_pool_free(pool));
}

TEST(a_fan_that_cannot_be_is_refused)
{
	struct pour_fan *fan;
	struct ends e;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.fail_call = FAKE_PIPE;
	fake.fail_at = 1;
	fake.fail_errno = EMFILE;
	assert_int_equal(pour_fan_new(&fan, e.src, POUR_ALL, NULL), -EMFILE);
	fake.fail_at = 0;
	assert_int_equal(pour_fan_new(&fan, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_fan_add(fan, e.src, (enum pour_lag)9), -EINVAL);
	assert_int_equal(pour_fan_add(fan, pour_memory("x", 1), 0), -EINVAL);
	assert_int_equal(pour_fan_step(fan), -EINVAL); /* nobody is there */
	assert_null(pour_fan_free(fan));
	assert_null(pour_fan_free(NULL));
	ends_close(&e);
}

TEST_MAIN()

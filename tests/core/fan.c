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
#include "fan_kit.h"
#include "test.h"

static void all_get_all(enum ends_kind src)
{
	struct tree t;
	uint64_t teed = 0;

	tree_open(&t, src, POUR_LAG_WAIT, NULL);
	assert_int_equal(tree_run(&t, 0), 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		teed += tree_branch(&t, i)->teed;
	/* One branch takes the bytes themselves, the others get references. */
	assert_int_equal(teed, (BRANCHES - 1) * (uint64_t)ENDS_TOTAL);
	assert_int_equal(pour_fan_source(t.fan)->taken, ENDS_TOTAL);
	tree_check(&t, 15);
	tree_close(&t);
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

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	assert_int_equal(tree_run(&t, 0), 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		assert_int_equal(tree_branch(&t, i)->moved[POUR_BY_SPLICE],
				 ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ], 0);
	assert_int_equal(fake.calls[FAKE_WRITE] + fake.calls[FAKE_SEND], 0);
	tree_close(&t);
}

TEST(a_head_goes_to_every_branch)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	struct tree t;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, &opts);
	assert_true(pour_fan_step(t.fan) > 0);
	for (unsigned i = 0; i < BRANCHES; i++) {
		struct ends *e = &t.ends[i];
		char buf[5] = { 0 };
		ssize_t n = e->drain_fd >= 0
				    ? read(e->drain_fd, buf, 4)
				    : pread(e->dst_fd, buf, 4, ENDS_SKIP);

		assert_int_equal(n, 4);
		assert_string_equal(buf, "HEAD");
		assert_int_equal(tree_branch(&t, i)->head, 4);
	}
	tree_close(&t);
}

TEST(the_slowest_sets_the_pace)
{
	struct pollfd fds[2 * (BRANCHES + 1)];
	struct tree t;
	unsigned n;
	int r;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	for (int i = 0; i < 1000; i++) {
		r = pour_fan_step(t.fan);
		for (int b = 1; b < BRANCHES; b++)
			ends_move(&t.ends[b]);
	}
	assert_int_equal(r, POUR_WANT_DST);
	assert_true(tree_branch(&t, 1)->delivered < ENDS_TOTAL);
	n = pour_fan_pollfds(t.fan, fds, 2 * (BRANCHES + 1));
	assert_int_equal(n, 1);
	assert_int_equal(fds[0].fd, t.ends[0].dst_fd);
	assert_int_equal(tree_run(&t, 0), 0);
	tree_check(&t, 15);
	tree_close(&t);
}

TEST(who_is_dropped_misses_bytes_and_they_are_counted)
{
	struct tree t;
	const struct pour_account *a;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_DROP, NULL);
	for (int i = 0;
	     i < 10000 && tree_branch(&t, 0)->ended == POUR_ENDED_NOT; i++) {
		(void)pour_fan_step(t.fan);
		ends_move(&t.ends[0]);
		ends_move(&t.ends[2]);
	}
	/* The others did not wait for it. */
	tree_check(&t, 1);
	assert_int_equal(tree_run(&t, 0), 0);
	a = tree_branch(&t, 3);
	assert_int_equal(a->delivered + a->missed, ENDS_TOTAL);
	assert_int_equal(a->error, 0);
	tree_close(&t);
}

TEST(who_fails_when_late_ends_alone)
{
	struct tree t;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_FAIL, NULL);
	assert_int_equal(tree_run(&t, 1 << 2), 0);
	assert_int_equal(tree_branch(&t, 2)->ended, POUR_ENDED_FAILED);
	assert_int_equal(tree_branch(&t, 2)->error, ENOBUFS);
	assert_int_equal(tree_branch(&t, 2)->side, POUR_SIDE_DST);
	tree_check(&t, 1);
	tree_close(&t);
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

struct watched {
	const struct pour_fan *fan;
	unsigned calls, until;
	uint64_t taken;
};

static int watch(void *context, const struct pour_account *a)
{
	struct watched *w = context;

	assert_ptr_equal(a, pour_fan_source(w->fan));
	assert_true(a->taken >= w->taken);
	w->taken = a->taken;
	return ++w->calls == w->until;
}

static int run_watched(struct watched *w)
{
	const struct pour_opts opts = { .progress = watch,
					.progress_context = w,
					.budget = 64 * 1024 };
	struct pour_fan *fan;
	struct ends e;
	int r;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_fan_new(&fan, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_fan_add(fan, e.dst, POUR_LAG_WAIT), 0);
	w->fan = fan;
	r = pour_fan_run(fan);
	assert_null(pour_fan_free(fan));
	ends_close(&e);
	return r;
}

TEST(a_fan_in_one_call_shows_how_far_it_is)
{
	struct watched w = { .until = 0 };

	assert_int_equal(run_watched(&w), 0);
	assert_true(w.calls > 1);
	assert_true(w.taken > 0);
}

TEST(a_fan_in_one_call_is_stopped_by_who_watches)
{
	struct watched w = { .until = 2 };

	assert_int_equal(run_watched(&w), -ECANCELED);
	assert_int_equal(w.calls, 2);
	assert_true(w.taken < ENDS_TOTAL);
}

static int64_t not_now(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)context;
	(void)buf;
	(void)size;
	(void)ret_poll;
	return -EAGAIN;
}

/* Waits for pace and disk; and says what nothing could wake. */
TEST(a_fan_in_one_call_waits_for_all_there_is)
{
	const struct pour_opts opts = { .rate = 50 << 20,
					.burst = 100000,
					.flags = POUR_NODISK };
	struct pour_fan *fan;
	struct ends e;

	fake.answers_set = true;
	fake.answers_call = FAKE_CACHED;
	fake.answers = -EAGAIN;
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_fan_new(&fan, e.src, 500000, &opts), 0);
	assert_int_equal(pour_fan_add(fan, e.dst, POUR_LAG_WAIT), 0);
	assert_int_equal(pour_fan_run(fan), 0);
	assert_true(pour_fan_source(fan)->waits[4] > 0);
	assert_true(pour_fan_source(fan)->waits[5] > 0);
	assert_int_equal(pour_fan_source(fan)->ended, POUR_ENDED_LIMIT);
	assert_null(pour_fan_free(fan));
	assert_int_equal(pour_fan_new(&fan, pour_from(not_now, NULL, -1),
				      POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_fan_add(fan, e.dst, POUR_LAG_WAIT), 0);
	assert_int_equal(pour_fan_run(fan), -EAGAIN);
	assert_null(pour_fan_free(fan));
	ends_close(&e);
}

TEST(what_it_borrowed_comes_back)
{
	struct pour_pool *pool;
	struct pour_opts opts = { .pool = NULL };
	struct tree t;

	assert_int_equal(pour_pool_new(&pool, 0, 65536), 0);
	opts.pool = pool;
	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, &opts);
	for (int i = 0; i < 3; i++)
		(void)pour_fan_step(t.fan); /* and left half-way */
	tree_close(&t);
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

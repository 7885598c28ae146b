/* SPDX-License-Identifier: MIT */
/* splice() and pipes: who is waited for, what is in the pipe, what is asked. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/pool.h"
#include "ends.h"
#include "fake_real.h"
#include "fake_sys.h"
#include "test.h"

static const struct pour_opts by_pipe = { .methods = 1 << POUR_BY_PIPE };

/* Fills whatever is behind fd until it takes no more. */
static uint64_t fill(int fd)
{
	static const char zeros[4096];
	uint64_t sum = 0;
	ssize_t n;

	while ((n = write(fd, zeros, sizeof(zeros))) > 0)
		sum += (uint64_t)n;
	return sum;
}

static void drop(int fd, uint64_t n)
{
	char buf[4096];
	ssize_t r;

	while (n > 0 &&
	       (r = read(fd, buf, n < sizeof(buf) ? n : sizeof(buf))) > 0)
		n -= (uint64_t)r;
	assert_int_equal(n, 0);
}

/* ── Full by slots ── */

static void one_byte_each(enum ends_kind kind)
{
	struct ends e;
	struct pour p;
	char got[400];

	fake_reset();
	ends_open(&e, kind, ENDS_UNIX);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(send(e.feed_fd, "x", 1, MSG_NOSIGNAL), 1);
	usleep(20000); /* loopback delivers in its own time */
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &by_pipe), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	/* All of it in one step, and no call was made in vain but the last. */
	assert_int_equal(p.account.delivered, 200);
	for (unsigned i = 0; i + 1 < fake.n_log; i++)
		assert_true(fake.log[i].result >= 0);
	assert_true(recv(e.drain_fd, got, sizeof(got), 0) > 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case20_a_pipe_that_is_full_by_slots_is_drained)
{
	one_byte_each(ENDS_UNIX);
	one_byte_each(ENDS_TCP);
}

/* Its size is never compared with what is in it. */
TEST(case21_a_pipe_may_hold_more_than_it_says)
{
	struct pour_pool_state now;
	struct pour_pool *pool;
	struct pour_opts opts = by_pipe;
	struct ends e;
	struct pour p;

	fake.pipe_size = 32768; /* it has 65536 */
	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.pipe_size, 32768);
	assert_true(fake.log[1].result > 32768);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
}

/* Whole pages but for the first: a call that ends on a page is followed by
 * calls that fill the pipe. */
TEST(case49_an_unaligned_start_costs_one_call_a_part)
{
	struct ends e;
	struct pour p;
	unsigned in = 0;

	ends_open(&e, ENDS_FILE_AT, ENDS_DEVICE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &by_pipe), 0);
	assert_int_equal(pour_run(&p), 0);
	for (unsigned i = 0; i < fake.n_log && in < 4; i++) {
		if (fake.log[i].in != e.src_fd)
			continue;
		assert_int_equal(fake.log[i].result,
				 262144 - (in == 0 ? ENDS_SKIP : 0));
		in++;
	}
	assert_int_equal(in, 4);
	assert_int_equal(p.account.delivered, ENDS_TOTAL);
	pour_finish(&p);
	ends_close(&e);
}

/* ── Who is waited for ── */

/* Said once before the end (Linux 2.6.25 to 2.6.27.12 said it for the end). */
TEST(case22_not_now_before_the_end_is_asked_again)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_TCP);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	(void)close(e.feed_fd);
	e.feed_fd = -1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &by_pipe), 0);
	fake.fail_call = FAKE_SPLICE;
	fake.fail_at = 3; /* in, out, and this one */
	fake.fail_errno = EAGAIN;
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(p.account.ended, POUR_ENDED_NOT);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.ended, POUR_ENDED_SOURCE);
	assert_int_equal(p.account.delivered, 3);
	pour_finish(&p);
	ends_close(&e);
}

/* Both the flag of the call and that of the pipe, on every kernel. */
TEST(case23_a_pipe_of_ours_never_blocks)
{
	struct pour_pool *pool;
	int ours[2], a[2], b[2];

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	assert_int_equal(pour_pool_take_pipe(pool, ours), 0);
	assert_true(fcntl(ours[0], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(ours[1], F_GETFL) & O_NONBLOCK);
	pour_pool_give_pipe(pool, ours, 0);
	assert_null(pour_pool_free(pool));
	assert_int_equal(pipe2(a, O_CLOEXEC) | pipe2(b, O_CLOEXEC), 0);
	assert_int_equal(real_splice(a[0], POUR_HERE, b[1], POUR_HERE, 1),
			 -EAGAIN);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(a[i]) | close(b[i]), 0);
}

/* One pipe blocks, the other does not: either is waited for, none blocks. */
static void waits_for_the_right_pipe(int src_flags, int dst_flags)
{
	struct ends e;
	struct pour p;
	uint64_t n;

	ends_open(&e, ENDS_PIPE, ENDS_PIPE);
	n = fill(e.dst_fd);
	assert_int_equal(fcntl(e.src_fd, F_SETFL, src_flags), 0);
	assert_int_equal(fcntl(e.dst_fd, F_SETFL, dst_flags), 0);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	drop(e.drain_fd, n);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(p.account.delivered, 3);
	assert_int_equal(p.account.moved[POUR_BY_SPLICE], 3);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case25_pipes_of_which_one_blocks)
{
	waits_for_the_right_pipe(0, O_NONBLOCK);
	waits_for_the_right_pipe(O_NONBLOCK, 0);
	waits_for_the_right_pipe(0, 0);
}

/* The source is readable all the time; to wait for it would be to spin. */
TEST(case26_a_full_pipe_is_waited_for_and_not_its_source)
{
	struct pollfd fds[2];
	struct ends e;
	struct pour p;
	uint64_t n;

	ends_open(&e, ENDS_UNIX, ENDS_PIPE);
	n = fill(e.dst_fd);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_DST, fds), 1);
	assert_int_equal(fds[0].fd, e.dst_fd);
	assert_int_equal(fds[0].events, POLLOUT);
	drop(e.drain_fd, n);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(p.account.delivered, 3);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case27_the_end_waits_for_what_is_in_the_pipe)
{
	struct ends e;
	struct pour p;
	uint64_t n;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	n = fill(e.dst_fd);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	(void)close(e.feed_fd);
	e.feed_fd = -1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &by_pipe), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(pour_pending(&p), 3);
	assert_int_equal(p.account.ended, POUR_ENDED_NOT);
	drop(e.drain_fd, n);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.delivered, 3);
	assert_int_equal(p.account.ended, POUR_ENDED_SOURCE);
	pour_finish(&p);
	ends_close(&e);
}

/* A last block and the end behind it: one step sees both. */
TEST(case37_the_end_behind_a_last_block_is_seen)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_TCP);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	(void)close(e.feed_fd);
	e.feed_fd = -1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.ended, POUR_ENDED_SOURCE);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 3);
	pour_finish(&p);
	ends_close(&e);
}

/* ── What is asked ── */

static unsigned spliced_with_more(const struct ends *e, unsigned *ret_last)
{
	unsigned n = 0;

	for (unsigned i = 0; i < fake.n_log; i++) {
		if (fake.log[i].call != FAKE_SPLICE ||
		    fake.log[i].out != e->dst_fd || fake.log[i].result <= 0)
			continue;
		*ret_last = i;
		n += fake.log[i].flags != 0;
	}
	return n;
}

/* A last piece that says "more" and has none waits for 200 ms. */
TEST(case34_more_is_said_only_when_there_is_more)
{
	struct pour_opts opts = by_pipe;
	unsigned last = 0;
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(spliced_with_more(&e, &last), 0);
	pour_finish(&p);
	ends_close(&e);
	fake_reset();
	opts.flags = POUR_MORE;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_true(spliced_with_more(&e, &last) > 0);
	assert_int_equal(fake.log[last].flags, SPLICE_F_MORE);
	pour_finish(&p);
	ends_close(&e);
}

/* splice() on a pipe takes FMODE_NOWAIT from it, which rings miss: who minds
 * names the methods. */
TEST(case47_splice_can_be_forbidden)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_COPY };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_PIPE, ENDS_PIPE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_SPLICE] + fake.calls[FAKE_TEE], 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

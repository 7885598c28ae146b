/* SPDX-License-Identifier: MIT */
/* Pace, deadline, idle time, minimum rate, progress and cancelling. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

#define SECOND UINT64_C(1000000000)

/* ── The pace, on a clock of our own ── */

TEST(case86_a_pace_bounds_every_call_and_keeps_zero_copy)
{
	const struct pour_opts opts = { .rate = 100000, .burst = 20000 };
	uint64_t allowed = 20000;
	struct ends e;
	struct pour p;
	int r;

	fake.now = SECOND;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 200000, &opts), 0);
	while ((r = pour_step(&p)) == POUR_WANT_TIME) {
		assert_true(p.account.taken <= allowed);
		assert_true(allowed - p.account.taken < 1000);
		assert_in_range(pour_wait_ns(&p), 1, SECOND / 100 + 1);
		fake.now += pour_wait_ns(&p);
		allowed = 20000 + (fake.now - SECOND) / 10000;
		ends_move(&e);
	}
	assert_int_equal(r, 0);
	assert_int_equal(p.account.moved[POUR_BY_SENDFILE], 200000);
	assert_in_range(fake.now - SECOND, 18 * SECOND / 10, 19 * SECOND / 10);
	pour_finish(&p);
	ends_close(&e);
}

/* Time in which nothing was sent is saved up, but no more than the burst. */
TEST(a_pace_saves_no_more_than_the_burst)
{
	const struct pour_opts opts = { .rate = 100000, .burst = 5000 };
	struct ends e;
	struct pour p;

	fake.now = SECOND;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 200000, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_int_equal(p.account.taken, 5000);
	fake.now += 1000 * SECOND;
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_int_equal(p.account.taken, 10000);
	pour_finish(&p);
	ends_close(&e);
}

/* No rate is too small, or too large, to be counted. */
TEST(a_pace_can_be_one_byte_or_as_many_as_there_are)
{
	struct pour_opts opts = { .rate = 1 };
	struct ends e;
	struct pour p;

	fake.now = SECOND;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 200000, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_int_equal(p.account.taken, 1);
	assert_in_range(pour_wait_ns(&p), SECOND, SECOND + 1);
	pour_finish(&p);
	opts.rate = UINT64_MAX;
	assert_int_equal(pour_begin(&p, e.dst, e.src, 200000, &opts), 0);
	fake.now += SECOND;
	assert_int_equal(pour_step(&p), 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_run_waits_for_the_pace)
{
	const struct pour_opts opts = { .rate = 1000000, .burst = 10000 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_DEVICE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 50000, &opts), 0);
	assert_int_equal(pour_run(&p), 0);
	assert_true(p.account.waits[4] > 0);
	assert_int_equal(p.account.delivered, 50000);
	pour_finish(&p);
	ends_close(&e);
}

/* ── What a run watches ── */

static int run(enum ends_kind src, enum ends_kind dst, struct pour_opts opts,
	       struct pour_account *ret)
{
	struct ends e;
	struct pour p;
	int r;

	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	r = pour_run(&p);
	pour_finish(&p);
	*ret = p.account;
	ends_close(&e);
	return r;
}

/* A deadline in the past is a time-out, and no end of anything. */
TEST(case84_a_deadline_in_the_past_is_one)
{
	struct pour_account a;

	assert_int_equal(run(ENDS_FILE_AT, ENDS_FILE_AT,
			     (struct pour_opts){ .deadline_ns = 1 }, &a),
			 -ETIMEDOUT);
	assert_int_equal(a.ended, POUR_ENDED_TIMEOUT);
	assert_int_equal(a.taken, 0);
}

/* The moment is taken last: memcheck takes its time over the ends. */
TEST(a_deadline_ends_a_wait)
{
	struct pour_opts opts = { 0 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	opts.deadline_ns = pour_sys_now() + SECOND / 5;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_run(&p), -ETIMEDOUT);
	assert_int_equal(p.account.ended, POUR_ENDED_TIMEOUT);
	assert_int_equal(p.account.waits[0], 1);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case85_silence_ends_a_run)
{
	struct pour_account a;

	assert_int_equal(run(ENDS_FILE_AT, ENDS_UNIX,
			     (struct pour_opts){ .idle_ms = 30 }, &a),
			 -ETIMEDOUT);
	assert_int_equal(a.ended, POUR_ENDED_TIMEOUT);
	assert_true(a.delivered > 0);
}

/* A slow reader behind a large buffer is busy, though nothing is sent. */
TEST(case85_bytes_acknowledged_are_no_silence)
{
	const struct pour_opts opts = { .idle_ms = 20 };
	const uint64_t before = pour_sys_now();
	struct pour_account a;

	fake.acks_to_come = 6; /* the first is what it begins with */
	assert_int_equal(run(ENDS_FILE_AT, ENDS_UNIX, opts, &a), -ETIMEDOUT);
	assert_int_equal(fake.acks_to_come, 0);
	assert_true(pour_sys_now() - before >= 6 * UINT64_C(20000000));
}

static int forward(void *context, const struct pour_account *account)
{
	(void)account;
	fake.now += *(uint64_t *)context;
	return 0;
}

/* Every step takes ten seconds of our clock, and moves 1000 bytes. */
TEST(a_rate_that_is_not_kept_ends_a_run)
{
	uint64_t ten = 10 * SECOND;
	struct pour_opts opts = { .min_rate = 99,
				  .budget = 1000,
				  .progress = forward,
				  .progress_context = &ten };
	struct pour_account a;

	fake.now = SECOND;
	assert_int_equal(run(ENDS_FILE_AT, ENDS_DEVICE, opts, &a), 0);
	opts.min_rate = 101;
	assert_int_equal(run(ENDS_FILE_AT, ENDS_DEVICE, opts, &a), -ETIMEDOUT);
	assert_int_equal(a.ended, POUR_ENDED_TIMEOUT);
	assert_true(a.delivered < 5000);
}

/* ── Progress and cancelling ── */

struct seen {
	unsigned calls, stop_at;
	uint64_t last;
};

static int see(void *context, const struct pour_account *account)
{
	struct seen *seen = context;

	assert_true(account->delivered >= seen->last);
	seen->last = account->delivered;
	return ++seen->calls == seen->stop_at;
}

TEST(case86_progress_is_told_and_changes_no_path)
{
	struct seen seen = { 0 };
	struct pour_opts opts = { .progress = see,
				  .progress_context = &seen,
				  .budget = 100000 };
	struct pour_account a, plain;

	assert_int_equal(run(ENDS_FILE_AT, ENDS_FILE_AT, opts, &a), 0);
	assert_int_equal(seen.calls, 1 + a.waits[2] + 1);
	assert_int_equal(seen.last, ENDS_TOTAL);
	opts.progress = NULL;
	assert_int_equal(run(ENDS_FILE_AT, ENDS_FILE_AT, opts, &plain), 0);
	assert_memory_equal(&a, &plain, sizeof(a));
}

TEST(progress_may_stop_it)
{
	struct seen seen = { .stop_at = 4 };
	struct pour_opts opts = { .progress = see,
				  .progress_context = &seen,
				  .budget = 100000 };
	struct pour_account a;

	assert_int_equal(run(ENDS_FILE_AT, ENDS_FILE_AT, opts, &a), -ECANCELED);
	assert_int_equal(a.ended, POUR_ENDED_CANCELLED);
	assert_int_equal(a.delivered, 300000);
}

static int cancel_fd;

static void on_alarm(int signal)
{
	const uint64_t one = 1;

	(void)signal;
	(void)!write(cancel_fd, &one, sizeof(one));
}

/* As a program does it on SIGINT. */
TEST(a_descriptor_cancels_a_wait)
{
	const struct itimerval soon = {
		{0,  0    },
                { 0, 30000}
	};
	struct pour_opts opts = { .flags = POUR_CANCELLABLE };
	struct pour_account a;

	opts.cancel_fd = cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)signal(SIGALRM, on_alarm);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(run(ENDS_UNIX, ENDS_UNIX, opts, &a), -ECANCELED);
	assert_int_equal(a.ended, POUR_ENDED_CANCELLED);
	(void)close(cancel_fd);
}

static void nothing(int signal)
{
	(void)signal;
}

/* Any other signal is not the end of a run. */
TEST(case61_a_signal_does_not_end_a_run)
{
	const struct itimerval soon = {
		{0,  1000},
                { 0, 1000}
	};
	const struct pour_opts opts = { .deadline_ns = pour_sys_now() +
						       SECOND / 20 };
	struct pour_account a;

	(void)signal(SIGALRM, nothing);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(run(ENDS_UNIX, ENDS_UNIX, opts, &a), -ETIMEDOUT);
}

/* ── Descriptors that block ── */

TEST(case24_a_wait_that_could_not_be_ended_is_refused)
{
	struct pour_opts opts[4] = { { .deadline_ns = 1 },
				     { .idle_ms = 1 },
				     { .min_rate = 1 },
				     { .flags = POUR_CANCELLABLE } };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_PIPE);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fcntl(e.src_fd, F_SETFL, 0), 0);
		assert_int_equal(
			pour_begin(&p, e.dst, e.src, POUR_ALL, &opts[i]),
			-EDEADLK);
		assert_int_equal(p.account.side, POUR_SIDE_SRC);
		assert_int_equal(fcntl(e.src_fd, F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(fcntl(e.dst_fd, F_SETFL, 0), 0);
		assert_int_equal(
			pour_begin(&p, e.dst, e.src, POUR_ALL, &opts[i]),
			-EDEADLK);
		assert_int_equal(p.account.side, POUR_SIDE_DST);
		assert_int_equal(fcntl(e.dst_fd, F_SETFL, O_NONBLOCK), 0);
	}
	ends_close(&e);
}

/* SO_RCVTIMEO says EAGAIN; to poll then would be to wait for ever. */
TEST(case62_a_sockets_own_time_out_is_one)
{
	const struct timeval soon = { 0, 20000 };
	struct pour_account a;
	struct ends e;

	ends_open(&e, ENDS_TCP, ENDS_FILE_AT);
	assert_int_equal(fcntl(e.src_fd, F_SETFL, 0), 0);
	assert_int_equal(setsockopt(e.src_fd, SOL_SOCKET, SO_RCVTIMEO, &soon,
				    sizeof(soon)),
			 0);
	assert_int_equal(pour_copy(e.dst_fd, e.src_fd, POUR_ALL, &a),
			 -ETIMEDOUT);
	assert_int_equal(a.ended, POUR_ENDED_TIMEOUT);
	ends_close(&e);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Limits, budgets, exact counts, and the head before a body. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

/* ── Promises ── */

TEST(case60_a_truncated_file_ends_short)
{
	const struct pour_opts opts = { .flags = POUR_EXACT };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, ENDS_TOTAL, &opts), 0);
	assert_int_equal(ftruncate(e.src_fd, ENDS_SKIP + 100000), 0);
	assert_int_equal(ends_run(&e, &p), -ENODATA);
	assert_int_equal(p.account.ended, POUR_ENDED_SHORT);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	assert_int_equal(ends_arrived(&e), 100000);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case67_a_budget_bounds_a_step)
{
	const struct pour_opts opts = { .budget = 10000 };
	struct ends e;
	struct pour p;
	uint64_t before = 0;
	int r;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	while ((r = pour_step(&p)) > 0) {
		assert_int_equal(r, POUR_WANT_CPU);
		assert_int_equal(p.account.taken - before, 10000);
		before = p.account.taken;
	}
	assert_int_equal(r, 0);
	assert_int_equal(p.account.waits[2], ENDS_TOTAL / 10000);
	pour_finish(&p);
	ends_close(&e);
}

/* A limit that is shared with others is handed out by their owner. */
TEST(no_more_is_taken_than_is_allowed)
{
	const struct pour_opts opts = { .buffered = "0123456789",
					.buffered_size = 10 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 30000, &opts), 0);
	assert_true(pour_allow(&p, 7) == POUR_ALL);
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_true(pour_wait_ns(&p) == UINT64_MAX);
	assert_int_equal(p.account.delivered, 7);
	assert_int_equal(pour_allow(&p, 10000), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_int_equal(p.account.delivered, 10007);
	assert_int_equal(pour_allow(&p, 50000), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(pour_allow(&p, 0), 50000 - (30000 - 10007));
	pour_finish(&p);
	ends_close(&e);
}

/* Nobody would ever allow more while a blocking call waits. */
TEST(an_allowance_that_is_spent_ends_a_blocking_run)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	(void)pour_allow(&p, 1000);
	assert_int_equal(pour_run(&p), -EAGAIN);
	assert_int_equal(p.account.delivered, 1000);
	pour_finish(&p);
	ends_close(&e);
}

/* The tail that reaches the limit comes along with the last piece. */
TEST(no_short_tail_costs_a_step)
{
	const struct pour_opts opts = { .budget = 100000 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 200001, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	assert_int_equal(pour_step(&p), 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case57_calls_are_capped_and_exact)
{
	const uint64_t huge = UINT64_C(5) << 30;
	int dst = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int src = memfd_create("sparse", MFD_CLOEXEC);
	struct pour_opts opts = { .budget = POUR_ALL };
	struct pour_end to;
	struct pour p;

	assert_int_equal(ftruncate(src, (off_t)huge), 0);
	assert_int_equal(pour_end_of(&to, dst), 0);
	fake.answers_set = true;
	fake.answers_call = FAKE_SENDFILE;
	fake.answers = -EAGAIN;
	assert_int_equal(
		pour_begin(&p, to, pour_file_at(src, 0), POUR_ALL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(fake.log[0].len, 0x7ffff000);
	pour_finish(&p);
	/* Near the end, what the file has left and not a byte more. */
	assert_int_equal(pour_begin(&p, to, pour_file_at(src, huge - 999),
				    POUR_ALL, &opts),
			 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(fake.log[1].len, 999);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

/* splice() to a socket asks for what the pipe holds, not for more. */
TEST(case35_splice_to_a_socket_is_exact)
{
	struct ends e;
	struct pour p;
	unsigned out = 0;

	ends_open(&e, ENDS_UNIX, ENDS_TCP);
	ends_move(&e);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	for (unsigned i = 1; i < fake.n_log; i++) {
		const struct fake_entry *in = &fake.log[i - 1];
		const struct fake_entry *o = &fake.log[i];

		if (o->call == FAKE_SPLICE && o->out == e.dst_fd &&
		    in->in == e.src_fd && in->result > 0) {
			assert_int_equal(o->len, in->result);
			out++;
		}
	}
	assert_true(out > 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case33_no_call_asks_for_more_than_the_kernel_takes)
{
	static const enum pour_method methods[] = { POUR_BY_PIPE,
						    POUR_BY_SENDFILE,
						    POUR_BY_COPY };
	struct pour_opts opts = { .budget = POUR_ALL };

	for (unsigned i = 0; i < 3; i++) {
		struct ends e;
		struct pour p;

		ends_open(&e, ENDS_FILE_HERE, ENDS_TCP);
		e.src.size = 0; /* as if nobody knew */
		opts.methods = 1U << methods[i];
		assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts),
				 0);
		assert_int_equal(ends_run(&e, &p), 0);
		for (unsigned j = 0; j < fake.n_log; j++)
			assert_true(fake.log[j].len <= 0x7ffff000);
		assert_int_equal(p.account.delivered, ENDS_TOTAL);
		pour_finish(&p);
		ends_close(&e);
	}
}

static void stops_before_the_next_message(enum ends_kind kind,
					  enum ends_kind to, uint32_t methods)
{
	const struct pour_opts opts = { .methods = methods };
	char rest[64] = "";
	struct ends e;
	struct pour p;

	ends_open(&e, kind, to);
	assert_int_equal(write(e.feed_fd, "first.", 6), 6);
	assert_int_equal(write(e.feed_fd, "second", 6), 6);
	usleep(20000); /* loopback delivers in its own time */
	assert_int_equal(pour_begin(&p, e.dst, e.src, 6, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	assert_int_equal(p.account.taken, 6);
	assert_int_equal(read(e.src_fd, rest, sizeof(rest)), 6);
	assert_string_equal(rest, "second");
	pour_finish(&p);
	ends_close(&e);
}

/* The limit is kept by each call, and not by the sum afterwards. */
TEST(case38_a_limit_leaves_the_next_message_alone)
{
	stops_before_the_next_message(ENDS_UNIX, ENDS_TCP, 1 << POUR_BY_PIPE);
	stops_before_the_next_message(ENDS_TCP, ENDS_TCP, 1 << POUR_BY_PIPE);
	stops_before_the_next_message(ENDS_TCP, ENDS_TCP, 1 << POUR_BY_COPY);
	stops_before_the_next_message(ENDS_PIPE, ENDS_TCP, 1 << POUR_BY_SPLICE);
	stops_before_the_next_message(ENDS_UNIX, ENDS_PIPE,
				      1 << POUR_BY_SPLICE);
}

/* ── The head ── */

TEST(a_small_body_leaves_with_its_head_in_one_send)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	char buf[64];
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 10, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.calls[FAKE_SEND], 1);
	assert_int_equal(fake.calls[FAKE_READ], 1);
	assert_int_equal(p.account.head, 4);
	assert_int_equal(p.account.delivered, 10);
	assert_int_equal(recv(e.drain_fd, buf, sizeof(buf), 0), 14);
	assert_memory_equal(buf, "HEAD", 4);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case58_a_large_body_follows_its_head_with_more)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, &opts), 0);
	(void)pour_step(&p);
	assert_int_equal(fake.log[0].call, FAKE_SEND);
	assert_int_equal(fake.log[0].flags, MSG_MORE);
	assert_int_equal(fake.log[1].call, FAKE_SENDFILE);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_head_alone_does_not_wait_for_more)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, pour_memory(NULL, 0), 0, &opts),
			 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.log[0].flags, 0);
	assert_int_equal(p.account.head, 4);
	assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Memory that is sent from where it lies, and files that are mapped. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { BIG = 200000 };

static char bytes[BIG];

static void ack(uint32_t first, uint32_t last, bool copied)
{
	fake.acks[fake.n_acks++] = (struct pour_sys_ack){ first, last, copied };
}

static void begin(struct ends *e, struct pour *p, struct pour_acks *acks)
{
	struct pour_opts opts = { .acks = acks, .budget = POUR_ALL };

	ends_open(e, ENDS_MEMORY, ENDS_TCP);
	fake.zerocopy = true;
	assert_int_equal(
		pour_begin(p, e->dst, pour_memory(bytes, BIG), POUR_ALL, &opts),
		0);
}

/* ── MSG_ZEROCOPY ── */

TEST(case56_zerocopy_waits_until_the_memory_is_free)
{
	struct pour_acks acks = { 0 };
	struct pollfd fds[2];
	struct ends e;
	struct pour p;
	int r;

	begin(&e, &p, &acks);
	do {
		r = pour_step(&p);
		ends_move(&e);
	} while (r == POUR_WANT_DST);
	assert_int_equal(r, POUR_WANT_ACK);
	assert_int_equal(p.account.moved[POUR_BY_ZEROCOPY], BIG);
	assert_int_equal(acks.sent, p.account.calls[POUR_BY_ZEROCOPY]);
	assert_int_equal(pour_pollfds(&p, r, fds), 1);
	assert_int_equal(fds[0].fd, e.dst_fd);
	assert_int_equal(fds[0].events, 0); /* POLLERR comes unasked */
	ack(0, acks.sent - 1, false);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(acks.done, acks.sent);
	pour_finish(&p);
	ends_close(&e);
}

/* Answers come out of order, in ranges, and their numbers wrap. */
TEST(case56_acks_are_counted_over_the_wrap_and_out_of_order)
{
	struct pour_acks acks = { .sent = 5, .done = 0xfffffffe };

	fake.zerocopy = true;
	ack(1, 4, false);
	assert_int_equal(pour_acks_read(&acks, 0), 3);
	ack(0xfffffffe, 0, false);
	assert_int_equal(pour_acks_read(&acks, 0), 0);
	assert_int_equal(acks.done, 5);
}

TEST(case56_a_socket_that_copies_is_not_asked_again)
{
	struct pour_acks acks = { 0 };
	struct ends e;
	struct pour p;

	begin(&e, &p, &acks);
	fake.short_counts = true;
	fake.seed = 5;
	while (acks.sent == 0)
		(void)pour_step(&p);
	ack(0, acks.sent - 1, true);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_ZEROCOPY], EOPNOTSUPP);
	assert_int_equal(acks.copied, 1);
	pour_finish(&p);
	/* Nor by the next transfer. */
	assert_int_equal(pour_begin(&p, e.dst, pour_memory(bytes, BIG),
				    POUR_ALL,
				    &(struct pour_opts){ .acks = &acks }),
			 0);
	assert_int_equal(p.plan[0], POUR_BY_COPY);
	pour_finish(&p);
	ends_close(&e);
}

/* They are POLLERR as long as nobody reads them, so a step that waits for the
 * destination reads them, whichever method is in use by then. */
TEST(case56_answers_do_not_make_a_wait_spin)
{
	struct pour_acks acks = { 0 };
	struct ends e;
	struct pour p;

	begin(&e, &p, &acks);
	p.opts.budget = 20000;
	while (acks.sent < 2)
		assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	ack(0, 0, true); /* so that it copies from here on */
	assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	assert_int_equal(p.account.left[POUR_BY_ZEROCOPY], EOPNOTSUPP);
	fake.answers_set = true; /* full */
	fake.answers_call = FAKE_SEND;
	fake.answers = -EAGAIN;
	ack(1, 1, true);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(fake.n_acks, 0);
	assert_int_equal(acks.done, 2);
	pour_finish(&p);
	ends_close(&e);
}

/* Nothing is outstanding then, so no answer would ever come. */
TEST(case56_too_much_pinned_memory_is_sent_without_the_flag)
{
	struct pour_acks acks = { 0 };
	struct ends e;
	struct pour p;

	begin(&e, &p, &acks);
	fake.fail_at = 1;
	fake.fail_call = FAKE_SEND;
	fake.fail_errno = ENOBUFS;
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_ZEROCOPY], ENOBUFS);
	assert_int_equal(p.account.moved[POUR_BY_COPY], BIG);
	pour_finish(&p);
	ends_close(&e);
}

TEST(without_so_zerocopy_nothing_is_pinned)
{
	struct pour_acks acks = { 0 };
	struct pour_opts opts = { .acks = &acks };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(p.plan[0], POUR_BY_COPY);
	pour_finish(&p);
	ends_close(&e);
}

/* The real thing, which over loopback is always a copy, and says so. */
TEST(case56_zerocopy_over_loopback_ends_with_every_answer)
{
	struct pour_acks acks = { 0 };
	struct pour_opts opts = { .acks = &acks };
	struct ends e;
	struct pour p;
	int one = 1;

	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	if (setsockopt(e.dst_fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)) <
	    0)
		TEST_SKIP("SO_ZEROCOPY is refused here");
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_true(acks.sent > 0);
	assert_int_equal(acks.sent, acks.done);
	assert_int_equal(acks.copied, 1);
	assert_true(p.account.moved[POUR_BY_ZEROCOPY] > 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* ── vmsplice ── */

TEST(case53_vmsplice_is_used_only_when_asked_for)
{
	struct pour_opts opts = { .methods = 0 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_PIPE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.moved[POUR_BY_COPY], ENDS_TOTAL);
	pour_finish(&p);
	opts.methods = 1 << POUR_BY_VMSPLICE | 1 << POUR_BY_COPY;
	e.got = 0;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.moved[POUR_BY_VMSPLICE], ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case55_a_kernel_that_refuses_vmsplice_is_written_to)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_VMSPLICE |
						   1 << POUR_BY_COPY };
	struct ends e;
	struct pour p;

	fake.fail_at = 2;
	fake.fail_call = FAKE_VMSPLICE;
	fake.fail_errno = EOPNOTSUPP;
	ends_open(&e, ENDS_MEMORY, ENDS_PIPE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_VMSPLICE], EOPNOTSUPP);
	assert_int_equal(p.account.delivered, ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* Its own flag is looked at, not the one of the pipe. */
TEST(case54_a_full_pipe_is_waited_for)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_VMSPLICE };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_PIPE);
	assert_int_equal(fcntl(e.dst_fd, F_SETFL, 0), 0); /* it blocks */
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	pour_finish(&p);
	ends_close(&e);
}

/* ── mmap ── */

static const struct pour_opts mapped = { .methods = 1 << POUR_BY_MMAP |
						    1 << POUR_BY_COPY };

TEST(a_mapped_file_is_written_from_its_mapping)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &mapped), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.moved[POUR_BY_MMAP], ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ], 0);
	assert_int_equal(fake.calls[FAKE_MAP], 1);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* No SIGBUS: write() answers short, and then EFAULT. */
TEST(a_mapped_file_may_shrink)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_MMAP,
					.flags = POUR_EXACT };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, ENDS_TOTAL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(ftruncate(e.src_fd, 500000), 0);
	assert_int_equal(ends_run(&e, &p), -ENODATA);
	assert_int_equal(p.account.ended, POUR_ENDED_SHORT);
	/* The page in which it ends now reads as zeros behind its end. */
	assert_true(p.account.delivered >= 500000 - ENDS_SKIP);
	assert_true(p.account.delivered <= 500000 + 4096);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_mapping_never_goes_to_a_function)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_MMAP };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_CALL);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts),
			 -EINVAL);
	pour_finish(&p);
	ends_close(&e);
}

TEST(what_cannot_be_mapped_is_read)
{
	struct ends e;
	struct pour p;

	fake.fail_at = 1;
	fake.fail_call = FAKE_MAP;
	fake.fail_errno = ENODEV;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 50000, &mapped), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_MMAP], ENODEV);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 50000);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

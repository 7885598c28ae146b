/* SPDX-License-Identifier: MIT */
/* The rules of a step, one test each. */
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

static const struct pour_account *transfer(enum ends_kind src,
					   enum ends_kind dst, uint64_t limit)
{
	static struct pour p;
	struct ends e;

	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, limit, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	if (dst != ENDS_DEVICE)
		assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	return pour_account(&p);
}

/* ── Zero copy was taken ── */

TEST(zero_copy_file_to_socket_is_sendfile)
{
	const struct pour_account *a = transfer(ENDS_FILE_AT, ENDS_TCP,
						POUR_ALL);

	assert_int_equal(a->moved[POUR_BY_SENDFILE], ENDS_TOTAL);
	assert_int_equal(a->moved[POUR_BY_COPY], 0);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_WRITE], 0);
}

TEST(zero_copy_pipe_to_file_is_splice)
{
	const struct pour_account *a = transfer(ENDS_PIPE, ENDS_FILE_AT,
						POUR_ALL);

	assert_int_equal(a->moved[POUR_BY_SPLICE], ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_WRITE], 0);
}

TEST(zero_copy_socket_to_socket_goes_through_a_pipe)
{
	const struct pour_account *a = transfer(ENDS_TCP, ENDS_TCP, POUR_ALL);

	assert_int_equal(a->moved[POUR_BY_PIPE], ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_SEND], 0);
}

TEST(a_small_file_is_copied)
{
	const struct pour_account *a = transfer(ENDS_FILE_AT, ENDS_TCP, 16384);

	assert_int_equal(a->moved[POUR_BY_COPY], 16384);
	assert_int_equal(a->calls[POUR_BY_COPY], 2);
}

/* ── Leaving a method ── */

TEST(a_method_is_left_at_the_same_byte)
{
	const struct pour_account *a;

	fake.fail_at = 2; /* bytes were moved already */
	fake.fail_call = FAKE_SENDFILE;
	fake.fail_errno = EINVAL;
	a = transfer(ENDS_FILE_AT, ENDS_TCP, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_SENDFILE], EINVAL);
	assert_true(a->moved[POUR_BY_SENDFILE] > 0);
	assert_int_equal(a->moved[POUR_BY_SENDFILE] + a->moved[POUR_BY_PIPE],
			 ENDS_TOTAL);
}

TEST(bytes_in_a_pipe_are_delivered_by_copying)
{
	const struct pour_account *a;

	fake.fail_at = 2; /* out of the pipe, which is full */
	fake.fail_call = FAKE_SPLICE;
	fake.fail_errno = EINVAL;
	a = transfer(ENDS_UNIX, ENDS_FILE_AT, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_PIPE], EINVAL);
	assert_int_equal(a->moved[POUR_BY_COPY], ENDS_TOTAL);
}

TEST(no_pipe_to_be_had_means_copying)
{
	const struct pour_account *a;

	fake.fail_at = 1;
	fake.fail_call = FAKE_PIPE;
	fake.fail_errno = EMFILE;
	a = transfer(ENDS_UNIX, ENDS_TCP, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_PIPE], EMFILE);
	assert_int_equal(a->moved[POUR_BY_COPY], ENDS_TOTAL);
}

/* EIO is "does not suit" before the first byte and a failure after it. */
TEST(a_device_error_is_final_after_the_first_byte)
{
	struct ends e;
	struct pour p;

	fake.fail_at = 2;
	fake.fail_call = FAKE_SENDFILE;
	fake.fail_errno = EIO;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(ends_run(&e, &p), -EIO);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	assert_int_equal(pour_step(&p), -EIO); /* says so again */
	pour_finish(&p);
	ends_close(&e);
}

/* copy_file_range() of a file whose size nobody knows answers 0. */
TEST(zero_before_the_first_byte_is_confirmed_by_read)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_RANGE |
						   1 << POUR_BY_COPY };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = 0;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	p.plan[0] = POUR_BY_RANGE; /* as on a file system that shares */
	p.plan[1] = POUR_BY_COPY;
	p.plan[2] = POUR_METHODS;
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_RANGE], ENODATA);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	pour_finish(&p);
	ends_close(&e);
}

static void copies_right(const char *path)
{
	static char want[65536], got[65536];
	int src = open(path, O_RDONLY | O_CLOEXEC), dst[2];
	ssize_t n;
	int64_t r;

	assert_true(src >= 0);
	n = read(src, want, sizeof(want));
	assert_true(n > 0);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	assert_int_equal(pipe2(dst, O_CLOEXEC), 0);
	r = pour_copy(dst[1], src, POUR_ALL, NULL);
	assert_int_equal(r, n);
	assert_int_equal(read(dst[0], got, sizeof(got)), n);
	assert_memory_equal(got, want, (size_t)n);
	(void)close(src);
	(void)close(dst[0]);
	(void)close(dst[1]);
}

TEST(procfs_and_sysfs_files_are_not_empty)
{
	copies_right("/proc/version");
	copies_right("/proc/cpuinfo");
	copies_right("/sys/kernel/mm/transparent_hugepage/enabled");
}

/* ── Promises ── */

TEST(a_truncated_file_ends_short)
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

TEST(a_budget_bounds_a_step)
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

TEST(calls_are_capped_and_exact)
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

TEST(a_range_is_capped_at_a_gigabyte)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_RANGE,
					.budget = POUR_ALL };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = -EINTR;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	assert_int_equal(fake.log[0].len, 1 << 30);
	pour_finish(&p);
	ends_close(&e);
}

/* splice() to a socket asks for what the pipe holds, not for more. */
TEST(splice_to_a_socket_is_exact)
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

TEST(a_large_body_follows_its_head_with_more)
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

/* ── Descriptors and signals stay the caller's ── */

TEST(no_position_moves_but_the_one_named_here)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 5000, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(lseek(e.src_fd, 0, SEEK_CUR), ENDS_SKIP);
	assert_int_equal(lseek(e.dst_fd, 0, SEEK_CUR), ENDS_SKIP);
	pour_finish(&p);
	ends_close(&e);
	ends_open(&e, ENDS_FILE_HERE, ENDS_FILE_HERE);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 5000, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(lseek(e.src_fd, 0, SEEK_CUR), ENDS_SKIP + 5000);
	assert_int_equal(lseek(e.dst_fd, 0, SEEK_CUR), ENDS_SKIP + 5000);
	pour_finish(&p);
	ends_close(&e);
}

TEST(an_appending_destination_is_copied_to)
{
	struct pour_account a;
	struct ends e;
	int fd;

	ends_open(&e, ENDS_PIPE, ENDS_FILE_HERE);
	fd = open("/proc/self/fd", O_RDONLY | O_CLOEXEC);
	(void)close(fd);
	assert_int_equal(fcntl(e.dst_fd, F_SETFL, O_APPEND), 0);
	ends_move(&e);
	assert_true(pour_copy(e.dst_fd, e.src_fd, 1000, &a) == 1000);
	assert_int_equal(a.left[POUR_BY_SPLICE], EINVAL);
	assert_int_equal(a.moved[POUR_BY_COPY], 1000);
	assert_int_equal(ends_arrived(&e), 1000);
	assert_false(e.wrong);
	ends_close(&e);
}

static void to_a_closed_peer(uint32_t methods, enum ends_kind src,
			     enum ends_kind dst)
{
	const struct pour_opts opts = { .methods = methods };
	struct ends e;
	struct pour p;

	ends_open(&e, src, dst);
	ends_move(&e);
	(void)close(e.drain_fd);
	e.drain_fd = -1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), -EPIPE);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	pour_finish(&p);
	ends_close(&e);
}

/* The default action would end the test. */
TEST(sigpipe_does_not_reach_the_caller)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_DFL);
	to_a_closed_peer(0, ENDS_FILE_AT, ENDS_UNIX);
	to_a_closed_peer(1 << POUR_BY_COPY, ENDS_FILE_AT, ENDS_UNIX);
	to_a_closed_peer(0, ENDS_FILE_AT, ENDS_PIPE);
	to_a_closed_peer(1 << POUR_BY_COPY, ENDS_FILE_AT, ENDS_PIPE);
	to_a_closed_peer(0, ENDS_UNIX, ENDS_UNIX);
	assert_int_equal(sigpending(&set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 0);
}

TEST(a_sigpipe_that_was_pending_stays)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_int_equal(raise(SIGPIPE), 0);
	to_a_closed_peer(0, ENDS_FILE_AT, ENDS_UNIX);
	assert_int_equal(sigpending(&set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 1);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	assert_int_equal(sigismember(&set, SIGPIPE), 1); /* still blocked */
}

/* ── Ends that cannot be ── */

TEST(ends_are_asked_for)
{
	struct pour_end end;
	int dir = open("/", O_RDONLY | O_CLOEXEC);
	int udp = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(pour_end_of(&end, -1), -EBADF);
	assert_int_equal(pour_end_of(&end, dir), -EISDIR);
	assert_int_equal(pour_end_of(&end, udp), -EOPNOTSUPP);
	(void)close(dir);
	(void)close(udp);
}

TEST(a_transfer_that_cannot_be_is_refused)
{
	struct pour_opts opts = { .methods = 1 << POUR_BY_SENDFILE };
	struct pour p;
	struct ends e;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1, &opts), -EINVAL);
	pour_finish(&p);
	assert_int_equal(pour_begin(&p, pour_memory("x", 1), e.src, 1, NULL),
			 -EINVAL);
	pour_finish(&p);
	opts.methods = 0;
	opts.reserved[3] = 1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1, &opts), -EINVAL);
	assert_int_equal(pour_step(&p), -EINVAL);
	pour_finish(&p);
	ends_close(&e);
}

TEST(finish_is_safe_on_nothing_and_twice)
{
	static struct pour zero;
	struct ends e;
	struct pour p;

	pour_finish(NULL);
	pour_finish(&zero);
	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	ends_move(&e);
	(void)pour_step(&p);
	pour_finish(&p);
	pour_finish(&p);
	ends_close(&e);
}

TEST(explain_says_what_happened)
{
	struct pour_account a = { .delivered = 5368709120,
				  .taken = 5368709120 };
	char line[200], cut[12];
	int n;

	a.moved[POUR_BY_SENDFILE] = 5368709120;
	a.calls[POUR_BY_SENDFILE] = 5120;
	a.left[POUR_BY_SPLICE] = EINVAL;
	n = pour_explain(&a, line, sizeof(line));
	assert_string_equal(line, "sendfile 5368709120 bytes in 5120 calls; "
				  "splice left: EINVAL");
	assert_int_equal(n, strlen(line));
	assert_int_equal(pour_explain(&a, cut, sizeof(cut)), n);
	assert_string_equal(cut, "sendfile 53");
	assert_int_equal(pour_explain(&a, NULL, 0), n);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Ends that the kernel's short ways do not take, and whose fault a failure
 * is. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

/* ── Refused by the call, done by another ── */

/* The n-th splice() says error; all arrives, and the account is the answer. */
static struct pour_account goes_on(enum ends_kind src, enum ends_kind dst,
				   enum fake_call call, int error)
{
	struct ends e;
	struct pour p;

	fake_reset();
	fake.fail_call = call;
	fake.fail_at = 1;
	fake.fail_errno = error;
	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	return p.account;
}

/* Kernels of vendors, and old ones of other machines. */
TEST(case45_a_valid_descriptor_may_be_refused)
{
	static const int errors[] = { EBADF,  EINVAL, EOPNOTSUPP,
				      ENOSYS, EPERM,  EACCES };

	for (unsigned i = 0; i < 6; i++) {
		int error = errors[i];

		assert_int_equal(
			goes_on(ENDS_PIPE, ENDS_TCP, FAKE_SPLICE, error)
				.left[POUR_BY_SPLICE],
			error);
		assert_int_equal(goes_on(ENDS_TCP, ENDS_TCP, FAKE_SPLICE, error)
					 .left[POUR_BY_PIPE],
				 error);
		assert_int_equal(
			goes_on(ENDS_FILE_AT, ENDS_TCP, FAKE_SENDFILE, error)
				.left[POUR_BY_SENDFILE],
			error);
	}
}

/* FUSE with direct_io: 0 although there are bytes. */
static void is_not_empty(enum fake_call call, enum pour_method method,
			 enum ends_kind dst)
{
	const struct pour_opts opts = { .methods = 1U << method |
						   1U << POUR_BY_COPY };
	struct ends e;
	struct pour p;

	fake_reset();
	fake.answers_set = true;
	fake.answers_call = call;
	ends_open(&e, ENDS_FILE_AT, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[method], ENODATA);
	assert_int_equal(p.account.moved[POUR_BY_COPY], ENDS_TOTAL);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case42_a_first_0_of_a_file_is_confirmed_by_read)
{
	is_not_empty(FAKE_SPLICE, POUR_BY_SPLICE, ENDS_PIPE);
	is_not_empty(FAKE_SPLICE, POUR_BY_PIPE, ENDS_TCP);
	is_not_empty(FAKE_SENDFILE, POUR_BY_SENDFILE, ENDS_TCP);
}

/* Of a stream 0 is the end, and it is not asked again. */
TEST(case42_a_0_of_a_pipe_is_the_end)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_PIPE, ENDS_TCP);
	(void)close(e.feed_fd);
	e.feed_fd = -1;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.calls[FAKE_READ], 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case39_a_file_of_procfs_without_splice_is_read)
{
	static char want[65536], got[65536];
	int fd = open("/proc/self/limits", O_RDONLY | O_CLOEXEC), s[2];
	struct pour_account a;
	ssize_t n = 0, r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s),
			 0);
	assert_true(pour_copy(s[0], fd, POUR_ALL, &a) > 0);
	assert_int_equal(a.left[POUR_BY_SENDFILE], EINVAL);
	assert_int_equal(a.moved[POUR_BY_COPY], a.delivered);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	while ((r = read(fd, want + n, sizeof(want) - (size_t)n)) > 0)
		n += r;
	assert_int_equal(a.delivered, n);
	assert_int_equal(recv(s[1], got, sizeof(got), MSG_WAITALL | MSG_PEEK),
			 n);
	assert_memory_equal(got, want, (size_t)n);
	(void)close(fd);
	(void)close(s[0]);
	(void)close(s[1]);
}

/* As make(1) sets it on its terminal. */
TEST(case40_an_appending_terminal_is_written_to)
{
	int tty, there = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct pour_account a;
	struct termios raw;
	char got[16] = "";
	struct ends e;

	if (there < 0)
		TEST_SKIP("no pseudo terminals here");
	assert_int_equal(grantpt(there) | unlockpt(there), 0);
	tty = open(ptsname(there), O_RDWR | O_NOCTTY | O_CLOEXEC | O_APPEND);
	assert_true(tty >= 0);
	assert_int_equal(tcgetattr(tty, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(tty, TCSANOW, &raw), 0);
	ends_open(&e, ENDS_PIPE, ENDS_DEVICE);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	assert_int_equal(pour_copy(tty, e.src_fd, 3, &a), 3);
	assert_int_equal(a.left[POUR_BY_SPLICE], EINVAL);
	assert_int_equal(a.moved[POUR_BY_COPY], 3);
	assert_int_equal(read(there, got, 3), 3);
	assert_string_equal(got, "abc");
	ends_close(&e);
	(void)close(tty);
	(void)close(there);
}

/* What splice() says of it is EINVAL; the errno that counts is write()'s. */
TEST(case41_a_full_device_is_full_and_null_is_empty)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct pour_account a;
	struct ends e;

	ends_open(&e, ENDS_PIPE, ENDS_PIPE);
	assert_int_equal(write(e.feed_fd, "abc", 3), 3);
	assert_int_equal(pour_copy(full, e.src_fd, POUR_ALL, &a), -ENOSPC);
	assert_int_equal(a.left[POUR_BY_SPLICE], EINVAL);
	assert_int_equal(a.side, POUR_SIDE_DST);
	assert_int_equal(pour_copy(e.dst_fd, null, POUR_ALL, &a), 0);
	assert_int_equal(a.ended, POUR_ENDED_SOURCE);
	ends_close(&e);
	(void)close(full);
	(void)close(null);
}

/* ── What is not an end ── */

TEST(case46_messages_are_no_stream)
{
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };
	struct pour_account a;
	struct pour_end end;
	int s[2];

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
			socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, s), 0);
		assert_int_equal(pour_end_of(&end, s[0]), -EOPNOTSUPP);
		assert_int_equal(pour_copy(s[0], s[1], 1, &a), -EOPNOTSUPP);
		(void)close(s[0]);
		(void)close(s[1]);
	}
	assert_int_equal(fake.n_log, 0);
}

/* From a socket or a pipe there is no sendfile(), and it is not tried. */
TEST(case65_sendfile_is_for_files)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_SENDFILE };
	static const enum ends_kind kinds[] = { ENDS_UNIX, ENDS_TCP,
						ENDS_PIPE };

	for (unsigned i = 0; i < 3; i++) {
		struct ends e;
		struct pour p;

		ends_open(&e, kinds[i], ENDS_TCP);
		assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts),
				 -EINVAL);
		assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL),
				 0);
		assert_int_equal(ends_run(&e, &p), 0);
		assert_int_equal(p.account.calls[POUR_BY_SENDFILE], 0);
		pour_finish(&p);
		ends_close(&e);
	}
}

/* ── Whose fault it is ── */

static enum pour_side side_of(enum ends_kind src, enum fake_call call,
			      unsigned n, int error)
{
	const struct pour_opts opts = {
		.methods = 1U << (call == FAKE_SPLICE ? POUR_BY_PIPE
						      : POUR_BY_SENDFILE),
	};
	struct ends e;
	struct pour p;

	fake_reset();
	ends_open(&e, src, ENDS_TCP);
	ends_feed(&e);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	fake.fail_call = call;
	fake.fail_at = n;
	fake.fail_errno = error;
	assert_int_equal(ends_run(&e, &p), -error);
	assert_int_equal(p.account.error, error);
	pour_finish(&p);
	ends_close(&e);
	return p.account.side;
}

/* Through a pipe the leg tells; of one call its errno does. */
TEST(case43_the_side_that_failed_is_named)
{
	assert_int_equal(side_of(ENDS_UNIX, FAKE_SPLICE, 1, ECONNRESET),
			 POUR_SIDE_SRC);
	assert_int_equal(side_of(ENDS_UNIX, FAKE_SPLICE, 2, ECONNRESET),
			 POUR_SIDE_DST);
	assert_int_equal(side_of(ENDS_FILE_AT, FAKE_SENDFILE, 2, EIO),
			 POUR_SIDE_SRC);
	assert_int_equal(side_of(ENDS_FILE_AT, FAKE_SENDFILE, 1, ECONNRESET),
			 POUR_SIDE_DST);
}

/* Bytes that were in the pipe when the peer went: each is there. */
TEST(case28_what_the_peer_never_got_is_read_back)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_PIPE };
	static unsigned char rest[1 << 20];
	struct ends e;
	struct pour p;
	int64_t n, sum = 0;
	int r;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	do {
		ends_feed(&e);
		r = pour_step(&p);
	} while (r != POUR_WANT_DST && r > 0);
	assert_int_equal(r, POUR_WANT_DST);
	(void)close(e.drain_fd);
	e.drain_fd = -1;
	assert_true(pour_run(&p) < 0);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	assert_true(pour_pending(&p) > 0);
	assert_int_equal(pour_pending(&p),
			 p.account.taken - p.account.delivered);
	while ((n = pour_residue(&p, rest, 10000)) > 0) {
		for (int64_t i = 0; i < n; i++)
			assert_int_equal(
				rest[i],
				ends_byte(&e, p.account.delivered +
						      (uint64_t)(sum + i)));
		sum += n;
	}
	assert_int_equal(sum, p.account.taken - p.account.delivered);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

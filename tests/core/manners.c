/* SPDX-License-Identifier: MIT */
/* Descriptors, positions and signals stay the caller's; ends that cannot be. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

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

TEST(case14_an_appending_destination_is_copied_to)
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
TEST(case63_sigpipe_does_not_reach_the_caller)
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

/* splice() takes some, the peer goes, and both are told at once. */
TEST(case63_a_success_may_raise_sigpipe_too)
{
	struct ends e;
	struct pour p;

	(void)signal(SIGPIPE, SIG_DFL);
	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	fake.raises = 1;
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(fake.raises, 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case63_a_sigpipe_that_was_pending_stays)
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

static int begin_within(int fd, uint64_t to, uint64_t from, uint64_t limit)
{
	struct pour p;
	int r = pour_begin(&p, pour_file_at(fd, to), pour_file_at(fd, from),
			   limit, NULL);

	if (r == 0 && limit < 10000) {
		assert_int_equal(pour_run(&p), 0);
		assert_int_equal(p.account.delivered, limit);
	}
	pour_finish(&p);
	return r;
}

TEST(case15_ranges_of_one_file_that_overlap_are_refused)
{
	int fd = memfd_create("one", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 10000), 0);
	assert_int_equal(begin_within(fd, 0, 0, 1), -ELOOP);
	assert_int_equal(begin_within(fd, 99, 0, 100), -ELOOP);
	assert_int_equal(begin_within(fd, 0, 99, 100), -ELOOP);
	assert_int_equal(begin_within(fd, 100, 0, 100), 0);
	assert_int_equal(begin_within(fd, 0, 100, 100), 0);
	assert_int_equal(begin_within(fd, 0, 5000, POUR_ALL), 0);
	assert_int_equal(begin_within(fd, 0, 4999, POUR_ALL), -ELOOP);
	(void)close(fd);
}

/* It would feed itself for ever. */
TEST(case16_a_file_is_not_copied_onto_its_own_end)
{
	int fd = memfd_create("one", MFD_CLOEXEC), again;
	char path[64];
	struct pour_account a;

	assert_int_equal(ftruncate(fd, 10000), 0);
	assert_int_equal(begin_within(fd, 10000, 0, POUR_ALL), -ELOOP);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(again >= 0);
	assert_int_equal(pour_copy(again, fd, POUR_ALL, &a), -ELOOP);
	assert_int_equal(lseek(fd, 0, SEEK_END), 10000);
	(void)close(again);
	(void)close(fd);
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

TEST_MAIN()

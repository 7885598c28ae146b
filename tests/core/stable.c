/* SPDX-License-Identifier: MIT */
/* POUR_STABLE: no page is shared whose content may still change. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { N = 100000 };

/* What the receiver gets of a file that changes after the transfer. */
static char seen_after_change(uint32_t flags, enum ends_kind dst,
			      struct pour_account *ret)
{
	const struct pour_opts opts = { .flags = flags };
	char buf[16], x = 'x';
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, dst);
	assert_int_equal(pwrite(e.src_fd, "o", 1, ENDS_SKIP + 8), 1);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 20000, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	*ret = p.account;
	pour_finish(&p);
	assert_int_equal(pwrite(e.src_fd, &x, 1, ENDS_SKIP + 8), 1);
	assert_int_equal(read(e.drain_fd, buf, sizeof(buf)), sizeof(buf));
	ends_close(&e);
	return buf[8];
}

/* Where it is wrong, the test before would not show anything. */
TEST(case50_zero_copy_shows_a_later_change)
{
	struct pour_account a;

	assert_int_equal(seen_after_change(0, ENDS_PIPE, &a), 'x');
	assert_int_equal(a.moved[POUR_BY_SPLICE], 20000);
}

TEST(case50_stable_bytes_do_not_change_under_way)
{
	struct pour_account a;

	assert_int_equal(seen_after_change(POUR_STABLE, ENDS_PIPE, &a), 'o');
	assert_int_equal(a.moved[POUR_BY_COPY], 20000);
	assert_int_equal(seen_after_change(POUR_STABLE, ENDS_TCP, &a), 'o');
	assert_int_equal(a.moved[POUR_BY_COPY], 20000);
}

static uint64_t moved_by_zero_copy(enum ends_kind src, enum ends_kind dst)
{
	const struct pour_opts opts = { .flags = POUR_STABLE };
	struct ends e;
	struct pour p;
	uint64_t n;

	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, N, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	n = p.account.delivered - p.account.moved[POUR_BY_COPY];
	pour_finish(&p);
	ends_close(&e);
	return n;
}

TEST(stable_costs_nothing_where_nothing_is_shared)
{
	assert_int_equal(moved_by_zero_copy(ENDS_FILE_AT, ENDS_FILE_AT), N);
	assert_int_equal(moved_by_zero_copy(ENDS_PIPE, ENDS_UNIX), N);
	assert_true(moved_by_zero_copy(ENDS_TCP, ENDS_FILE_AT) > 0);
	assert_int_equal(moved_by_zero_copy(ENDS_FILE_AT, ENDS_TCP), 0);
	assert_int_equal(moved_by_zero_copy(ENDS_FILE_AT, ENDS_PIPE), 0);
}

/* A file that nobody can write to any more may be shared. */
TEST(a_sealed_file_is_stable)
{
	const struct pour_opts opts = { .flags = POUR_STABLE };
	int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct ends e;
	struct pour p;

	assert_int_equal(ftruncate(fd, N), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, pour_file_at(fd, 0), N, &opts),
			 0);
	assert_int_equal(p.plan[0], POUR_BY_SENDFILE);
	pour_finish(&p);
	ends_close(&e);
	(void)close(fd);
}

TEST(stable_memory_is_copied_even_where_more_is_allowed)
{
	struct pour_acks acks = { 0 };
	const struct pour_opts opts = { .flags = POUR_STABLE, .acks = &acks };
	struct ends e;
	struct pour p;

	fake.zerocopy = true;
	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, N, &opts), 0);
	assert_int_equal(p.plan[0], POUR_BY_COPY);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

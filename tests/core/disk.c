/* SPDX-License-Identifier: MIT */
/* POUR_NODISK: "disk" is an answer, not a stall. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

static const struct pour_opts no_disk = { .flags = POUR_NODISK };

TEST(what_is_in_memory_does_not_wait)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &no_disk), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.waits[5], 0);
	assert_int_equal(p.account.moved[POUR_BY_SENDFILE], ENDS_TOTAL);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* A real cold file, where the file system lets its pages go. */
TEST(case66_what_is_on_disk_is_said_and_warmed)
{
	char path[] = "/var/tmp/pour-disk-XXXXXX";
	int fd = mkstemp(path);
	struct ends e;
	struct pour p;

	assert_true(fd >= 0);
	(void)unlink(path);
	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(write(fd, e.src.memory, ENDS_TOTAL), ENDS_TOTAL);
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	assert_int_equal(
		pour_begin(&p, e.dst, pour_file_at(fd, 0), POUR_ALL, &no_disk),
		0);
	if (pour_step(&p) != POUR_WANT_DISK) {
		(void)close(fd);
		ends_close(&e);
		TEST_SKIP("/var/tmp keeps its pages in memory");
	}
	assert_int_equal(p.account.taken, 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_true(p.account.waits[5] > 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	(void)close(fd);
}

static int step_with(enum fake_call fails, int error)
{
	struct ends e;
	struct pour p;
	int r;

	fake_reset();
	fake.answers_set = true;
	fake.answers_call = fails;
	fake.answers = -error;
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, &no_disk), 0);
	r = pour_step(&p);
	if (r == POUR_WANT_DISK) {
		assert_int_equal(pour_warm(&p), 0);
		r |= pour_step(&p);
	}
	assert_int_equal(p.account.delivered, 100000);
	pour_finish(&p);
	ends_close(&e);
	return r;
}

/* A file system without RWF_NOWAIT: the page cache is asked. */
TEST(case66_preadv2_may_be_refused)
{
	int fd = memfd_create("asked", MFD_CLOEXEC);
	bool can_tell = pour_sys_missing(fd, 0, 1) >= 0; /* since 6.5 */
	int want = can_tell ? 0 : POUR_WANT_DISK;

	(void)close(fd);
	assert_int_equal(step_with(FAKE_CACHED, EOPNOTSUPP), want);
	assert_int_equal(step_with(FAKE_CACHED, 0), want); /* 5.9, 5.10 */
}

/* cachestat() is new, and refused for files of others. */
TEST(cachestat_may_be_missing_or_refused)
{
	assert_int_equal(step_with(FAKE_MISSING, ENOSYS), 0);
	assert_int_equal(step_with(FAKE_MISSING, EPERM), 0);
}

TEST(the_disk_is_said_once_for_a_range)
{
	assert_int_equal(step_with(FAKE_CACHED, EAGAIN), POUR_WANT_DISK);
}

TEST(where_nobody_can_tell_the_disk_is_assumed)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_HERE, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, &no_disk), 0);
	fake.fail_call = FAKE_MISSING;
	fake.fail_at = 1;
	fake.fail_errno = ENOSYS;
	fake.answers_set = true;
	fake.answers_call = FAKE_CACHED;
	fake.answers = -EOPNOTSUPP;
	assert_int_equal(pour_step(&p), POUR_WANT_DISK);
	assert_int_equal(pour_warm(&p), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(ends_arrived(&e), 100000);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_run_warms_by_itself)
{
	struct ends e;
	struct pour p;

	fake.fail_at = 1;
	fake.fail_call = FAKE_CACHED;
	fake.fail_errno = EAGAIN;
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &no_disk), 0);
	assert_int_equal(pour_run(&p), 0);
	assert_int_equal(p.account.waits[5], 1);
	assert_int_equal(p.account.delivered, ENDS_TOTAL);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/*
 * Fact: SEEK_HOLE on procfs is EINVAL; SEEK_DATA in the hole at the end of a
 * file is ENXIO and not the size; and the end of a file is a hole. So an errno
 * other than ENXIO means "no holes are known" and all of it is copied
 * (lseek(2)).
 */
#include <errno.h>

#include "kit.h"

TEST(case76_procfs_knows_no_holes)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	assert_int_equal(lseek(fd, 0, SEEK_HOLE), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(lseek(fd, 0, SEEK_DATA), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(fd);
}

static void assert_ends_in_a_hole(int fd)
{
	enum { BYTES = 1 << 20 };
	off_t hole;

	assert_int_equal(pwrite(fd, "hello", 5, 0), 5);
	assert_int_equal(ftruncate(fd, BYTES), 0);
	hole = lseek(fd, 0, SEEK_HOLE);
	assert_true(hole > 0);
	if (hole < BYTES) {
		assert_int_equal(lseek(fd, hole, SEEK_DATA), -1);
		assert_int_equal(errno, ENXIO);
		assert_int_equal(lseek(fd, BYTES - 1, SEEK_HOLE), BYTES - 1);
	}
	assert_int_equal(lseek(fd, BYTES, SEEK_HOLE), -1);
	assert_int_equal(errno, ENXIO);
	assert_int_equal(lseek(fd, BYTES, SEEK_DATA), -1);
	assert_int_equal(errno, ENXIO);
	(void)close(fd);
}

TEST(case76_a_hole_at_the_end_in_memory)
{
	assert_ends_in_a_hole(memory_file(""));
}

TEST(case76_a_hole_at_the_end_on_disk)
{
	assert_ends_in_a_hole(disk_file());
}

TEST_MAIN()

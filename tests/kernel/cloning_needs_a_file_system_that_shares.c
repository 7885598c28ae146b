/* SPDX-License-Identifier: MIT */
/*
 * Fact: FICLONE between mounts is EXDEV, and EOPNOTSUPP on a file system that
 * shares no extents, as ext4 and tmpfs; nothing is copied (ioctl_ficlone(2)).
 * So both leave the method.
 */
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "kit.h"

enum {
	EXT4_MAGIC = 0xef53,
};

static void assert_no_clone(int src, int dst, int why)
{
	assert_int_equal(pwrite(src, "hello", 5, 0), 5);
	assert_int_equal(ioctl(dst, FICLONE, src), -1);
	assert_int_equal(errno, why);
	assert_int_equal(lseek(dst, 0, SEEK_END), 0);
	(void)close(src);
	(void)close(dst);
}

TEST(case71_ext4_does_not_clone)
{
	int src = disk_file();
	struct statfs fs;

	assert_int_equal(fstatfs(src, &fs), 0);
	if (fs.f_type != EXT4_MAGIC) {
		(void)close(src);
		TEST_SKIP("/tmp is no ext4, and may share extents");
	}
	assert_no_clone(src, disk_file(), EOPNOTSUPP);
}

TEST(case71_memory_does_not_clone)
{
	assert_no_clone(memory_file(""), memory_file(""), EOPNOTSUPP);
}

TEST(case71_another_file_system_is_refused)
{
	assert_no_clone(disk_file(), memory_file(""), EXDEV);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/*
 * Fact: where extents are not shared, copy_file_range() writes the zeros of a
 * hole (copy_file_range(2), NOTES), here on ext4 and tmpfs. So whoever wants
 * the holes asks SEEK_DATA for them and copies around them.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "kit.h"

enum {
	EXT4_MAGIC = 0xef53,
	HOLE_BYTES = 1 << 20,
};

static void assert_holes_are_filled(int src, int dst)
{
	struct stat before, after;
	off_t at = 0;

	assert_int_equal(ftruncate(src, HOLE_BYTES), 0);
	assert_int_equal(fstat(src, &before), 0);
	assert_int_equal(copy_file_range(src, &at, dst, NULL, HOLE_BYTES, 0),
			 HOLE_BYTES);
	assert_int_equal(fsync(dst), 0);
	assert_int_equal(fstat(dst, &after), 0);
	assert_int_equal(before.st_blocks, 0);
	assert_true(after.st_blocks >= HOLE_BYTES / 512);
	assert_int_equal(lseek(dst, 0, SEEK_HOLE), HOLE_BYTES);
	(void)close(src);
	(void)close(dst);
}

TEST(case17_a_copy_on_disk_has_no_holes)
{
	int src = disk_file();
	struct statfs fs;

	assert_int_equal(fstatfs(src, &fs), 0);
	if (fs.f_type != EXT4_MAGIC) {
		(void)close(src);
		TEST_SKIP("/tmp is no ext4, and may share extents");
	}
	assert_holes_are_filled(src, disk_file());
}

TEST(case17_a_copy_in_memory_has_no_holes)
{
	assert_holes_are_filled(memory_file(""), memory_file(""));
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Clones and holes on file systems that share extents, and on those that do
 * not: real ones, on loop mounts. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <pour.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_sys.h"
#include "mounts.h"
#include "test.h"

enum { BLOCK = 4096, SIZE = (1 << 20) + 100 };

static char bytes[SIZE], got[SIZE];

static int create(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static int source(void)
{
	int fd = create("source");

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	assert_int_equal(pwrite(fd, bytes, SIZE, 0), SIZE);
	assert_int_equal(fsync(fd), 0);
	return fd;
}

/* Whether the first extent is shared with another file: not by time. */
static int is_shared(int fd)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent[1];
	} f;

	memset(&f, 0, sizeof(f));
	f.map.fm_length = FIEMAP_MAX_OFFSET;
	f.map.fm_flags = FIEMAP_FLAG_SYNC;
	f.map.fm_extent_count = 1;
	assert_int_equal(ioctl(fd, FS_IOC_FIEMAP, &f), 0);
	return f.map.fm_mapped_extents == 1 &&
	       (f.extent[0].fe_flags & FIEMAP_EXTENT_SHARED) != 0;
}

static struct pour_account copy_at(struct pour_end dst, struct pour_end src,
				   uint64_t limit, const struct pour_opts *opts)
{
	struct pour p;

	assert_int_equal(pour_begin(&p, dst, src, limit, opts), 0);
	assert_int_equal(pour_run(&p), 0);
	pour_finish(&p);
	return p.account;
}

static void check_bytes(int fd, off_t at, size_t n)
{
	assert_int_equal(pread(fd, got, n, at), n);
	assert_memory_equal(got, bytes, n);
}

static void clones_a_whole_file(const char *type, const char *options)
{
	struct pour_account a;
	int src, dst;

	mounts_enter(type, options);
	src = source();
	dst = create("clone");
	a = copy_at(pour_file_at(dst, 0), pour_file_at(src, 0), POUR_ALL, NULL);
	assert_int_equal(a.moved[POUR_BY_CLONE], SIZE);
	assert_int_equal(a.calls[POUR_BY_CLONE], 1);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_WRITE], 0);
	assert_int_equal(fake.calls[FAKE_SPLICE] + fake.calls[FAKE_RANGE], 0);
	assert_true(is_shared(dst));
	check_bytes(dst, 0, SIZE);
	/* Copied on write: what is written here is not seen there. */
	assert_int_equal(pwrite(src, "changed", 7, 0), 7);
	check_bytes(dst, 0, SIZE);
	(void)close(src);
	(void)close(dst);
}

TEST(case71_btrfs_clones_a_whole_file)
{
	clones_a_whole_file("btrfs", "");
}

TEST(case71_xfs_clones_a_whole_file)
{
	clones_a_whole_file("xfs", "");
}

/* Its blocks look sparse, and it is not. */
TEST(case77_a_compressed_file_is_cloned)
{
	clones_a_whole_file("btrfs", "compress-force=zstd");
}

static void clones_blocks_and_copies_the_tail(const char *type)
{
	struct pour_account a;
	int src, dst;

	mounts_enter(type, "");
	src = source();
	dst = create("longer");
	memset(got, 'x', SIZE);
	assert_int_equal(pwrite(dst, got, SIZE, 0), SIZE);
	a = copy_at(pour_file_at(dst, 0), pour_file_at(src, 0), 10 * BLOCK + 5,
		    NULL);
	assert_int_equal(a.moved[POUR_BY_CLONE], 10 * BLOCK);
	assert_int_equal(a.delivered, 10 * BLOCK + 5);
	check_bytes(dst, 0, 10 * BLOCK + 5);
	/* Not a byte behind the limit, and it is as long as it was. */
	assert_int_equal(pread(dst, got, SIZE, 10 * BLOCK + 5),
			 SIZE - 10 * BLOCK - 5);
	for (int i = 0; i < SIZE - 10 * BLOCK - 5; i++)
		assert_int_equal(got[i], 'x');
	(void)close(src);
	(void)close(dst);
}

TEST(case73_btrfs_clones_blocks_and_copies_the_tail)
{
	clones_blocks_and_copies_the_tail("btrfs");
}

TEST(case73_xfs_clones_blocks_and_copies_the_tail)
{
	clones_blocks_and_copies_the_tail("xfs");
}

/* The end of the source, into the middle of a longer file, is no block. */
TEST(case73_an_unaligned_end_into_the_middle_is_copied)
{
	struct pour_account a;
	int src, dst;

	mounts_enter("xfs", "");
	src = source();
	dst = create("longer");
	assert_int_equal(ftruncate(dst, 4 * SIZE), 0);
	a = copy_at(pour_file_at(dst, BLOCK), pour_file_at(src, 0), POUR_ALL,
		    NULL);
	assert_int_equal(a.left[POUR_BY_CLONE], EINVAL);
	assert_int_equal(a.delivered, SIZE);
	check_bytes(dst, BLOCK, SIZE);
	(void)close(src);
	(void)close(dst);
}

TEST(clone_follows_the_files_own_positions)
{
	struct pour_end from, to;
	struct pour_account a;
	int src, dst;

	mounts_enter("btrfs", "");
	src = source();
	dst = create("clone");
	assert_int_equal(lseek(src, 2 * BLOCK, SEEK_SET), 2 * BLOCK);
	assert_int_equal(lseek(dst, BLOCK, SEEK_SET), BLOCK);
	assert_int_equal(pour_end_of(&from, src), 0);
	assert_int_equal(pour_end_of(&to, dst), 0);
	a = copy_at(to, from, 3 * BLOCK, NULL);
	assert_int_equal(a.moved[POUR_BY_CLONE], 3 * BLOCK);
	assert_int_equal(lseek(src, 0, SEEK_CUR), 5 * BLOCK);
	assert_int_equal(lseek(dst, 0, SEEK_CUR), 4 * BLOCK);
	assert_int_equal(pread(dst, got, 3 * BLOCK, BLOCK), 3 * BLOCK);
	assert_memory_equal(got, bytes + 2 * BLOCK, 3 * BLOCK);
	(void)close(src);
	(void)close(dst);
}

TEST(case74_clone_never_shares_nothing)
{
	const struct pour_opts never = { .clone = POUR_CLONE_NEVER };
	struct pour_account a;
	int src, dst;

	mounts_enter("btrfs", "");
	src = source();
	dst = create("copy");
	a = copy_at(pour_file_at(dst, 0), pour_file_at(src, 0), POUR_ALL,
		    &never);
	assert_int_equal(a.moved[POUR_BY_CLONE] + a.moved[POUR_BY_RANGE], 0);
	assert_false(is_shared(dst));
	check_bytes(dst, 0, SIZE);
	(void)close(src);
	(void)close(dst);
}

/* Where nothing can be shared nothing is left behind either. */
TEST(case79_a_clone_that_must_be_and_cannot_changes_nothing)
{
	const struct pour_opts always = { .clone = POUR_CLONE_ALWAYS };
	struct stat st;
	struct pour p;
	int src, dst;

	mounts_enter("ext4", "");
	src = source();
	dst = create("old");
	assert_int_equal(pwrite(dst, "old", 3, 0), 3);
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), POUR_ALL, &always),
			 0);
	assert_int_equal(pour_run(&p), -EOPNOTSUPP);
	assert_int_equal(p.account.left[POUR_BY_CLONE], EOPNOTSUPP);
	pour_finish(&p);
	assert_int_equal(fstat(dst, &st), 0);
	assert_int_equal(st.st_size, 3);
	(void)close(src);
	(void)close(dst);
}

static void keeps_holes(const char *type)
{
	const struct pour_opts opts = { .flags = POUR_HOLES,
					.clone = POUR_CLONE_NEVER };
	struct pour_account a;
	struct stat st;
	int src, dst;

	mounts_enter(type, "");
	src = create("sparse");
	dst = create("copy");
	assert_int_equal(pwrite(src, "data", 4, 8 << 20), 4);
	assert_int_equal(ftruncate(src, 16 << 20), 0);
	a = copy_at(pour_file_at(dst, 0), pour_file_at(src, 0), POUR_ALL,
		    &opts);
	assert_int_equal(a.delivered, 16 << 20);
	assert_true(a.moved[POUR_BY_HOLE] >= (15 << 20));
	assert_int_equal(fsync(dst), 0);
	assert_int_equal(fstat(dst, &st), 0);
	assert_int_equal(st.st_size, 16 << 20);
	assert_true(st.st_blocks * 512 <= 1 << 20);
	assert_int_equal(pread(dst, got, 4, 8 << 20), 4);
	assert_memory_equal(got, "data", 4);
	(void)close(src);
	(void)close(dst);
}

TEST(case17_holes_are_kept_on_btrfs)
{
	keeps_holes("btrfs");
}

TEST(case17_holes_are_kept_on_xfs)
{
	keeps_holes("xfs");
}

TEST(case17_holes_are_kept_on_ext4)
{
	keeps_holes("ext4");
}

TEST_MAIN()

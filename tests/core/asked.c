/* SPDX-License-Identifier: MIT */
/* What a transfer asks about its ends before it moves a byte, counted. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pour.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pool.h"
#include "fake_sys.h"
#include "test.h"

enum { SIZE = 5000 };

struct files {
	int src, dst;
};

static int new_file(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct files files_open(void)
{
	struct files f = { new_file(), new_file() };

	assert_int_equal(ftruncate(f.src, SIZE), 0);
	fake_reset();
	return f;
}

static void files_close(struct files f)
{
	assert_int_equal(close(f.src) | close(f.dst), 0);
}

/* A transfer of all; so many calls of fstat() and of fstatfs() plan it. */
static void asks(struct pour_end dst, struct pour_end src,
		 const struct pour_opts *opts, const unsigned calls[2])
{
	struct pour p;

	fake.calls[FAKE_STAT] = fake.calls[FAKE_FS_TYPE] = 0;
	assert_int_equal(pour_begin(&p, dst, src, SIZE, opts), 0);
	assert_int_equal(fake.calls[FAKE_STAT], calls[0]);
	assert_int_equal(fake.calls[FAKE_FS_TYPE], calls[1]);
	assert_int_equal(pour_run(&p), 0);
	assert_int_equal(p.account.delivered, SIZE);
	pour_finish(&p);
}

static struct pour_end known(int fd, uint64_t offset)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return pour_file_known(fd, offset, &st);
}

/* ── How often ── */

TEST(each_file_is_asked_once)
{
	struct files f = files_open();

	asks(pour_file_at(f.dst, 0), pour_file_at(f.src, 0), NULL,
	     (const unsigned[]){ 2, 1 });
	files_close(f);
}

TEST(a_file_that_is_known_is_not_asked)
{
	struct files f = files_open();
	struct pour_end src, dst;

	asks(pour_file_at(f.dst, 0), known(f.src, 0), NULL,
	     (const unsigned[]){ 1, 1 });
	assert_int_equal(pour_end_of(&src, f.src), 0);
	assert_int_equal(pour_end_of(&dst, f.dst), 0);
	src.offset = dst.offset = 0;
	asks(dst, src, NULL, (const unsigned[]){ 0, 1 });
	asks(dst, src, NULL, (const unsigned[]){ 0, 1 });
	files_close(f);
}

TEST(a_pool_knows_file_systems)
{
	struct files f = files_open();
	struct pour_opts opts = { .pool = NULL };

	assert_int_equal(pour_pool_new(&opts.pool, 0, 0), 0);
	asks(known(f.dst, 0), known(f.src, 0), &opts,
	     (const unsigned[]){ 0, 1 });
	asks(known(f.dst, 0), known(f.src, 0), &opts,
	     (const unsigned[]){ 0, 0 });
	assert_null(pour_pool_free(opts.pool));
	files_close(f);
}

TEST(who_knows_that_they_are_two_says_so)
{
	const struct pour_opts opts = { .flags = POUR_APART,
					.methods = 1 << POUR_BY_COPY };
	struct files f = files_open();

	asks(pour_file_at(f.dst, 0), known(f.src, 0), &opts,
	     (const unsigned[]){ 0, 0 });
	files_close(f);
}

/* The devices are not those that they are on: nobody looks. */
TEST(two_disks_share_nothing_and_are_not_asked)
{
	struct files f = files_open();
	struct pour_end src = known(f.src, 0), dst = known(f.dst, 0);

	src.device = 8 << 20 | 1;
	dst.device = 8 << 20 | 2;
	asks(dst, src, NULL, (const unsigned[]){ 0, 0 });
	/* Subvolumes have numbers of their own, and do share. */
	src.device = 1;
	dst.device = 2;
	asks(dst, src, NULL, (const unsigned[]){ 0, 1 });
	files_close(f);
}

/* ── And that it is right ── */

TEST(what_fstat_said_is_kept)
{
	struct files f = files_open();
	struct pour_end e = known(f.src, 1000), all;
	struct stat st;

	assert_int_equal(fstat(f.src, &st), 0);
	assert_int_equal(e.kind, POUR_FILE);
	assert_int_equal(e.inode, st.st_ino);
	assert_int_equal(e.size, SIZE - 1000);
	assert_int_equal(known(f.src, POUR_HERE).size, 0);
	assert_int_equal(known(f.src, SIZE).size, 0);
	assert_int_equal(pour_end_of(&all, f.src), 0);
	assert_int_equal(all.inode, e.inode);
	assert_int_equal(all.device, e.device);
	e.reserved = 1;
	assert_int_equal(
		pour_begin(&(struct pour){ .limit = 0 }, e, e, 1, NULL),
		-EINVAL);
	files_close(f);
}

TEST(one_file_is_refused_however_it_is_known)
{
	struct files f = files_open();
	const struct pour_end ends[] = { known(f.src, 0),
					 pour_file_at(f.src, 0) };
	struct pour p;

	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pour_begin(&p, ends[i / 2], ends[i % 2], 100, NULL),
			-ELOOP);
	files_close(f);
}

/* As on xfs: the plan of the second is that of the first. */
TEST(what_a_pool_knows_is_planned_with)
{
	struct files f = files_open();
	struct pour_opts opts = { .pool = NULL };
	struct pour p;

	assert_int_equal(pour_pool_new(&opts.pool, 0, 0), 0);
	fake.fs_type = XFS_SUPER_MAGIC;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pour_begin(&p, known(f.dst, 0),
					    known(f.src, 0), SIZE, &opts),
				 0);
		assert_int_equal(p.plan[0], POUR_BY_CLONE);
		assert_int_equal(fake.calls[FAKE_FS_TYPE], 1);
		pour_finish(&p);
	}
	assert_null(pour_pool_free(opts.pool));
	files_close(f);
}

/* It has room for some; who was noted first is asked anew. */
TEST(a_pool_forgets_devices)
{
	struct pour_pool *pool;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	assert_int_equal(pour_pool_shares(NULL, 1), -1);
	for (uint32_t i = 0; i < 20; i++) {
		assert_int_equal(pour_pool_shares(pool, i), -1);
		pour_pool_note_shares(pool, i, i % 2);
		if (i > 0)
			assert_int_equal(pour_pool_shares(pool, i), i % 2);
	}
	assert_int_equal(pour_pool_shares(pool, 1), -1);
	assert_null(pour_pool_free(pool));
}

TEST_MAIN()

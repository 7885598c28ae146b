/* SPDX-License-Identifier: MIT */
/* Folders read one entry after the other, and their entries in order. */
#include "serve/folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/cache.h"
#include "serve/folder_list.h"
#include "test.h"
#include "tree.h"

/* What a test has open. */
struct reading {
	struct tree tree;
	struct policy policy;
	struct folder folder;
};

static void reading_init(struct reading *r)
{
	tree_init(&r->tree);
	r->policy = (struct policy){ .root = { .fd = r->tree.root } };
	assert_int_equal(folder_open(&r->folder, &r->policy, r->tree.root, ""),
			 0);
}

static void reading_done(struct reading *r)
{
	folder_close(&r->folder);
	folder_close(&r->folder);
	tree_done(&r->tree);
}

static void many(const struct tree *t, int n)
{
	char name[32];

	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "file-%d", i);
		tree_sparse(t, name, (size_t)i);
	}
}

/* The next one that is for clients; false: the end. */
static bool next(struct folder *f, struct folder_entry *ret)
{
	int r;

	do
		r = folder_next(f, ret);
	while (r == FOLDER_LEFT_OUT);
	assert_true(r == FOLDER_ENTRY || r == FOLDER_END);
	return r == FOLDER_ENTRY;
}

/* More than one buffer holds, and two readers do not disturb each other. */
TEST(folder_gives_each_entry_once)
{
	enum { N = 2000 };
	static char seen[N];
	static struct reading r;
	static struct folder other;
	struct folder_entry e;
	int n;

	reading_init(&r);
	many(&r.tree, N);
	assert_int_equal(folder_open(&other, &r.policy, r.tree.root, ""), 0);
	while (next(&r.folder, &e)) {
		assert_int_equal(sscanf(e.name, "file-%d", &n), 1);
		assert_int_equal(e.len, strlen(e.name));
		assert_int_equal(e.size, n);
		assert_int_equal(seen[n]++, 0);
		if (n % 3 == 0)
			assert_true(next(&other, &e));
	}
	for (n = 0; n < N; n++)
		assert_int_equal(seen[n], 1);
	assert_false(next(&r.folder, &e));
	folder_close(&other);
	reading_done(&r);
}

/* From the position of each entry all that come after it are seen. */
TEST(folder_goes_on_at_a_position)
{
	enum { N = 500 };
	static struct folder_entry all[N];
	static struct reading r;
	struct folder_entry e;
	uint32_t n = 0;

	reading_init(&r);
	many(&r.tree, N);
	while (next(&r.folder, &all[n]))
		n++;
	assert_int_equal(n, N);
	for (uint32_t i = 0; i < N; i += 97) {
		uint32_t rest = 0;

		assert_int_equal(folder_seek(&r.folder, all[i].next), 0);
		while (next(&r.folder, &e))
			rest++;
		assert_int_equal(rest, N - 1 - i);
	}
	assert_int_equal(folder_seek(&r.folder, UINT64_MAX), -EINVAL);
	assert_int_equal(folder_seek(&r.folder, 0), 0);
	assert_true(next(&r.folder, &e));
	reading_done(&r);
}

TEST(folder_leaves_out_what_cannot_be_had)
{
	static struct reading r;
	struct folder_entry e;
	uint32_t left_out = 0;
	int found;

	reading_init(&r);
	tree_file(&r.tree, ".hidden", "");
	tree_link(&r.tree, "outside", "../..");
	tree_link(&r.tree, "dangling", "nowhere");
	tree_link(&r.tree, "inside", "file");
	tree_file(&r.tree, "file", "1234567");
	assert_int_equal(mkfifoat(r.tree.root, "fifo", 0644), 0);
	while ((found = folder_next(&r.folder, &e)) != FOLDER_END) {
		left_out += found == FOLDER_LEFT_OUT;
		if (found == FOLDER_ENTRY)
			assert_int_equal(e.size, 7);
	}
	assert_int_equal(left_out, 2 + 4); /* "." and ".." as well */
	reading_done(&r);
}

/* ── In order ── */

static const struct folder_entry some[] = {
	{.name = "b",  .len = 1, .size = 10,        .mtime = 30},
	{ .name = "B", .len = 1, .size = 10,        .mtime = 20},
	{ .name = "a", .len = 1, .size = 99,        .mtime = -5},
	{ .name = "z", .len = 1, .is_folder = true, .mtime = 10},
	{ .name = "y", .len = 1, .is_folder = true, .mtime = 40},
};
enum { SOME = sizeof(some) / sizeof(some[0]) };

static void list_init(struct folder_list *l, uint32_t *quota)
{
	folder_list_init(l, quota);
	for (int i = 0; i < SOME; i++)
		assert_int_equal(folder_list_add(l, &some[i]), 0);
}

/* The names of the sorted list in a row are these. */
static void check_order(enum folder_sort sort, bool descending,
			const char *names)
{
	uint32_t quota = SOME;
	struct folder_list l;
	struct folder_entry e;

	list_init(&l, &quota);
	folder_list_sort(&l, sort, descending);
	for (uint32_t i = 0; i < SOME; i++) {
		e = folder_list_at(&l, i);
		assert_int_equal(e.name[0], names[i]);
		assert_int_equal(folder_list_after(&l, &e, sort, descending),
				 i + 1);
	}
	folder_list_done(&l);
	assert_int_equal(quota, SOME);
}

TEST(folder_list_orders)
{
	check_order(FOLDER_BY_NAME, false, "yzaBb");
	check_order(FOLDER_BY_NAME, true, "zybBa");
	check_order(FOLDER_BY_SIZE, false, "yzBba");
	check_order(FOLDER_BY_SIZE, true, "zyabB");
	check_order(FOLDER_BY_TIME, false, "zyaBb");
	check_order(FOLDER_BY_TIME, true, "yzbBa");
}

/* What is gone meanwhile still has its place. */
TEST(folder_list_after_one_that_is_gone)
{
	struct folder_entry gone = { .name = "aa", .len = 2 };
	uint32_t quota = SOME;
	struct folder_list l;

	list_init(&l, &quota);
	folder_list_sort(&l, FOLDER_BY_NAME, false);
	assert_int_equal(folder_list_after(&l, &gone, FOLDER_BY_NAME, false),
			 3);
	gone.is_folder = true;
	assert_int_equal(folder_list_after(&l, &gone, FOLDER_BY_NAME, false),
			 0);
	gone.is_folder = false;
	gone.name = "zz";
	assert_int_equal(folder_list_after(&l, &gone, FOLDER_BY_NAME, false),
			 SOME);
	folder_list_done(&l);
}

TEST(folder_list_is_bounded)
{
	uint32_t quota = FOLDER_LIST_MAX + 10, few = 3;
	struct folder_list l, other;

	folder_list_init(&l, &quota);
	for (int i = 0; i < FOLDER_LIST_MAX; i++)
		assert_int_equal(folder_list_add(&l, &some[0]), 0);
	assert_int_equal(folder_list_add(&l, &some[0]), -E2BIG);
	folder_list_init(&other, &quota);
	for (int i = 0; i < 10; i++)
		assert_int_equal(folder_list_add(&other, &some[0]), 0);
	assert_int_equal(folder_list_add(&other, &some[0]), -ENOBUFS);
	folder_list_done(&l);
	assert_int_equal(folder_list_add(&other, &some[0]), 0);
	folder_list_done(&other);
	assert_int_equal(quota, FOLDER_LIST_MAX + 10);
	folder_list_init(&l, &few);
	folder_list_done(&l);
	folder_list_done(&l);
	assert_int_equal(few, 3);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* What can be opened below the root, and above all what cannot. */
#include "serve/find.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/base.h"
#include "test.h"
#include "tree.h"

/* The status that path is answered with; 0: it opens. */
static int status_by(const struct tree *t, const char *path,
		     enum find_links links)
{
	const struct find_root root = { .fd = t->root, .links = links };
	struct stat st, again;
	int fd = find_open(&root, path, &st);

	if (fd < 0) {
		assert_int_equal(find_stat(&root, path, &again) < 0, 1);
		return find_status(fd);
	}
	assert_int_equal(find_stat(&root, path, &again), 0);
	assert_true(again.st_ino == st.st_ino);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(close(fd), 0);
	return 0;
}

static int status_of(const struct tree *t, const char *path)
{
	return status_by(t, path, FIND_INSIDE);
}

TEST(find_opens_files_and_folders)
{
	struct tree t;

	tree_init(&t);
	tree_folder(&t, "a");
	tree_file(&t, "a/b", "text");
	assert_int_equal(status_of(&t, ""), 0);
	assert_int_equal(status_of(&t, "a"), 0);
	assert_int_equal(status_of(&t, "a/"), 0);
	assert_int_equal(status_of(&t, "a/b"), 0);
	assert_int_equal(status_of(&t, "a/b/"), 404);
	assert_int_equal(status_of(&t, "a/b/c"), 404);
	assert_int_equal(status_of(&t, "c"), 404);
	tree_done(&t);
}

TEST(find_does_not_climb)
{
	struct tree t;

	tree_init(&t);
	tree_folder(&t, "a");
	assert_int_equal(status_of(&t, ".."), 403);
	assert_int_equal(status_of(&t, "../"), 403);
	assert_int_equal(status_of(&t, "a/../.."), 403);
	assert_int_equal(status_of(&t, "a/../../etc/passwd"), 403);
	assert_int_equal(status_of(&t, "/etc/passwd"), 403);
	assert_int_equal(status_of(&t, "/"), 403);
	tree_done(&t);
}

TEST(find_follows_links_inside_only)
{
	struct tree t;
	char absolute[TREE_PATH_SIZE];

	tree_init(&t);
	tree_folder(&t, "a");
	tree_file(&t, "a/b", "text");
	tree_link(&t, "inside", "a/b");
	tree_link(&t, "a/up", "../inside");
	tree_link(&t, "out", "../../etc/passwd");
	tree_link(&t, "folder-out", "..");
	tree_link(&t, "etc", "/etc");
	tree_path(&t, "a/b", absolute);
	tree_link(&t, "absolute", absolute);
	tree_link(&t, "circle", "circle");
	tree_link(&t, "dangling", "nowhere");
	assert_int_equal(status_of(&t, "inside"), 0);
	assert_int_equal(status_of(&t, "a/up"), 0);
	assert_int_equal(status_of(&t, "out"), 403);
	assert_int_equal(status_of(&t, "folder-out"), 403);
	assert_int_equal(status_of(&t, "folder-out/etc"), 403);
	assert_int_equal(status_of(&t, "etc"), 403);
	assert_int_equal(status_of(&t, "etc/passwd"), 403);
	assert_int_equal(status_of(&t, "absolute"), 403);
	assert_int_equal(status_of(&t, "circle"), 403);
	assert_int_equal(status_of(&t, "dangling"), 404);
	tree_done(&t);
}

TEST(find_follows_no_link_at_all)
{
	struct tree t;

	tree_init(&t);
	tree_folder(&t, "a");
	tree_file(&t, "a/b", "text");
	tree_link(&t, "inside", "a/b");
	tree_link(&t, "folder", "a");
	assert_int_equal(status_by(&t, "", FIND_NEVER), 0);
	assert_int_equal(status_by(&t, "a/b", FIND_NEVER), 0);
	assert_int_equal(status_by(&t, "inside", FIND_NEVER), 403);
	assert_int_equal(status_by(&t, "folder", FIND_NEVER), 403);
	assert_int_equal(status_by(&t, "folder/", FIND_NEVER), 403);
	assert_int_equal(status_by(&t, "folder/b", FIND_NEVER), 403);
	assert_int_equal(status_by(&t, "a/../../x", FIND_NEVER), 403);
	assert_int_equal(status_by(&t, "/etc/passwd", FIND_NEVER), 403);
	tree_done(&t);
}

/* Links may lead anywhere, but a path itself still may not. */
TEST(find_follows_all_links)
{
	struct tree t;
	char absolute[TREE_PATH_SIZE];

	tree_init(&t);
	tree_folder(&t, "a");
	tree_file(&t, "a/b", "text");
	tree_file(&t, "a/..b", "text");
	tree_path(&t, "a/b", absolute);
	tree_link(&t, "absolute", absolute);
	tree_link(&t, "out", "/etc/passwd");
	tree_link(&t, "etc", "/etc");
	tree_link(&t, "zero", "/dev/zero");
	tree_link(&t, "circle", "circle");
	assert_int_equal(status_by(&t, "absolute", FIND_FOLLOW), 0);
	assert_int_equal(status_by(&t, "out", FIND_FOLLOW), 0);
	assert_int_equal(status_by(&t, "etc", FIND_FOLLOW), 0);
	assert_int_equal(status_by(&t, "etc/passwd", FIND_FOLLOW), 0);
	assert_int_equal(status_by(&t, "a/..b", FIND_FOLLOW), 0);
	assert_int_equal(status_by(&t, "zero", FIND_FOLLOW), 404);
	assert_int_equal(status_by(&t, "circle", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "/etc/passwd", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "/", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "..", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "../", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "a/..", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "a/../a/b", FIND_FOLLOW), 403);
	assert_int_equal(status_by(&t, "etc/../x", FIND_FOLLOW), 403);
	tree_done(&t);
}

/* A magic link does not resolve a path at all, it jumps (proc(5)). */
TEST(find_refuses_magic_links)
{
	struct stat st;
	struct find_root root = { .fd = find_root("/proc/self") };
	static const char *const magic[] = { "cwd", "root/etc", "fd/0", "exe" };

	assert_true(root.fd >= 0);
	for (int links = FIND_INSIDE; links <= FIND_FOLLOW; links++) {
		root.links = (enum find_links)links;
		for (size_t i = 0; i < ARRAY_SIZE(magic); i++)
			assert_int_equal(
				find_status(find_open(&root, magic[i], &st)),
				403);
	}
	assert_int_equal(close(root.fd), 0);
}

TEST(find_refuses_what_is_no_file)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char path[TREE_PATH_SIZE];
	struct tree t;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	tree_init(&t);
	assert_true(s >= 0);
	tree_path(&t, "socket", path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(s, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(mkfifoat(t.root, "fifo", 0644), 0);
	assert_int_equal(status_of(&t, "socket"), 404);
	assert_int_equal(status_of(&t, "fifo"), 404); /* and does not block */
	assert_int_equal(close(s), 0);
	tree_done(&t);
}

TEST(find_refuses_devices)
{
	struct stat st;
	const struct find_root root = { .fd = find_root("/dev") };

	assert_true(root.fd >= 0);
	assert_int_equal(find_status(find_open(&root, "null", &st)), 404);
	assert_int_equal(find_status(find_open(&root, "zero", &st)), 404);
	assert_int_equal(close(root.fd), 0);
}

TEST(find_refuses_long_names)
{
	struct tree t;
	char name[6000];

	tree_init(&t);
	memset(name, 'a', 300);
	name[300] = '\0';
	assert_int_equal(status_of(&t, name), 404);
	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "a/", 2);
	name[sizeof(name) - 2] = '\0';
	assert_int_equal(status_of(&t, name), 404);
	tree_done(&t);
}

TEST(find_says_forbidden_without_rights)
{
	struct stat st;
	struct tree t;
	int r;

	tree_init(&t);
	tree_file(&t, "secret", "text");
	assert_int_equal(fchmodat(t.root, "secret", 0, 0), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	r = find_open(&(struct find_root){ .fd = t.root }, "secret", &st);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	tree_done(&t);
	/* The folder is 0700: a stranger may not even enter it. */
	assert_int_equal(r, -EACCES);
	assert_int_equal(find_status(r), 403);
}

TEST(find_status_of_a_lack)
{
	assert_int_equal(find_status(-EMFILE), 503);
	assert_int_equal(find_status(-ENFILE), 503);
	assert_int_equal(find_status(-EAGAIN), 503);
	assert_int_equal(find_status(-EIO), 500);
}

TEST(find_root_wants_a_folder)
{
	struct tree t;
	char path[TREE_PATH_SIZE];

	tree_init(&t);
	tree_file(&t, "file", "text");
	tree_path(&t, "file", path);
	assert_int_equal(find_root(path), -ENOTDIR);
	tree_path(&t, "none", path);
	assert_int_equal(find_root(path), -ENOENT);
	tree_done(&t);
}

TEST_MAIN()

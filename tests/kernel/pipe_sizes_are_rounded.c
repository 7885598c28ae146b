/* SPDX-License-Identifier: MIT */
/*
 * Fact: F_SETPIPE_SZ rounds up to a power of two of pages, refuses to shrink
 * below what is in the pipe (EBUSY), and gives an unprivileged user no more
 * than pipe-max-size (EPERM); a user with many pipes gets new ones of two
 * pages. So the size is asked for and then read back (fcntl(2), pipe(7)).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "kit.h"

enum {
	FIRST_NOBODY = 50000,
	NOBODIES = 10000,
	NOT_ROOT = 77,
	MOST_PIPES = 20000,
};

TEST(case32_a_size_is_rounded_up)
{
	int page = (int)sysconf(_SC_PAGESIZE), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, page + 1), 2 * page);
	assert_int_equal(fcntl(p[1], F_GETPIPE_SZ), 2 * page);
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, 5 * page), 8 * page);
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, 0), page);
	close_pair(p);
}

TEST(case32_a_pipe_does_not_shrink_below_its_bytes)
{
	static const char bytes[20000];
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, 4096), -1);
	assert_int_equal(errno, EBUSY);
	close_pair(p);
}

static long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[32];

	if (file == NULL)
		return -1;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	return line[0] == '\0' ? -1 : strtol(line, NULL, 10);
}

/*
 * What check() answers in a child that is nobody; it must not assert. As pipes
 * are counted by user, tests at the same time are to be different nobodies.
 */
static int as_nobody(int (*check)(long limit), long limit)
{
	uid_t who = (uid_t)(FIRST_NOBODY + getpid() % NOBODIES);
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(setgid(who) == 0 && setuid(who) == 0 ? check(limit)
							   : NOT_ROOT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int is_refused_above(long limit)
{
	int p[2];

	if (pipe2(p, O_NONBLOCK) != 0)
		return 1;
	if (fcntl(p[1], F_SETPIPE_SZ, limit) != limit)
		return 2;
	if (fcntl(p[1], F_SETPIPE_SZ, 2 * limit) != -1 || errno != EPERM)
		return 3;
	return fcntl(p[1], F_GETPIPE_SZ) == limit ? 0 : 4;
}

TEST(case32_a_user_gets_no_more_than_the_most)
{
	long most = read_number("/proc/sys/fs/pipe-max-size");
	int ended;

	if (most < 0)
		TEST_SKIP("pipe-max-size cannot be read");
	ended = as_nobody(is_refused_above, most);
	if (ended == NOT_ROOT)
		TEST_SKIP("only root becomes another user");
	assert_int_equal(ended, 0);
}

/* Opens pipes until one comes out smaller; its size is taken as it is. */
static int ends_in_two_pages(long pages)
{
	int size, whole = 0, p[2];

	for (int i = 0; i < MOST_PIPES; i++) {
		if (pipe2(p, O_NONBLOCK) != 0)
			return errno == EMFILE ? 1 : 2;
		size = fcntl(p[1], F_GETPIPE_SZ);
		whole = i == 0 ? size : whole;
		if (size != whole)
			break;
		if (i > pages)
			return 3;
	}
	if (size != 2 * (int)sysconf(_SC_PAGESIZE))
		return 4;
	return fcntl(p[1], F_SETPIPE_SZ, whole) == -1 && errno == EPERM ? 0 : 5;
}

TEST(case32_a_pipe_past_the_soft_limit_has_two_pages)
{
	long pages = read_number("/proc/sys/fs/pipe-user-pages-soft");
	struct rlimit fds;
	int ended;

	if (pages <= 0 || pages / 16 > MOST_PIPES / 2)
		TEST_SKIP("no soft limit of pipes that can be reached");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &fds), 0);
	fds.rlim_cur = fds.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &fds), 0);
	if (fds.rlim_max < (rlim_t)pages / 8 + 64)
		TEST_SKIP("too few descriptors for so many pipes");
	ended = as_nobody(ends_in_two_pages, pages);
	if (ended == NOT_ROOT)
		TEST_SKIP("only root becomes another user");
	assert_int_equal(ended, 0);
}

TEST_MAIN()

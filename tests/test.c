/* SPDX-License-Identifier: MIT */
/*
 * The harness: one child a test, under a time-out, with its descriptors
 * counted; cmocka runs inside the child.
 *
 *      main ── fork ──► cmocka: the one test ──► exit status
 *        ▲                                            │
 *        └────────── passed, failed, skipped ◄────────┘
 */
#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TIMEOUT_SECONDS = 120,
	STATUS_PASSED = 0,
	STATUS_FAILED = 1,
	STATUS_SKIPPED = 77,
};

static struct test *first, **last = &first;
static int was_skipped;

void test_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

void test_skip(const char *why)
{
	printf("  skipped: %s\n", why);
	was_skipped = 1;
	skip();
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* In the child: never returns. */
static _Noreturn void run_child(const struct test *t)
{
	const struct CMUnitTest one = { .name = t->name, .test_func = t->run };
	int before = count_fds(), after, failed;

	(void)alarm(TIMEOUT_SECONDS);
	failed = _cmocka_run_group_tests(t->name, &one, 1, NULL, NULL);
	after = count_fds();
	if (failed == 0 && !was_skipped && after != before) {
		printf("  %d descriptors before, %d after\n", before, after);
		failed = 1;
	}
	(void)fflush(NULL);
	if (was_skipped)
		exit(STATUS_SKIPPED);
	exit(failed ? STATUS_FAILED : STATUS_PASSED);
}

static int run(const struct test *t)
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		return STATUS_FAILED;
	if (pid == 0)
		run_child(t);
	if (waitpid(pid, &status, 0) != pid)
		return STATUS_FAILED;
	if (WIFSIGNALED(status)) {
		printf("  killed by signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? " (time-out)" : "");
		return STATUS_FAILED;
	}
	return WEXITSTATUS(status);
}

static int is_wanted(const struct test *t, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(t->name, argv[i]) != NULL)
			return 1;
	return argc <= 1;
}

int test_main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0, skipped = 0;

	(void)setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 0);
	for (const struct test *t = first; t != NULL; t = t->next) {
		int status;

		if (!is_wanted(t, argc, argv))
			continue;
		printf("- %s\n", t->name);
		status = run(t);
		passed += status == STATUS_PASSED;
		skipped += status == STATUS_SKIPPED;
		failed += status != STATUS_PASSED && status != STATUS_SKIPPED;
		if (status != STATUS_PASSED && status != STATUS_SKIPPED)
			printf("  FAILED: %s\n", t->name);
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed > 0;
}

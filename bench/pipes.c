/* SPDX-License-Identifier: MIT */
/*
 * What stands around a copy between pipes in bench/copy: somebody who fills one
 * without copying, somebody who empties one without looking, and the loop that
 * one would write by hand.
 *
 *      feed BYTES ──pipe──► splice ──pipe──► drain
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGES_SIZE = 256 * 1024, PIPE_SIZE = 1024 * 1024 };

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "pipes: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void feed(uint64_t bytes)
{
	static char page[PAGES_SIZE];

	(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_SIZE);
	while (bytes > 0) {
		struct iovec v = { page, bytes < sizeof(page) ? (size_t)bytes
							      : sizeof(page) };
		ssize_t n = vmsplice(STDOUT_FILENO, &v, 1, 0);

		if (n < 0)
			die("vmsplice");
		bytes -= (uint64_t)n;
	}
}

static void splice_all(int dst)
{
	ssize_t n;

	do
		n = splice(STDIN_FILENO, NULL, dst, NULL, PIPE_SIZE, 0);
	while (n > 0);
	if (n < 0)
		die("splice");
}

int main(int argc, char **argv)
{
	const char *job = argc > 1 ? argv[1] : "";

	if (strcmp(job, "feed") == 0 && argc == 3) {
		feed(strtoull(argv[2], NULL, 10));
	} else if (strcmp(job, "splice") == 0) {
		(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_SIZE);
		splice_all(STDOUT_FILENO);
	} else if (strcmp(job, "drain") == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null < 0)
			die("/dev/null");
		splice_all(null);
	} else {
		(void)fprintf(stderr, "pipes feed BYTES | splice | drain\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

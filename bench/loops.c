/* SPDX-License-Identifier: MIT */
/* Hand-written loops: see loops.h. */
#include "loops.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "tool.h"

static uint64_t checked(ssize_t n, const char *what)
{
	if (n <= 0)
		die(what);
	return (uint64_t)n;
}

static size_t capped(uint64_t bytes, uint64_t most)
{
	return (size_t)(bytes < most ? bytes : most);
}

void loop_sendfile(int dst, int src, uint64_t bytes)
{
	while (bytes > 0)
		bytes -= checked(
			sendfile(dst, src, NULL, capped(bytes, 0x7ffff000)),
			"sendfile");
}

void loop_range(int dst, int src, uint64_t bytes)
{
	while (bytes > 0)
		bytes -= checked(copy_file_range(src, NULL, dst, NULL,
						 capped(bytes, 1 << 30), 0),
				 "copy_file_range");
}

void loop_copy(int dst, int src, uint64_t bytes)
{
	char *buf = malloc(LOOP_SIZE);

	while (bytes > 0) {
		uint64_t n = checked(read(src, buf, capped(bytes, LOOP_SIZE)),
				     "read");
		uint64_t put = 0;

		while (put < n)
			put += checked(write(dst, buf + put, n - put), "write");
		bytes -= n;
	}
	free(buf);
}

void loop_pipe(int dst, int src, uint64_t bytes)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0 || fcntl(p[1], F_SETPIPE_SZ, LOOP_SIZE) < 0)
		die("pipe2");
	while (bytes > 0) {
		uint64_t n = checked(splice(src, NULL, p[1], NULL,
					    capped(bytes, 0x7ffff000), 0),
				     "splice");

		bytes -= n;
		while (n > 0)
			n -= checked(splice(p[0], NULL, dst, NULL, n, 0),
				     "splice");
	}
	(void)close(p[0]);
	(void)close(p[1]);
}

/* SPDX-License-Identifier: MIT */
/* Files and memory: see stock.h. */
#include "bench/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/pattern.h"

bool stock_wants_src(enum bench_pair pair)
{
	return pair == BENCH_FILE_SOCKET || pair == BENCH_FILE_FILE ||
	       pair == BENCH_FILE_PIPE || pair == BENCH_ONE_MANY;
}

bool stock_wants_dst(enum bench_pair pair)
{
	return pair == BENCH_SOCKET_FILE || pair == BENCH_FILE_FILE;
}

bool stock_wants_memory(enum bench_pair pair)
{
	return pair == BENCH_MEMORY_SOCKET || pair == BENCH_MEMORY_PIPE;
}

/* The largest transfer of the cases that want it. */
static uint64_t largest(const struct bench *b, bool (*wants)(enum bench_pair))
{
	uint64_t size = 0;

	for (unsigned i = 0; i < b->n_cases; i++)
		if (wants(b->cases[i].pair))
			size = MAX(size, b->cases[i].size);
	return size;
}

uint64_t bench_disk(const struct bench *b)
{
	return largest(b, stock_wants_src) + largest(b, stock_wants_dst);
}

/* Beside it the buffers of both sides. */
uint64_t bench_memory(const struct bench *b)
{
	return largest(b, stock_wants_memory) +
	       ((uint64_t)(b->opts.branches + 4) << 20);
}

static int failed(struct bench *b, const char *what, int error)
{
	(void)snprintf(b->error, sizeof(b->error), "%.150s: %s", what,
		       strerror(-error));
	return error;
}

/* Nameless, or without its name at once: no signal leaves it behind. */
static int open_nameless(const char *folder)
{
	char path[PATH_MAX];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd < 0 ? -errno : fd;
	if (snprintf(path, sizeof(path), "%s/.pour-bench-XXXXXX", folder) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0 || unlink(path) < 0)
		return -errno;
	return fd;
}

static bool has_room(const struct bench *b)
{
	struct statvfs v;

	return statvfs(b->opts.folder, &v) < 0 ||
	       v.f_bavail >= bench_disk(b) / v.f_frsize + 1;
}

static int make_file(int *ret, const struct bench *b, uint64_t size)
{
	int fd, r;

	if (size == 0)
		return 0;
	fd = open_nameless(b->opts.folder);
	if (fd < 0)
		return fd;
	r = pattern_write(fd, size);
	if (r < 0)
		(void)close(fd);
	else
		*ret = fd;
	return r;
}

static int make_memory(struct stock *s, uint64_t size)
{
	void *memory;

	if (size == 0)
		return 0;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	pattern_fill(memory, size);
	s->memory = memory;
	s->size = size;
	return 0;
}

int stock_begin(struct stock *s, struct bench *b)
{
	int r;

	*s = (struct stock){ .src = -1, .dst = -1 };
	if (!has_room(b))
		return failed(b, b->opts.folder, -ENOSPC);
	r = make_file(&s->src, b, largest(b, stock_wants_src));
	if (r == 0)
		r = make_file(&s->dst, b, largest(b, stock_wants_dst));
	if (r < 0)
		return failed(b, b->opts.folder, r);
	r = make_memory(s, largest(b, stock_wants_memory));
	return r < 0 ? failed(b, "memory", r) : 0;
}

void stock_done(struct stock *s)
{
	if (s->src >= 0)
		(void)close(s->src);
	if (s->dst >= 0)
		(void)close(s->dst);
	if (s->memory != NULL)
		(void)munmap(s->memory, s->size);
	*s = (struct stock){ .src = -1, .dst = -1 };
}

/* SPDX-License-Identifier: MIT */
/*
 * --resume: goes on where a part of the destination ends.
 *
 *      source  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
 *      part    ▓▓▓▓▓▓▓▓▓▓▒▒▒▒│             ▒ is compared: up to 1 MiB
 *                            └── here
 *
 * Where it is not the same, something else lies there, or the end of it did not
 * get to the disk: then all of it is copied anew.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/copy.h"
#include "cli/say.h"

enum { TAIL_MAX = 1024 * 1024, PIECE_SIZE = 4096 };

/* What the source gives is held against what lies there. */
struct comparison {
	int fd;
	uint64_t at, end;
};

static int64_t compare(void *context, const void *buf, size_t size,
		       short *ret_poll)
{
	struct comparison *c = context;
	char there[PIECE_SIZE];
	ssize_t n = pread(c->fd, there, MIN(size, sizeof(there)), (off_t)c->at);

	*ret_poll = 0; /* it never waits */
	if (n < 0)
		return -errno;
	if (n == 0 || memcmp(buf, there, (size_t)n) != 0)
		return -EILSEQ;
	c->at += (uint64_t)n;
	return n;
}

/* 1: the same, 0: not. Or -errno, of the source. */
static int is_same(const struct copy *c, uint64_t from, uint64_t to)
{
	struct comparison context = { c->ends.dst.fd, from, to };
	struct pour_opts opts = { .flags = POUR_SIGNALS_IGNORED };
	struct pour_end src;
	struct pour p;
	int r = pour_end_of(&src, c->ends.src.fd);

	if (r == 0)
		r = pour_begin(&p, pour_to(compare, &context, -1), src,
			       to - from, &opts);
	if (r < 0)
		return r;
	r = pour_run(&p);
	pour_finish(&p);
	if (r < 0 && p.account.side == POUR_SIDE_SRC)
		return r;
	return r == 0 && context.at == context.end;
}

static bool can_go_back(const struct copy *c)
{
	return S_ISREG(c->ends.src.st.st_mode) ||
	       S_ISBLK(c->ends.src.st.st_mode);
}

static int go_on(struct copy *c, uint64_t have)
{
	if (lseek(c->ends.dst.fd, (off_t)have, SEEK_SET) < 0)
		return end_error(&c->ends.dst, -errno);
	c->base = have;
	if (c->values.limit != POUR_ALL)
		c->values.limit -= have;
	if (c->values.explain)
		say("%s: goes on after %llu bytes", c->ends.dst.name,
		    (unsigned long long)have);
	return EXIT_DONE;
}

static int begin_anew(struct copy *c)
{
	if (!can_go_back(c)) {
		say("%s: what is there is not the beginning of %s, which "
		    "cannot be read again: remove it first",
		    c->ends.dst.name, c->ends.src.name);
		return EXIT_FAILED;
	}
	say("%s: what is there is not the beginning of %s: it is copied anew",
	    c->ends.dst.name, c->ends.src.name);
	if (ftruncate(c->ends.dst.fd, 0) < 0)
		return end_error(&c->ends.dst, -errno);
	if (lseek(c->ends.src.fd, (off_t)c->from, SEEK_SET) < 0)
		return end_error(&c->ends.src, -errno);
	return EXIT_DONE;
}

/* The source stands at what is to be copied. */
static int look_at(struct copy *c, uint64_t have)
{
	uint64_t tail = MIN(have, (uint64_t)TAIL_MAX);
	int r = 0;

	if (have <= c->values.limit) {
		r = copy_skip(&c->ends.src, have - tail);
		if (r == 0)
			r = is_same(c, have - tail, have);
	}
	if (r < 0)
		return end_error(&c->ends.src, r);
	return r > 0 ? go_on(c, have) : begin_anew(c);
}

int copy_resume(struct copy *c)
{
	struct stat st;

	if (!c->values.resume)
		return EXIT_DONE;
	if (!ends_dst_is_named(&c->ends)) {
		say("--resume: %s is no file", c->ends.dst.name);
		return EXIT_FAILED;
	}
	if (fstat(c->ends.dst.fd, &st) < 0)
		return end_error(&c->ends.dst, -errno);
	return st.st_size > 0 ? look_at(c, (uint64_t)st.st_size) : EXIT_DONE;
}

void copy_say_kept(const struct copy *c)
{
	struct stat st;

	if (!c->values.resume || !c->ends.drafted || c->ends.draft.fd < 0 ||
	    fstat(c->ends.draft.fd, &st) < 0 || st.st_size == 0)
		return;
	say("%llu bytes are kept in %s beside it: --resume goes on",
	    (unsigned long long)st.st_size, c->ends.draft.temporary);
}

/* SPDX-License-Identifier: MIT */
/*
 * --verify: both sides are read back and hashed.
 *
 *      fdatasync ──► out of the page cache ──► read ──► hash ──► the same?
 *
 * It shows that what the device gives back now is what the source gives now.
 * Pages that somebody else has mapped, or of a file system in memory, stay
 * where they are, and a device may answer from a cache of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/copy.h"
#include "cli/hash.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { BUFFER_SIZE = 1024 * 1024, FD_PATH_SIZE = 32 };

struct side {
	const struct end *end;
	int fd;
	uint64_t at, n;
	char hash[HASH_TEXT_SIZE];
};

/* Both sides are one way: it is half gone when the first one is. */
struct reading {
	const struct hash_method *hash;
	void *state;
	char *buffer;
	struct progress progress;
	struct pour_account account;
};

static bool can_be_read_again(const struct end *e)
{
	return S_ISREG(e->st.st_mode) || S_ISBLK(e->st.st_mode);
}

int copy_verify_check(struct copy *c)
{
	const struct end *bad = !can_be_read_again(&c->ends.src) ? &c->ends.src
								 : &c->ends.dst;

	if (c->values.verify == HASH_NONE || can_be_read_again(bad))
		return EXIT_DONE;
	say("--verify: %s is no file or disk, and cannot be read again",
	    bad->name);
	return EXIT_FAILED;
}

/* ── One side ── */

static int hash_all(struct reading *r, struct side *s)
{
	uint64_t done = 0;

	while (done < s->n) {
		size_t want = (size_t)MIN(s->n - done, (uint64_t)BUFFER_SIZE);
		ssize_t n = pread(s->fd, r->buffer, want,
				  (off_t)(s->at + done));
		int error;

		if (progress_look(&r->progress, &r->account) != 0)
			return -ECANCELED;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		error = r->hash->add(r->state, r->buffer, (size_t)n);
		if (error < 0)
			return error;
		done += (uint64_t)n;
		r->account.delivered += (uint64_t)n;
	}
	s->n = done;
	return hash_text(r->hash, r->state, s->hash);
}

static int hash_side(struct reading *r, struct side *s)
{
	const char *why = NULL;
	int error = r->hash->begin(&r->state, &why);

	if (error == 0) {
		error = hash_all(r, s);
		r->hash->free(r->state);
	}
	if (error == 0)
		return EXIT_DONE;
	if (signals_stop() != 0)
		return EXIT_SIGNAL + signals_stop();
	progress_make_way(&r->progress);
	if (why == NULL)
		return end_error(s->end, error);
	say("--verify: %s", why);
	return EXIT_FAILED;
}

/* ── Both ── */

/* For reading, whatever it was opened for. */
static int reopen(int fd)
{
	char path[FD_PATH_SIZE];
	int again;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

/* So that it is read from where it went, and not from where it came. */
static int put_out(const struct side *s)
{
	if (fdatasync(s->fd) < 0 && errno != EINVAL && errno != EROFS)
		return -errno;
	(void)posix_fadvise(s->fd, (off_t)s->at, (off_t)s->n,
			    POSIX_FADV_DONTNEED);
	return 0;
}

static int differs(const struct copy *c, const struct side *src,
		   const struct side *dst)
{
	say("--verify: %s is not what %s is: %llu bytes %s, %llu bytes %s",
	    c->ends.dst.name, c->ends.src.name, (unsigned long long)dst->n,
	    dst->hash, (unsigned long long)src->n, src->hash);
	return EXIT_FAILED;
}

static int hash_both(const struct copy *c, struct side *src, struct side *dst)
{
	const struct progress_opts opts = {
		.when = (enum progress_when)c->values.progress,
		.what = "verify",
		.json = c->values.json,
		.total = src->n + dst->n,
		.output = -1,
	};
	struct reading reading = { .hash = hash_method(c->values.verify),
				   .buffer = malloc(BUFFER_SIZE) };
	int r;

	if (reading.buffer == NULL)
		return say_error("memory", -ENOMEM);
	progress_begin(&reading.progress, &opts);
	r = hash_side(&reading, dst);
	if (r == EXIT_DONE)
		r = hash_side(&reading, src);
	progress_end(&reading.progress, &reading.account);
	free(reading.buffer);
	return r;
}

static int compare(struct copy *c, struct side *src, struct side *dst)
{
	int r = put_out(dst);

	if (r < 0)
		return end_error(dst->end, r);
	(void)put_out(src);
	r = hash_both(c, src, dst);
	if (r != EXIT_DONE)
		return r;
	if (src->n != dst->n || strcmp(src->hash, dst->hash) != 0)
		return differs(c, src, dst);
	memcpy(c->verified, dst->hash, sizeof(c->verified));
	if (c->values.explain)
		say("verified %s", c->verified);
	return EXIT_DONE;
}

int copy_verify(struct copy *c)
{
	uint64_t n = c->base + c->transfer.account.delivered;
	auto_close int again = -1;
	struct side src = { &c->ends.src, c->ends.src.fd, c->from, n, "" };
	struct side dst = { &c->ends.dst, -1, c->to, n, "" };

	if (c->values.verify == HASH_NONE)
		return EXIT_DONE;
	again = reopen(c->ends.dst.fd);
	if (again < 0)
		return end_error(&c->ends.dst, again);
	dst.fd = again;
	return compare(c, &src, &dst);
}

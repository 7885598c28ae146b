/* SPDX-License-Identifier: MIT */
/* The transfer of a copy, and what there is to say when it fails. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/copy.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { BLOCK = 512, FD_PATH_SIZE = 32 };

/* Those that a descriptor can have at both ends. */
static const enum pour_method by_choice[] = {
	POUR_BY_RANGE, POUR_BY_SENDFILE, POUR_BY_SPLICE, POUR_BY_PIPE,
	POUR_BY_COPY,  POUR_BY_CLONE,    POUR_BY_MMAP,
};

const char *const copy_methods[] = {
	"copy_file_range", "sendfile", "splice", "pipe", "copy",
	"clone",           "mmap",     NULL
};

_Static_assert(ARRAY_SIZE(by_choice) == COPY_METHODS, "all of them");
_Static_assert(ARRAY_SIZE(copy_methods) == COPY_METHODS + 1, "a name for each");

static bool is_forced(const struct copy *c)
{
	return c->values.method < COPY_METHODS;
}

/* Only of what is forced. */
static enum pour_method forced(const struct copy *c)
{
	return by_choice[c->values.method];
}

static const char *kind_name(enum pour_kind kind)
{
	static const char *const names[] = {
		[POUR_FILE] = "a file",   [POUR_SOCKET] = "a socket",
		[POUR_PIPE] = "a pipe",   [POUR_DEVICE] = "a device",
		[POUR_MEMORY] = "memory", [POUR_CALL] = "a function",
	};

	return names[kind];
}

/* ── What went wrong ── */

static int does_not_suit(const struct copy *c)
{
	const struct pour *p = &c->transfer;
	int error = p->account.left[forced(c)];

	say("--method %s does not suit %s as source and %s as destination%s%s",
	    pour_method_name(forced(c)), kind_name(p->src.kind),
	    kind_name(p->dst.kind), error != 0 ? ": " : "",
	    error != 0 ? strerror(error) : "");
	return EXIT_FAILED;
}

/* Nothing but a clone was allowed. */
static int not_shared(const struct copy *c, int error)
{
	int left = c->transfer.account.left[POUR_BY_CLONE];

	say("--clone always: %s and %s cannot share their bytes: %s",
	    c->ends.src.name, c->ends.dst.name,
	    strerror(left != 0 ? left : -error));
	return EXIT_FAILED;
}

static int failed(const struct copy *c, int error)
{
	const struct pour_account *a = &c->transfer.account;

	if (c->values.clone == POUR_CLONE_ALWAYS &&
	    (a->left[POUR_BY_CLONE] != 0 || error == -EINVAL))
		return not_shared(c, error);
	if (is_forced(c) && a->left[forced(c)] == -error)
		return does_not_suit(c);
	if (a->side == POUR_SIDE_SRC)
		return end_error(&c->ends.src, error);
	if (a->side == POUR_SIDE_DST)
		return end_error(&c->ends.dst, error);
	say("%s to %s: %s", c->ends.src.name, c->ends.dst.name,
	    strerror(-error));
	return EXIT_FAILED;
}

/* ── The offset ── */

/* Reads and throws away; where the source ends before, that is it. */
static int skip_by_reading(int src, uint64_t bytes)
{
	auto_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int64_t n;

	if (null < 0)
		return -errno;
	n = pour_copy(null, src, bytes, NULL);
	return n < 0 ? (int)n : 0;
}

int copy_skip(const struct end *src, uint64_t bytes)
{
	off_t at, end = 0;

	if (bytes == 0)
		return 0;
	at = lseek(src->fd, 0, SEEK_CUR);
	if (at >= 0 && (S_ISREG(src->st.st_mode) || S_ISBLK(src->st.st_mode)))
		end = lseek(src->fd, 0, SEEK_END);
	/* Files of unknown size (procfs) say 0 and are read. */
	if (end <= 0)
		return skip_by_reading(src->fd, bytes);
	if (at < end && bytes < (uint64_t)(end - at))
		end = at + (off_t)bytes;
	return lseek(src->fd, MAX(at, end), SEEK_SET) < 0 ? -errno : 0;
}

/* ── Options ── */

/* The library seeks for holes on a descriptor of its own. */
static bool can_be_reopened(int fd)
{
	char path[FD_PATH_SIZE];
	auto_close int again = -1;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	return again >= 0;
}

static bool keeps_holes(const struct copy *c)
{
	const struct stat *src = &c->ends.src.st, *dst = &c->ends.dst.st;

	if (c->values.holes != COPY_HOLES_AUTO)
		return c->values.holes == COPY_HOLES_KEEP;
	return S_ISREG(src->st_mode) && S_ISREG(dst->st_mode) &&
	       src->st_blocks < src->st_size / BLOCK &&
	       can_be_reopened(c->ends.src.fd);
}

static int look(void *context, const struct pour_account *a)
{
	return progress_look(context, a);
}

struct pour_opts copy_opts(const struct copy_values *v)
{
	struct pour_opts opts = {
		.flags = POUR_SIGNALS_IGNORED,
		.rate = v->rate,
		.clone = (enum pour_clone)v->clone,
	};

	if (v->stable)
		opts.flags |= POUR_STABLE;
	/* What shares extents shares its holes. */
	if (v->holes == COPY_HOLES_FILL)
		opts.clone = POUR_CLONE_NEVER;
	if (v->method < COPY_METHODS)
		opts.methods = 1U << by_choice[v->method];
	return opts;
}

static struct pour_opts to_opts(struct copy *c)
{
	struct pour_opts opts = copy_opts(&c->values);

	opts.progress = look;
	opts.progress_context = &c->progress;
	if (keeps_holes(c))
		opts.flags |= POUR_HOLES;
	return opts;
}

/* ── The transfer ── */

static int begin(struct copy *c)
{
	struct pour_opts opts = to_opts(c);
	struct pour_end src, dst;
	int r = pour_end_of(&src, c->ends.src.fd);

	if (r < 0)
		return end_error(&c->ends.src, r);
	r = pour_end_of(&dst, c->ends.dst.fd);
	if (r < 0)
		return end_error(&c->ends.dst, r);
	if (c->values.holes == COPY_HOLES_KEEP &&
	    (src.kind != POUR_FILE || dst.kind != POUR_FILE)) {
		say("--holes keep: %s is %s, and only files have holes",
		    src.kind != POUR_FILE ? c->ends.src.name : c->ends.dst.name,
		    kind_name(src.kind != POUR_FILE ? src.kind : dst.kind));
		return EXIT_FAILED;
	}
	r = pour_begin(&c->transfer, dst, src, c->values.limit, &opts);
	if (r == -EINVAL && is_forced(c))
		return does_not_suit(c);
	return r < 0 ? failed(c, r) : EXIT_DONE;
}

/* It ended well, by its own account. */
static int look_back(const struct copy *c, uint64_t promised)
{
	int error = c->transfer.account.left[POUR_BY_HOLE];

	if (c->values.holes == COPY_HOLES_KEEP && error != 0) {
		say("--holes keep: %s cannot have those of %s: %s",
		    c->ends.dst.name, c->ends.src.name, strerror(error));
		return EXIT_FAILED;
	}
	return end_shrank(&c->ends.src, &c->transfer.account, promised)
		       ? EXIT_FAILED
		       : EXIT_DONE;
}

static int run(struct copy *c, uint64_t promised)
{
	struct progress_opts opts = {
		.when = (enum progress_when)c->values.progress,
		.json = c->values.json,
		.total = c->total,
		.base = c->base,
		.output = c->ends.dst.fd,
	};
	int r;

	progress_begin(&c->progress, &opts);
	r = pour_run(&c->transfer);
	progress_end(&c->progress, &c->transfer.account);
	if (c->values.explain)
		report_explain(NULL, &c->transfer.account);
	/* Also when the last byte and the signal met: nobody wants it now. */
	if (signals_stop() != 0)
		return EXIT_SIGNAL + signals_stop();
	return r < 0 ? failed(c, r) : look_back(c, promised);
}

int copy_move(struct copy *c)
{
	uint64_t to_come = end_to_come(&c->ends.src, c->values.limit);
	int r = begin(c);

	c->total = to_come > 0 ? c->base + to_come : 0;
	if (r == EXIT_DONE)
		r = run(c, to_come);
	pour_finish(&c->transfer);
	return r;
}

/* SPDX-License-Identifier: MIT */
/*
 * pour copy SRC DST: one transfer between two ends.
 *
 *      ends_open ──► skip --offset ──► pour_run ──► --explain ──► ends_publish
 */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/ends.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { EXPLAIN_SIZE = 1024, CONNECT_MS = 10 * 1000 };

struct copy_values {
	bool explain;
	unsigned choice; /* of by_choice; past its end: as planned */
	uint64_t limit, offset, connect_timeout;
};

/* Those that a descriptor can have at both ends. */
static const enum pour_method by_choice[] = {
	POUR_BY_RANGE, POUR_BY_SENDFILE, POUR_BY_SPLICE, POUR_BY_PIPE,
	POUR_BY_COPY,  POUR_BY_CLONE,    POUR_BY_MMAP,
};

static const char *const choices[] = {
	"copy_file_range", "sendfile", "splice", "pipe", "copy",
	"clone",           "mmap",     NULL
};

_Static_assert(ARRAY_SIZE(by_choice) + 1 == ARRAY_SIZE(choices),
	       "a name for each");

#define FIELD(name) offsetof(struct copy_values, name)

static const struct option table[] = {
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout),
	       .max = UINT32_MAX,
	       .help = "waits so long for a connection, or for somebody who\n"
		       "reads a FIFO (10)"),
	OPTION(.name = "explain", .kind = OPTION_FLAG, .field = FIELD(explain),
	       .help = "says on standard error which methods moved the bytes"),
	OPTION(.name = "limit", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(limit), .max = UINT64_MAX,
	       .help = "copies at most so many bytes"),
	OPTION(.name = "method", .kind = OPTION_CHOICE, .value = "NAME",
	       .field = FIELD(choice), .choices = choices,
	       .help = "uses this method or fails: copy_file_range,\n"
		       "sendfile, splice, pipe, copy, clone or mmap"),
	OPTION(.name = "offset", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(offset), .max = UINT64_MAX,
	       .help = "skips so many bytes of the source first"),
};

static const struct options options = {
	.name = "copy",
	.operands = "SRC DST",
	.summary = "Copies one end to another",
	.more = "An end is a path, - for standard input or output, "
		"tcp:HOST:PORT,\ntcp-listen:[HOST:]PORT, unix:PATH, "
		"unix-listen:PATH or fd:N.\n",
	.operands_min = 2,
	.operands_max = 2,
	.table = table,
	.n = ARRAY_SIZE(table),
};

static bool is_forced(const struct copy_values *v)
{
	return v->choice < ARRAY_SIZE(by_choice);
}

/* Only of what is forced. */
static enum pour_method forced(const struct copy_values *v)
{
	return by_choice[v->choice];
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

static int does_not_suit(const struct pour *p, const struct copy_values *v)
{
	int error = p->account.left[forced(v)];

	say("--method %s does not suit %s as source and %s as destination%s%s",
	    pour_method_name(forced(v)), kind_name(p->src.kind),
	    kind_name(p->dst.kind), error != 0 ? ": " : "",
	    error != 0 ? strerror(error) : "");
	return EXIT_FAILED;
}

static int failed(const struct ends *ends, const struct pour *p,
		  const struct copy_values *v, int error)
{
	if (is_forced(v) && p->account.left[forced(v)] == -error)
		return does_not_suit(p, v);
	if (p->account.side == POUR_SIDE_SRC)
		return end_error(&ends->src, error);
	if (p->account.side == POUR_SIDE_DST)
		return end_error(&ends->dst, error);
	say("%s to %s: %s", ends->src.name, ends->dst.name, strerror(-error));
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

static int skip(const struct end *src, uint64_t bytes)
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

/* ── The transfer ── */

static void explain(const struct pour *p)
{
	char line[EXPLAIN_SIZE];

	(void)pour_explain(pour_account(p), line, sizeof(line));
	say("%s", line);
}

static int begin(struct pour *p, const struct ends *ends,
		 const struct copy_values *v)
{
	struct pour_opts opts = { .flags = POUR_SIGNALS_IGNORED };
	struct pour_end src, dst;
	int r = pour_end_of(&src, ends->src.fd);

	if (r < 0)
		return end_error(&ends->src, r);
	r = pour_end_of(&dst, ends->dst.fd);
	if (r < 0)
		return end_error(&ends->dst, r);
	if (is_forced(v))
		opts.methods = 1U << forced(v);
	r = pour_begin(p, dst, src, v->limit, &opts);
	if (r == -EINVAL && opts.methods != 0)
		return does_not_suit(p, v);
	return r < 0 ? failed(ends, p, v, r) : EXIT_DONE;
}

static int transfer(const struct ends *ends, const struct copy_values *v)
{
	struct pour p;
	int r = skip(&ends->src, v->offset);

	if (r < 0)
		return end_error(&ends->src, r);
	r = begin(&p, ends, v);
	if (r != EXIT_DONE)
		return r;
	r = pour_run(&p);
	if (v->explain)
		explain(&p);
	if (r < 0)
		r = failed(ends, &p, v, r);
	pour_finish(&p);
	return r;
}

static int copy(struct ends *ends, const struct copy_values *v)
{
	int r = transfer(ends, v);

	if (r != EXIT_DONE)
		return r;
	r = ends_publish(ends);
	return r < 0 ? end_error(&ends->dst, r) : EXIT_DONE;
}

static void say_listening(const char *where)
{
	say("listening on %s", where);
}

static int open_and_copy(struct ends *ends, const struct copy_values *v)
{
	struct ends_opts opts = {
		.end.connect_ms = v->connect_timeout,
		.end.listening = v->explain ? say_listening : NULL,
	};
	int r = ends_open_src(ends, &opts);

	if (r < 0)
		return end_error(&ends->src, r);
	r = ends_open_dst(ends);
	if (r < 0)
		return end_error(&ends->dst, r);
	if (r == 0)
		return copy(ends, v);
	say("%s and %s are the same file", ends->src.name, ends->dst.name);
	return EXIT_FAILED;
}

static int run(char *const *args)
{
	struct copy_values values = { .choice = ARRAY_SIZE(by_choice),
				      .connect_timeout = CONNECT_MS,
				      .limit = POUR_ALL };
	const struct end *wrong;
	struct parsed parsed;
	struct ends ends;
	int r = command_begin(&options, args, &values, &parsed);

	if (r >= 0)
		return r;
	r = ends_spell(&ends, parsed.operands, &wrong);
	if (r < 0)
		return end_error(wrong, r) * (r == -EINVAL ? EXIT_USAGE : 1);
	signals_watch();
	r = open_and_copy(&ends, &values);
	ends_done(&ends);
	return r;
}

const struct command cmd_copy = { .options = &options, .run = run };

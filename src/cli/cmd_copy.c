/* SPDX-License-Identifier: MIT */
/* The options of pour copy; what it does is in copy.h. */
#include <pour.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/copy.h"
#include "cli/say.h"
#include "cli/tree.h"

enum { CONNECT_MS = 10 * 1000 };

/* ── Options ── */

static const char *const progress_choices[] = {
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_ALWAYS] = "always",
	[PROGRESS_NEVER] = "never",
	[PROGRESS_NEVER + 1] = NULL,
};

static const char *const clone_choices[] = {
	[POUR_CLONE_AUTO] = "auto",
	[POUR_CLONE_ALWAYS] = "always",
	[POUR_CLONE_NEVER] = "never",
	[POUR_CLONE_NEVER + 1] = NULL,
};

static const char *const holes_choices[] = {
	[COPY_HOLES_AUTO] = "auto",
	[COPY_HOLES_KEEP] = "keep",
	[COPY_HOLES_FILL] = "fill",
	[COPY_HOLES_FILL + 1] = NULL,
};

#define FIELD(name) offsetof(struct copy_values, name)

static const struct option table[] = {
	OPTION(.name = "backup", .letter = 'b', .kind = OPTION_TEXT,
	       .value = "SUFFIX", .field = FIELD(backup), .bare = "~",
	       .help = "keeps what is replaced, under its name and SUFFIX (~)"),
	OPTION(.name = "clone", .kind = OPTION_CHOICE, .value = "WHEN",
	       .field = FIELD(clone), .choices = clone_choices,
	       .help = "shares extents instead of moving bytes: auto, always\n"
		       "(or fails) or never (auto)"),
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout),
	       .max = UINT32_MAX,
	       .help = "waits so long for a connection, or for somebody who\n"
		       "reads a FIFO (10)"),
	OPTION(.name = "explain", .kind = OPTION_FLAG, .field = FIELD(explain),
	       .help = "says on standard error which methods moved the bytes"),
	OPTION(.name = "force", .letter = 'f', .kind = OPTION_FLAG,
	       .field = FIELD(force),
	       .help = "replaces also a file that may not be written to"),
	OPTION(.name = "holes", .kind = OPTION_CHOICE, .value = "HOW",
	       .field = FIELD(holes), .choices = holes_choices,
	       .help = "keeps the holes of a sparse file (auto), keeps them\n"
		       "or fails (keep), or writes zeros (fill)"),
	OPTION(.name = "inplace", .kind = OPTION_FLAG, .field = FIELD(inplace),
	       .help = "overwrites a file where it is, rather than replace it"),
	OPTION(.name = "json", .kind = OPTION_FLAG, .field = FIELD(json),
	       .help = "writes progress and account as lines of JSON to\n"
		       "standard error"),
	OPTION(.name = "limit", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(limit), .max = UINT64_MAX,
	       .help = "copies at most so many bytes"),
	OPTION(.name = "method", .kind = OPTION_CHOICE, .value = "NAME",
	       .field = FIELD(method), .choices = copy_methods,
	       .help = "uses this method or fails: copy_file_range,\n"
		       "sendfile, splice, pipe, copy, clone or mmap"),
	OPTION(.name = "no-clobber", .letter = 'n', .kind = OPTION_FLAG,
	       .field = FIELD(no_clobber),
	       .help = "leaves a file that exists as it is, and succeeds"),
	OPTION(.name = "offset", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(offset), .max = UINT64_MAX,
	       .help = "skips so many bytes of the source first"),
	OPTION(.name = "one-file-system", .letter = 'x', .kind = OPTION_FLAG,
	       .field = FIELD(one_file_system),
	       .help = "with -r: leaves out what is mounted in the tree"),
	OPTION(.name = "preserve", .letter = 'p', .kind = OPTION_TEXT,
	       .value = "LIST", .field = FIELD(preserve), .bare = "all",
	       .help = "gives the copy what its source has: mode, owner,\n"
		       "times, xattrs, with commas, all that can be (all; so\n"
		       "it is with -r) or none"),
	OPTION(.name = "progress", .kind = OPTION_CHOICE, .value = "WHEN",
	       .field = FIELD(progress), .choices = progress_choices,
	       .help = "shows how far it is: auto (on a terminal, after a\n"
		       "second), always or never (auto)"),
	OPTION(.name = "rate", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(rate), .min = 1, .max = UINT64_MAX,
	       .help = "moves at most so many bytes a second"),
	OPTION(.name = "recursive", .letter = 'r', .kind = OPTION_FLAG,
	       .field = FIELD(recursive),
	       .help = "copies the tree SRC, and all that is in it, to DST"),
	OPTION(.name = "resume", .kind = OPTION_FLAG, .field = FIELD(resume),
	       .help = "keeps what there is after a failure, as .NAME.part,\n"
		       "and goes on from there"),
	OPTION(.name = "stable", .kind = OPTION_FLAG, .field = FIELD(stable),
	       .help = "uses only methods after which the receiver does not\n"
		       "see later changes of the source"),
	OPTION(.name = "sync", .kind = OPTION_FLAG, .field = FIELD(sync),
	       .help = "ends when the bytes, and the name, are on the disk"),
	OPTION(.name = "threads", .letter = 't', .kind = OPTION_COUNT,
	       .value = "N", .field = FIELD(threads), .min = 1,
	       .max = TREE_THREADS_MAX,
	       .help = "with -r: so many threads (one a processor, at least\n"
		       "two)"),
	OPTION(.name = "update", .letter = 'u', .kind = OPTION_FLAG,
	       .field = FIELD(update),
	       .help = "with -r: leaves a file that has its source's size and\n"
		       "is not older"),
#ifdef HASH_DEFAULT
	OPTION(.name = "verify", .kind = OPTION_CHOICE, .value = "HASH",
	       .field = FIELD(verify), .choices = hash_names,
	       .bare = HASH_DEFAULT,
	       .help = "reads both files back and compares their hashes: xxh3\n"
		       "or sha256 (" HASH_DEFAULT ")"),
#endif
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

/* Of trees. */
static const char *not_for_trees(const struct copy_values *v)
{
	if (v->inplace)
		return "--inplace and --recursive exclude each other";
	if (v->limit != POUR_ALL || v->offset > 0)
		return "--limit and --offset are not for trees";
	if (v->resume)
		return "--resume is not for trees: --update is";
	if (v->verify != HASH_NONE)
		return "--verify is not for trees";
	return NULL;
}

static const char *only_for_trees(const struct copy_values *v)
{
	if (v->update)
		return "--update is for trees: --recursive is missing";
	if (v->one_file_system)
		return "--one-file-system is for trees: --recursive is missing";
	if (v->threads > 0)
		return "--threads is for trees: --recursive is missing";
	return NULL;
}

/* Why these do not go together, or NULL. */
static const char *contradiction(const struct copy_values *v)
{
	if (v->inplace && v->force)
		return "--force and --inplace exclude each other";
	if (v->inplace && v->backup != NULL)
		return "--backup and --inplace exclude each other";
	if (v->no_clobber && v->backup != NULL)
		return "--backup and --no-clobber exclude each other";
	if (v->holes == COPY_HOLES_FILL && v->clone == POUR_CLONE_ALWAYS)
		return "--clone always and --holes fill exclude each other";
	if (v->backup != NULL &&
	    (v->backup[0] == '\0' || strchr(v->backup, '/') != NULL))
		return "--backup: a suffix is not empty and has no slash";
	return v->recursive ? not_for_trees(v) : only_for_trees(v);
}

/* Reads the one value that is a list. */
static const char *read_preserve(struct copy *c)
{
	if (c->values.preserve == NULL && c->values.recursive)
		c->values.preserve = "all";
	if (c->values.preserve == NULL ||
	    strcmp(c->values.preserve, "none") == 0 ||
	    preserve_parse(c->values.preserve, &c->preserve))
		return NULL;
	return "--preserve: a list of mode, owner, times and xattrs, all or none";
}

static int run(char *const *args)
{
	struct copy c = {
		.values = {.method = COPY_METHODS,
                           .connect_timeout = CONNECT_MS,
                           .limit = POUR_ALL,
                           .verify = HASH_NONE}
	};
	struct parsed parsed;
	const char *why;
	int r = command_begin(&options, args, &c.values, &parsed);

	if (r >= 0)
		return r;
	why = contradiction(&c.values);
	if (why == NULL)
		why = read_preserve(&c);
	if (why == NULL && c.values.recursive)
		return tree_run(&c, parsed.operands);
	if (why == NULL)
		return copy_run(&c, parsed.operands);
	say("%s (see: pour help copy)", why);
	return EXIT_USAGE;
}

const struct command cmd_copy = { .options = &options, .run = run };

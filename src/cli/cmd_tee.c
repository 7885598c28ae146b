/* SPDX-License-Identifier: MIT */
/* The options of pour tee; what it does is in tee.h. */
#include <pour.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/say.h"
#include "cli/tee.h"

enum { CONNECT_MS = 10 * 1000, LINGER_MS = 5 * 1000 };

static const char *const progress_choices[] = {
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_ALWAYS] = "always",
	[PROGRESS_NEVER] = "never",
	[PROGRESS_NEVER + 1] = NULL,
};

#define FIELD(name) offsetof(struct tee_values, name)

static const struct option table[] = {
	OPTION(.name = "append", .letter = 'a', .kind = OPTION_FLAG,
	       .field = FIELD(append),
	       .help = "writes behind the end of files that exist"),
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout),
	       .max = UINT32_MAX,
	       .help = "waits so long for a connection, or for somebody who\n"
		       "reads a FIFO (10)"),
	OPTION(.name = "drop", .kind = OPTION_LIST, .value = "DST",
	       .field = FIELD(drop),
	       .help = "a destination that misses bytes when it is slow;\n"
		       "repeatable"),
	OPTION(.name = "explain", .kind = OPTION_FLAG, .field = FIELD(explain),
	       .help = "says on standard error which methods moved the bytes\n"
		       "to each destination"),
	OPTION(.name = "fail", .kind = OPTION_LIST, .value = "DST",
	       .field = FIELD(fail),
	       .help = "a destination that is given up when it is slow;\n"
		       "repeatable"),
	OPTION(.name = "from", .kind = OPTION_TEXT, .value = "SRC",
	       .field = FIELD(from),
	       .help = "reads this end, rather than standard input"),
#ifdef HASH_DEFAULT
	OPTION(.name = "hash", .kind = OPTION_CHOICE, .value = "HASH",
	       .field = FIELD(hash), .choices = hash_names,
	       .bare = HASH_DEFAULT,
	       .help = "says the hash of what went through: xxh3 or sha256\n"
		       "(" HASH_DEFAULT ")"),
#endif
	OPTION(.name = "inplace", .kind = OPTION_FLAG, .field = FIELD(inplace),
	       .help = "overwrites files where they are, rather than replace\n"
		       "them"),
	OPTION(.name = "json", .kind = OPTION_FLAG, .field = FIELD(json),
	       .help = "writes progress and accounts as lines of JSON to\n"
		       "standard error"),
	OPTION(.name = "limit", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(limit), .max = UINT64_MAX,
	       .help = "takes at most so many bytes"),
	OPTION(.name = "linger", .kind = OPTION_SECONDS, .value = "SECONDS",
	       .field = FIELD(linger), .max = UINT32_MAX,
	       .help = "in the end, waits so long for one of --drop or --fail\n"
		       "that takes nothing any more (5)"),
	OPTION(.name = "progress", .kind = OPTION_CHOICE, .value = "WHEN",
	       .field = FIELD(progress), .choices = progress_choices,
	       .help = "shows how far it is: auto (on a terminal, after a\n"
		       "second), always or never (auto)"),
	OPTION(.name = "rate", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(rate), .min = 1, .max = UINT64_MAX,
	       .help = "takes at most so many bytes a second"),
};

static const struct options options = {
	.name = "tee",
	.operands = "DST...",
	.summary = "Copies one end to many",
	.more = "A destination is a path, - for standard output, "
		"tcp:HOST:PORT,\ntcp-listen:[HOST:]PORT, unix:PATH, "
		"unix-listen:PATH, fd:N, or exec:COMMAND\nfor a command of the "
		"shell that reads it. One that is slow is waited for,\nunless "
		"--drop or --fail names it.\n",
	.operands_max = OPTIONS_OPERANDS_MAX,
	.table = table,
	.n = ARRAY_SIZE(table),
};

/* Why these do not go together, or NULL. */
static const char *contradiction(const struct tee_values *v,
				 const struct parsed *p)
{
	if (v->append && v->inplace)
		return "--append and --inplace exclude each other";
	if (p->n_operands + v->drop.n + v->fail.n == 0)
		return "a destination is missing";
	return NULL;
}

static int run_parsed(struct tee *t, const struct parsed *parsed)
{
	const char *why = contradiction(&t->values, parsed);

	if (why == NULL)
		return tee_run(t, parsed->operands, parsed->n_operands);
	say("%s (see: pour help tee)", why);
	return EXIT_USAGE;
}

static int run(char *const *args)
{
	struct tee t = {
		.values = {.connect_timeout = CONNECT_MS,
                           .hash = HASH_NONE,
                           .limit = POUR_ALL,
                           .linger = LINGER_MS}
	};
	struct parsed parsed;
	int r = command_begin(&options, args, &t.values, &parsed);

	if (r < 0)
		r = run_parsed(&t, &parsed);
	options_done(&options, &t.values);
	return r;
}

const struct command cmd_tee = { .options = &options, .run = run };

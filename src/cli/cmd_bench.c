/* SPDX-License-Identifier: MIT */
/* The options of pour bench; what it measures is in bench/bench.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "bench/bench.h"
#include "bench/tell.h"
#include "cli/bench_out.h"
#include "cli/bench_show.h"
#include "cli/command.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { TEXT_MAX = 256 << 20, NS_OF_MS = 1000 * 1000, WORD_SIZE = 64 };
enum { BRANCHES = 4, ROUNDS = 7 };
enum { SAMPLE_MS = 20, SAMPLE_QUICK_MS = 6, SAMPLE_MS_MAX = 60 * 1000 };

struct values {
	uint64_t branches, rounds, sample; /* 0: as --quick says */
	const char *congestion, *folder, *json, *plot;
	struct option_list methods, pairs, sizes;
	bool fresh, quick;
};

#define FIELD(name) offsetof(struct values, name)

static const struct option table[] = {
	OPTION(.name = "branches", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(branches), .min = 1, .max = BENCH_BRANCHES_MAX,
	       .help = "sockets that one-many writes to (4)"),
	OPTION(.name = "congestion", .kind = OPTION_TEXT, .value = "NAME",
	       .field = FIELD(congestion),
	       .help = "congestion control of TCP: reno, cubic, bbr (reno)"),
	OPTION(.name = "folder", .kind = OPTION_PATH, .value = "DIR",
	       .field = FIELD(folder),
	       .help = "where files without a name lie meanwhile (/var/tmp)"),
	OPTION(.name = "fresh", .kind = OPTION_FLAG, .field = FIELD(fresh),
	       .help = "empties a file before it is written to, rather than\n"
		       "overwrite it"),
	OPTION(.name = "json", .kind = OPTION_PATH, .value = "FILE",
	       .field = FIELD(json),
	       .help = "writes every sample and all ranks as JSON; -: to\n"
		       "standard output, in place of the tables"),
	OPTION(.name = "method", .kind = OPTION_LIST, .value = "METHOD",
	       .field = FIELD(methods),
	       .help = "only ways of this method, and pour's own choice;\n"
		       "repeatable"),
	OPTION(.name = "pair", .kind = OPTION_LIST, .value = "PAIR",
	       .field = FIELD(pairs),
	       .help = "only this pair of ends: file-socket, socket-file,\n"
		       "socket-socket, file-file, memory-socket, file-pipe,\n"
		       "memory-pipe, one-many, messages; repeatable"),
	OPTION(.name = "plot", .kind = OPTION_PATH, .value = "FILE",
	       .field = FIELD(plot),
	       .help = "draws all of it as SVG, by gnuplot"),
	OPTION(.name = "quick", .letter = 'q', .kind = OPTION_FLAG,
	       .field = FIELD(quick), .help = "two sizes and short samples"),
	OPTION(.name = "rounds", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(rounds), .min = 1, .max = BENCH_ROUNDS_MAX,
	       .help = "turns of each way; seven are needed to rank (7)"),
	OPTION(.name = "sample", .kind = OPTION_SECONDS, .value = "SECONDS",
	       .field = FIELD(sample), .min = 1, .max = SAMPLE_MS_MAX,
	       .help = "about how long a sample takes (0.02)"),
	OPTION(.name = "size", .kind = OPTION_LIST, .value = "BYTES",
	       .field = FIELD(sizes),
	       .help = "of one transfer, or message; repeatable (4k, 64k, 1M,\n"
		       "64M; of messages 64, 1k, 16k, 256k)"),
};

static const struct options options = {
	.name = "bench",
	.operands = "",
	.summary = "Measures what each method costs on this machine",
	.more = "Every method that the library has for a pair of ends takes "
		"turns with loops\nwritten by hand, and with what the library "
		"chooses by itself. Lists may have\ncommas.\n",
	.table = table,
	.n = ARRAY_SIZE(table),
};

/* ── From values to options ── */

static int usage(const char *flag, const char *word, const char *what)
{
	say("%s: '%.64s' %s (see: pour help bench)", flag, word, what);
	return EXIT_USAGE;
}

/* Each word of a list, commas or not; EXIT_DONE, or what one says. */
static int each_word(const struct option_list *list, struct bench_opts *o,
		     int (*take)(struct bench_opts *o, const char *word))
{
	for (uint32_t i = 0; i < list->n; i++) {
		struct slice left = slice_of(list->items[i]);

		do {
			struct slice part = slice_cut(&left, ',');
			char word[WORD_SIZE];
			int r;

			(void)snprintf(word, sizeof(word), "%.*s",
				       (int)part.len, part.at);
			r = take(o, word);
			if (r != EXIT_DONE)
				return r;
		} while (left.len > 0);
	}
	return EXIT_DONE;
}

static int take_pair(struct bench_opts *o, const char *word)
{
	for (unsigned i = 0; i < BENCH_PAIRS; i++) {
		if (strcmp(word, bench_pair_name(i)) != 0)
			continue;
		o->pairs |= UINT32_C(1) << i;
		return EXIT_DONE;
	}
	return usage("--pair", word, "is no pair of ends");
}

/* tee, direct and holes are not chosen but come about. */
static int take_method(struct bench_opts *o, const char *word)
{
	for (unsigned i = 0; i <= POUR_BY_MMAP; i++) {
		if (strcmp(word, pour_method_name((enum pour_method)i)) != 0)
			continue;
		o->methods |= UINT32_C(1) << i;
		return EXIT_DONE;
	}
	return usage("--method", word, "is no method that can be chosen");
}

/* In order, and each one once. */
static bool insert(uint64_t *sizes, unsigned *n, uint64_t size)
{
	unsigned at = 0;

	while (at < *n && sizes[at] < size)
		at++;
	if (at < *n && sizes[at] == size)
		return true;
	if (*n == BENCH_SIZES_MAX)
		return false;
	memmove(sizes + at + 1, sizes + at, (*n - at) * sizeof(*sizes));
	sizes[at] = size;
	(*n)++;
	return true;
}

static int take_size(struct bench_opts *o, const char *word)
{
	uint64_t size;

	if (!text_size(word, &size) || size == 0)
		return usage("--size", word, "is no size");
	if (size > BENCH_SIZE_MAX)
		return usage("--size", word, "is more than 8G");
	if (!insert(o->sizes, &o->n_sizes, size) ||
	    (size <= BENCH_MESSAGE_MAX &&
	     !insert(o->messages, &o->n_messages, size)))
		return usage("--size", word, "is one too many: eight are");
	return EXIT_DONE;
}

/* ── Defaults ── */

static const uint64_t sizes[] = { 4 << 10, 64 << 10, 1 << 20, 64 << 20 };
static const uint64_t sizes_quick[] = { 64 << 10, 16 << 20 };
static const uint64_t messages[] = { 64, 1 << 10, 16 << 10, 256 << 10 };
static const uint64_t messages_quick[] = { 1 << 10, 64 << 10 };

static void choose_sizes(struct bench_opts *o, bool quick)
{
	if (o->n_sizes > 0)
		return;
	o->n_sizes = quick ? ARRAY_SIZE(sizes_quick) : ARRAY_SIZE(sizes);
	memcpy(o->sizes, quick ? sizes_quick : sizes,
	       o->n_sizes * sizeof(*sizes));
	o->n_messages = quick ? ARRAY_SIZE(messages_quick)
			      : ARRAY_SIZE(messages);
	memcpy(o->messages, quick ? messages_quick : messages,
	       o->n_messages * sizeof(*messages));
}

static int or_else(uint64_t value, bool quick, int quickly, int otherwise)
{
	return value > 0 ? (int)value : quick ? quickly : otherwise;
}

static int to_opts(const struct values *v, struct bench_opts *o)
{
	int ms = or_else(v->sample, v->quick, SAMPLE_QUICK_MS, SAMPLE_MS);
	int r;

	*o = (struct bench_opts){
		.branches = (unsigned)v->branches,
		.congestion = v->congestion,
		.folder = v->folder,
		.fresh = v->fresh,
		.rounds = v->rounds > 0 ? (uint32_t)v->rounds : ROUNDS,
		.sample_ns = (uint64_t)ms * NS_OF_MS,
	};
	r = each_word(&v->pairs, o, take_pair);
	if (r == EXIT_DONE)
		r = each_word(&v->methods, o, take_method);
	if (r == EXIT_DONE)
		r = each_word(&v->sizes, o, take_size);
	if (r != EXIT_DONE)
		return r;
	choose_sizes(o, v->quick);
	if (o->pairs == UINT32_C(1) << BENCH_MESSAGES && o->n_messages == 0)
		return usage("--size", v->sizes.items[0],
			     "is more than a message has: 1M");
	if (o->pairs == 0)
		o->pairs = (UINT32_C(1) << BENCH_PAIRS) - 1;
	return EXIT_DONE;
}

/* ── The run ── */

struct outs {
	struct bench_out json, plot;
};

static int begin_outs(struct outs *o, const struct values *v)
{
	int r = v->plot != NULL ? bench_out_find_gnuplot() : 0;

	*o = (struct outs){ .json.fd = -1, .plot.fd = -1 };
	if (r == 0)
		r = bench_out_begin(&o->json, v->json);
	if (r == 0)
		r = bench_out_begin(&o->plot, v->plot);
	return r;
}

static int put_outs(struct outs *o, const struct bench *b)
{
	struct text json = text_heap(TEXT_MAX), script = text_heap(TEXT_MAX);
	int r = 0;

	if (o->json.name != NULL) {
		tell_json(&json, b);
		r = bench_out_put(&o->json, &json);
	}
	if (o->plot.name != NULL && r == 0) {
		tell_gnuplot(&script, b);
		r = bench_out_plot(&o->plot, &script);
	}
	text_free(&json);
	text_free(&script);
	return r;
}

/* A signal that comes while it is written down ends it at once. */
static int finish(struct bench *b, struct bench_show *show, struct outs *o)
{
	int stop = signals_stop(), r;

	bench_show_end(show);
	signals_gently(false);
	r = put_outs(o, b);
	if (r < 0)
		return EXIT_FAILED;
	if (!show->is_quiet && say_stdout_done() != EXIT_DONE)
		return EXIT_FAILED;
	return stop != 0 ? EXIT_SIGNAL + stop : EXIT_DONE;
}

static int measure(const struct values *v, struct bench_opts *opts,
		   struct outs *outs)
{
	struct bench_show show;
	struct bench *b;
	int r;

	opts->stop = bench_show_progress;
	opts->case_done = bench_show_case;
	opts->context = &show;
	r = bench_new(&b, opts);
	if (r < 0)
		return say_error("memory", r);
	signals_gently(true);
	bench_show_begin(&show, b,
			 v->json != NULL && strcmp(v->json, "-") == 0);
	r = bench_run(b);
	if (r < 0)
		say("%s", b->error);
	r = r < 0 ? EXIT_FAILED : finish(b, &show, outs);
	(void)bench_free(b);
	return r;
}

static int run_values(const struct values *v)
{
	struct bench_opts opts;
	struct outs outs;
	int r = to_opts(v, &opts);

	if (r != EXIT_DONE)
		return r;
	signals_watch();
	r = begin_outs(&outs, v) < 0 ? EXIT_FAILED : measure(v, &opts, &outs);
	bench_out_done(&outs.json);
	bench_out_done(&outs.plot);
	return r;
}

static int run(char *const *args)
{
	struct values v = { .branches = BRANCHES,
			    .congestion = "reno",
			    .folder = "/var/tmp" };
	struct parsed parsed;
	int r = command_begin(&options, args, &v, &parsed);

	if (r < 0)
		r = run_values(&v);
	options_done(&options, &v);
	return r;
}

const struct command cmd_bench = { .options = &options, .run = run };

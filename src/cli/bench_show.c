/* SPDX-License-Identifier: MIT */
/* Progress and tables: see bench_show.h. */
#include "cli/bench_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/tell.h"
#include "cli/human.h"
#include "cli/moment.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { TEXT_MAX = 1 << 20 };

#define EVERY_NS (MOMENT_SECOND / 5)

static uint64_t since(uint64_t ns)
{
	return moment_ns() - ns;
}

static bool wants_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	       term != NULL && *term != '\0';
}

/* ── Before ── */

void bench_show_begin(struct bench_show *s, const struct bench *b, bool quiet)
{
	struct text t = text_heap(TEXT_MAX);

	*s = (struct bench_show){ .b = b,
				  .is_quiet = quiet,
				  .colours = wants_colours(),
				  .has_line = isatty(STDERR_FILENO),
				  .begun_ns = moment_ns() };
	tell_plan(&t, b);
	say("%.*s", (int)t.len, t.at);
	text_free(&t);
}

/* ── The line ── */

static void clear(const struct bench_show *s)
{
	if (s->has_line)
		(void)fprintf(stderr, "\r\033[K");
}

/* From how long the samples took so far. */
static void show_line(struct bench_show *s, const struct bench *b)
{
	uint64_t took = since(s->begun_ns) / MOMENT_SECOND, left = 0;
	char eta[HUMAN_SIZE], size[HUMAN_SIZE];

	if (b->now == NULL || since(s->shown_ns) < EVERY_NS)
		return;
	s->shown_ns = moment_ns();
	if (b->done > 0 && b->todo > b->done)
		left = took * (b->todo - b->done) / b->done;
	else
		left = bench_estimate_ns(b) / MOMENT_SECOND;
	human_time(left, eta);
	human_bytes(b->now->size, size);
	clear(s);
	(void)fprintf(stderr, "%s, %s: %u of %u samples, %s to go",
		      bench_pair_title(b->now->pair), size, b->done, b->todo,
		      eta);
}

bool bench_show_progress(void *show, const struct bench *b)
{
	struct bench_show *s = show;

	if (s->has_line)
		show_line(s, b);
	return signals_stop() != 0 || s->is_broken;
}

/* ── Tables ── */

static void print(struct bench_show *s, struct text *t)
{
	clear(s);
	if (!s->is_quiet) {
		(void)fwrite(t->at, 1, t->len, stdout);
		s->is_broken = fflush(stdout) != 0 || ferror(stdout);
	}
	text_free(t);
}

void bench_show_case(void *show, const struct bench_case *c)
{
	struct bench_show *s = show;
	struct text t = text_heap(TEXT_MAX);

	if (!s->has_begun)
		tell_place(&t, s->b);
	s->has_begun = true;
	text_char(&t, '\n');
	tell_case(&t, s->b, c, s->colours);
	print(s, &t);
}

void bench_show_end(struct bench_show *s)
{
	struct text t = text_heap(TEXT_MAX);

	text_char(&t, '\n');
	tell_choices(&t, s->b, s->colours);
	text_char(&t, '\n');
	tell_claims(&t, s->b, s->colours);
	if (s->b->is_stopped)
		text_str(&t, "\nIt was interrupted: this is what there is.\n");
	print(s, &t);
}

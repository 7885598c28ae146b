/* SPDX-License-Identifier: MIT */
/* When to look, and what USR1 is answered: see progress.h. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/moment.h"
#include "cli/report.h"
#include "cli/signals.h"

enum { TICK_MS = 250, FIRST_MS = 1000, JSON_MS = 1000, WIDTH = 80 };

#define MS (MOMENT_SECOND / 1000)

/* ── The terminal ── */

static int ask_width(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return WIDTH;
	return w.ws_col;
}

/* Who was put into the background leaves the terminal to others. */
static bool is_in_front(void)
{
	pid_t front = tcgetpgrp(STDERR_FILENO);

	return front < 0 || front == getpgrp();
}

static bool wants_line(const struct progress_opts *opts)
{
	if (opts->json || opts->when == PROGRESS_NEVER)
		return false;
	if (opts->when == PROGRESS_ALWAYS)
		return true;
	return isatty(STDERR_FILENO) &&
	       (opts->output < 0 || !isatty(opts->output));
}

static bool can_erase(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL && *term != '\0' &&
	       strcmp(term, "dumb") != 0;
}

/*
 * What is left of a longer line is erased, or else overwritten by spaces. A
 * terminal that went away is no reason to stop.
 */
static void show(struct progress *p, const char *text)
{
	char line[PROGRESS_LINE_SIZE * 2];
	int len = (int)strlen(text);
	int left = MAX(MIN(p->shown, p->width - 1) - len, 0);
	int n = snprintf(line, sizeof(line), "\r%s%*s%s", text,
			 p->erases ? 0 : left, "",
			 p->erases  ? "\033[K"
			 : len == 0 ? "\r"
				    : "");

	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		p->draws = false;
	p->shown = len;
}

/* ── Drawing ── */

static void remember(struct progress *p, uint64_t now, uint64_t bytes)
{
	p->samples[p->n_samples++ % PROGRESS_SAMPLES] =
		(struct progress_sample){ now, bytes };
}

struct progress_view progress_view(const struct progress *p,
				   const struct pour_account *a)
{
	unsigned oldest = p->n_samples > PROGRESS_SAMPLES ? p->n_samples : 0;
	const struct progress_sample *then =
		&p->samples[oldest % PROGRESS_SAMPLES];
	uint64_t now = moment_ns();

	return (struct progress_view){
		.what = p->opts.what,
		.account = a,
		.done = p->opts.base + a->delivered,
		.total = p->opts.total,
		.files = p->files,
		.took_ns = p->began_ns > 0 ? now - p->began_ns : 0,
		.recent = a->delivered - then->bytes,
		.recent_ns = now - then->ns,
	};
}

static void draw(struct progress *p, const struct pour_account *a)
{
	struct progress_view v = progress_view(p, a);
	char text[PROGRESS_LINE_SIZE];

	if (signals_take_size())
		p->width = ask_width();
	progress_line(&v, p->width - 1, text);
	show(p, text);
}

void progress_make_way(struct progress *p)
{
	if (p->shown > 0)
		show(p, "");
}

static void answer_state(struct progress *p, const struct pour_account *a)
{
	struct progress_view v = progress_view(p, a);

	progress_make_way(p);
	if (p->opts.json)
		report_json_progress(&v);
	else
		report_state(&v);
}

static void update(struct progress *p, const struct pour_account *a)
{
	uint64_t now = moment_ns();

	if (now < p->next_ns)
		return;
	remember(p, now, a->delivered);
	if (p->opts.json) {
		struct progress_view v = progress_view(p, a);

		report_json_progress(&v);
		p->next_ns = now + JSON_MS * MS;
	} else {
		p->next_ns = now + TICK_MS * MS;
		if (is_in_front())
			draw(p, a);
	}
}

/* ── The course of it ── */

void progress_begin(struct progress *p, const struct progress_opts *opts)
{
	memset(p, 0, sizeof(*p));
	p->opts = *opts;
	p->draws = wants_line(opts) || opts->json;
	p->began_ns = moment_ns();
	p->next_ns = p->began_ns + FIRST_MS * MS;
	p->width = ask_width();
	p->erases = can_erase();
	remember(p, p->began_ns, 0);
	if (p->draws)
		signals_tick(TICK_MS);
	signals_gently(true);
}

int progress_look(struct progress *p, const struct pour_account *a)
{
	if (signals_take_state())
		answer_state(p, a);
	if (p->draws)
		update(p, a);
	return signals_stop();
}

void progress_end(struct progress *p, const struct pour_account *a)
{
	signals_gently(false);
	if (p->draws)
		signals_tick(0);
	if (p->shown == 0 &&
	    !(p->draws && p->opts.when == PROGRESS_ALWAYS && !p->opts.json))
		return;
	draw(p, a);
	p->shown = 0;
	if (write(STDERR_FILENO, "\n", 1) < 0)
		p->draws = false;
}

/* SPDX-License-Identifier: MIT */
/* The order of things in a tee; the things are in tee.h. */
#include "cli/tee.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/signals.h"

void tee_give_up(struct tee *t, struct tee_dst *d)
{
	t->n_failed += !d->failed;
	d->failed = true;
	ends_done(&d->ends);
}

/* ── After ── */

/* All bytes are there: a file gets its name, a peer has to have taken them. */
static void publish(struct tee *t, struct tee_dst *d)
{
	int r = ends_settle(&d->ends);

	if (d->lag != POUR_LAG_WAIT)
		d->ends.dst.patience_ms = MAX(t->values.linger, UINT64_C(1));
	if (r == 0)
		r = ends_publish(&d->ends);
	if (r == -ETIMEDOUT && d->ends.dst.unsent > 0) {
		tee_cut(t, d, d->ends.dst.unsent);
		return;
	}
	if (r == 0) {
		ends_done(&d->ends);
		return;
	}
	(void)end_error(&d->ends.dst, r);
	tee_give_up(t, d);
}

static void end_dst(struct tee *t, struct tee_dst *d)
{
	if (d->failed)
		return;
	if (t->code == EXIT_DONE && !d->cut && !d->has_enough)
		publish(t, d);
	else
		ends_done(&d->ends);
}

/* First those who read to an end, and then peers, who may take their time. */
static void end_dsts(struct tee *t)
{
	for (int peers = 0; peers <= 1; peers++)
		for (unsigned i = 0; i < t->n; i++)
			if (end_is_peer(&t->dsts[i].ends.dst) == peers)
				end_dst(t, &t->dsts[i]);
}

static void wait_for(struct tee *t, struct tee_dst *d)
{
	char why[SHELL_WHY_SIZE];
	bool said = d->failed || t->code != EXIT_DONE;

	if (d->pid == 0)
		return;
	/* Whoever ends this ends its commands, also when they hang. */
	if (t->code > EXIT_SIGNAL)
		(void)kill(d->pid, t->code - EXIT_SIGNAL);
	if (shell_wait(d->pid, why) < 0 && !said) {
		say("%s: %s", d->ends.dst.name, why);
		tee_give_up(t, d);
	}
	d->pid = 0;
}

static int code(const struct tee *t)
{
	if (t->code != EXIT_DONE || t->n_failed == 0)
		return t->code;
	return t->n_failed < t->n ? EXIT_SOME : EXIT_FAILED;
}

/* ── Accounts ── */

static const char *lag_name(enum pour_lag lag)
{
	static const char *const names[] = { [POUR_LAG_WAIT] = "wait",
					     [POUR_LAG_DROP] = "drop",
					     [POUR_LAG_FAIL] = "fail" };

	return names[lag];
}

static void report_dst(const struct tee *t, const struct tee_dst *d)
{
	struct pour_account a = tee_account(t, d);
	struct progress_view v = progress_view(&t->progress, &a);
	struct report_end end = { .type = "destination",
				  .dst = d->ends.dst.name,
				  .on_slow = lag_name(d->lag),
				  .exit_code = d->failed ? EXIT_FAILED
							 : EXIT_DONE };

	v.total = 0;
	if (t->values.json)
		report_json_end(&v, &end);
	else if (t->values.explain && d->branch >= 0)
		report_explain(d->ends.dst.name, &a);
}

static void report_all(const struct tee *t)
{
	const struct pour_account *a = pour_fan_source(t->fan);
	struct progress_view v = progress_view(&t->progress, a);
	struct report_end end = { .src = t->src.name, .exit_code = code(t) };

	if (t->hash[0] != '\0')
		end.hash = t->hash;
	if (t->values.json)
		report_json_end(&v, &end);
	else if (t->hash[0] != '\0')
		say("%s", t->hash);
}

static void report(const struct tee *t)
{
	if (t->values.explain && !t->values.json)
		report_explain(t->src.name, pour_fan_source(t->fan));
	for (unsigned i = 0; i < t->n; i++)
		report_dst(t, &t->dsts[i]);
	report_all(t);
}

/* ── All of it ── */

static int open_src(struct tee *t)
{
	const struct ends_opts opts = tee_ends_opts(&t->values);
	int r = end_open(&t->src, O_RDONLY, &opts.end);

	if (r == 0 && S_ISDIR(t->src.st.st_mode))
		r = -EISDIR;
	if (r < 0)
		return end_error(&t->src, r);
	end_unblock(&t->src);
	end_widen(&t->src);
	return EXIT_DONE;
}

static void move(struct tee *t)
{
	tee_open(t);
	if (t->n_failed < t->n)
		tee_move(t);
	end_dsts(t);
	for (unsigned i = 0; i < t->n; i++)
		wait_for(t, &t->dsts[i]);
	if (t->fan != NULL)
		report(t);
}

int tee_run(struct tee *t, const char *const *operands, unsigned n)
{
	int r = tee_spell(t, operands, n);

	if (r == EXIT_DONE) {
		signals_watch();
		r = open_src(t);
	}
	if (r == EXIT_DONE) {
		move(t);
		r = code(t);
		end_restore(&t->src);
		base_close_fd(&t->src.fd);
	}
	t->fan = pour_fan_free(t->fan);
	free(t->dsts);
	return r;
}

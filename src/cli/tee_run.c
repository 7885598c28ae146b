/* SPDX-License-Identifier: MIT */
/*
 * The fan of a tee, and what is looked at after each of its steps:
 *
 *      a branch that failed        is said and given back
 *      all of them                 there is nobody to read for
 *      slow ones alone are left    they have --linger to take something
 *      signals, progress           progress.h
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/moment.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tee.h"

enum { TICK_MS = 100 };

static const struct pour_account *branch(const struct tee *t,
					 const struct tee_dst *d)
{
	return d->branch >= 0 ? pour_fan_branch(t->fan, (unsigned)d->branch)
			      : NULL;
}

static bool runs(const struct tee *t, const struct tee_dst *d)
{
	const struct pour_account *a = branch(t, d);

	return a != NULL && a->ended == POUR_ENDED_NOT;
}

struct pour_account tee_account(const struct tee *t, const struct tee_dst *d)
{
	const struct pour_account *a = branch(t, d);
	struct pour_account ret = { .taken = 0 };

	if (a != NULL)
		ret = *a;
	ret.missed += d->missed;
	return ret;
}

/* ── Those that failed ── */

static void say_failure(struct tee *t, struct tee_dst *d, int error)
{
	struct end *e = &d->ends.dst;

	progress_make_way(&t->progress);
	if (error == ENOBUFS && d->lag == POUR_LAG_FAIL)
		(void)snprintf(e->why, sizeof(e->why),
			       "too slow, and given up (--fail)");
	(void)end_error(e, -error);
	tee_give_up(t, d);
}

/* A command that closes its standard input may have what it wanted. */
static void look_at_branch(struct tee *t, struct tee_dst *d)
{
	const struct pour_account *a = branch(t, d);

	if (a == NULL || a->error == 0 || d->failed || d->has_enough)
		return;
	d->has_enough = d->is_command && a->error == EPIPE;
	if (!d->has_enough)
		say_failure(t, d, a->error);
}

static bool look_at_branches(struct tee *t)
{
	bool some = false;

	for (unsigned i = 0; i < t->n; i++) {
		struct tee_dst *d = &t->dsts[i];

		look_at_branch(t, d);
		some |= !d->failed && !d->has_enough;
	}
	return some;
}

/* ── Those that are slow, in the end ── */

static bool only_slow_ones_are_left(const struct tee *t)
{
	if (pour_fan_source(t->fan)->ended == POUR_ENDED_NOT)
		return false;
	for (unsigned i = 0; i < t->n; i++)
		if (t->dsts[i].lag == POUR_LAG_WAIT && runs(t, &t->dsts[i]))
			return false;
	return true;
}

static uint64_t delivered(const struct tee *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < t->n; i++)
		sum += tee_account(t, &t->dsts[i]).delivered;
	return sum;
}

static bool have_lingered(struct tee *t)
{
	uint64_t now = moment_ms(), bytes;

	if (!only_slow_ones_are_left(t))
		return false;
	bytes = delivered(t);
	if (t->quiet_since == 0 || bytes != t->quiet_bytes) {
		t->quiet_since = now;
		t->quiet_bytes = bytes;
		signals_tick(TICK_MS);
	}
	return now - t->quiet_since >= t->values.linger;
}

void tee_cut(struct tee *t, struct tee_dst *d, uint64_t missed)
{
	d->cut = true;
	d->missed = missed;
	if (d->lag == POUR_LAG_FAIL)
		say_failure(t, d, ENOBUFS);
	else
		ends_done(&d->ends);
}

/* What is on its way to them is lost. */
static void cut_slow_ones(struct tee *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct tee_dst *d = &t->dsts[i];
		struct pour_account a = tee_account(t, d);

		if (d->lag != POUR_LAG_WAIT && runs(t, d))
			tee_cut(t, d,
				pour_fan_source(t->fan)->delivered -
					a.delivered - a.missed);
	}
}

/* ── The hash ── */

static int64_t add_to_hash(
	void *context, const void *buf, size_t size,
	short *ret_poll) /* NOLINT(readability-non-const-parameter) */
{
	struct tee *t = context;
	int r = t->hashing->add(t->hash_state, buf, size);

	(void)ret_poll;
	return r < 0 ? r : (int64_t)size;
}

static int begin_hash(struct tee *t)
{
	const char *why = NULL;
	int r;

	if (t->values.hash == HASH_NONE)
		return 0;
	t->hashing = hash_method(t->values.hash);
	r = t->hashing->begin(&t->hash_state, &why);
	if (r == 0)
		r = pour_fan_add(t->fan, pour_to(add_to_hash, t, -1),
				 POUR_LAG_WAIT);
	if (r < 0)
		say("--hash: %s", why != NULL ? why : strerror(-r));
	return MIN(r, 0);
}

/* Only of all of it. */
static void end_hash(struct tee *t)
{
	if (t->hash_state == NULL)
		return;
	if (t->code == EXIT_DONE && t->n_failed < t->n)
		(void)hash_text(t->hashing, t->hash_state, t->hash);
	t->hashing->free(t->hash_state);
	t->hash_state = NULL;
}

/* ── The fan ── */

static int look(void *context, const struct pour_account *a)
{
	struct tee *t = context;

	if (!look_at_branches(t) || have_lingered(t))
		return 1;
	return progress_look(&t->progress, a);
}

static int begin_branch(struct tee *t, struct tee_dst *d)
{
	struct pour_end end;
	int r = pour_end_of(&end, d->ends.dst.fd);

	if (r < 0)
		return r;
	r = pour_fan_add(t->fan, end, d->lag);
	if (r < 0)
		(void)snprintf(d->ends.dst.why, sizeof(d->ends.dst.why),
			       "no pipe for it: %s", strerror(-r));
	d->branch = r;
	return MIN(r, 0);
}

static void begin_branches(struct tee *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct tee_dst *d = &t->dsts[i];
		int r = d->failed ? 0 : begin_branch(t, d);

		if (r < 0) {
			(void)end_error(&d->ends.dst, r);
			tee_give_up(t, d);
		}
	}
}

static int begin(struct tee *t)
{
	const struct pour_opts opts = { .flags = POUR_SIGNALS_IGNORED,
					.rate = t->values.rate,
					.progress = look,
					.progress_context = t };
	struct pour_end src;
	int r = pour_end_of(&src, t->src.fd);

	if (r < 0)
		return end_error(&t->src, r);
	r = pour_fan_new(&t->fan, src, t->values.limit, &opts);
	if (r < 0) {
		say("%s: no pipe for it: %s", t->src.name, strerror(-r));
		return EXIT_FAILED;
	}
	begin_branches(t);
	/* Last, so that another one takes the bytes and this gets references.
	 */
	return begin_hash(t) < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* A terminal that shows the bytes shows no progress. */
static int output_of(const struct tee *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!t->dsts[i].failed && isatty(t->dsts[i].ends.dst.fd))
			return t->dsts[i].ends.dst.fd;
	return -1;
}

static int code_of(const struct tee *t, int r, uint64_t promised)
{
	const struct pour_account *a = pour_fan_source(t->fan);

	if (signals_stop() != 0)
		return EXIT_SIGNAL + signals_stop();
	if (a->error != 0)
		return end_error(&t->src, -a->error);
	if (r >= 0 && end_shrank(&t->src, a, promised))
		return EXIT_FAILED;
	/* By us, and why is known; or all of them, and each was said. */
	if (r >= 0 || r == -ECANCELED || r == -EPIPE)
		return EXIT_DONE;
	return say_error("the fan", r);
}

static void run(struct tee *t)
{
	struct progress_opts opts = {
		.when = (enum progress_when)t->values.progress,
		.json = t->values.json,
		.total = end_to_come(&t->src, t->values.limit),
		.output = output_of(t),
	};
	int r;

	progress_begin(&t->progress, &opts);
	r = pour_fan_run(t->fan);
	(void)look_at_branches(t);
	progress_end(&t->progress, pour_fan_source(t->fan));
	signals_tick(0);
	t->code = code_of(t, r, opts.total);
	if (t->code == EXIT_DONE)
		cut_slow_ones(t);
}

void tee_move(struct tee *t)
{
	t->code = begin(t);
	if (t->code == EXIT_DONE && t->n_failed < t->n)
		run(t);
	end_hash(t);
}

/* SPDX-License-Identifier: MIT */
/* Every sample, and what is made of them, as one object of JSON. */
#include "base/json.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/base.h"
#include "bench/clock.h"
#include "bench/put.h"
#include "bench/rank.h"
#include "bench/tell.h"

enum { NAME_MAX_LEN = 4096 };

static void string(struct text *t, const char *key, const char *value)
{
	json_member(t, key, slice_of(value), NAME_MAX_LEN);
}

static void real(struct text *t, const char *key, double value)
{
	json_key(t, key);
	put(t, "%.9g", value);
}

static void truth(struct text *t, const char *key, bool value)
{
	json_key(t, key);
	text_str(t, value ? "true" : "false");
}

/* Keys after '[' or ',' of an array need their own commas. */
static void open_item(struct text *t)
{
	if (t->at[t->len - 1] != '[')
		text_char(t, ',');
	text_char(t, '{');
}

/* ── One sample ── */

static void put_by(struct text *t, const struct bench_sample *s)
{
	json_key(t, "by");
	text_char(t, '{');
	for (unsigned m = 0; m < POUR_METHODS; m++) {
		if (s->moved[m] == 0 && s->called[m] == 0)
			continue;
		json_key(t, pour_method_name((enum pour_method)m));
		text_char(t, '{');
		json_number(t, "bytes", s->moved[m]);
		json_number(t, "calls", s->called[m]);
		text_char(t, '}');
	}
	text_char(t, '}');
}

static void put_sample(struct text *t, const struct bench_sample *s)
{
	open_item(t);
	json_number(t, "round", s->round);
	json_number(t, "bytes", s->bytes);
	json_number(t, "transfers", s->transfers);
	json_number(t, "calls", s->calls);
	real(t, "seconds", s->seconds);
	real(t, "cpu_here", s->here);
	real(t, "cpu_there", s->there);
	json_number(t, "preempted", s->preempted);
	json_key(t, "distance_ns");
	put(t, "[%u,%u]", s->distance[0], s->distance[1]);
	put_by(t, s);
	text_char(t, '}');
}

/* ── One way ── */

static void put_row(struct text *t, const struct bench_row *row)
{
	static const char *const kinds[] = {
		[WAY_PLAN] = "plan",
		[WAY_METHOD] = "method",
		[WAY_EACH] = "each",
		[WAY_LOOP] = "loop",
	};

	open_item(t);
	string(t, "way", row->way->name);
	string(t, "kind", kinds[row->way->kind]);
	if (row->way->kind != WAY_PLAN)
		string(t, "method", pour_method_name(row->way->method));
	if (row->way->size > 0)
		json_number(t, "buffer", row->way->size);
	truth(t, "exact", row->is_exact);
	if (row->why[0] != '\0')
		string(t, "why_not", row->why);
	json_key(t, "samples");
	text_char(t, '[');
	for (unsigned i = 0; i < row->n; i++)
		put_sample(t, &row->samples[i]);
	text_str(t, "]}");
}

/* ── Ranks ── */

static void put_ratio(struct text *t, const char *key,
		      const struct rank_ratio *r)
{
	json_key(t, key);
	text_char(t, '{');
	real(t, "median", r->by.median);
	real(t, "min", r->by.min);
	real(t, "max", r->by.max);
	json_key(t, "sign");
	put(t, "%d}", r->sign);
}

static void put_rank(struct text *t, const struct rank_row *x)
{
	static const char *const verdicts[] = {
		[RANK_UNKNOWN] = "unknown", [RANK_LEVEL] = "level",
		[RANK_BETTER] = "better",   [RANK_WORSE] = "worse",
		[RANK_MIXED] = "mixed",
	};

	open_item(t);
	string(t, "way", x->row->way->name);
	json_number(t, "samples", x->n);
	real(t, "rate", x->rate.median);
	real(t, "rate_min", x->rate.min);
	real(t, "rate_max", x->rate.max);
	real(t, "cpu_here", x->here.median);
	real(t, "cpu_there", x->there.median);
	real(t, "calls", x->calls);
	json_number(t, "rank_speed", x->by_speed);
	json_number(t, "rank_cpu", x->by_cpu);
	if (x->row->way->kind != WAY_PLAN) {
		put_ratio(t, "speed_by_plan", &x->beside_plan.speed);
		put_ratio(t, "cpu_by_plan", &x->beside_plan.cpu);
		string(t, "beside_plan",
		       verdicts[rank_verdict(&x->beside_plan)]);
	}
	text_char(t, '}');
}

static void put_ranks(struct text *t, const struct bench_case *c,
		      struct rank_range range)
{
	const struct rank_row *best;
	struct rank r;

	if (!rank_make(&r, c, range))
		return;
	json_key(t, range.from > 0 ? "far" : "near");
	text_char(t, '{');
	json_number(t, "distance_ns", r.distance);
	json_number(t, "rounds", r.rounds);
	best = rank_winner(&r);
	if (best != NULL)
		string(t, "beaten_by", best->row->way->name);
	json_key(t, "ranks");
	text_char(t, '[');
	for (unsigned i = 0; i < r.n; i++)
		put_rank(t, &r.rows[i]);
	text_str(t, "]}");
}

static void put_case(struct text *t, const struct bench *b,
		     const struct bench_case *c)
{
	open_item(t);
	string(t, "pair", bench_pair_name(c->pair));
	json_number(t, "size", c->size);
	if (c->has_chosen)
		string(t, "chosen", pour_method_name(c->chosen));
	json_key(t, "ways");
	text_char(t, '[');
	for (unsigned i = 0; i < c->n_rows; i++)
		put_row(t, &c->rows[i]);
	text_char(t, ']');
	put_ranks(t, c, rank_near(b));
	put_ranks(t, c, rank_far(b));
	text_char(t, '}');
}

/* ── All of it ── */

static void put_place(struct text *t, const struct bench *b)
{
	struct utsname u;

	if (uname(&u) == 0) {
		string(t, "kernel", u.release);
		string(t, "machine", u.machine);
	}
	json_key(t, "cpus");
	put(t, "[%u,%u]", b->cpus[0], b->cpus[1]);
	string(t, "congestion", b->opts.congestion);
	truth(t, "own_network", b->has_network);
	string(t, "folder", b->opts.folder);
	truth(t, "fresh", b->opts.fresh);
	json_number(t, "rounds", b->opts.rounds);
	json_number(t, "branches", b->opts.branches);
	real(t, "sample_seconds", clock_seconds(b->opts.sample_ns));
	json_number(t, "straddled", b->straddled);
	if (b->far_from < UINT32_MAX)
		json_number(t, "far_from_ns", b->far_from);
	truth(t, "stopped", b->is_stopped);
}

void tell_json(struct text *t, const struct bench *b)
{
	text_char(t, '{');
	string(t, "type", "bench");
	put_place(t, b);
	json_key(t, "cases");
	text_char(t, '[');
	for (unsigned i = 0; i < b->n_cases; i++)
		put_case(t, b, &b->cases[i]);
	text_str(t, "]}\n");
}

/* SPDX-License-Identifier: MIT */
/*
 * Tables for people: one a case, near and far apart.
 *
 *      way   GB/s (min..max)   CPU s/GB here, there   calls   ranks   by pour's
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "base/base.h"
#include "bench/clock.h"
#include "bench/put.h"
#include "bench/rank.h"
#include "bench/tell.h"

/* Beyond it the order of rows says little. */
static const double noisy = 0.25;

/* ── Before ── */

void tell_plan(struct text *t, const struct bench *b)
{
	uint64_t seconds = bench_estimate_ns(b) / CLOCK_SECOND;
	uint64_t mib = UINT64_C(1) << 20;
	uint64_t disk = (bench_disk(b) + mib - 1) / mib;

	put(t,
	    "about %llu s, longer where others want the CPUs: %u "
	    "samples of %.3g s",
	    (unsigned long long)seconds, b->todo,
	    clock_seconds(b->opts.sample_ns));
	if (disk > 0)
		put(t, ", %llu MiB in %.200s", (unsigned long long)disk,
		    b->opts.folder);
	put(t, ", %llu MiB of memory",
	    (unsigned long long)(bench_memory(b) / mib));
}

static const char *file_system(const char *folder)
{
	struct statfs s;

	if (statfs(folder, &s) < 0)
		return "unknown";
	switch (s.f_type) {
	case EXT4_SUPER_MAGIC:
		return "ext4";
	case TMPFS_MAGIC:
		return "tmpfs";
	case XFS_SUPER_MAGIC:
		return "xfs";
	case BTRFS_SUPER_MAGIC:
		return "btrfs";
	case OVERLAYFS_SUPER_MAGIC:
		return "overlay";
	case NFS_SUPER_MAGIC:
		return "nfs";
	default:
		return "another file system";
	}
}

void tell_place(struct text *t, const struct bench *b)
{
	struct utsname u;

	if (uname(&u) == 0)
		put(t, "Linux %.60s, %.20s", u.release, u.machine);
	if (b->cpus[0] == b->cpus[1])
		put(t, "; one CPU, which both sides share");
	else
		put(t, "; the mover on CPU %u, all others on CPU %u",
		    b->cpus[0], b->cpus[1]);
	put(t, "\nTCP over loopback by %.64s", b->opts.congestion);
	if (b->has_network)
		put(t, " in a network namespace of its own");
	else
		put(t,
		    ", in the network of everybody: a namespace is not "
		    "allowed (%s)",
		    strerrorname_np(-b->network_error) != NULL
			    ? strerrorname_np(-b->network_error)
			    : "?");
	put(t, "; files on %s (%.200s), cached%s\n",
	    file_system(b->opts.folder), b->opts.folder,
	    b->opts.fresh ? ", written anew" : "");
}

/* ── Colours ── */

enum colour { PLAIN, BOLD, GREEN, YELLOW };

static const char *const codes[] = {
	[PLAIN] = "\033[0m",
	[BOLD] = "\033[1m",
	[GREEN] = "\033[32m",
	[YELLOW] = "\033[33m",
};

static void paint(struct text *t, bool colours, enum colour c)
{
	if (colours)
		text_str(t, codes[c]);
}

static enum colour colour_of(const struct rank_row *r)
{
	if (r->row->way->kind == WAY_PLAN)
		return BOLD;
	if (rank_verdict(&r->beside_plan) == RANK_BETTER)
		return YELLOW;
	return r->by_speed == 1 ? GREEN : PLAIN;
}

/* ── One table ── */

static bool talks(const struct rank *r)
{
	return r->c->pair == BENCH_MESSAGES;
}

/* GB/s, or microseconds a trip. */
static double shown(const struct rank *r, double rate)
{
	return talks(r) ? 1e6 / rate : rate / 1e9;
}

static void put_ratio(struct text *t, const struct rank_ratio *r)
{
	if (r->n == 0)
		put(t, "      - ");
	else
		put(t, "  %5.2f%c", r->by.median,
		    r->sign > 0   ? '+'
		    : r->sign < 0 ? '-'
				  : ' ');
}

/* Three digits, or a whole number. */
static void format(char *to, size_t size, double value)
{
	(void)snprintf(to, size, value < 1000 ? "%.3g" : "%.0f", value);
}

enum { NUMBER_SIZE = 24 };

static void put_number(struct text *t, double value)
{
	char number[NUMBER_SIZE];

	format(number, sizeof(number), value);
	put(t, " %8s", number);
}

static void put_spread(struct text *t, double low, double high)
{
	char from[NUMBER_SIZE], to[NUMBER_SIZE], spread[2 * NUMBER_SIZE + 4];

	format(from, sizeof(from), low);
	format(to, sizeof(to), high);
	(void)snprintf(spread, sizeof(spread), "(%s..%s)", from, to);
	put(t, " %-16s", spread);
}

static void put_row(struct text *t, const struct rank *r,
		    const struct rank_row *x)
{
	double low = shown(r, talks(r) ? x->rate.max : x->rate.min);
	double high = shown(r, talks(r) ? x->rate.min : x->rate.max);

	put(t, "  %-15s", x->row->way->name);
	put_number(t, shown(r, x->rate.median));
	put_spread(t, low, high);
	put_number(t, x->here.median);
	put_number(t, x->there.median);
	put(t, " %9.0f  %3u %3u", x->calls, x->by_speed, x->by_cpu);
	if (x->row->way->kind == WAY_PLAN)
		return;
	put_ratio(t, &x->beside_plan.speed);
	put_ratio(t, &x->beside_plan.cpu);
}

/* Nothing where there is one heap of distances. */
static const char *name_of(struct rank_range range)
{
	if (range.from > 0)
		return "far, ";
	return range.to < UINT32_MAX ? "near, " : "";
}

static void put_heading(struct text *t, const struct rank *r, bool colours)
{
	paint(t, colours, BOLD);
	put(t, "%s, ", bench_pair_title(r->c->pair));
	put_size(t, r->c->size);
	paint(t, colours, PLAIN);
	if (r->distance == 0)
		put(t, ": one CPU");
	else
		put(t, ": CPUs %s%u ns apart", name_of(r->range), r->distance);
	put(t, ", %u rounds\n", r->rounds);
	put(t, "  %-15s %8s %-16s %8s %8s %9s  %7s  %14s\n", "way",
	    talks(r) ? "us/trip" : "GB/s", "(min..max)",
	    talks(r) ? "CPU us" : "CPU s/GB", "there",
	    talks(r) ? "calls" : "calls/GB", "ranks", "by pour's: speed,CPU");
}

/* What pour chose, its ranks, and who is better. */
static void put_choice(struct text *t, const struct rank *r, bool colours)
{
	const struct rank_row *plan = &r->rows[0], *best = rank_winner(r);

	if (plan->row->way->kind != WAY_PLAN || !r->c->has_chosen)
		return;
	put(t, "  pour chose %s: of %u ways %u. in speed, %u. in CPU; ",
	    pour_method_name(r->c->chosen), r->n, plan->by_speed, plan->by_cpu);
	if (plan->n < RANK_ROUNDS_MIN) {
		put(t, "seven rounds are needed to rank\n");
	} else if (best == NULL) {
		put(t, "nothing is better beyond noise\n");
	} else {
		paint(t, colours, YELLOW);
		put(t, "%s is better", best->row->way->name);
		paint(t, colours, PLAIN);
		put(t, ": %.2f times the speed, %.2f of the CPU\n",
		    best->beside_plan.speed.by.median,
		    best->beside_plan.cpu.by.median);
	}
}

static void put_trouble(struct text *t, const struct rank *r)
{
	double noise = rank_noise(&r->rows[0]);

	if (noise > noisy)
		put(t,
		    "  noisy: pour's own rounds differ by %.0f %%, so ranks "
		    "say little; only + and - do\n",
		    noise * 100);
	if (r->preempted * 4 > r->samples)
		put(t,
		    "  busy: other programs had the mover's CPU in %u of %u "
		    "samples; CPU seconds count for more than speed\n",
		    r->preempted, r->samples);
}

static void put_table(struct text *t, const struct rank *r, bool colours)
{
	put_heading(t, r, colours);
	for (unsigned i = 0; i < r->n; i++) {
		paint(t, colours, colour_of(&r->rows[i]));
		put_row(t, r, &r->rows[i]);
		paint(t, colours, PLAIN);
		text_char(t, '\n');
	}
	put_choice(t, r, colours);
	put_trouble(t, r);
}

/* Ways of one reason share a line. */
static void put_missing(struct text *t, const struct bench_case *c)
{
	for (unsigned i = 0; i < c->n_rows; i++) {
		const char *why = c->rows[i].why;
		bool is_first = why[0] != '\0';

		for (unsigned j = 0; j < i; j++)
			is_first &= strcmp(why, c->rows[j].why) != 0;
		if (!is_first)
			continue;
		put(t, "  %s:", why);
		for (unsigned j = i; j < c->n_rows; j++)
			if (strcmp(why, c->rows[j].why) == 0)
				put(t, " %s", c->rows[j].way->name);
		text_char(t, '\n');
	}
}

void tell_case(struct text *t, const struct bench *b,
	       const struct bench_case *c, bool colours)
{
	struct rank r;
	bool any = false;

	for (int far = 0; far < 2; far++) {
		if (!rank_make(&r, c, far ? rank_far(b) : rank_near(b)))
			continue;
		put_table(t, &r, colours);
		any = true;
	}
	if (any)
		put_missing(t, c);
}

/* ── All tables together ── */

static unsigned put_beaten(struct text *t, const struct rank *r)
{
	const struct rank_row *best = rank_winner(r);

	if (best == NULL)
		return 0;
	put(t, "  %s, ", bench_pair_title(r->c->pair));
	put_size(t, r->c->size);
	put(t, "%s: %s beats %s, %.2f times the speed, %.2f of the CPU\n",
	    r->range.from > 0 ? " (far)" : "", best->row->way->name,
	    pour_method_name(r->c->chosen), best->beside_plan.speed.by.median,
	    best->beside_plan.cpu.by.median);
	return 1;
}

void tell_choices(struct text *t, const struct bench *b, bool colours)
{
	struct text lines = text_heap(1 << 20);
	unsigned cases = 0, beaten = 0;
	struct rank r;

	for (unsigned i = 0; i < 2 * b->n_cases; i++) {
		const struct bench_case *c = &b->cases[i / 2];

		if (!rank_make(&r, c, i % 2 ? rank_far(b) : rank_near(b)) ||
		    r.rows[0].n < RANK_ROUNDS_MIN ||
		    r.rows[0].row->way->kind != WAY_PLAN)
			continue;
		cases++;
		beaten += put_beaten(&lines, &r);
	}
	paint(t, colours, BOLD);
	put(t, "What pour chose");
	paint(t, colours, PLAIN);
	put(t, ": in %u of %u cases nothing is better beyond noise\n",
	    cases - beaten, cases);
	text_add(t, (struct slice){ lines.at, lines.len });
	text_free(&lines);
	if (b->straddled > 0)
		put(t,
		    "  %u samples were dropped: the CPUs were moved near or "
		    "far under them\n",
		    b->straddled);
}

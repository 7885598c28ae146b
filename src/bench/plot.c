/* SPDX-License-Identifier: MIT */
/*
 * A script for gnuplot: a panel for each pair, sizes to the right, a line for
 * each way, and above each size who wins and by how much.
 *
 *      $way << EOD         size, middle, min, max
 *      plot $way ...       labels: "sendfile, 1.21 x pipe-256k"
 */
#include <string.h>

#include "base/base.h"
#include "bench/put.h"
#include "bench/rank.h"
#include "bench/tell.h"

enum { COLUMNS = 2, PANEL_WIDTH = 780, PANEL_HEIGHT = 460, TITLE_HEIGHT = 70 };

/* Told apart also by who does not see all colours; loops are dashed. */
static const char *const colours[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
	"#7f3c8d", "#3969ac", "#80ba5a", "#a5aa99", "#e68310", "#008695",
	"#cf1c90", "#666666", "#b95b1c", "#4b4b8f",
};

static const struct bench_case *first_of(const struct bench *b,
					 enum bench_pair pair)
{
	for (unsigned i = 0; i < b->n_cases; i++)
		if (b->cases[i].pair == pair)
			return &b->cases[i];
	return NULL;
}

/* The distance in which most was seen. */
static struct rank_range mostly(const struct bench *b)
{
	unsigned n[2] = { 0, 0 };
	struct rank r;

	for (unsigned i = 0; i < 2 * b->n_cases; i++)
		if (rank_make(&r, &b->cases[i / 2],
			      i % 2 ? rank_far(b) : rank_near(b)))
			n[i % 2] += r.samples;
	return n[1] > n[0] ? rank_far(b) : rank_near(b);
}

struct plot {
	struct text *t;
	const struct bench *b;
	struct rank_range range;
	enum bench_pair pair;
	double top; /* the highest value of the panel */
};

static double shown(const struct plot *p, double rate)
{
	return p->pair == BENCH_MESSAGES ? rate / 1e3 : rate / 1e9;
}

static const struct rank_row *row_named(const struct rank *r, const char *name)
{
	for (unsigned i = 0; i < r->n; i++)
		if (strcmp(r->rows[i].row->way->name, name) == 0)
			return &r->rows[i];
	return NULL;
}

/* A data block of one way; how many points it has. */
static unsigned put_data(struct plot *p, const struct way *way, unsigned number)
{
	unsigned n = 0;
	struct rank r;

	put(p->t, "$w%u_%u << EOD\n", (unsigned)p->pair, number);
	for (unsigned i = 0; i < p->b->n_cases; i++) {
		const struct bench_case *c = &p->b->cases[i];
		const struct rank_row *x;

		if (c->pair != p->pair || !rank_make(&r, c, p->range))
			continue;
		x = row_named(&r, way->name);
		if (x == NULL)
			continue;
		put(p->t, "%llu %.6g %.6g %.6g\n", (unsigned long long)c->size,
		    shown(p, x->rate.median), shown(p, x->rate.min),
		    shown(p, x->rate.max));
		p->top = MAX(p->top, shown(p, x->rate.max));
		n++;
	}
	put(p->t, "EOD\n");
	return n;
}

/* The ways that a label tells of; the plan's is one of the others. */
struct best {
	const struct rank_row *fastest, *second, *cheapest;
};

static struct best best_of(const struct rank *r)
{
	struct best b = { NULL, NULL, NULL };

	for (unsigned i = 0; i < r->n; i++) {
		const struct rank_row *x = &r->rows[i];

		if (x->row->way->kind == WAY_PLAN)
			continue;
		if (b.cheapest == NULL ||
		    x->here.median < b.cheapest->here.median)
			b.cheapest = x;
		if (b.fastest == NULL ||
		    x->rate.median > b.fastest->rate.median) {
			b.second = b.fastest;
			b.fastest = x;
		} else if (b.second == NULL ||
			   x->rate.median > b.second->rate.median) {
			b.second = x;
		}
	}
	return b;
}

/* "1.22 x sendfile", or that nobody can tell the two apart. */
static void put_lead(const struct plot *p, const struct best *b)
{
	struct rank_pair lead;

	if (b->second == NULL)
		return;
	rank_compare(&lead, b->fastest->row, b->second->row, p->range);
	if (lead.speed.sign > 0)
		put(p->t, "\\n%.2f x ", lead.speed.by.median);
	else
		put(p->t, "\\nlevel with ");
	text_str(p->t, b->second->row->way->name);
}

static void put_winner(const struct plot *p, const struct bench_case *c,
		       unsigned place)
{
	struct best b;
	struct rank r;

	if (!rank_make(&r, c, p->range))
		return;
	b = best_of(&r);
	if (b.fastest == NULL)
		return;
	put(p->t, "set label \"%s", b.fastest->row->way->name);
	put_lead(p, &b);
	put(p->t, "\\nleast CPU: %s\" at %llu, graph %.2f center font ',9'\n",
	    b.cheapest->row->way->name, (unsigned long long)c->size,
	    place % 2 == 0 ? 0.985 : 0.875);
}

static void put_winners(const struct plot *p)
{
	unsigned n = 0;

	put(p->t, "unset label\n");
	for (unsigned i = 0; i < p->b->n_cases; i++)
		if (p->b->cases[i].pair == p->pair)
			put_winner(p, &p->b->cases[i], n++);
}

/* Bars for the choice alone: those of all would hide the lines. */
static void put_line(const struct plot *p, const struct way *way,
		     unsigned number)
{
	const char *colour = colours[number % ARRAY_SIZE(colours)];

	put(p->t, "  $w%u_%u using ", (unsigned)p->pair, number);
	if (way->kind == WAY_PLAN)
		put(p->t, "1:2:3:4 with yerrorlines lw 3 pt 7 ps 0.9 lc rgb "
			  "'#000000' title \"pour's choice\", \\\n");
	else if (way->kind == WAY_LOOP)
		put(p->t,
		    "1:2 with linespoints lw 1.3 dt %u pt %u ps 0.6 lc rgb "
		    "'#888888' title \"%s\", \\\n",
		    2 + number % 4, 1 + number % 12, way->name);
	else
		put(p->t,
		    "1:2 with linespoints lw 1.8 pt %u ps 0.7 lc rgb '%s' "
		    "title \"%s\", \\\n",
		    1 + number % 12, colour, way->name);
}

/* Cases of a pair are in the order of their sizes. */
static uint64_t smallest(const struct plot *p)
{
	const struct bench_case *c = first_of(p->b, p->pair);

	return c != NULL ? c->size : 1;
}

static uint64_t largest(const struct plot *p)
{
	uint64_t size = 1;

	for (unsigned i = 0; i < p->b->n_cases; i++)
		if (p->b->cases[i].pair == p->pair)
			size = p->b->cases[i].size;
	return size;
}

static void put_axes(const struct plot *p)
{
	put(p->t, "set title \"%s\" font ',13'\n", bench_pair_title(p->pair));
	put(p->t, "set ylabel \"%s\"\n",
	    p->pair == BENCH_MESSAGES ? "thousand round trips a second"
				      : "GB/s");
	put(p->t, "set xlabel \"bytes of a %s\"\n",
	    p->pair == BENCH_MESSAGES ? "message" : "transfer");
	put(p->t, "set xrange [%llu*0.4:%llu*2.5]\n",
	    (unsigned long long)smallest(p), (unsigned long long)largest(p));
	put(p->t, "set yrange [0:%.6g]\nset xtics (", p->top * 1.45);
	for (unsigned i = 0, n = 0; i < p->b->n_cases; i++) {
		const struct bench_case *c = &p->b->cases[i];

		if (c->pair != p->pair)
			continue;
		put(p->t, "%s\"", n++ > 0 ? ", " : "");
		put_size(p->t, c->size);
		put(p->t, "\" %llu", (unsigned long long)c->size);
	}
	put(p->t, ")\n");
}

/* c is the first of the pair: its ways are those of all. */
static void put_panel(struct plot *p, const struct bench_case *c)
{
	unsigned n[WAYS_MAX] = { 0 };

	p->top = 0;
	for (unsigned i = 0; i < c->n_rows; i++)
		n[i] = put_data(p, c->rows[i].way, i);
	if (!(p->top > 0))
		return;
	put_axes(p);
	put_winners(p);
	put(p->t, "plot \\\n");
	for (unsigned i = c->n_rows; i-- > 0;)
		if (n[i] > 0)
			put_line(p, c->rows[i].way, i);
	put(p->t, "  NaN notitle\n");
}

static void put_beginning(const struct plot *p, unsigned panels)
{
	unsigned columns = MIN(panels, (unsigned)COLUMNS);
	unsigned rows = (panels + columns - 1) / columns;

	put(p->t,
	    "set terminal svg noenhanced size %u,%u font 'sans-serif,11' "
	    "background rgb 'white'\n",
	    columns * PANEL_WIDTH, rows * PANEL_HEIGHT + TITLE_HEIGHT);
	put(p->t,
	    "set logscale x 2\nset grid ytics lc rgb '#dddddd'\n"
	    "set border 3\nset xtics nomirror\nset ytics nomirror\n"
	    "set key outside right center samplen 2 spacing 1.1 font ',9'\n");
	put(p->t,
	    "set multiplot layout %u,%u title \"pour bench: higher is faster; "
	    "points are medians, black bars from the slowest to the fastest round%s\\nabove each size the fastest way, by how much it beats "
	    "the next (level: not beyond noise), and which takes the least "
	    "CPU of the mover; grey: loops by hand\" "
	    "font ',12'\n",
	    rows, columns,
	    p->range.from > 0          ? "; CPUs far"
	    : p->range.to < UINT32_MAX ? "; CPUs near"
				       : "");
}

void tell_gnuplot(struct text *t, const struct bench *b)
{
	struct plot p = { .t = t, .b = b, .range = mostly(b) };
	unsigned panels = 0;

	for (unsigned i = 0; i < BENCH_PAIRS; i++)
		panels += first_of(b, (enum bench_pair)i) != NULL;
	put_beginning(&p, panels);
	for (unsigned i = 0; i < BENCH_PAIRS; i++) {
		const struct bench_case *c = first_of(b, (enum bench_pair)i);

		p.pair = (enum bench_pair)i;
		if (c != NULL)
			put_panel(&p, c);
	}
	put(t, "unset multiplot\n");
}

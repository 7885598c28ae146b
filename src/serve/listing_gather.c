/* SPDX-License-Identifier: MIT */
/* What must be known before a listing's first byte, a slice each turn. */
#include <errno.h>
#include <time.h>

#include "base/base.h"
#include "serve/listing.h"

/* What one turn may bring: so many entries, or so long where disks are slow. */
enum { TURN_ENTRIES = 256, TURN_NS = 2 * 1000 * 1000 };

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void listing_begin_turn(struct listing *l)
{
	l->rests = false;
	l->left = TURN_ENTRIES;
	l->until_ns = now_ns() + TURN_NS;
}

int listing_look(struct listing *l, struct folder_entry *ret)
{
	if (l->left == 0 || now_ns() > l->until_ns)
		return -EINTR;
	l->left--;
	return folder_next(&l->folder, ret);
}

static bool is_paged_unsorted(const struct listing *l)
{
	return l->query.sort == FOLDER_UNSORTED && l->query.limit > 0;
}

/* Too many to be sorted: from the start, in the order that they have. */
static int give_up_sorting(struct listing *l)
{
	folder_list_done(&l->list);
	l->too_many = true;
	l->query.sort = FOLDER_UNSORTED;
	l->query.descending = false;
	return folder_seek(&l->folder, 0);
}

static int add(struct listing *l, const struct folder_entry *e)
{
	int r = folder_list_add(&l->list, e);

	if (r == 0)
		return 0;
	if (r != -ENOMEM && l->query.sort != FOLDER_UNSORTED &&
	    !l->query.has_after)
		return give_up_sorting(l);
	return r == -ENOBUFS ? -EAGAIN : r;
}

/* One more than the page has, to know whether there is a next page. */
static bool has_enough(const struct listing *l)
{
	return is_paged_unsorted(l) && l->list.n > l->query.limit;
}

static void choose(struct listing *l)
{
	const struct listing_query *q = &l->query;

	l->gathered = true;
	l->upto = l->list.n;
	folder_list_sort(&l->list, q->sort, q->descending);
	if (q->sort != FOLDER_UNSORTED && q->has_after)
		l->from = folder_list_after(&l->list, &q->after, q->sort,
					    q->descending);
	if (q->limit > 0)
		l->upto = MIN(l->list.n, l->from + q->limit);
}

/* 1: there may be more to gather. 0: no. */
static int gather_one(struct listing *l)
{
	struct folder_entry e;
	int r = listing_look(l, &e);

	if (r == FOLDER_LEFT_OUT)
		return 1;
	if (r != FOLDER_ENTRY)
		return r;
	r = add(l, &e);
	if (r < 0)
		return r;
	return !has_enough(l);
}

int listing_prepare(struct listing *l)
{
	int r = 1;

	listing_begin_turn(l);
	while (r == 1 &&
	       (l->query.sort != FOLDER_UNSORTED || is_paged_unsorted(l)))
		r = gather_one(l);
	if (r == -EINTR)
		return 1;
	if (r == 0)
		choose(l);
	return MIN(r, 0);
}

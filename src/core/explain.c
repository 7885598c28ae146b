/* SPDX-License-Identifier: MIT */
/* Methods by number and name, and an account in one line. */
#include <pour.h>
#include <string.h>

#include "core/line.h"
#include "core/method.h"

const struct method *const pour_methods[POUR_METHODS] = {
	[POUR_BY_RANGE] = &pour_by_range,
	[POUR_BY_SENDFILE] = &pour_by_sendfile,
	[POUR_BY_SPLICE] = &pour_by_splice,
	[POUR_BY_PIPE] = &pour_by_pipe,
	[POUR_BY_COPY] = &pour_by_copy,
	[POUR_BY_CLONE] = &pour_by_clone,
	[POUR_BY_ZEROCOPY] = &pour_by_zerocopy,
	[POUR_BY_VMSPLICE] = &pour_by_vmsplice,
	[POUR_BY_MMAP] = &pour_by_mmap,
	[POUR_BY_DIRECT] = &pour_by_direct,
	[POUR_BY_TEE] = &pour_by_tee,
	[POUR_BY_HOLE] = &pour_by_hole,
};

_Static_assert((int)POUR_METHODS <= (int)POUR_METHODS_ROOM,
	       "methods have room");

const struct method *pour_method(unsigned method)
{
	return method < POUR_METHODS ? pour_methods[method] : NULL;
}

const char *pour_method_name(enum pour_method method)
{
	const struct method *m = pour_method(method);

	return m != NULL ? m->name : NULL;
}

static void put_count(struct line *l, const char *before, uint64_t n,
		      const char *after)
{
	pour_line_put(l, before);
	pour_line_number(l, n);
	pour_line_put(l, after);
}

static void put_errno(struct line *l, int error)
{
	const char *name = strerrorname_np(error);

	pour_line_put(l, name != NULL ? name : "unknown errno");
}

static void put_methods(struct line *l, const struct pour_account *a)
{
	const char *between = "";

	for (unsigned m = 0; m < POUR_METHODS; m++) {
		if (a->moved[m] == 0)
			continue;
		pour_line_put(l, between);
		pour_line_put(l, pour_methods[m]->name);
		put_count(l, " ", a->moved[m], " bytes");
		put_count(l, " in ", a->calls[m], " calls");
		between = ", ";
	}
	if (a->delivered == 0)
		pour_line_put(l, "nothing moved");
}

static void put_around(struct line *l, const struct pour_account *a)
{
	if (a->head > 0)
		put_count(l, ", after a head of ", a->head, "");
	if (a->tail > 0)
		put_count(l, ", before a tail of ", a->tail, "");
	if (a->teed > 0)
		put_count(l, "; tee ", a->teed, " bytes");
	if (a->missed > 0)
		put_count(l, "; missed ", a->missed, " bytes");
}

static void put_left(struct line *l, const struct pour_account *a)
{
	for (unsigned m = 0; m < POUR_METHODS; m++) {
		if (a->left[m] == 0)
			continue;
		pour_line_put(l, "; ");
		pour_line_put(l, pour_methods[m]->name);
		pour_line_put(l, " left: ");
		put_errno(l, a->left[m]);
	}
}

static void put_failure(struct line *l, const struct pour_account *a)
{
	static const char *const at[] = {
		[POUR_SIDE_NONE] = "; failed: ",
		[POUR_SIDE_SRC] = "; failed at the source: ",
		[POUR_SIDE_DST] = "; failed at the destination: ",
	};

	pour_line_put(l, at[a->side]);
	put_errno(l, a->error);
}

static void put_end(struct line *l, const struct pour_account *a)
{
	if (a->ended == POUR_ENDED_SHORT)
		pour_line_put(l, "; the source ended too early");
	if (a->ended == POUR_ENDED_TIMEOUT)
		pour_line_put(l, "; timed out");
	if (a->ended == POUR_ENDED_CANCELLED)
		pour_line_put(l, "; cancelled");
	if (a->ended == POUR_ENDED_FAILED)
		put_failure(l, a);
	if (a->taken > a->delivered)
		put_count(l, "; ", a->taken - a->delivered,
			  " bytes taken and not delivered");
}

int pour_explain(const struct pour_account *account, char *buf, size_t size)
{
	struct line l = { buf, size, 0 };

	if (size > 0)
		buf[0] = '\0';
	put_methods(&l, account);
	put_around(&l, account);
	put_left(&l, account);
	put_end(&l, account);
	return (int)l.len;
}

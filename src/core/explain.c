/* SPDX-License-Identifier: MIT */
/* Methods by number and name, and an account in one line. */
#include <pour.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/method.h"

static const struct method *const methods[] = {
	[POUR_BY_RANGE] = &pour_by_range,
	[POUR_BY_SENDFILE] = &pour_by_sendfile,
	[POUR_BY_SPLICE] = &pour_by_splice,
	[POUR_BY_PIPE] = &pour_by_pipe,
	[POUR_BY_COPY] = &pour_by_copy,
};

_Static_assert(sizeof(methods) / sizeof(methods[0]) == POUR_METHODS,
	       "every method has its struct");
_Static_assert((int)POUR_METHODS <= (int)POUR_METHODS_ROOM,
	       "methods have room");

const struct method *pour_method(unsigned method)
{
	return method < POUR_METHODS ? methods[method] : NULL;
}

const char *pour_method_name(enum pour_method method)
{
	const struct method *m = pour_method(method);

	return m != NULL ? m->name : NULL;
}

/* A line under way: like snprintf(), it counts on where it cannot write. */
struct line {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l,
						      const char *format, ...)
{
	bool fits = l->len < l->size;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(fits ? l->buf + l->len : NULL,
		      fits ? l->size - l->len : 0, format, args);
	va_end(args);
	l->len += n > 0 ? (size_t)n : 0;
}

static const char *errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name != NULL ? name : "unknown errno";
}

static void put_methods(struct line *l, const struct pour_account *a)
{
	const char *between = "";

	for (unsigned m = 0; m < POUR_METHODS; m++) {
		if (a->moved[m] == 0)
			continue;
		put(l, "%s%s %llu bytes in %llu calls", between,
		    methods[m]->name, (unsigned long long)a->moved[m],
		    (unsigned long long)a->calls[m]);
		between = ", ";
	}
	if (a->delivered == 0)
		put(l, "nothing moved");
}

static void put_end(struct line *l, const struct pour_account *a)
{
	uint64_t between = a->taken - a->delivered;

	if (a->ended == POUR_ENDED_SHORT)
		put(l, "; the source ended too early");
	if (a->ended == POUR_ENDED_FAILED)
		put(l, "; failed%s: %s",
		    a->side == POUR_SIDE_SRC   ? " at the source"
		    : a->side == POUR_SIDE_DST ? " at the destination"
					       : "",
		    errno_name(a->error));
	if (between > 0)
		put(l, "; %llu bytes taken and not delivered",
		    (unsigned long long)between);
}

int pour_explain(const struct pour_account *account, char *buf, size_t size)
{
	struct line l = { buf, size, 0 };

	if (size > 0)
		buf[0] = '\0';
	put_methods(&l, account);
	if (account->head > 0)
		put(&l, ", after a head of %llu",
		    (unsigned long long)account->head);
	for (unsigned m = 0; m < POUR_METHODS; m++)
		if (account->left[m] != 0)
			put(&l, "; %s left: %s", methods[m]->name,
			    errno_name(account->left[m]));
	put_end(&l, account);
	return (int)l.len;
}

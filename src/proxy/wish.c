/* SPDX-License-Identifier: MIT */
/* Targets as they were told, copied with their texts: see wish.h. */
#include "proxy/wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* The texts of one; those that could not be copied are NULL. */
static bool copy_text(const char *from, const char **ret)
{
	*ret = from != NULL ? strdup(from) : NULL;
	return from == NULL || *ret != NULL;
}

static bool copy_to(struct wish *w, const struct proxy_opts *o)
{
	bool is_good = true;

	for (uint32_t i = 0; i < o->n_to; i++) {
		w->to[i] = o->to[i];
		is_good &= copy_text(o->to[i].host, &w->to[i].host);
	}
	return is_good;
}

static bool copy_names(struct wish *w, const struct proxy_opts *o)
{
	bool is_good = true;

	for (uint32_t i = 0; i < o->n_names; i++) {
		w->names[i] = o->names[i];
		is_good &= copy_text(o->names[i].name, &w->names[i].name);
		is_good &= copy_text(o->names[i].to.host, &w->names[i].to.host);
	}
	return is_good;
}

int wish_init(struct wish *ret, const struct proxy_opts *o)
{
	struct wish w = { .to = calloc(MAX(o->n_to, 1U), sizeof(*w.to)),
			  .names = calloc(MAX(o->n_names, 1U),
					  sizeof(*w.names)) };
	bool is_good = w.to != NULL && w.names != NULL;

	if (is_good) {
		w.opts = (struct proxy_opts){ .to = w.to,
					      .n_to = o->n_to,
					      .names = w.names,
					      .n_names = o->n_names };
		is_good = copy_to(&w, o);
		is_good &= copy_names(&w, o);
	}
	if (!is_good) {
		wish_done(&w);
		return -ENOMEM;
	}
	*ret = w;
	return 0;
}

static void free_text(const char *text)
{
	union {
		const char *text;
		void *memory;
	} was = { text };

	free(was.memory);
}

void wish_done(struct wish *w)
{
	for (uint32_t i = 0; i < w->opts.n_to; i++)
		free_text(w->to[i].host);
	for (uint32_t i = 0; i < w->opts.n_names; i++) {
		free_text(w->names[i].name);
		free_text(w->names[i].to.host);
	}
	free(w->to);
	free(w->names);
	*w = (struct wish){ .to = NULL };
}

int wish_each(const struct wish *w, wish_each_target *each, void *context)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < w->opts.n_to; i++)
		r = each(context, &w->to[i]);
	for (uint32_t i = 0; r == 0 && i < w->opts.n_names; i++)
		r = each(context, &w->names[i].to);
	return r;
}

/* SPDX-License-Identifier: MIT */
/* One chain in place of another: see targets.h. */
#include "proxy/targets.h"

#include <assert.h>
#include <errno.h>

#include "proxy/proxy.h"
#include "proxy/route.h"

/* With the lock held, as all that is static here. */
static bool is_complete(const struct route *first)
{
	for (const struct route *r = first; r != NULL; r = r->next)
		if (r->is_named && r->n == 0)
			return false;
	return true;
}

/* Takes the share. */
static void publish(struct targets *t, struct route *route)
{
	assert(route != NULL);
	(void)route_drop(t->route);
	t->route = route;
	atomic_store(&t->is_ready, is_complete(route));
	atomic_store_explicit(&t->turn, route->turn, memory_order_release);
}

/* ── Names ── */

static int want_name(void *context, const struct proxy_target *to)
{
	struct targets *t = context;
	struct known *k;

	if (to->host == NULL)
		return 0;
	if (known_find(t->known, to->host, to->port) == NULL &&
	    known_add(&t->known, to->host, to->port) < 0)
		return -ENOMEM;
	k = known_find(t->known, to->host, to->port);
	k->wanted = true;
	return 0;
}

static int want_names(struct targets *t, const struct wish *w)
{
	for (struct known *k = t->known; k != NULL; k = k->next)
		k->wanted = false;
	return wish_each(w, want_name, t);
}

/* ── Setting them ── */

/* Takes the wish where it answers 0. */
static int set(struct targets *t, struct wish *w)
{
	struct route *first = NULL;
	int r = want_names(t, w);

	if (r == 0)
		r = route_new(&first, &w->opts, t->route, t->known);
	if (r < 0)
		return r;
	wish_done(&t->wish);
	t->wish = *w;
	known_sweep(&t->known);
	publish(t, first);
	return 0;
}

static int set_locked(struct targets *t, const struct proxy_opts *opts)
{
	struct wish w;
	int r = wish_init(&w, opts);

	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&t->lock);
	r = set(t, &w);
	(void)pthread_mutex_unlock(&t->lock);
	if (r < 0)
		wish_done(&w);
	return r;
}

static void tell(const struct targets *t)
{
	if (t->changed != NULL)
		t->changed(t->context);
}

int targets_init(struct targets *t, const struct proxy_opts *opts)
{
	(void)pthread_mutex_init(&t->lock, NULL);
	t->is_init = true;
	return set_locked(t, opts);
}

void targets_done(struct targets *t)
{
	if (!t->is_init)
		return;
	t->route = route_drop(t->route);
	wish_done(&t->wish);
	known_free_all(&t->known);
	(void)pthread_mutex_destroy(&t->lock);
	t->is_init = false;
}

int targets_set(struct targets *t, const struct proxy_opts *opts)
{
	int r = set_locked(t, opts);

	if (r == 0)
		tell(t);
	return r;
}

/* ── What is found of a name ── */

static int learn(struct targets *t, struct known *k,
		 const struct resolver_answer *a)
{
	struct route *first = NULL;
	int r = known_learn(k, a);

	if (r <= 0)
		return r;
	r = route_new(&first, &t->wish.opts, t->route, t->known);
	if (r < 0)
		return r;
	publish(t, first);
	return true;
}

int targets_learn(struct targets *t, const char *host, uint16_t port,
		  const struct resolver_answer *a)
{
	struct known *k;
	int r = 0;

	(void)pthread_mutex_lock(&t->lock);
	k = known_find(t->known, host, port);
	if (k != NULL)
		r = learn(t, k, a);
	(void)pthread_mutex_unlock(&t->lock);
	if (r > 0)
		tell(t);
	return r;
}

void targets_each_name(struct targets *t, targets_name *each, void *context)
{
	(void)pthread_mutex_lock(&t->lock);
	for (const struct known *k = t->known; k != NULL; k = k->next)
		each(context, k);
	(void)pthread_mutex_unlock(&t->lock);
}

/* ── Questions ── */

struct route *targets_share(struct targets *t)
{
	struct route *r;

	(void)pthread_mutex_lock(&t->lock);
	r = route_share(t->route);
	(void)pthread_mutex_unlock(&t->lock);
	return r;
}

bool targets_changed(const struct targets *t, const struct route *have)
{
	return atomic_load_explicit(&t->turn, memory_order_acquire) !=
	       have->turn;
}

/* SPDX-License-Identifier: MIT */
/* One chain in place of another: see targets.h. */
#include "proxy/targets.h"

#include "proxy/proxy.h"
#include "proxy/route.h"

/* With the lock held; takes the share. */
static void publish(struct targets *t, struct route *route)
{
	(void)route_drop(t->route);
	t->route = route;
	atomic_store_explicit(&t->turn, route->turn, memory_order_release);
}

int targets_init(struct targets *t, const struct proxy_opts *opts)
{
	struct route *first;
	int r = route_new(&first, opts, NULL);

	if (r < 0)
		return r;
	(void)pthread_mutex_init(&t->lock, NULL);
	publish(t, first);
	return 0;
}

void targets_done(struct targets *t)
{
	if (t->route == NULL)
		return;
	t->route = route_drop(t->route);
	(void)pthread_mutex_destroy(&t->lock);
}

int targets_set(struct targets *t, const struct proxy_opts *opts)
{
	struct route *first;
	int r;

	(void)pthread_mutex_lock(&t->lock);
	r = route_new(&first, opts, t->route);
	if (r == 0)
		publish(t, first);
	(void)pthread_mutex_unlock(&t->lock);
	if (r == 0 && t->changed != NULL)
		t->changed(t->context);
	return r;
}

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

/* SPDX-License-Identifier: MIT */
/* Leases on what is served, and on what was: see lease.h. */
#include "serve/lease.h"

#include <errno.h>
#include <stdlib.h>

#include "serve/site.h"
#include "serve/worker.h"

static void free_lease(struct lease *lease)
{
	(void)sites_drop(lease->sites);
	free(lease);
}

struct lease *lease_take(struct worker *w)
{
	w->lease->answers++;
	return w->lease;
}

void lease_give(struct worker *w, struct lease *lease)
{
	if (lease != NULL && --lease->answers == 0 && lease != w->lease)
		free_lease(lease);
}

int lease_change(struct worker *w, struct sites *sites)
{
	struct lease *before = w->lease;
	struct lease *lease = calloc(1, sizeof(*lease));

	if (lease == NULL)
		return -ENOMEM;
	lease->sites = sites_share(sites);
	w->lease = lease;
	if (before != NULL && before->answers == 0)
		free_lease(before);
	return 0;
}

void lease_end(struct worker *w)
{
	if (w->lease != NULL)
		free_lease(w->lease);
	w->lease = NULL;
}

/* SPDX-License-Identifier: MIT */
/* Who was turned away, as numbers: see limits.h. */
#include "net/limits.h"
#include "net/metrics.h"

void limits_write(struct text *t, const struct limits *l)
{
	static const char name[] = "pour_connections_refused_total";
	static const char *const why[LIMITS_ENTRIES] = {
		[LIMITS_FULL] = "full",
		[LIMITS_CLIENT_FULL] = "client_full",
		[LIMITS_DENIED] = "denied",
		[LIMITS_SCARCE] = "descriptors",
	};

	metrics_family(t, name, "counter", "Connections turned away, by why.");
	for (int i = LIMITS_WELCOME + 1; i < LIMITS_ENTRIES; i++)
		metrics_sample(t, limits_refused(l, (enum limits_entry)i),
			       "%s{why=\"%s\"}", name, why[i]);
}

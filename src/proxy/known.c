/* SPDX-License-Identifier: MIT */
/* Names and where they lead: see known.h. */
#include "proxy/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "net/resolver.h"
#include "proxy/target.h"

struct known *known_find(struct known *first, const char *host, uint16_t port)
{
	struct known *k = first;

	while (k != NULL && (k->port != port || strcmp(k->host, host) != 0))
		k = k->next;
	return k;
}

int known_add(struct known **first, const char *host, uint16_t port)
{
	struct known *k = calloc(1, sizeof(*k));

	if (k != NULL)
		k->host = strdup(host);
	if (k == NULL || k->host == NULL) {
		free(k);
		return -ENOMEM;
	}
	k->port = port;
	k->next = *first;
	*first = k;
	return 0;
}

/* ── An answer ── */

/* Weights of SRV go to 65535: the largest is at most TARGET_WEIGHT_MAX. */
static uint32_t scaled(uint32_t weight, uint32_t largest)
{
	if (largest == 0)
		return 0;
	if (largest > TARGET_WEIGHT_MAX)
		weight = weight * TARGET_WEIGHT_MAX / largest;
	return MAX(weight, 1U);
}

static uint32_t read_answer(const struct resolver_answer *a,
			    struct known_address to[])
{
	uint32_t lowest = UINT32_MAX, largest = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		lowest = MIN(lowest, (uint32_t)a->at[i].priority);
		largest = MAX(largest, (uint32_t)a->at[i].weight);
	}
	for (uint32_t i = 0; i < a->n; i++) {
		memset(&to[i], 0, sizeof(to[i]));
		to[i].addr = a->at[i].addr;
		to[i].weight = scaled(a->at[i].weight, largest);
		to[i].backup = a->at[i].priority > lowest;
	}
	return a->n;
}

static bool has(const struct known_address at[], uint32_t n,
		const struct addr *a)
{
	for (uint32_t i = 0; i < n; i++)
		if (at[i].addr.len == a->len &&
		    memcmp(&at[i].addr.storage, &a->storage, a->len) == 0)
			return true;
	return false;
}

/* Those that could not be asked for this time. */
static uint32_t add_old(const struct known *k, struct known_address to[],
			uint32_t n)
{
	for (uint32_t i = 0; i < k->n && n < RESOLVER_FOUND_MAX; i++)
		if (!has(to, n, &k->at[i].addr))
			to[n++] = k->at[i];
	return n;
}

static bool is_same(const struct known_address a[],
		    const struct known_address b[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].weight != b[i].weight || a[i].backup != b[i].backup ||
		    !has(&b[i], 1, &a[i].addr))
			return false;
	return true;
}

int known_learn(struct known *k, const struct resolver_answer *a)
{
	struct known_address *to = calloc(RESOLVER_FOUND_MAX, sizeof(*to));
	bool was_answered = k->answered;
	uint32_t n;

	if (to == NULL)
		return -ENOMEM;
	n = read_answer(a, to);
	if (a->is_part || n == 0)
		n = add_old(k, to, n);
	k->answered = true;
	if (was_answered && n == k->n && is_same(to, k->at, n)) {
		free(to);
		return false;
	}
	free(k->at);
	k->at = to;
	k->n = n;
	return true;
}

/* ── Coming and going ── */

static void known_free(struct known *k)
{
	free(k->host);
	free(k->at);
	free(k);
}

void known_sweep(struct known **first)
{
	while (*first != NULL) {
		struct known *k = *first;

		if (k->wanted) {
			first = &k->next;
			continue;
		}
		*first = k->next;
		known_free(k);
	}
}

void known_free_all(struct known **first)
{
	for (struct known *k = *first; k != NULL; k = k->next)
		k->wanted = false;
	known_sweep(first);
}

/* SPDX-License-Identifier: MIT */
/* Compressed siblings: see sibling.h. */
#include "serve/sibling.h"

#include <string.h>

#include "http/coding.h"
#include "http/head.h"
#include "serve/answer.h"
#include "serve/cache.h"

static bool is_fit(const struct opened *o, const struct opened *original)
{
	return o->status == 0 && S_ISREG(o->st.st_mode) &&
	       o->st.st_mtime >= original->st.st_mtime;
}

/* The path of the sibling stands in the target only while it is opened. */
static struct opened *open_sibling(struct answer *a, struct cache *cache,
				   enum coding c)
{
	const char *suffix = coding_suffix(c);
	size_t len = strlen(suffix), at = a->path_len;
	struct opened *found;

	if (len >= sizeof(a->target.path) - at)
		return NULL;
	memcpy(a->target.path + at, suffix, len + 1);
	found = cache_take(cache, a->target.path, at + len);
	a->target.path[at] = '\0';
	return found;
}

static bool take(struct answer *a, struct cache *cache, enum coding c)
{
	struct opened *found = open_sibling(a, cache, c);

	if (found == NULL || !is_fit(found, a->file)) {
		cache_give(cache, found);
		return false;
	}
	a->original = a->file;
	a->file = found;
	a->coding = coding_name(c);
	return true;
}

void sibling_choose(struct answer *a, struct cache *cache, const struct head *h)
{
	struct codings accepted;

	if (!a->file->compresses || head_lacks(h, SLICE("Accept-Encoding")))
		return;
	coding_accepted(h, &accepted);
	for (uint32_t i = 0; i < accepted.n; i++)
		if (take(a, cache, accepted.at[i]))
			return;
}

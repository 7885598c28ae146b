/* SPDX-License-Identifier: MIT */
/* Hashes by name, and as text: see hash.h. */
#include "cli/hash.h"

#include <stdio.h>

#include "base/base.h"

const char *const hash_names[] = {
#ifdef HAVE_XXHASH
	"xxh3",
#endif
#ifdef HAVE_SHA256
	"sha256",
#endif
	NULL
};

static const struct hash_method *const methods[] = {
#ifdef HAVE_XXHASH
	&hash_xxh3,
#endif
#ifdef HAVE_SHA256
	&hash_sha256,
#endif
	NULL
};

_Static_assert(ARRAY_SIZE(methods) == ARRAY_SIZE(hash_names),
	       "a name for each");
_Static_assert(ARRAY_SIZE(methods) <= HASH_NONE, "none is none of them");

const struct hash_method *hash_method(unsigned i)
{
	return methods[i];
}

int hash_text(const struct hash_method *m, void *state,
	      char ret[HASH_TEXT_SIZE])
{
	unsigned char bytes[HASH_SIZE_MAX];
	int n = m->end(state, bytes), len;

	if (n < 0)
		return n;
	len = snprintf(ret, HASH_TEXT_SIZE, "%s:", m->label);
	for (int i = 0; i < n; i++)
		len += snprintf(ret + len, (size_t)(HASH_TEXT_SIZE - len),
				"%02x", bytes[i]);
	return 0;
}

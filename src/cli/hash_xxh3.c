/* SPDX-License-Identifier: MIT */
/* XXH3, 128 bits, by libxxhash. It finds accidents, and not malice. */
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "cli/hash.h"

static int begin(void **ret, const char **ret_why)
{
	XXH3_state_t *state = XXH3_createState();

	*ret_why = NULL;
	if (state == NULL || XXH3_128bits_reset(state) != XXH_OK)
		return -ENOMEM;
	*ret = state;
	return 0;
}

static int add(void *state, const void *bytes, size_t n)
{
	return XXH3_128bits_update(state, bytes, n) == XXH_OK ? 0 : -EINVAL;
}

static int end(void *state, unsigned char ret[HASH_SIZE_MAX])
{
	XXH128_canonical_t digits;

	XXH128_canonicalFromHash(&digits, XXH3_128bits_digest(state));
	memcpy(ret, digits.digest, sizeof(digits.digest));
	return (int)sizeof(digits.digest);
}

static void free_state(void *state)
{
	(void)XXH3_freeState(state);
}

const struct hash_method hash_xxh3 = {
	.label = "xxh128",
	.begin = begin,
	.add = add,
	.end = end,
	.free = free_state,
};

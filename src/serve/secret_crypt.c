/* SPDX-License-Identifier: MIT */
/* By libcrypt, whose memory is too large for a stack. */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "serve/secret.h"

bool secret_is_built(void)
{
	return true;
}

bool secret_is_strong(const char *hash)
{
	static const char *const schemes[] = { "$y$",  "$gy$", "$7$", "$2b$",
					       "$2y$", "$6$",  "$5$" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (strncmp(hash, schemes[i], strlen(schemes[i])) == 0)
			return crypt_checksalt(hash) == CRYPT_SALT_OK;
	return false;
}

/* All of both, wherever they differ. */
static bool is_same(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differs = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

bool secret_matches(const char *hash, const char *password)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made = data ? crypt_r(password, hash, data) : NULL;
	bool same = made != NULL && made[0] != '*' && is_same(hash, made);

	if (data != NULL)
		explicit_bzero(data, sizeof(*data));
	free(data);
	return same;
}

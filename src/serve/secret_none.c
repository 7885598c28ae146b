/* SPDX-License-Identifier: MIT */
/* Where libcrypt was not there to build with. */
#include "serve/secret.h"

bool secret_is_built(void)
{
	return false;
}

bool secret_is_strong(const char *hash)
{
	(void)hash;
	return false;
}

bool secret_matches(const char *hash, const char *password)
{
	(void)hash;
	(void)password;
	return false;
}

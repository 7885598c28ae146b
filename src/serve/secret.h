/* SPDX-License-Identifier: MIT */
/* Passwords and their hashes: the one place where crypt(3) is called. */
#ifndef SERVE_SECRET_H
#define SERVE_SECRET_H

#include <stdbool.h>

/* Whether this build can compare them at all. */
bool secret_is_built(void);
/* A hash of a scheme that takes its time, whole and well formed. */
bool secret_is_strong(const char *hash);
/* Takes the time of the hash's scheme, and no less for being wrong. */
bool secret_matches(const char *hash, const char *password);

#endif

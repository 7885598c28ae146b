/* SPDX-License-Identifier: MIT */
/*
 * Hashes, by libraries. XXH3 is linked in; libcrypto is loaded when SHA-256 is
 * asked for, and not before: it alone would double the time to start.
 */
#ifndef CLI_HASH_H
#define CLI_HASH_H

#include <stddef.h>

/* What "--verify" means without a name; undefined: there are no hashes. */
#if defined(HAVE_XXHASH)
#define HASH_DEFAULT "xxh3"
#elif defined(HAVE_SHA256)
#define HASH_DEFAULT "sha256"
#endif

/* Ended by NULL; the first is the default. */
extern const char *const hash_names[];
/* One more than there are: "no hash", as a default. */
enum { HASH_NONE = 8, HASH_TEXT_SIZE = 96, HASH_SIZE_MAX = 32 };

/* What a hash is made by. */
struct hash_method {
	const char *label; /* stands before the digits */
	/* 0, or -errno; *ret_why says more. */
	int (*begin)(void **ret, const char **ret_why);
	int (*add)(void *state, const void *bytes, size_t n);
	/* Digits' worth of bytes, or -errno. */
	int (*end)(void *state, unsigned char ret[HASH_SIZE_MAX]);
	void (*free)(void *state);
};

/* Of hash_names[i]. */
const struct hash_method *hash_method(unsigned i);
/* "xxh128:0123…", what xxh128sum(1) prints after the colon. */
int hash_text(const struct hash_method *m, void *state,
	      char ret[HASH_TEXT_SIZE]);

#ifdef HAVE_XXHASH
extern const struct hash_method hash_xxh3;
#endif
#ifdef HAVE_SHA256
extern const struct hash_method hash_sha256;
#endif

#endif

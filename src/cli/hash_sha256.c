/* SPDX-License-Identifier: MIT */
/* SHA-256 by OpenSSL's libcrypto, which is loaded when the first one begins. */
#include <dlfcn.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/base.h"
#include "cli/hash.h"

#define TEXT_OF(number)  #number
#define LIBRARY(version) "libcrypto.so." TEXT_OF(version)

/* The few that are used, with the types of the header. */
struct crypto {
	__typeof__(EVP_MD_CTX_new) *new;
	__typeof__(EVP_MD_CTX_free) *free;
	__typeof__(EVP_sha256) *sha256;
	__typeof__(EVP_DigestInit_ex) *begin;
	__typeof__(EVP_DigestUpdate) *add;
	__typeof__(EVP_DigestFinal_ex) *end;
};

struct state {
	struct crypto crypto;
	void *library;
	EVP_MD_CTX *digest;
};

static void free_state(void *context)
{
	struct state *s = context;

	if (s->digest != NULL)
		s->crypto.free(s->digest);
	if (s->library != NULL)
		(void)dlclose(s->library);
	free(s);
}

/* A function out of what the linker calls data. */
static bool find(struct state *s, const char *name, void *ret_function)
{
	void *found = dlsym(s->library, name);

	*(void **)ret_function = found;
	return found != NULL;
}

static bool load(struct state *s)
{
	struct crypto *c = &s->crypto;

	s->library = dlopen(LIBRARY(OPENSSL_SHLIB_VERSION),
			    RTLD_NOW | RTLD_LOCAL);
	return s->library != NULL && find(s, "EVP_MD_CTX_new", &c->new) &&
	       find(s, "EVP_MD_CTX_free", &c->free) &&
	       find(s, "EVP_sha256", &c->sha256) &&
	       find(s, "EVP_DigestInit_ex", &c->begin) &&
	       find(s, "EVP_DigestUpdate", &c->add) &&
	       find(s, "EVP_DigestFinal_ex", &c->end);
}

static int begin(void **ret, const char **ret_why)
{
	struct state *s = calloc(1, sizeof(*s));

	*ret_why = NULL;
	if (s == NULL)
		return -ENOMEM;
	if (!load(s)) {
		*ret_why = "OpenSSL's libcrypto is not installed here";
		free_state(s);
		return -ENOENT;
	}
	s->digest = s->crypto.new();
	if (s->digest == NULL ||
	    s->crypto.begin(s->digest, s->crypto.sha256(), NULL) != 1) {
		*ret_why = "libcrypto has no SHA-256";
		free_state(s);
		return -ENOENT;
	}
	*ret = s;
	return 0;
}

static int add(void *context, const void *bytes, size_t n)
{
	struct state *s = context;

	return s->crypto.add(s->digest, bytes, n) == 1 ? 0 : -EINVAL;
}

static int end(void *context, unsigned char ret[HASH_SIZE_MAX])
{
	struct state *s = context;
	unsigned n = HASH_SIZE_MAX;

	return s->crypto.end(s->digest, ret, &n) == 1 ? (int)n : -EINVAL;
}

const struct hash_method hash_sha256 = {
	.label = "sha256",
	.begin = begin,
	.add = add,
	.end = end,
	.free = free_state,
};

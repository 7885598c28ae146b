/* SPDX-License-Identifier: MIT */
/* The file, and who was let in before. */
#include "serve/users.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/siphash.h"
#include "http/basic.h"
#include "serve/secret.h"

enum { USERS_MAX = 100000, SEEN_SLOTS = 1024 };

struct user {
	char *name; /* and its hash behind it */
	const char *hash;
};

/*
 * Two keyed hashes of credentials that were right: who finds both has the
 * same. A pair that two threads tore apart is found by nobody.
 */
struct seen {
	atomic_uint_least64_t hashes[2];
};

struct users {
	uint64_t keys[2][2]; /* random, of this process and this file */
	size_t n, room;
	struct user *at;
	struct seen seen[SEEN_SLOTS];
};

__attribute__((format(printf, 2, 3))) static int wrong(
	char error[USERS_ERROR_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, USERS_ERROR_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

static const struct user *find(const struct users *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->at[i].name, name) == 0)
			return &u->at[i];
	return NULL;
}

/* ── The file ── */

static int make_room(struct users *u)
{
	size_t room = u->room > 0 ? 2 * u->room : 16;
	struct user *more;

	if (u->n < u->room)
		return 0;
	more = reallocarray(u->at, room, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	u->at = more;
	u->room = room;
	return 0;
}

/* What is wrong with a line, or NULL. */
static const char *add(struct users *u, const char *line)
{
	struct user user = { .name = strdup(line) };
	char *colon = user.name != NULL ? strchr(user.name, ':') : NULL;
	const char *why = NULL;

	if (user.name == NULL || make_room(u) < 0)
		why = "out of memory";
	else if (colon == NULL || colon == user.name)
		why = "not of the form NAME:HASH";
	else {
		*colon = '\0';
		user.hash = colon + 1;
		if (find(u, user.name) != NULL)
			why = "that user is there already";
		else if (!secret_is_strong(user.hash))
			why = "no strong hash ($y$, $gy$, $7$, $2b$, $2y$, "
			      "$6$ or $5$); one is made by: mkpasswd -m "
			      "yescrypt";
	}
	if (why != NULL)
		free(user.name);
	else
		u->at[u->n++] = user;
	return why;
}

static int read_lines(struct users *u, FILE *file, const char *path,
		      char error[USERS_ERROR_SIZE])
{
	char *line = NULL;
	const char *why = NULL;
	size_t size = 0;
	unsigned number = 0;
	ssize_t len;

	while (why == NULL && (len = getline(&line, &size, file)) >= 0) {
		number++;
		while (len > 0 && strchr("\r\n", line[len - 1]) != NULL)
			line[--len] = '\0';
		if (u->n == USERS_MAX)
			why = "too many users";
		else if (len > 0 && line[0] != '#')
			why = add(u, line);
	}
	if (line != NULL)
		explicit_bzero(line, size);
	free(line);
	if (why != NULL)
		return wrong(error, "%.200s:%u: %s", path, number, why);
	if (ferror(file))
		return wrong(error, "%.200s: %s", path, strerror(EIO));
	return u->n > 0 ? 0 : wrong(error, "%.200s: no user in it", path);
}

static int read_file(struct users *u, const char *path,
		     char error[USERS_ERROR_SIZE])
{
	FILE *file = fopen(path, "re");
	int r;

	if (file == NULL)
		return wrong(error, "%.200s: %s", path, strerror(errno));
	r = read_lines(u, file, path, error);
	(void)fclose(file);
	return r;
}

int users_new(struct users **ret, const char *path,
	      char ret_error[USERS_ERROR_SIZE])
{
	struct users *u = calloc(1, sizeof(*u));
	int r;

	if (u == NULL)
		return wrong(ret_error, "out of memory");
	if (!secret_is_built())
		r = wrong(ret_error, "auth-file: this pour was built without "
				     "libcrypt");
	else if (getrandom(u->keys, sizeof(u->keys), 0) !=
		 (ssize_t)sizeof(u->keys))
		r = wrong(ret_error, "no random numbers");
	else
		r = read_file(u, path, ret_error);
	if (r < 0) {
		(void)users_free(u);
		return r;
	}
	*ret = u;
	return 0;
}

struct users *users_free(struct users *u)
{
	if (u == NULL)
		return NULL;
	for (size_t i = 0; i < u->n; i++)
		free(u->at[i].name);
	free(u->at);
	free(u);
	return NULL;
}

/* ── Questions ── */

static void hash(const struct users *u, const struct basic *b, uint64_t ret[2])
{
	struct slice s = { b->text, b->len };

	ret[0] = siphash(u->keys[0], s);
	ret[1] = siphash(u->keys[1], s);
}

bool users_know(const struct users *u, const struct basic *b)
{
	const struct seen *seen;
	uint64_t h[2];

	hash(u, b, h);
	seen = &u->seen[h[0] % SEEN_SLOTS];
	return atomic_load(&seen->hashes[0]) == h[0] &&
	       atomic_load(&seen->hashes[1]) == h[1];
}

bool users_check(struct users *u, const struct basic *b)
{
	const struct user *user = find(u, b->user);
	struct seen *seen;
	uint64_t h[2];
	bool right;

	hash(u, b, h);
	/* A name that is unknown costs what one of the known ones does. */
	right = secret_matches(user ? user->hash : u->at[h[1] % u->n].hash,
			       b->password);
	if (user == NULL || !right)
		return false;
	seen = &u->seen[h[0] % SEEN_SLOTS];
	atomic_store(&seen->hashes[0], h[0]);
	atomic_store(&seen->hashes[1], h[1]);
	return true;
}

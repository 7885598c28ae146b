/* SPDX-License-Identifier: MIT */
/*
 * Suffix to type. The system's table (mime.types(5): a type, then its
 * suffixes, line by line) becomes a hash that is only read from then on; the
 * built-in table stands behind it.
 */
#include "http/mime.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "http/mime_builtin.h"

enum {
	SUFFIX_SIZE = 24,         /* longer ones have no type */
	TABLE_SIZE_MAX = 1 << 20, /* bytes of a table that are read */
	SLOTS = 8192,             /* a power of two; Debian has 1900 suffixes */
};

static const char system_table[] = "/etc/mime.types";
static const char standard[] = "application/octet-stream";
static const char charset[] = "; charset=utf-8";

struct entry {
	const char *suffix, *type;
};

struct mime {
	char *text;  /* the table as read, cut into words */
	char *types; /* types with their charset */
	size_t types_len, types_size;
	uint32_t n;
	struct entry slots[SLOTS];
};

static uint32_t hash_of(const char *suffix)
{
	uint32_t h = 2166136261; /* FNV-1a */

	for (; *suffix != '\0'; suffix++)
		h = (h ^ (unsigned char)*suffix) * 16777619;
	return h ^ h >> 15;
}

/* Where the suffix is, or would be. */
static struct entry *slot_of(struct mime *m, const char *suffix)
{
	uint32_t i = hash_of(suffix) % SLOTS;

	while (m->slots[i].suffix != NULL &&
	       strcmp(m->slots[i].suffix, suffix) != 0)
		i = (i + 1) % SLOTS;
	return &m->slots[i];
}

static void lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

/* The first line that names a suffix has it; a full hash takes no more. */
static void add(struct mime *m, char *suffix, const char *type)
{
	struct entry *e;

	lower(suffix);
	if (strlen(suffix) >= SUFFIX_SIZE || m->n >= SLOTS / 2)
		return;
	e = slot_of(m, suffix);
	if (e->suffix != NULL)
		return;
	*e = (struct entry){ suffix, type };
	m->n++;
}

/* Text in other encodings than UTF-8 is rare, and says so itself. */
static bool wants_charset(const char *type)
{
	return strncmp(type, "text/", 5) == 0 ||
	       strcmp(type, "application/javascript") == 0;
}

static bool is_type(const char *type)
{
	for (const char *c = type; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return strchr(type, '/') != NULL;
}

/* Keeps the type, with its charset if it wants one. */
static const char *keep_type(struct mime *m, const char *type)
{
	size_t len = strlen(type), more = 0;
	char *kept = m->types + m->types_len;

	if (wants_charset(type))
		more = sizeof(charset) - 1;
	if (!is_type(type) || len + more + 1 > m->types_size - m->types_len)
		return NULL;
	memcpy(kept, type, len);
	memcpy(kept + len, charset, more);
	kept[len + more] = '\0';
	m->types_len += len + more + 1;
	return kept;
}

static void add_line(struct mime *m, char *line)
{
	char *rest, *word, *end = strchr(line, '#');
	const char *type = NULL;

	if (end != NULL)
		*end = '\0';
	word = strtok_r(line, " \t\r", &rest);
	if (word == NULL)
		return;
	for (char *name = word; (word = strtok_r(NULL, " \t\r", &rest));) {
		if (type == NULL)
			type = keep_type(m, name);
		if (type != NULL)
			add(m, word, type);
	}
}

static void add_lines(struct mime *m)
{
	char *rest, *line = strtok_r(m->text, "\n", &rest);

	for (; line != NULL; line = strtok_r(NULL, "\n", &rest))
		add_line(m, line);
}

/* As much as there is, or nothing: a NUL ends it. */
static void read_table(struct mime *m, const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 0;

	while (fd >= 0 && len < TABLE_SIZE_MAX &&
	       (n = read(fd, m->text + len, TABLE_SIZE_MAX - len)) > 0)
		len += (size_t)n;
	m->text[n < 0 ? 0 : len] = '\0';
}

int mime_new(struct mime **ret, const char *path)
{
	struct mime *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return -ENOMEM;
	m->types_size = TABLE_SIZE_MAX;
	m->text = malloc(TABLE_SIZE_MAX + 1);
	m->types = malloc(m->types_size);
	if (m->text == NULL || m->types == NULL) {
		(void)mime_free(m);
		return -ENOMEM;
	}
	read_table(m, path ? path : system_table);
	add_lines(m);
	*ret = m;
	return 0;
}

struct mime *mime_free(struct mime *m)
{
	if (m == NULL)
		return NULL;
	free(m->text);
	free(m->types);
	free(m);
	return NULL;
}

static const char *system_type(const struct mime *m, const char *suffix)
{
	uint32_t i = hash_of(suffix) % SLOTS;

	for (; m->slots[i].suffix != NULL; i = (i + 1) % SLOTS)
		if (strcmp(m->slots[i].suffix, suffix) == 0)
			return m->slots[i].type;
	return NULL;
}

const char *mime_known(const struct mime *m, const char *name)
{
	const char *dot = strrchr(name, '.'), *type = NULL;
	char suffix[SUFFIX_SIZE];
	size_t len = dot != NULL ? strlen(dot + 1) : 0;

	if (len == 0 || len >= sizeof(suffix) || strchr(dot, '/') != NULL)
		return NULL;
	memcpy(suffix, dot + 1, len + 1);
	lower(suffix);
	if (m != NULL)
		type = system_type(m, suffix);
	if (type == NULL)
		type = mime_builtin(suffix);
	return type;
}

const char *mime_of(const struct mime *m, const char *name)
{
	const char *type = mime_known(m, name);

	return type != NULL ? type : standard;
}

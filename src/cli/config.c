/* SPDX-License-Identifier: MIT */
/* Sections and their keys, held against the tables of options. */
#include "cli/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config_read.h"
#include "cli/say.h"

enum { SAID_MAX = 512 };

/* ── What is wrong ── */

static void wrong_at(struct config *c, unsigned line, const char *text)
{
	c->wrong++;
	if (line > 0)
		say("%s:%u: %s", c->path, line, text);
	else
		say("%s: %s", c->path, text);
}

void config_wrong_line(struct config_reader *r, unsigned line,
		       const char *format, ...)
{
	char text[SAID_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	wrong_at(r->config, line, text);
}

void config_wrong(struct config *c, const struct config_section *section,
		  const char *format, ...)
{
	char text[SAID_MAX];
	va_list args;
	int n = snprintf(text, sizeof(text), "[%s %s]: ", section->kind->word,
			 section->name);

	va_start(args, format);
	(void)vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
	va_end(args);
	wrong_at(c, config_line_of(section, text + n), text);
}

/* ── Sections ── */

static const struct config_kind *find_kind(const struct config *c,
					   const char *word, size_t len)
{
	for (size_t i = 0; i < c->n_kinds; i++)
		if (strncmp(c->kinds[i].word, word, len) == 0 &&
		    c->kinds[i].word[len] == '\0')
			return &c->kinds[i];
	return NULL;
}

static void unknown_kind(struct config_reader *r, const char *text)
{
	const struct config *c = r->config;
	char known[SAID_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; i < c->n_kinds; i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len,
					"%s[%s NAME]", i > 0 ? ", " : "",
					c->kinds[i].word);
	config_wrong_line(r, r->line, "[%.60s] is none of %s", text, known);
}

/* The last section of that kind. */
static const struct config_section *last_of(const struct config *c,
					    const char *word)
{
	for (uint32_t i = c->n; i-- > 0;)
		if (strcmp(c->at[i]->kind->word, word) == 0)
			return c->at[i];
	return NULL;
}

static bool is_there(const struct config *c, const struct config_section *s)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->at[i]->kind == s->kind && c->at[i]->whole == s->whole &&
		    strcmp(c->at[i]->name, s->name) == 0)
			return true;
	return false;
}

static struct config_section *section_new(struct config *c,
					  const struct config_kind *kind)
{
	struct config_section *s = calloc(1, sizeof(*s));
	struct config_section **at;

	at = reallocarray(c->at, c->n + 1, sizeof(struct config_section *));
	if (at != NULL)
		c->at = at;
	if (s != NULL)
		s->values = calloc(1, kind->values_size);
	if (at == NULL || s == NULL || s->values == NULL) {
		free(s);
		return NULL;
	}
	s->kind = kind;
	if (kind->init != NULL)
		kind->init(s->values);
	c->at[c->n] = s;
	return s;
}

/* The items of a list that is inherited are the whole's. */
static void section_free(struct config_section *s)
{
	const struct options *options = s->kind->options;

	for (size_t i = 0; i < options->n; i++)
		if ((s->inherited >> i & 1) &&
		    options->table[i].kind == OPTION_LIST)
			memset((char *)s->values + options->table[i].field, 0,
			       sizeof(struct option_list));
	options_done(options, s->values);
	config_free_items(s);
	free(s->values);
	free(s);
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < CONFIG_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789-_.") == len;
}

/* The section counts from here on, unless there is something wrong with it. */
static void enter(struct config_reader *r, struct config_section *s)
{
	struct config *c = r->config;
	const char *word = s->kind->word;

	s->line = r->line;
	if (s->kind->within != NULL)
		s->whole = last_of(c, s->kind->within);
	if (s->kind->within != NULL && s->whole == NULL)
		config_wrong_line(r, r->line,
				  "[%s %s] has no [%s NAME] above it", word,
				  s->name, s->kind->within);
	else if (is_there(c, s))
		config_wrong_line(r, r->line, "[%s %s] is there twice", word,
				  s->name);
	else if (c->n == CONFIG_SECTIONS_MAX)
		config_wrong_line(r, r->line, "more than %d sections",
				  CONFIG_SECTIONS_MAX);
	else {
		c->n++;
		r->section = s;
		return;
	}
	section_free(s);
}

void config_begin_section(struct config_reader *r, const char *text)
{
	size_t len = strcspn(text, " \t");
	const char *name = text + len + strspn(text + len, " \t");
	const struct config_kind *kind = find_kind(r->config, text, len);
	struct config_section *s;

	r->section = NULL;
	r->skips = true;
	if (kind == NULL) {
		unknown_kind(r, text);
		return;
	}
	if (!is_name(name)) {
		config_wrong_line(r, r->line,
				  "[%s NAME]: a name has 1 to %d letters, "
				  "digits, dots, dashes or underscores",
				  kind->word, CONFIG_NAME_SIZE - 1);
		return;
	}
	s = section_new(r->config, kind);
	if (s == NULL) {
		config_wrong_line(r, r->line, "out of memory");
		return;
	}
	memcpy(s->name, name, strlen(name) + 1);
	enter(r, s);
}

/* ── The file ── */

static int set_folder(struct config *c)
{
	const char *slash = strrchr(c->path, '/');

	c->folder = slash ? strndup(c->path, (size_t)(slash - c->path) + 1)
			  : strdup("");
	return c->folder == NULL ? -ENOMEM : 0;
}

static void read_file(struct config *c)
{
	struct config_reader r = { .config = c, .file = fopen(c->path, "re") };
	int e = r.file == NULL ? -errno : 0;

	if (e == 0)
		e = config_parse(&r);
	if (r.file != NULL)
		(void)fclose(r.file);
	if (e < 0 && c->wrong == 0)
		config_wrong_line(&r, 0, "%s", strerror(-e));
	for (uint32_t i = 0; i < c->n; i++)
		config_inherit(c->at[i]);
	if (c->n == 0 && c->wrong == 0)
		config_wrong_line(&r, 0, "there is no section in it");
}

int config_read(struct config **ret, const char *path,
		const struct config_kind *kinds, size_t n_kinds)
{
	struct config *c = calloc(1, sizeof(*c));

	*ret = c;
	if (c == NULL)
		return say_error(path, -ENOMEM), -ENOMEM;
	c->path = path;
	c->kinds = kinds;
	c->n_kinds = n_kinds;
	if (set_folder(c) < 0)
		return say_error(path, -ENOMEM), -ENOMEM;
	read_file(c);
	return c->wrong > 0 ? -EINVAL : 0;
}

struct config *config_free(struct config *c)
{
	if (c == NULL)
		return NULL;
	for (uint32_t i = 0; i < c->n; i++)
		section_free(c->at[i]);
	config_free_texts(c);
	free(c->at);
	free(c->folder);
	free(c);
	return NULL;
}

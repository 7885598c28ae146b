/* SPDX-License-Identifier: MIT */
/* Keys of a section to its values, and what a part has of the whole. */
#include <stdlib.h>
#include <string.h>

#include "cli/config_read.h"
#include "cli/value.h"

enum { KNOWN_SIZE = 512 };

struct config_text {
	struct config_text *next;
	char text[];
};

static bool may_have(const struct config_section *s, const struct option *o)
{
	return s->kind->within == NULL || o->scope != OPTION_WHOLE;
}

static void unknown_key(struct config_reader *r, const char *key,
			const struct option *o)
{
	const struct config_section *s = r->section;
	const struct options *options = s->kind->options;
	char known[KNOWN_SIZE] = "";
	size_t len = 0;

	if (o != NULL) {
		config_wrong_line(r, r->line,
				  "%.60s: belongs into the [%s %s] above it",
				  key, s->whole->kind->word, s->whole->name);
		return;
	}
	for (size_t i = 0; i < options->n && len < sizeof(known); i++)
		if (may_have(s, &options->table[i]))
			len += (size_t)snprintf(
				known + len, sizeof(known) - len, "%s%s",
				len > 0 ? ", " : "", options->table[i].name);
	config_wrong_line(r, r->line, "%.60s: no key of [%s]; there are: %s",
			  key, s->kind->word, known);
}

/* A text that lasts as long as the configuration; a path, whole. */
static const char *keep(struct config *c, const struct option *o,
			const char *text)
{
	bool relative = o->kind == OPTION_PATH && text[0] != '/';
	const char *folder = relative ? c->folder : "";
	size_t size = strlen(folder) + strlen(text) + 1;
	struct config_text *kept = malloc(sizeof(*kept) + size);

	if (kept == NULL)
		return NULL;
	(void)snprintf(kept->text, size, "%s%s", folder, text);
	kept->next = c->texts;
	c->texts = kept;
	return kept->text;
}

/* ── Which line said what ── */

struct config_item {
	struct config_item *next;
	const struct option *option;
	unsigned line;
	char value[];
};

/* Without memory for it the section's line has to do. */
static void note(struct config_section *s, const struct option *o,
		 unsigned line, const char *value)
{
	size_t size = strlen(value) + 1;
	struct config_item *item = malloc(sizeof(*item) + size);

	if (item == NULL)
		return;
	item->option = o;
	item->line = line;
	memcpy(item->value, value, size);
	item->next = s->items;
	s->items = item;
}

static bool is_about_key(const struct config_item *item, const char *said)
{
	size_t len = strlen(item->option->name);

	return strncmp(said, item->option->name, len) == 0 &&
	       (said[len] == ':' || said[len] == ' ');
}

/* "listen: '*:99999': …" */
static bool is_about_value(const struct config_item *item, const char *said)
{
	const char *quote = strchr(said, '\'');
	size_t len = strlen(item->value);

	return quote != NULL && strncmp(quote + 1, item->value, len) == 0 &&
	       quote[1 + len] == '\'';
}

unsigned config_line_of(const struct config_section *s, const char *said)
{
	unsigned line = 0;

	for (const struct config_item *i = s->items; i != NULL; i = i->next) {
		if (!is_about_key(i, said))
			continue;
		if (is_about_value(i, said))
			return i->line;
		line = line > 0 ? line : i->line;
	}
	return line > 0 ? line : s->line;
}

void config_free_items(struct config_section *s)
{
	while (s->items != NULL) {
		struct config_item *next = s->items->next;

		free(s->items);
		s->items = next;
	}
}

/* ── A key ── */

static void set(struct config_reader *r, const struct option *o,
		const char *value)
{
	struct config_section *s = r->section;
	uint64_t bit = UINT64_C(1) << (o - s->kind->options->table);
	struct parsed parsed;

	if ((s->given & bit) && o->kind != OPTION_LIST) {
		config_wrong_line(r, r->line, "%s: is there twice", o->name);
		return;
	}
	s->given |= bit;
	note(s, o, r->line, value);
	if (o->kind == OPTION_TEXT || o->kind == OPTION_PATH)
		value = keep(r->config, o, value);
	if (value == NULL)
		config_wrong_line(r, r->line, "out of memory");
	else if (value_read_key(o, o->name, value, s->values, &parsed) < 0)
		config_wrong_line(r, r->line, "%s", parsed.error);
}

void config_take(struct config_reader *r, const char *key, const char *value)
{
	const struct options *options;
	const struct option *o;

	if (r->section == NULL) {
		if (!r->skips)
			config_wrong_line(r, r->line,
					  "%.60s: before the first [section]",
					  key);
		return;
	}
	options = r->section->kind->options;
	o = option_find(options->table, options->n, key, strlen(key));
	if (o == NULL || !may_have(r->section, o))
		unknown_key(r, key, o);
	else
		set(r, o, value);
}

/* ── What a part does not say, the whole does ── */

static size_t size_of(enum option_kind kind)
{
	switch (kind) {
	case OPTION_FLAG:
		return sizeof(bool);
	case OPTION_TEXT:
	case OPTION_PATH:
		return sizeof(const char *);
	case OPTION_LIST:
		return sizeof(struct option_list);
	case OPTION_CHOICE:
		return sizeof(unsigned);
	case OPTION_COUNT:
	case OPTION_SIZE:
	case OPTION_SECONDS:
		break;
	}
	return sizeof(uint64_t);
}

void config_inherit(struct config_section *s)
{
	const struct options *options = s->kind->options;

	for (size_t i = 0; s->whole != NULL && i < options->n; i++) {
		const struct option *o = &options->table[i];
		uint64_t bit = UINT64_C(1) << i;

		if (o->scope != OPTION_PER_SITE || (s->given & bit))
			continue;
		s->inherited |= bit;
		memcpy((char *)s->values + o->field,
		       (const char *)s->whole->values + o->field,
		       size_of(o->kind));
	}
}

void config_free_texts(struct config *c)
{
	while (c->texts != NULL) {
		struct config_text *next = c->texts->next;

		free(c->texts);
		c->texts = next;
	}
}

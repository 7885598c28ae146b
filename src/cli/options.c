/* SPDX-License-Identifier: MIT */
/* Options: from the command line and the environment into values; help. */
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/value.h"

enum { WHERE_SIZE = 64 };

/* A command line under way. */
struct line {
	const struct options *o;
	char *const *next; /* the word to look at */
	void *values;
	struct parsed *ret;
	bool given[OPTION_TABLE_MAX]; /* which options were there */
};

static int wrong(struct line *l, const char *where, const char *what)
{
	(void)snprintf(l->ret->error, sizeof(l->ret->error), "%.100s: %s",
		       where, what);
	return -EINVAL;
}

/* ── One option ── */

const struct option *option_find(const struct option *table, size_t n,
				 const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(table[i].name, name, len) == 0 &&
		    table[i].name[len] == '\0')
			return &table[i];
	return NULL;
}

static const struct option *find_letter(const struct options *o, char letter)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->table[i].letter == letter)
			return &o->table[i];
	return NULL;
}

/* attached is the value in the same word, or NULL: then it is the next one. */
static int take(struct line *l, const struct option *o, const char *where,
		const char *attached)
{
	l->given[o - l->o->table] = true;
	if (o->kind == OPTION_FLAG && attached != NULL)
		return wrong(l, where, "takes no value");
	if (attached == NULL && o->bare != NULL)
		attached = o->bare;
	if (o->kind != OPTION_FLAG && attached == NULL) {
		attached = *l->next;
		if (attached == NULL)
			return wrong(l, where, "a value is missing");
		l->next++;
	}
	return value_read(o, where, attached, l->values, l->ret);
}

static int take_long(struct line *l, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	const struct option *o = option_find(l->o->table, l->o->n, word + 2,
					     len);
	char where[WHERE_SIZE];

	(void)snprintf(where, sizeof(where), "--%.*s", (int)len, word + 2);
	if (strcmp(word, "--help") == 0) {
		l->ret->help = true;
		return 0;
	}
	if (o == NULL)
		return wrong(l, where, "unknown option");
	return take(l, o, where, word[2 + len] == '=' ? word + len + 3 : NULL);
}

/* -abc is -a -b -c, and where b takes a value it is -a -b c. */
static int take_short(struct line *l, const char *word)
{
	int r = 0;

	for (const char *at = word + 1; *at != '\0' && r == 0; at++) {
		const struct option *o = find_letter(l->o, *at);
		char where[] = { '-', *at, '\0' };

		if (*at == 'h') {
			l->ret->help = true;
			return 0;
		}
		if (o == NULL)
			return wrong(l, where, "unknown option");
		if (o->kind != OPTION_FLAG && o->bare == NULL)
			return take(l, o, where, at[1] ? at + 1 : NULL);
		r = take(l, o, where, NULL);
	}
	return r;
}

static int take_operand(struct line *l, const char *word)
{
	assert(l->o->operands_max <= OPTIONS_OPERANDS_MAX);
	if (l->ret->n_operands == l->o->operands_max)
		return wrong(l, word, "one argument too many");
	l->ret->operands[l->ret->n_operands++] = word;
	return 0;
}

/* ── All of them ── */

static int take_words(struct line *l)
{
	bool only_operands = false;
	int r = 0;

	while (*l->next != NULL && r == 0 && !l->ret->help) {
		const char *word = *l->next++;

		if (only_operands || word[0] != '-' || word[1] == '\0')
			r = take_operand(l, word);
		else if (strcmp(word, "--") == 0)
			only_operands = true;
		else if (word[1] == '-')
			r = take_long(l, word);
		else
			r = take_short(l, word);
	}
	return r;
}

void option_twin(const struct option *o, char ret[OPTION_TWIN_SIZE])
{
	(void)snprintf(ret, OPTION_TWIN_SIZE, "POUR_%s", o->name);
	for (char *at = ret; *at != '\0'; at++) {
		if (*at == '-')
			*at = '_';
		else if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
}

static int take_environment(struct line *l)
{
	int r = 0;

	for (size_t i = 0; i < l->o->n && r == 0; i++) {
		char twin[OPTION_TWIN_SIZE];
		const char *text;

		option_twin(&l->o->table[i], twin);
		text = l->given[i] ? NULL : getenv(twin);
		if (text != NULL && *text != '\0')
			r = value_read_twin(&l->o->table[i], twin, text,
					    l->values, l->ret);
	}
	return r;
}

int options_parse(const struct options *o, char *const *args, void *values,
		  struct parsed *ret)
{
	struct line l = { .o = o, .next = args, .values = values, .ret = ret };
	int r;

	assert(o->n <= OPTION_TABLE_MAX);
	memset(ret, 0, sizeof(*ret));
	r = take_words(&l);
	if (r < 0 || ret->help)
		return r;
	if (ret->n_operands < o->operands_min)
		return wrong(&l, "an argument is missing", o->operands);
	return take_environment(&l);
}

void options_done(const struct options *o, void *values)
{
	for (size_t i = 0; i < o->n; i++) {
		struct option_list *list;

		if (o->table[i].kind != OPTION_LIST)
			continue;
		list = (void *)((char *)values + o->table[i].field);
		while (list->n > 0)
			free(list->items[--list->n]);
	}
}

/* ── Help ── */

enum { HELP_COLUMN = 26 };

static void help_one(const struct option *o, FILE *out)
{
	const char *text = o->help;
	int n = o->letter ? fprintf(out, "  -%c, ", o->letter)
			  : fprintf(out, "      ");

	n += fprintf(out, "--%s", o->name);
	if (o->kind != OPTION_FLAG)
		n += fprintf(out, o->bare ? "[=%s]" : " %s", o->value);
	if (n >= HELP_COLUMN) {
		(void)fputc('\n', out);
		n = 0;
	}
	for (;;) {
		int len = (int)strcspn(text, "\n");

		(void)fprintf(out, "%*s%.*s\n", HELP_COLUMN - n, "", len, text);
		if (text[len] == '\0')
			return;
		text += len + 1;
		n = 0;
	}
}

void options_help(const struct options *o, FILE *out)
{
	static const struct option help = { .name = "help",
					    .letter = 'h',
					    .help = "shows this" };
	char twin[OPTION_TWIN_SIZE];

	(void)fprintf(out, "Usage: pour %s [OPTION...]%s%s\n%s.\n%s\n", o->name,
		      *o->operands != '\0' ? " " : "", o->operands, o->summary,
		      o->more ? o->more : "");
	for (size_t i = 0; i < o->n; i++)
		help_one(&o->table[i], out);
	help_one(&help, out);
	if (o->n == 0)
		return;
	option_twin(&o->table[0], twin);
	(void)fprintf(out,
		      "\nThe environment has a twin of every option, such as\n"
		      "%s for --%s; an option beats its twin.\n"
		      "More in pour-%s(1).\n",
		      twin, o->table[0].name, o->name);
}

/* SPDX-License-Identifier: MIT */
/* Values of options: read, checked, stored. */
#include "cli/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void *field_of(const struct option *o, void *values)
{
	return (char *)values + o->field;
}

static int wrong(struct parsed *ret, const char *where, const char *text,
		 const char *what)
{
	(void)snprintf(ret->error, sizeof(ret->error), "%s: '%.100s' is %s",
		       where, text, what);
	return -EINVAL;
}

/* ── Words ── */

static int read_choice(const struct option *o, const char *where,
		       const char *text, void *values, struct parsed *ret)
{
	size_t len;

	for (unsigned i = 0; o->choices[i] != NULL; i++) {
		if (strcmp(o->choices[i], text) == 0) {
			*(unsigned *)field_of(o, values) = i;
			return 0;
		}
	}
	(void)wrong(ret, where, text, "none of");
	len = strlen(ret->error);
	for (unsigned i = 0; o->choices[i] != NULL; i++)
		len += (size_t)snprintf(ret->error + len,
					sizeof(ret->error) - len, "%s %s",
					i > 0 ? "," : "", o->choices[i]);
	return -EINVAL;
}

static int append(const struct option *o, const char *where, struct slice item,
		  void *values, struct parsed *ret)
{
	struct option_list *list = field_of(o, values);
	char *copy;

	if (list->n == OPTION_LIST_MAX) {
		(void)snprintf(ret->error, sizeof(ret->error),
			       "%s: more than %d of them", where,
			       OPTION_LIST_MAX);
		return -EINVAL;
	}
	copy = strndup(item.at, item.len);
	if (copy == NULL) {
		(void)snprintf(ret->error, sizeof(ret->error),
			       "%s: out of memory", where);
		return -EINVAL;
	}
	list->items[list->n++] = copy;
	return 0;
}

/* ── Numbers ── */

static const char *number_is_called(enum option_kind kind)
{
	if (kind == OPTION_SIZE)
		return "no size (such as 4096, 64k or 1G)";
	if (kind == OPTION_SECONDS)
		return "no number of seconds (such as 10 or 0.5)";
	return "no whole number";
}

static bool read_digits(const struct option *o, const char *text, uint64_t *ret)
{
	if (o->kind == OPTION_SIZE)
		return text_size(text, ret);
	if (o->kind == OPTION_SECONDS)
		return text_seconds(text, ret);
	return text_digits(slice_of(text), UINT64_MAX, ret);
}

static int read_number(const struct option *o, const char *where,
		       const char *text, void *values, struct parsed *ret)
{
	uint64_t n;

	if (!read_digits(o, text, &n))
		return wrong(ret, where, text, number_is_called(o->kind));
	if (n < o->min)
		return wrong(ret, where, text, "too small");
	if (n > o->max)
		return wrong(ret, where, text, "too large");
	*(uint64_t *)field_of(o, values) = n;
	return 0;
}

/* ── Any ── */

int value_read(const struct option *o, const char *where, const char *text,
	       void *values, struct parsed *ret)
{
	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)field_of(o, values) = true;
		return 0;
	case OPTION_TEXT:
	case OPTION_PATH:
		*(const char **)field_of(o, values) = text;
		return 0;
	case OPTION_LIST:
		return append(o, where, slice_of(text), values, ret);
	case OPTION_CHOICE:
		return read_choice(o, where, text, values, ret);
	case OPTION_COUNT:
	case OPTION_SIZE:
	case OPTION_SECONDS:
		break;
	}
	return read_number(o, where, text, values, ret);
}

static int read_yes(const struct option *o, const char *where, const char *text,
		    void *values, struct parsed *ret)
{
	static const char *const words[] = { "0",   "1",  "no",    "yes",
					     "off", "on", "false", "true" };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*(bool *)field_of(o, values) = i % 2 == 1;
			return 0;
		}
	}
	return wrong(ret, where, text, "neither yes nor no");
}

static int read_list(const struct option *o, const char *where,
		     const char *text, void *values, struct parsed *ret)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		int r = 0;

		if (len > 0)
			r = append(o, where, (struct slice){ text, len },
				   values, ret);
		if (r < 0)
			return r;
		text += len + (text[len] == ',');
	}
	return 0;
}

int value_read_twin(const struct option *o, const char *where, const char *text,
		    void *values, struct parsed *ret)
{
	if (o->kind == OPTION_FLAG)
		return read_yes(o, where, text, values, ret);
	if (o->kind == OPTION_LIST)
		return read_list(o, where, text, values, ret);
	return value_read(o, where, text, values, ret);
}

int value_read_key(const struct option *o, const char *where, const char *text,
		   void *values, struct parsed *ret)
{
	if (o->kind == OPTION_FLAG)
		return read_yes(o, where, text, values, ret);
	return value_read(o, where, text, values, ret);
}

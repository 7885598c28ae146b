/* SPDX-License-Identifier: MIT */
/* Lists with weights: see accept.h. */
#include "http/accept.h"

#include "http/head.h"

/* "1", "0.5", "0.333": at most three digits after the point. */
static bool read_weight(struct slice s, uint16_t *ret)
{
	unsigned n, unit = 100;

	if (s.len == 0 || s.len > 5 || (s.at[0] != '0' && s.at[0] != '1') ||
	    (s.len > 1 && s.at[1] != '.'))
		return false;
	n = s.at[0] == '1' ? ACCEPT_FULL : 0;
	for (size_t i = 2; i < s.len; i++, unit /= 10) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		n += (unsigned)(s.at[i] - '0') * unit;
	}
	if (n > ACCEPT_FULL)
		return false;
	*ret = (uint16_t)n;
	return true;
}

static bool read_item(struct slice text, struct accept_item *ret)
{
	ret->value = slice_trim(slice_cut(&text, ';'));
	ret->weight = ACCEPT_FULL;
	while (text.len > 0) {
		struct slice value = slice_trim(slice_cut(&text, ';'));
		struct slice name = slice_cut(&value, '=');

		if (slice_is_word(name, SLICE("q")) &&
		    !read_weight(value, &ret->weight))
			return false;
	}
	return ret->value.len > 0;
}

bool accept_next(struct slice *list, struct accept_item *ret)
{
	while (list->len > 0)
		if (read_item(slice_cut(list, ','), ret))
			return true;
	return false;
}

static enum accept_match match(struct slice range, struct slice type)
{
	struct slice half = type;

	if (slice_is_word(range, type))
		return ACCEPT_BY_NAME;
	if (slice_is(range, SLICE("*/*")))
		return ACCEPT_BY_ALL;
	half.len = slice_cut(&type, '/').len + 1;
	if (range.len == half.len + 1 && range.at[half.len] == '*' &&
	    slice_is_word((struct slice){ range.at, half.len }, half))
		return ACCEPT_BY_HALF;
	return ACCEPT_BY_NONE;
}

static void look(struct slice list, struct slice type, struct accept *a)
{
	struct accept_item item;

	while (accept_next(&list, &item)) {
		enum accept_match m = match(item.value, type);

		if (m > a->match)
			*a = (struct accept){ item.weight, m };
	}
}

struct accept accept_type(const struct head *h, struct slice type)
{
	struct accept a = { 0, ACCEPT_BY_NONE };
	bool any = false;

	for (uint32_t i = 0; i < h->n_fields; i++) {
		if (!slice_is_word(h->fields[i].name, SLICE("Accept")))
			continue;
		any = true;
		look(h->fields[i].value, type, &a);
	}
	return any ? a : (struct accept){ ACCEPT_FULL, ACCEPT_BY_ALL };
}

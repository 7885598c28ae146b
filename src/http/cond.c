/* SPDX-License-Identifier: MIT */
/* Conditions on a request: see cond.h. */
#include "http/cond.h"

#include "base/text.h"
#include "http/date.h"

/* The grain of a file system's clock, with a margin. */
#define GRAIN_NS INT64_C(20000000)

static int64_t ns_of(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool is_fresh(const struct stat *st, struct timespec now)
{
	int64_t changed = ns_of(st->st_mtim);

	if (ns_of(st->st_ctim) > changed)
		changed = ns_of(st->st_ctim);
	return ns_of(now) - changed < GRAIN_NS;
}

void cond_of_stat(const struct stat *st, struct timespec now,
		  struct validators *ret)
{
	struct text t = text_over(ret->etag, sizeof(ret->etag) - 1);

	text_str(&t, is_fresh(st, now) ? "W/\"" : "\"");
	text_hex(&t, st->st_ino);
	text_char(&t, '-');
	text_hex(&t, (uint64_t)st->st_size);
	text_char(&t, '-');
	text_hex(&t, (uint64_t)ns_of(st->st_mtim));
	text_char(&t, '-');
	text_hex(&t, (uint64_t)ns_of(st->st_ctim));
	text_char(&t, '"');
	ret->etag[t.len] = '\0';
	ret->etag_len = t.len;
	ret->mtime = st->st_mtime;
}

static struct slice opaque(struct slice etag)
{
	if (etag.len >= 2 && etag.at[0] == 'W' && etag.at[1] == '/')
		return (struct slice){ etag.at + 2, etag.len - 2 };
	return etag;
}

/* One entity tag off the front of a list; false: the list ended. */
static bool next_etag(struct slice *list, struct slice *ret)
{
	size_t i = 0, from;

	while (i < list->len && (list->at[i] == ' ' || list->at[i] == '\t' ||
				 list->at[i] == ','))
		i++;
	from = i;
	if (i + 1 < list->len && list->at[i] == 'W' && list->at[i + 1] == '/')
		i += 2;
	if (i >= list->len || list->at[i] != '"')
		return false;
	for (i++; i < list->len && list->at[i] != '"'; i++)
		;
	if (i == list->len)
		return false;
	i++;
	*ret = (struct slice){ list->at + from, i - from };
	list->at += i;
	list->len -= i;
	return true;
}

/* The validators of what has none. */
static const struct validators none;

static bool is_strong(struct slice etag)
{
	return etag.len > 0 && etag.at[0] == '"';
}

static bool is_same(struct slice etag, struct slice own, bool weak_too)
{
	if (weak_too)
		return own.len > 0 && slice_is(opaque(etag), opaque(own));
	return is_strong(own) && slice_is(etag, own);
}

static bool matches(const struct head *h, struct slice name,
		    const struct validators *v, bool weak_too)
{
	struct slice own = { v->etag, v->etag_len };

	for (uint32_t i = 0; i < h->n_fields; i++) {
		struct slice list = h->fields[i].value, etag;

		if (!slice_is_word(h->fields[i].name, name))
			continue;
		if (slice_is(list, SLICE("*")))
			return true;
		while (next_etag(&list, &etag))
			if (is_same(etag, own, weak_too))
				return true;
	}
	return false;
}

/* A date that is there twice is none (RFC 9110, 13.1.3). */
static bool date_of(const struct head *h, struct slice name, time_t *ret)
{
	const struct slice *value = head_field(h, name);

	return value != NULL && date_parse(*value, ret) &&
	       !head_repeats(h, name);
}

/* Steps 1 and 2: it is what the client thinks it is. */
static bool is_expected(const struct head *h, const struct validators *v)
{
	time_t date;

	if (head_field(h, SLICE("If-Match")) != NULL)
		return matches(h, SLICE("If-Match"), v, false);
	if (v != &none && date_of(h, SLICE("If-Unmodified-Since"), &date))
		return v->mtime <= date;
	return true;
}

/* Steps 3 and 4: the client does not have it yet. */
static bool is_new(const struct head *h, const struct validators *v)
{
	time_t date;

	if (head_field(h, SLICE("If-None-Match")) != NULL)
		return !matches(h, SLICE("If-None-Match"), v, true);
	if (v != &none && date_of(h, SLICE("If-Modified-Since"), &date))
		return v->mtime > date;
	return true;
}

int cond_check(const struct head *h, const struct validators *v)
{
	if (head_lacks(h, SLICE("If-Match")) &&
	    head_lacks(h, SLICE("If-None-Match")) &&
	    head_lacks(h, SLICE("If-Modified-Since")) &&
	    head_lacks(h, SLICE("If-Unmodified-Since")))
		return 0;
	if (v == NULL)
		v = &none;
	if (!is_expected(h, v))
		return 412;
	return is_new(h, v) ? 0 : 304;
}

bool cond_if_range(const struct head *h, const struct validators *v)
{
	const struct slice *value = head_field(h, SLICE("If-Range"));
	struct slice own = { v->etag, v->etag_len };
	time_t date, now = time(NULL);

	if (value == NULL)
		return true;
	if (head_repeats(h, SLICE("If-Range")))
		return false;
	if (value->len > 0 && value->at[value->len - 1] == '"')
		return is_strong(own) && slice_is(*value, own);
	/* A date is strong once it is a second or more past (RFC 9110,
	 * 8.8.2.2: one could not tell two changes within a second). */
	return date_parse(*value, &date) && date == v->mtime &&
	       now - v->mtime > 1;
}

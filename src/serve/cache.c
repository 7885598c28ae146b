/* SPDX-License-Identifier: MIT */
/* One slot a hash: two paths that meet take turns, which costs an open. */
#include "serve/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "http/coding.h"
#include "http/date.h"
#include "http/mime.h"
#include "http/reply.h"
#include "http/sniff.h"
#include "serve/folder_list.h"

static_assert(CACHE_SLOTS <= 256, "a slot's number is a byte");

void cache_init(struct cache *c, const struct policy *policy)
{
	memset(c, 0, sizeof(*c));
	c->policy = policy;
	c->listing_quota = FOLDER_LIST_QUOTA;
}

static void opened_free(struct opened *o)
{
	free(o->memory);
	free(o);
}

void cache_done(struct cache *c)
{
	cache_empty(c);
	while (c->free != NULL) {
		struct opened *o = c->free;

		c->free = o->next_free;
		opened_free(o);
	}
}

void cache_turn_to(struct cache *c, const struct policy *policy)
{
	c->policy = policy;
}

static size_t slot_of(const struct policy *policy, const char *path, size_t len)
{
	uint32_t h = 2166136261; /* FNV-1a */

	h ^= (uint32_t)((uintptr_t)policy >> 4);
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)path[i]) * 16777619;
	return (h ^ h >> 16) % CACHE_SLOTS;
}

#define TYPE_NAME "Content-Type"

/* Where its value begins, and what comes between it and the next line. */
enum { TYPE_AT = sizeof(TYPE_NAME ": ") - 1, LINE_END = 2 };

struct slice opened_type(const struct opened *o)
{
	return (struct slice){ o->fields + TYPE_AT, o->type_len };
}

struct slice opened_type_line(const struct opened *o)
{
	return (struct slice){ o->fields, TYPE_AT + o->type_len + LINE_END };
}

struct slice opened_fields(const struct opened *o)
{
	size_t from = TYPE_AT + o->type_len + LINE_END;

	return (struct slice){ o->fields + from, o->fields_len - from };
}

/* Its name says what it is, or how it begins does. */
static const char *type_of(const struct opened *o, const char *path,
			   const struct mime *mime)
{
	const char *slash = strrchr(path, '/');
	const char *type = mime_known(mime, slash ? slash + 1 : path);
	char first[SNIFF_SIZE];
	ssize_t n;

	if (type != NULL)
		return type;
	n = pread(o->fd, first, sizeof(first), 0);
	return sniff_type((struct slice){ first, n > 0 ? (size_t)n : 0 });
}

/* The fields that every reply with this file has; written once for all. */
static void describe(struct opened *o, const char *type, struct timespec now)
{
	struct text t = text_over(o->fields, sizeof(o->fields));
	char date[DATE_LEN + 1];

	/* No file was changed in the future (RFC 9110, 8.8.2.1). */
	date_format(MIN(o->st.st_mtime, now.tv_sec), date);
	reply_field(&t, TYPE_NAME, slice_of(type));
	o->type_len = t.len - MIN(t.len, (size_t)(TYPE_AT + LINE_END));
	reply_field(&t, "Last-Modified", (struct slice){ date, DATE_LEN });
	reply_field(
		&t, "ETag",
		(struct slice){ o->validators.etag, o->validators.etag_len });
	reply_field(&t, "Accept-Ranges", SLICE("bytes"));
	reply_field(&t, "X-Content-Type-Options", SLICE("nosniff"));
	o->compresses = coding_suits(slice_of(type));
	if (o->compresses)
		reply_field(&t, "Vary", SLICE("Accept-Encoding"));
	o->fields_len = t.len;
	if (t.full)
		o->status = 500;
}

static void look(struct opened *o, const struct policy *policy,
		 const char *path)
{
	struct timespec now;

	/* Before the look: a change after it must not seem long past. */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	o->status = 0;
	o->wanted = o->has_bytes = false;
	o->fields_len = o->type_len = o->head_len = 0;
	o->compresses = false;
	o->fd = find_open(&policy->root, path, &o->st);
	if (o->fd < 0) {
		o->status = find_status(o->fd);
		o->fd = -1;
	} else if (S_ISREG(o->st.st_mode)) {
		cond_of_stat(&o->st, now, &o->validators);
		describe(o, type_of(o, path, policy->mime), now);
	}
}

/* Nobody waits for a disk here: what is not at hand is read as ever. */
static bool read_bytes(struct opened *o, size_t size)
{
	struct iovec v;

	if (o->memory == NULL)
		o->memory = malloc(OPENED_HEAD_SIZE + OPENED_BYTES_SIZE);
	if (o->memory == NULL)
		return false;
	v = (struct iovec){ o->memory + OPENED_HEAD_SIZE, size };
	return preadv2(o->fd, &v, 1, 0, RWF_NOWAIT) == (ssize_t)size;
}

const char *opened_bytes(struct opened *o)
{
	if (!o->wanted || o->st.st_size > OPENED_BYTES_SIZE)
		return NULL;
	if (!o->has_bytes)
		o->has_bytes = read_bytes(o, (size_t)o->st.st_size);
	return o->has_bytes ? o->memory + OPENED_HEAD_SIZE : NULL;
}

struct text opened_head(const struct opened *o)
{
	struct text head = { 0 };

	if (o->head_len == 0)
		return head;
	head = text_over(o->memory + OPENED_HEAD_SIZE - o->head_len,
			 o->head_len);
	head.len = o->head_len;
	return head;
}

void opened_keep_head(struct opened *o, struct slice head)
{
	if (!o->has_bytes || head.len > OPENED_HEAD_SIZE)
		return;
	o->head_len = head.len;
	memcpy(o->memory + OPENED_HEAD_SIZE - head.len, head.at, head.len);
}

void cache_give(struct cache *c, struct opened *o)
{
	if (o == NULL || --o->shares > 0)
		return;
	if (o->fd >= 0)
		(void)close(o->fd);
	/* What a crowd of answers needed beyond a turn's is not kept. */
	if (c->n_free >= CACHE_SLOTS) {
		opened_free(o);
		return;
	}
	o->next_free = c->free;
	c->free = o;
	c->n_free++;
}

static struct opened *opened_new(struct cache *c)
{
	struct opened *o = c->free;

	if (o == NULL)
		return calloc(1, sizeof(*o));
	c->free = o->next_free;
	c->n_free--;
	return o;
}

static void keep(struct cache *c, struct opened *o, size_t slot)
{
	if (c->slots[slot] == NULL)
		c->used[c->n_used++] = (uint8_t)slot;
	else
		cache_give(c, c->slots[slot]);
	c->slots[slot] = o;
	o->shares++;
}

struct opened *cache_take(struct cache *c, const char *path, size_t len)
{
	size_t slot = slot_of(c->policy, path, len);
	struct opened *o = c->slots[slot];

	if (o != NULL && o->policy == c->policy && o->path_len == len &&
	    memcmp(o->path, path, len) == 0) {
		o->shares++;
		o->wanted = true;
		return o;
	}
	o = opened_new(c);
	if (o == NULL)
		return NULL;
	look(o, c->policy, path);
	o->shares = 1;
	o->policy = c->policy;
	if (len < sizeof(o->path)) {
		memcpy(o->path, path, len);
		o->path_len = len;
		keep(c, o, slot);
	}
	return o;
}

void cache_empty(struct cache *c)
{
	while (c->n_used > 0) {
		struct opened **slot = &c->slots[c->used[--c->n_used]];

		cache_give(c, *slot);
		*slot = NULL;
	}
}

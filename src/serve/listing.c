/* SPDX-License-Identifier: MIT */
/* A listing begins, is read, and ends. */
#include "serve/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "serve/listing_form.h"

static const struct listing_form *const forms[] = {
	[LISTING_HTML] = &listing_html,
	[LISTING_JSON] = &listing_json,
	[LISTING_NDJSON] = &listing_ndjson,
};

/* ── The beginning and the end ── */

static int open_folder(struct listing *l, const struct listing_ask *ask,
		       const char **ret_why)
{
	int r = folder_open(&l->folder, ask->policy, ask->fd, ask->path);

	if (r < 0 || l->query.sort != FOLDER_UNSORTED || !l->query.has_after)
		return r;
	r = folder_seek(&l->folder, l->query.position);
	*ret_why = "after: no position in this folder";
	return r;
}

int listing_new(struct listing **ret, const struct listing_ask *ask,
		const char **ret_why)
{
	struct listing *l = calloc(1, sizeof(*l));
	int r = 0;

	if (l == NULL)
		return -ENOMEM;
	l->folder.fd = -1;
	l->top = text_heap(LISTING_TOP_MAX);
	folder_list_init(&l->list, ask->quota);
	if (listing_query_parse(&l->query, ask->query, ask->head, ret_why) != 0)
		r = -EINVAL;
	if (r == 0)
		r = open_folder(l, ask, ret_why);
	if (r < 0) {
		listing_free(l);
		return r;
	}
	l->form = forms[l->query.format];
	*ret = l;
	return 0;
}

void listing_free(void *listing)
{
	struct listing *l = listing;

	if (l == NULL)
		return;
	folder_close(&l->folder);
	folder_list_done(&l->list);
	text_free(&l->top);
	free(l);
}

/* ── The bytes ── */

static struct slice slice_of_text(const struct text *t)
{
	return (struct slice){ t->at, t->len };
}

/* The next row: FOLDER_ENTRY, FOLDER_END or -errno. */
static int next_entry(struct listing *l, struct folder_entry *ret)
{
	int r;

	if (l->gathered) {
		if (l->from == l->upto)
			return FOLDER_END;
		if (l->left == 0)
			return -EINTR;
		l->left--;
		*ret = folder_list_at(&l->list, l->from++);
		return FOLDER_ENTRY;
	}
	do
		r = listing_look(l, ret);
	while (r == FOLDER_LEFT_OUT);
	return r;
}

static void count(struct listing *l, const struct folder_entry *e)
{
	l->rows++;
	l->folders += e->is_folder;
	if (__builtin_add_overflow(l->bytes, e->size, &l->bytes))
		l->bytes = UINT64_MAX;
}

static int write_rows(struct listing *l)
{
	struct text t = text_over(l->row, sizeof(l->row));
	struct folder_entry e;
	int r = next_entry(l, &e);

	if (r == FOLDER_END) {
		l->stage = LISTING_BOTTOM;
		return 0;
	}
	if (r < 0)
		return r;
	l->form->row(&t, l, &e);
	count(l, &e);
	l->piece = slice_of_text(&t);
	return t.full ? -EOVERFLOW : 0;
}

static int write_top(struct listing *l)
{
	l->form->top(&l->top, l);
	l->piece = slice_of_text(&l->top);
	l->stage = LISTING_ROWS;
	return l->top.full ? -ENOMEM : 0;
}

static int write_bottom(struct listing *l)
{
	struct text t = text_over(l->row, sizeof(l->row));

	l->form->bottom(&t, l);
	l->piece = slice_of_text(&t);
	l->stage = LISTING_OVER;
	return t.full ? -EOVERFLOW : 0;
}

/* Writes what comes next into the piece; 0 or -errno. */
static int write_piece(struct listing *l)
{
	switch (l->stage) {
	case LISTING_TOP:
		return write_top(l);
	case LISTING_ROWS:
		return write_rows(l);
	case LISTING_BOTTOM:
		return write_bottom(l);
	case LISTING_OVER:
		break;
	}
	return 0;
}

static size_t take_piece(struct listing *l, char *to, size_t size)
{
	size_t n = MIN(size, l->piece.len);

	memcpy(to, l->piece.at, n);
	l->piece.at += n;
	l->piece.len -= n;
	return n;
}

/* The type of a reader has the last parameter. */
int64_t listing_read(
	void *listing, void *buf, size_t size,
	short *ret_poll) /* NOLINT(readability-non-const-parameter) */
{
	struct listing *l = listing;
	size_t n = 0;
	int r = 0;

	(void)ret_poll;
	if (l->rests) {
		l->rests = false;
		return -EINTR;
	}
	listing_begin_turn(l);
	while (r == 0 && n < size) {
		if (l->piece.len > 0)
			n += take_piece(l, (char *)buf + n, size - n);
		else if (l->stage == LISTING_OVER)
			return (int64_t)n;
		else
			r = write_piece(l);
	}
	l->rests = r == -EINTR && n > 0;
	return n > 0 && (r == 0 || r == -EINTR) ? (int64_t)n : r;
}

bool listing_is_short(const struct listing *l)
{
	return l->gathered && l->upto - l->from <= LISTING_SHORT;
}

void listing_write(struct listing *l, struct text *t)
{
	l->left = LISTING_SHORT;
	while (l->stage != LISTING_OVER && !t->full) {
		if (write_piece(l) < 0)
			t->full = true;
		text_add(t, l->piece);
		l->piece.len = 0;
	}
}

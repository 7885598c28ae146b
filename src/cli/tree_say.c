/* SPDX-License-Identifier: MIT */
/* What is said of a tree: names in it, and the sum of its accounts. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/moment.h"
#include "cli/say.h"
#include "cli/tree.h"

enum { PATH_SHOWN = 1024, LOOK_MS = 50 };

/* ── Names ── */

/* Puts text in front of what path[*at] begins; false: no room for all of it. */
static bool put_before(char *path, size_t *at, const char *text)
{
	size_t len = strlen(text);

	if (len + sizeof(".../") > *at)
		return false;
	*at -= len;
	(void)mempcpy(path + *at, text, len);
	return true;
}

static bool put_part(char *path, size_t *at, const char *name)
{
	bool is_last = path[*at] == '\0';

	return (is_last || put_before(path, at, "/")) &&
	       put_before(path, at, name);
}

/* The end of it says more than the beginning, where there is no room. */
static const char *path_of(const struct tree *t, const struct tree_folder *f,
			   const char *name, bool is_dst, char path[PATH_SHOWN])
{
	const char *top = is_dst ? t->dst_name : t->src_name;
	size_t at = PATH_SHOWN - 1;
	bool fits = true;

	path[at] = '\0';
	if (name != NULL)
		fits = put_part(path, &at, name);
	for (; fits && f != NULL && f->up != NULL; f = f->up)
		fits = put_part(path, &at, f->name);
	if (fits && top[strlen(top) - 1] == '/' && path[at] != '\0')
		fits = put_before(path, &at, top);
	else if (fits)
		fits = put_part(path, &at, top);
	if (!fits) {
		at -= strlen(".../");
		memcpy(path + at, ".../", strlen(".../"));
	}
	return path + at;
}

static void say_of(struct tree *t, const char *path, const char *why)
{
	(void)pthread_mutex_lock(&t->screen);
	progress_make_way(&t->progress);
	say("%s: %s", path, why);
	(void)pthread_mutex_unlock(&t->screen);
}

void tree_note(struct tree *t, const struct tree_folder *f, const char *name,
	       const char *why)
{
	char path[PATH_SHOWN];

	say_of(t, path_of(t, f, name, false, path), why);
}

void tree_fail(struct tree *t, const struct tree_folder *f, const char *name,
	       bool is_dst, const char *why)
{
	char path[PATH_SHOWN];

	tree_count(t, &t->counts.failed);
	say_of(t, path_of(t, f, name, is_dst, path), why);
}

void tree_error(struct tree *t, const struct tree_folder *f, const char *name,
		bool is_dst, int error)
{
	tree_fail(t, f, name, is_dst, strerror(-error));
}

/* ── Sums ── */

void tree_count(struct tree *t, uint64_t *counter)
{
	(void)pthread_mutex_lock(&t->lock);
	*counter += 1;
	(void)pthread_mutex_unlock(&t->lock);
}

void tree_add(struct pour_account *to, const struct pour_account *a)
{
	to->taken += a->taken;
	to->delivered += a->delivered;
	for (unsigned m = 0; m < POUR_METHODS; m++) {
		to->moved[m] += a->moved[m];
		to->calls[m] += a->calls[m];
		if (to->left[m] == 0)
			to->left[m] = a->left[m];
	}
}

struct pour_account tree_total(struct tree *t)
{
	struct pour_account total = { .ended = POUR_ENDED_NOT };

	(void)pthread_mutex_lock(&t->lock);
	for (unsigned i = 0; i < t->n_workers; i++) {
		tree_add(&total, &t->workers[i].done);
		tree_add(&total, &t->workers[i].now);
	}
	(void)pthread_mutex_unlock(&t->lock);
	return total;
}

void tree_look(struct tree *t)
{
	uint64_t now = moment_ns();
	struct pour_account total;

	/* Adding up costs more than a small file does. */
	if (now < t->look_ns)
		return;
	t->look_ns = now + LOOK_MS * (MOMENT_SECOND / 1000);
	total = tree_total(t);
	(void)pthread_mutex_lock(&t->lock);
	t->progress.files = t->counts.files;
	(void)pthread_mutex_unlock(&t->lock);

	(void)pthread_mutex_lock(&t->screen);
	(void)progress_look(&t->progress, &total);
	(void)pthread_mutex_unlock(&t->screen);
}

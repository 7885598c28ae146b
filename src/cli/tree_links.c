/* SPDX-License-Identifier: MIT */
/*
 * Files with more than one name: which name of each stands in the copy.
 *
 *      first name ──► copied ──► the others are made links to it
 *
 * It remembers one name of each such file, and the folders that it is in: there
 * is no other way to know a file again.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/tree.h"

enum { BUCKETS_MIN = 1024 };

struct tree_link {
	struct tree_link *next;
	dev_t dev;
	ino_t ino;
	struct tree_folder *folder;
	char *name;
	enum { COPYING, STANDS, FAILED } state;
	dev_t dst_dev;
	ino_t dst_ino;
};

struct tree_links {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t n, n_buckets;
	struct tree_link **buckets;
};

/* ── The table ── */

struct tree_links *tree_links_new(void)
{
	struct tree_links *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->n_buckets = BUCKETS_MIN;
	l->buckets = calloc(l->n_buckets, sizeof(struct tree_link *));
	if (l->buckets == NULL) {
		free(l);
		return NULL;
	}
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_cond_init(&l->changed, NULL);
	return l;
}

void tree_links_free(struct tree_links *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n_buckets; i++)
		while (l->buckets[i] != NULL) {
			struct tree_link *link = l->buckets[i];

			l->buckets[i] = link->next;
			tree_folder_unref(link->folder);
			free(link->name);
			free(link);
		}
	(void)pthread_mutex_destroy(&l->lock);
	(void)pthread_cond_destroy(&l->changed);
	free(l->buckets);
	free(l);
}

static struct tree_link **bucket(const struct tree_links *l, dev_t dev,
				 ino_t ino)
{
	uint64_t hash = ((uint64_t)ino ^ ((uint64_t)dev << 32)) *
			UINT64_C(0x9e3779b97f4a7c15);

	return &l->buckets[(hash >> 32) & (l->n_buckets - 1)];
}

static void move_to(struct tree_links *l, struct tree_link *link)
{
	struct tree_link **head = bucket(l, link->dev, link->ino);

	link->next = *head;
	*head = link;
}

/* Twice the buckets; without memory they get longer instead. */
static void grow(struct tree_links *l)
{
	struct tree_link **old = l->buckets;
	size_t n = l->n_buckets;
	struct tree_link **more = calloc(n * 2, sizeof(struct tree_link *));

	if (more == NULL)
		return;
	l->buckets = more;
	l->n_buckets = n * 2;
	for (size_t i = 0; i < n; i++)
		while (old[i] != NULL) {
			struct tree_link *link = old[i];

			old[i] = link->next;
			move_to(l, link);
		}
	free(old);
}

static struct tree_link *find(const struct tree_links *l, const struct stat *st)
{
	struct tree_link *link = *bucket(l, st->st_dev, st->st_ino);

	while (link != NULL &&
	       (link->dev != st->st_dev || link->ino != st->st_ino))
		link = link->next;
	return link;
}

/* ── The first name, and others ── */

/* Where it will stand. Under the lock of the links. */
static bool name_it(struct tree *t, struct tree_link *link,
		    struct tree_folder *f, const char *name)
{
	char *copy = strdup(name);
	struct tree_folder *old = link->folder;

	if (copy == NULL)
		return false;
	free(link->name);
	link->name = copy;
	link->folder = f;
	link->state = COPYING;
	(void)pthread_mutex_lock(&t->lock);
	f->refs++;
	tree_folder_unref(old);
	(void)pthread_mutex_unlock(&t->lock);
	return true;
}

static int add(struct tree *t, const struct stat *st, struct tree_folder *f,
	       const char *name, struct tree_link **ret)
{
	struct tree_links *l = t->links;
	struct tree_link *link = calloc(1, sizeof(*link));

	if (link == NULL || !name_it(t, link, f, name)) {
		free(link);
		return -ENOMEM;
	}
	link->dev = st->st_dev;
	link->ino = st->st_ino;
	if (l->n++ >= l->n_buckets)
		grow(l);
	move_to(l, link);
	*ret = link;
	return 1;
}

/* Whoever copies it waits for nobody, so this ends. */
static int look_up(struct tree *t, const struct stat *st, struct tree_folder *f,
		   const char *name, struct tree_link **ret)
{
	struct tree_link *link = find(t->links, st);

	if (link == NULL)
		return add(t, st, f, name, ret);
	while (link->state == COPYING)
		(void)pthread_cond_wait(&t->links->changed, &t->links->lock);
	*ret = link;
	if (link->state == STANDS)
		return 0;
	return name_it(t, link, f, name) ? 1 : -ENOMEM;
}

int tree_links_begin(struct tree *t, const struct stat *st,
		     struct tree_folder *f, const char *name,
		     struct tree_link **ret_link)
{
	int r;

	(void)pthread_mutex_lock(&t->links->lock);
	r = look_up(t, st, f, name, ret_link);
	(void)pthread_mutex_unlock(&t->links->lock);
	return r;
}

void tree_links_end(struct tree *t, struct tree_link *link, bool well)
{
	struct stat st;

	/* The folder is open: the copy was just made in it. */
	well = well && fstatat(link->folder->dst, link->name, &st,
			       AT_SYMLINK_NOFOLLOW) == 0;
	(void)pthread_mutex_lock(&t->links->lock);
	link->state = well ? STANDS : FAILED;
	if (well) {
		link->dst_dev = st.st_dev;
		link->dst_ino = st.st_ino;
	}
	(void)pthread_cond_broadcast(&t->links->changed);
	(void)pthread_mutex_unlock(&t->links->lock);
}

/* ── The link ── */

/* Over what stands there. */
static int link_over(int fd, int dir, const char *name)
{
	char aside[NAME_MAX + 1];
	int r;

	draft_make_name(aside);
	r = draft_link(fd, dir, aside);
	if (r < 0 || renameat(dir, aside, dir, name) == 0)
		return r;
	r = -errno;
	(void)unlinkat(dir, aside, 0);
	return r;
}

/* What fd names, whatever has its name now. */
static int link_fd(const struct tree_link *link, int fd, int dir,
		   const char *name)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_dev != link->dst_dev || st.st_ino != link->dst_ino)
		return -ESTALE;
	r = draft_link(fd, dir, name);
	if (r != -EEXIST)
		return r;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == link->dst_dev && st.st_ino == link->dst_ino)
		return 0;
	return link_over(fd, dir, name);
}

int tree_links_make(const struct tree *t, const struct tree_link *link,
		    const struct tree_folder *f, const char *name)
{
	auto_close int dir = tree_folder_find(t, link->folder);
	auto_close int fd = -1;

	if (dir < 0)
		return dir;
	fd = openat(dir, link->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : link_fd(link, fd, f->dst, name);
}

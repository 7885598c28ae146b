/* SPDX-License-Identifier: MIT */
/*
 * pour copy -r: a whole tree, by threads.
 *
 *      walk ──► folders: made, and entered   (tree_walk.c, tree_folder.c)
 *       └─► other names, by batches ──► queue ──► workers   (tree_queue.c)
 *                                                   └─► one entry (tree_entry.c)
 *
 * One thread walks, so that folders are made in order and a bound on what is
 * open holds; it works, too, when the queue is full. Nothing but the two tops
 * is ever opened by a path: names are taken in the folder that is open, and no
 * link is followed, so a rename or a link leads nowhere else.
 */
#ifndef CLI_TREE_H
#define CLI_TREE_H

#include <pour.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cli/copy.h"

/*
 * A folder of the source and its copy. It gets its attributes when the walker
 * is past it and no worker works in it: what is made in it changes its times.
 */
struct tree_folder {
	struct tree_folder *up; /* NULL: the top */
	unsigned refs;          /* who knows it: below, batches, links */
	unsigned users;         /* who works in it: batches, and the walker */
	int src, dst;           /* -1: closed for now */
	bool made;              /* by us: nothing stood in it before */
	bool ended;             /* all of it has been read */
	struct stat st;         /* of the source, before it was read */
	dev_t dst_dev;
	ino_t dst_ino;
	mode_t dst_mode; /* of one that was there, before it was opened up */
	off_t next;      /* where reading goes on */
	atomic_uint_least64_t copied; /* the largest that was, in bytes */
	atomic_uint bare; /* a mode that files have here as it is asked for */
	char *below;      /* names of folders to enter yet, each ended by a 0 */
	size_t below_len, below_at;
	char name[];
};

/* What reading a folder says of a name. */
enum tree_kind { TREE_FILE = 'f', TREE_OTHER = '?' };

/* Names that are no folders, of one folder. */
enum { TREE_BATCH_NAMES = 64, TREE_BATCH_SIZE = 8 * 1024 };

struct tree_batch {
	struct tree_batch *next;
	struct tree_folder *folder;
	unsigned n;
	size_t len;
	char names[TREE_BATCH_SIZE]; /* a kind, a name, a 0; and so on */
};

struct tree_counts {
	uint64_t files, folders, others, same, failed;
};

struct tree_worker {
	struct tree *tree;
	struct pour_pool *pool;
	struct pour transfer;
	struct pour_account done, now; /* under the tree's lock */
	bool is_main;                  /* it draws */
	pthread_t thread;
};

enum { TREE_THREADS_MAX = 64 };

struct tree {
	struct copy_values values;
	struct preserve preserve;
	const char *src_name, *dst_name;
	struct tree_folder *top;
	struct tree_folder *here; /* where the walker is */
	char *inside;             /* dst_name, where a folder was named */
	unsigned n_workers, open, open_max; /* pairs of folders that are open */
	struct tree_worker workers[TREE_THREADS_MAX]; /* [0] is the walker */
	struct progress progress;
	uint64_t began_ns, look_ns;
	mode_t mode_mask; /* what a new folder or file may have: the umask */
	uid_t uid;        /* whose new files are */
	gid_t gid;
	dev_t dst_dev; /* of the top: not to be copied into itself */
	ino_t dst_ino;

	pthread_mutex_t screen; /* the line, and what is said over it */
	pthread_mutex_t lock;   /* all that follows, and counters above */
	pthread_cond_t changed; /* there is work, or some is done */
	struct tree_batch *spare, *first, **last, *filling;
	unsigned busy; /* workers that work */
	bool over;     /* no more will come */
	struct tree_counts counts;
	struct tree_links *links;
};

/* All of it, between what the two operands name. The exit code. */
int tree_run(const struct copy *c, const char *const operands[2]);

/* ── tree_top.c ── */

/*
 * Opens both tops; where the destination is a folder that exists, the tree
 * goes inside it. 0, or it was said why not, and then an exit code.
 */
int tree_open(struct tree *t);

/* ── tree_walk.c ── */

/* From the top down, until all of it was given out or a signal came. */
void tree_walk(struct tree *t);
/* Nobody works any more: the top is done with, or what a signal left. */
void tree_walk_end(struct tree *t);

/* ── tree_folder.c ── */

/* A folder that is not open; knows its parent. NULL: no memory. */
struct tree_folder *tree_folder_new(struct tree *t, struct tree_folder *up,
				    const char *name);
/* Under the lock: one who knew it does no more. */
void tree_folder_unref(struct tree_folder *f);
/*
 * Opens a folder that its parent names, and makes its copy. 0, or -errno of
 * what *ret_is_dst names.
 */
int tree_folder_open(struct tree *t, struct tree_folder *f, bool *ret_is_dst);
/* Its parent once more, from f, which is open. 0 or -errno. */
int tree_folder_open_up(struct tree *t, struct tree_folder *f);
void tree_folder_close(struct tree *t, struct tree_folder *f);
/* One user less; the last one gives it its attributes. */
void tree_folder_leave(struct tree *t, struct tree_folder *f);
/* Opened from the top, by names, O_PATH: its copy. A descriptor or -errno. */
int tree_folder_find(const struct tree *t, const struct tree_folder *f);

/* ── tree_queue.c ── */

int tree_queue_begin(struct tree *t);
/* Gives another name to the workers, sooner or later. */
void tree_queue_add(struct tree *t, struct tree_folder *f, enum tree_kind kind,
		    const char *name);
/* What was added goes out now. */
void tree_queue_flush(struct tree *t);
/* Works on one batch, or waits for a worker. False: nothing is going on. */
bool tree_queue_help(struct tree *t);
/* Everything was added: waits for it, unless a signal wants an end. */
void tree_queue_end(struct tree *t);

/* ── tree_entry.c, tree_file.c ── */

/* What is not a folder, of any kind. */
void tree_entry(struct tree_worker *w, struct tree_folder *f,
		enum tree_kind kind, const char *name);
/* A regular file to be copied. */
struct tree_source {
	const char *name;
	int fd; /* open */
	const struct stat *st;
	const struct stat *there; /* what stands under its name, or NULL */
};

/* 0, or -errno of the side that *ret_is_dst names. */
int tree_file(struct tree_worker *w, struct tree_folder *f,
	      const struct tree_source *s, bool *ret_is_dst);

/* ── tree_links.c ── */

struct tree_link;
struct tree_links *tree_links_new(void);
void tree_links_free(struct tree_links *links);
/*
 * A file with more than one name. 1: its first, to be copied, and then
 * tree_links_end(). 0: another name of it stands in *ret_link. -ENOMEM.
 */
int tree_links_begin(struct tree *t, const struct stat *st,
		     struct tree_folder *f, const char *name,
		     struct tree_link **ret_link);
void tree_links_end(struct tree *t, struct tree_link *link, bool well);
/* Makes name another name of it. 0 or -errno: copy it instead. */
int tree_links_make(const struct tree *t, const struct tree_link *link,
		    const struct tree_folder *f, const char *name);

/* ── tree_say.c ── */

/* "name: why", and it counts as a failure; name may be NULL. */
void tree_fail(struct tree *t, const struct tree_folder *f, const char *name,
	       bool is_dst, const char *why);
void tree_error(struct tree *t, const struct tree_folder *f, const char *name,
		bool is_dst, int error);
/* The same, and it is none. */
void tree_note(struct tree *t, const struct tree_folder *f, const char *name,
	       const char *why);
/* Draws, answers USR1. By the walker only. */
void tree_look(struct tree *t);
/* What all have moved so far. */
struct pour_account tree_total(struct tree *t);
void tree_add(struct pour_account *to, const struct pour_account *a);
void tree_count(struct tree *t, uint64_t *counter);

#endif

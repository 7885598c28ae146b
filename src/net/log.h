/* SPDX-License-Identifier: MIT */
/*
 * Where lines go: one file for all threads, and what each of them still holds.
 *
 *      log_begin ──► text ──► log_end      once a line
 *                      │
 *              log_flush, once a turn ──► whole lines, in one write ──► fd
 *
 * Nobody waits for whoever reads: what a pipe, a socket or a terminal does not
 * take stays in the buffer until the next turn, and when that is full, lines
 * are lost, and counted. Files are opened anew where they stand, under the same
 * descriptor, so that no writer holds a closed one, and each line is whole in
 * either the old file or the new one.
 */
#ifndef NET_LOG_H
#define NET_LOG_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/text.h"

enum { LOG_BUFFER_SIZE = 64 * 1024, LOG_LINE_SIZE = 12 * 1024 };
/* How soon, in milliseconds, to flush again what was not taken. */
enum { LOG_AGAIN_MS = 20 };

struct log {
	int fd;               /* lines; its number stays the same */
	int say_fd;           /* sentences; borrowed */
	char *path;           /* NULL: fd was given, and is not opened again */
	bool own;             /* fd is open */
	atomic_bool json;     /* sentences are objects, as the lines are */
	atomic_int kind;      /* what fd is of */
	pthread_mutex_t lock; /* of path, which threads say */
};

/*
 * Appends to the file at path, which is made with mode 0640; NULL: to the
 * descriptor fd, which stays its owner's. Sentences go to fd in either case. 0
 * or -errno.
 */
int log_open(struct log *l, const char *path, int fd, bool json);
/* Safe on all zero. */
void log_close(struct log *l);
/*
 * Opens what the path names now, while others write; it may block, as open(2)
 * may. 0, also where there is no path; or -errno, and it says so, and goes on
 * with the file that it had.
 */
int log_reopen(struct log *l);
/*
 * Another file, or another form of sentences, from now on: opened first, which
 * may fail with -errno, then put in its place under all writers, or not. From
 * one thread only.
 */
struct log_next {
	int fd, kind; /* -1: the file stays */
	char *path;
	bool json;
};

int log_prepare(struct log_next *ret, const struct log *l, const char *path,
		bool json);
void log_commit(struct log *l, struct log_next *next);
/* Safe on one that was committed, or has fd -1. */
void log_discard(struct log_next *next);
/* A sentence that is no line, at once, or never. */
void log_say(const struct log *l, const char *sentence);
/* The same once a second at most; *said_ms, 0 at first, is when it last was. */
void log_say_rarely(const struct log *l, const char *sentence, uint64_t now_ms,
		    uint64_t *said_ms);

/* The lines of one thread. */
struct log_lines {
	struct log *log;
	bool stuck;             /* it was waited for in vain: not again */
	bool torn;              /* the rest of a line was lost: end it first */
	int error;              /* for which lines were lost */
	uint64_t said, said_ms; /* how many lost ones were told, and when */
	struct counter lost;
	struct text text;
	char memory[LOG_BUFFER_SIZE];
};

void log_lines_init(struct log_lines *l, struct log *log);
/*
 * Where to write one line of at most LOG_LINE_SIZE bytes; log_end() ends it.
 * NULL: there is no room, and the line is counted as lost.
 */
struct text *log_begin(struct log_lines *l);
void log_end(struct log_lines *l);
/* Writes what can be written without waiting. */
void log_flush(struct log_lines *l);
/* Whether something waits for another log_flush(). */
bool log_waits(const struct log_lines *l);
/* The last flush: waits a moment, then loses what is left. */
void log_lines_done(struct log_lines *l);

#endif

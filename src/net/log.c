/* SPDX-License-Identifier: MIT */
/* The file that lines go to, and another in its place: see log.h. */
#include "net/log.h"
#include "net/log_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/json.h"

/* ── The file ── */

/* enum kind; ours: opened here, and so that it does not block. */
static int kind_of(int fd, bool ours)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return LOG_OTHER;
	if (S_ISREG(st.st_mode))
		return LOG_FILE;
	if (S_ISSOCK(st.st_mode))
		return LOG_SOCKET;
	return ours && S_ISFIFO(st.st_mode) ? LOG_PIPE : LOG_OTHER;
}

/* Bits of its own: O_NONBLOCK here is not seen by others who have the pipe. */
static int open_anew(const char *path)
{
	return open(path,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
			    O_NONBLOCK,
		    0640);
}

/* A pipe that was given is opened once more, so as never to wait in it; all
 * else is another name for the same. */
static int open_given(int given, int *ret_kind)
{
	char path[sizeof("/proc/self/fd/") + 11];
	struct stat st;
	int fd = -1;

	if (fstat(given, &st) == 0 && S_ISFIFO(st.st_mode)) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", given);
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd >= 0) {
		*ret_kind = LOG_PIPE;
		return fd;
	}
	fd = fcntl(given, F_DUPFD_CLOEXEC, 0);
	*ret_kind = kind_of(fd, false);
	return fd < 0 ? -errno : fd;
}

/* The descriptor, or -errno. */
static int open_one(const char *path, int given, int *ret_kind)
{
	int fd;

	if (path == NULL)
		return open_given(given, ret_kind);
	fd = open_anew(path);
	if (fd < 0)
		return -errno;
	*ret_kind = kind_of(fd, true);
	return fd;
}

int log_open(struct log *l, const char *path, int fd, bool json)
{
	int kind = LOG_OTHER, r;

	*l = (struct log){ .fd = -1, .say_fd = fd, .json = json };
	if (path != NULL) {
		l->path = strdup(path);
		if (l->path == NULL)
			return -ENOMEM;
	}
	(void)pthread_mutex_init(&l->lock, NULL);
	r = open_one(path, fd, &kind);
	/* What was given may be none: then lines are lost, and counted. */
	if (r < 0 && (path != NULL || r != -EBADF)) {
		log_close(l);
		return r;
	}
	l->own = r >= 0;
	l->fd = r >= 0 ? r : fd;
	l->kind = kind;
	return 0;
}

void log_close(struct log *l)
{
	if (l->own)
		(void)close(l->fd);
	free(l->path);
	l->path = NULL;
	l->own = false;
}

bool log_would_take(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return fd < 0 || poll(&p, 1, wait_ms) != 0;
}

static void add_object(struct text *t, const char *sentence)
{
	time_t now = time(NULL);
	struct tm tm;
	char stamp[sizeof("2026-11-21T19:40:02Z") + 16];

	(void)gmtime_r(&now, &tm);
	(void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	text_str(t, "{\"time\":\"");
	text_str(t, stamp);
	text_str(t, "\",\"message\":");
	json_string(t, slice_of(sentence), SENTENCE_MAX);
	text_char(t, '}');
}

void log_say(const struct log *l, const char *sentence)
{
	char memory[2 * SENTENCE_MAX];
	struct text t = text_over(memory, sizeof(memory) - 1);

	if (l->json)
		add_object(&t, sentence);
	else
		text_add(&t, (struct slice){ sentence,
					     strnlen(sentence, SENTENCE_MAX) });
	memory[t.len++] = '\n';
	if (log_would_take(l->say_fd, 0))
		(void)!write(l->say_fd, t.at, t.len);
}

static int say_old_goes_on(const struct log *l, int error)
{
	char sentence[SENTENCE_MAX];

	(void)snprintf(sentence, sizeof(sentence),
		       "pour: %s cannot be opened again, the old file goes on: "
		       "%s",
		       l->path, strerror(-error));
	log_say(l, sentence);
	return error;
}

/* dup3() changes what the number stands for in one step, under all writers. */
static int put(struct log *l, int fd, int kind)
{
	atomic_store(&l->kind, kind);
	return dup3(fd, l->fd, O_CLOEXEC) < 0 ? -errno : 0;
}

int log_reopen(struct log *l)
{
	auto_close int fd = -1;
	int r;

	if (l->path == NULL)
		return 0;
	fd = open_anew(l->path);
	r = fd < 0 ? -errno : put(l, fd, kind_of(fd, true));
	return r < 0 ? say_old_goes_on(l, r) : 0;
}

/* ── Another file ── */

static bool is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int log_prepare(struct log_next *ret, const struct log *l, const char *path,
		bool json)
{
	struct log_next next = { .fd = -1, .json = json };

	if (is_same(path, l->path)) {
		*ret = next;
		return 0;
	}
	if (path != NULL) {
		next.path = strdup(path);
		if (next.path == NULL)
			return -ENOMEM;
	}
	next.fd = open_one(path, l->say_fd, &next.kind);
	if (next.fd < 0) {
		free(next.path);
		return next.fd;
	}
	*ret = next;
	return 0;
}

void log_commit(struct log *l, struct log_next *next)
{
	char *before = l->path;

	atomic_store(&l->json, next->json);
	if (next->fd >= 0 && put(l, next->fd, next->kind) == 0) {
		(void)pthread_mutex_lock(&l->lock);
		l->path = next->path;
		(void)pthread_mutex_unlock(&l->lock);
		next->path = before;
	}
	log_discard(next);
}

void log_discard(struct log_next *next)
{
	if (next->fd >= 0)
		(void)close(next->fd);
	free(next->path);
	*next = (struct log_next){ .fd = -1 };
}

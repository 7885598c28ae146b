/* SPDX-License-Identifier: MIT */
/* Lines to pieces, pieces to what takes them: see log.h. */
#include "net/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/json.h"

enum kind {
	KIND_FILE,   /* takes at once, or never */
	KIND_PIPE,   /* does not block: opened so, by us */
	KIND_SOCKET, /* can be asked not to block */
	KIND_OTHER,  /* may block: it is asked first whether it would */
};

/* Waiting for a reader, so often and so long at most. */
enum { PATIENCE_TIMES = 4, PATIENCE_MS = 25, LAST_PATIENCE_TIMES = 20 };
/* Losses are told so seldom. */
enum { SAY_AGAIN_MS = 10 * 1000 };
enum { SENTENCE_MAX = 1024 };

/* ── The file ── */

/* enum kind; ours: opened here, and so that it does not block. */
static int kind_of(int fd, bool ours)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return KIND_OTHER;
	if (S_ISREG(st.st_mode))
		return KIND_FILE;
	if (S_ISSOCK(st.st_mode))
		return KIND_SOCKET;
	return ours && S_ISFIFO(st.st_mode) ? KIND_PIPE : KIND_OTHER;
}

/* Bits of its own: O_NONBLOCK here is not seen by others who have the pipe. */
static int open_anew(const char *path)
{
	return open(path,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
			    O_NONBLOCK,
		    0640);
}

/* A pipe that was given is opened once more, so as never to wait in it. */
static void open_pipe_anew(struct log *l)
{
	char path[sizeof("/proc/self/fd/") + 11];
	struct stat st;
	int fd;

	if (fstat(l->fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", l->fd);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	l->fd = fd;
	l->own = true;
	l->kind = KIND_PIPE;
}

int log_open(struct log *l, const char *path, int fd, bool json)
{
	*l = (struct log){ .fd = fd, .say_fd = fd, .json = json };
	if (path != NULL) {
		l->path = strdup(path);
		l->fd = l->path == NULL ? -1 : open_anew(path);
		if (l->fd < 0) {
			int r = -errno;

			log_close(l);
			return r;
		}
		l->own = true;
	}
	l->kind = kind_of(l->fd, l->own);
	if (path == NULL && l->kind == KIND_OTHER)
		open_pipe_anew(l);
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

static bool would_take(int fd, int wait_ms)
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
	if (would_take(l->say_fd, 0))
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
int log_reopen(struct log *l)
{
	auto_close int fd = -1;

	if (l->path == NULL)
		return 0;
	fd = open_anew(l->path);
	if (fd < 0)
		return say_old_goes_on(l, -errno);
	atomic_store(&l->kind, kind_of(fd, true));
	if (dup3(fd, l->fd, O_CLOEXEC) < 0)
		return say_old_goes_on(l, -errno);
	return 0;
}

/* ── The lines ── */

void log_lines_init(struct log_lines *l, struct log *log)
{
	memset(l, 0, offsetof(struct log_lines, memory));
	l->log = log;
	l->text = text_over(l->memory, sizeof(l->memory));
}

bool log_waits(const struct log_lines *l)
{
	return l->text.len > 0;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void say_lost(struct log_lines *l)
{
	char sentence[SENTENCE_MAX];
	uint64_t lost = counter_get(&l->lost);

	(void)snprintf(sentence, sizeof(sentence),
		       "pour: %llu line%s of the log%s%s lost so far: %s",
		       (unsigned long long)lost, lost == 1 ? "" : "s",
		       l->log->path ? " " : "",
		       l->log->path ? l->log->path : "", strerror(l->error));
	l->said = lost;
	l->said_ms = now_ms();
	log_say(l->log, sentence);
}

static void note_lost(struct log_lines *l, uint64_t n, int error)
{
	if (n == 0)
		return;
	l->error = error;
	counter_add(&l->lost, n);
	if (l->said == 0 || now_ms() - l->said_ms >= SAY_AGAIN_MS)
		say_lost(l);
}

/* As many whole lines as a piece may have; a longer line goes by itself. */
static size_t piece_of(const char *at, size_t left, enum kind kind)
{
	const size_t piece = kind == KIND_FILE ? LOG_BUFFER_SIZE : PIPE_BUF;
	const char *end;

	if (left <= piece)
		return left;
	end = memrchr(at, '\n', piece);
	if (end == NULL)
		end = memchr(at, '\n', left);
	return end == NULL ? left : (size_t)(end - at) + 1;
}

/* Pipes of up to PIPE_BUF bytes are not torn by other threads (pipe(7)). */
static ssize_t write_piece(struct log *log, const char *at, size_t left)
{
	enum kind kind = (enum kind)atomic_load_explicit(&log->kind,
							 memory_order_relaxed);
	size_t n = piece_of(at, left, kind);

	if (kind == KIND_SOCKET)
		return send(log->fd, at, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (kind == KIND_OTHER && !would_take(log->fd, 0)) {
		errno = EAGAIN;
		return -1;
	}
	return write(log->fd, at, n);
}

/* The first n bytes are through. */
static void forget(struct log_lines *l, size_t n)
{
	l->text.len -= n;
	memmove(l->memory, l->memory + n, l->text.len);
}

static uint64_t count_lines(const struct log_lines *l)
{
	/* The end of a line that is lost already is none. */
	size_t i = l->torn && l->text.len > 0 && l->memory[0] == '\n';
	uint64_t n = 0;

	for (; i < l->text.len; i++)
		n += l->memory[i] == '\n';
	return n;
}

static void lose_all(struct log_lines *l, int error)
{
	uint64_t n = count_lines(l);

	l->text.len = 0;
	note_lost(l, n, error);
}

void log_flush(struct log_lines *l)
{
	size_t done = 0;
	int error = 0;

	while (done < l->text.len && error == 0) {
		ssize_t n = write_piece(l->log, l->memory + done,
					l->text.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			error = n == 0 ? EIO : errno;
	}
	if (done > 0) {
		l->torn = l->memory[done - 1] != '\n';
		l->stuck = false;
		forget(l, done);
	}
	if (error == EAGAIN)
		return;
	if (error != 0)
		lose_all(l, error);
}

static bool has_room(const struct log_lines *l)
{
	return l->text.size - l->text.len > LOG_LINE_SIZE;
}

/* A reader that is only late is given a moment; one that is gone is not. */
static void wait_for_room(struct log_lines *l)
{
	for (int i = 0; i < PATIENCE_TIMES && !l->stuck && !has_room(l); i++) {
		(void)would_take(l->log->fd, PATIENCE_MS);
		log_flush(l);
	}
	l->stuck = !has_room(l);
}

struct text *log_begin(struct log_lines *l)
{
	if (!has_room(l)) {
		log_flush(l);
		wait_for_room(l);
	}
	if (!has_room(l)) {
		note_lost(l, 1, EAGAIN);
		return NULL;
	}
	if (l->torn && l->text.len == 0)
		text_char(&l->text, '\n');
	return &l->text;
}

void log_end(struct log_lines *l)
{
	text_char(&l->text, '\n');
}

void log_lines_done(struct log_lines *l)
{
	log_flush(l);
	for (int i = 0; i < LAST_PATIENCE_TIMES && log_waits(l); i++) {
		if (l->stuck)
			break;
		(void)would_take(l->log->fd, PATIENCE_MS);
		log_flush(l);
	}
	lose_all(l, EAGAIN);
	if (counter_get(&l->lost) != l->said)
		say_lost(l);
}

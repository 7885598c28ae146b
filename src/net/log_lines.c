/* SPDX-License-Identifier: MIT */
/* Lines to pieces, pieces to what takes them: see log.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/log.h"
#include "net/log_inside.h"

/* Waiting for a reader, so often and so long at most. */
enum { PATIENCE_TIMES = 4, PATIENCE_MS = 25, LAST_PATIENCE_TIMES = 20 };
/* Losses are told so seldom. */
enum { SAY_AGAIN_MS = 10 * 1000 };
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
	struct log *log = l->log;

	(void)pthread_mutex_lock(&log->lock);
	(void)snprintf(sentence, sizeof(sentence),
		       "pour: %llu line%s of the log%s%s lost so far: %s",
		       (unsigned long long)lost, lost == 1 ? "" : "s",
		       log->path ? " " : "", log->path ? log->path : "",
		       strerror(l->error));
	(void)pthread_mutex_unlock(&log->lock);
	l->said = lost;
	l->said_ms = now_ms();
	log_say(log, sentence);
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
static size_t piece_of(const char *at, size_t left, enum log_kind kind)
{
	const size_t piece = kind == LOG_FILE ? LOG_BUFFER_SIZE : PIPE_BUF;
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
	enum log_kind kind = (enum log_kind)atomic_load_explicit(
		&log->kind, memory_order_relaxed);
	size_t n = piece_of(at, left, kind);

	if (kind == LOG_SOCKET)
		return send(log->fd, at, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (kind == LOG_OTHER && !log_would_take(log->fd, 0)) {
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
		(void)log_would_take(l->log->fd, PATIENCE_MS);
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
		(void)log_would_take(l->log->fd, PATIENCE_MS);
		log_flush(l);
	}
	lose_all(l, EAGAIN);
	if (counter_get(&l->lost) != l->said)
		say_lost(l);
}

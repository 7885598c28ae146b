/* SPDX-License-Identifier: MIT */
/* The parts of a body, one transfer after the other: see send.h. */
#include "serve/send.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "net/cork.h"
#include "net/sock.h"
#include "serve/answer.h"

/* A body from here on is worth two calls to send full segments only. */
#define CORK_MIN UINT64_C(131072)
/* Up to here a body leaves with its head, in one send. */
#define JOINED_MAX UINT64_C(16384)
/* What parts may bring in one step, and what a function may. */
#define PARTS_BUDGET    UINT64_C(1048576)
#define FUNCTION_BUDGET UINT64_C(131072)
/* What a step moves while nobody else has a request: fewer calls and turns. */
#define ALONE_BUDGET UINT64_C(4194304)

/*
 * The last bytes of a connection wait for its end, which follows at once: both
 * leave in one packet, and the peer is woken once. A function may take its time
 * between two pieces, so those are not held back.
 */
static bool joins_the_end(const struct answer *a)
{
	return a->close && a->body.len != BODY_UNKNOWN;
}

/* What one send takes needs no cork to be held back. */
static bool is_one_send(const struct body *b)
{
	return b->more == 0 && b->len <= JOINED_MAX;
}

/*
 * Parts of a body leave by sendfile() to their last byte, since it is the cork
 * that joins them: POUR_MORE would send the end of each through a pipe.
 */
static bool is_worth_a_cork(const struct send *s)
{
	const struct body *b = &s->answer->body;

	if (b->more > 0)
		return true;
	if (b->len >= CORK_MIN)
		return b->len != BODY_UNKNOWN && cork_pays(s->fd);
	return s->last && !is_one_send(b);
}

static int begin_part(struct send *s)
{
	const struct body_part *part = &s->answer->body.part;
	struct pour_opts opts = {
		.pool = s->pool,
		.head = part->head.at,
		.head_size = part->head.len,
		.flags = POUR_EXACT | POUR_SIGNALS_IGNORED,
	};

	if (part->len == BODY_UNKNOWN) {
		opts.flags = POUR_SIGNALS_IGNORED;
		opts.budget = FUNCTION_BUDGET;
	} else if (s->last && is_one_send(&s->answer->body)) {
		opts.flags |= POUR_MORE;
	}
	return pour_begin(&s->pour, pour_socket(s->fd), part->end, part->len,
			  &opts);
}

/* ── One piece ── */

/* What several ask for in a turn is, and what has no body. */
static bool is_one_piece(const struct body *b)
{
	const struct body_part *part = &b->part;

	return b->more == 0 && part->end.kind == POUR_MEMORY &&
	       part->len == part->end.size &&
	       (part->len == 0 ||
		part->end.memory == part->head.at + part->head.len);
}

/* n bytes of it have left. What a transfer would say of them. */
static void note_once(struct send *s, size_t n)
{
	struct pour_account *a = &s->once;

	a->head = MIN(n, s->answer->body.part.head.len);
	a->taken = a->delivered = a->moved[POUR_BY_COPY] = n - a->head;
	a->error = 0;
	a->side = POUR_SIDE_NONE;
	a->ended = POUR_ENDED_NOT;
}

static void begin_whole(struct send *s)
{
	s->whole = true;
	note_once(s, 0);
	s->once.calls[POUR_BY_COPY] = 0;
}

static int end_whole(struct send *s, enum pour_ended ended, int error)
{
	s->once.ended = ended;
	s->once.error = error;
	if (ended == POUR_ENDED_FAILED)
		s->once.side = POUR_SIDE_DST;
	return -error;
}

/* A transfer of what is left. */
static int go_on_in_parts(struct send *s)
{
	struct body_part *part = &s->answer->body.part;
	const struct pour_account *gone = &s->once;

	s->whole = false;
	s->past = *gone;
	s->parted = true;
	part->head.at += gone->head;
	part->head.len -= gone->head;
	part->len -= gone->delivered;
	part->end = pour_memory(
		part->head.at + part->head.len + gone->delivered, part->len);
	return begin_part(s);
}

/* 0: it is gone, or a transfer goes on with it: s->whole says which. */
static int send_whole(struct send *s)
{
	const struct body_part *part = &s->answer->body.part;
	size_t size = part->head.len + part->len;
	int more = s->last ? MSG_MORE : 0;
	ssize_t n = send(s->fd, part->head.at, size,
			 MSG_NOSIGNAL | MSG_DONTWAIT | more);

	/* As of a transfer: a head alone is no call of the method. */
	s->once.calls[POUR_BY_COPY] = part->len > 0;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return end_whole(s, POUR_ENDED_FAILED, errno);
	note_once(s, n > 0 ? (size_t)n : 0);
	if (n == (ssize_t)size)
		return end_whole(s, POUR_ENDED_LIMIT, 0);
	return go_on_in_parts(s);
}

int send_begin(struct send *s, int fd, struct pour_pool *pool, struct answer *a)
{
	int r;

	s->answer = a;
	s->fd = fd;
	s->pool = pool;
	s->last = joins_the_end(a);
	s->corked = is_worth_a_cork(s);
	s->parted = s->whole = false;
	a->body.part.head = (struct slice){ a->head.at, a->head.len };
	if (!s->corked && is_one_piece(&a->body)) {
		begin_whole(s);
		return 0;
	}
	r = begin_part(s);
	if (r == 0 && s->corked)
		cork_set(fd, true);
	return r;
}

/* ── Parts ── */

/* How it ended is not a sum: that is up to the last. */
static void account_add(struct pour_account *sum, const struct pour_account *a)
{
	sum->taken += a->taken;
	sum->delivered += a->delivered;
	sum->head += a->head;
	sum->tail += a->tail;
	for (int i = 0; i < POUR_METHODS_ROOM; i++) {
		sum->moved[i] += a->moved[i];
		sum->calls[i] += a->calls[i];
		if (a->left[i] != 0)
			sum->left[i] = a->left[i];
	}
	for (int i = 0; i < POUR_WANTS_ROOM; i++)
		sum->waits[i] += a->waits[i];
	sum->error = a->error;
	sum->side = a->side;
	sum->ended = a->ended;
}

/* Most answers have one part only, and then past is not even cleared. */
static void keep_account(struct send *s)
{
	if (!s->parted)
		memset(&s->past, 0, sizeof(s->past));
	s->parted = true;
	account_add(&s->past, pour_account(&s->pour));
}

static int next_part(struct send *s)
{
	struct body *b = &s->answer->body;
	uint64_t allowed = pour_allow(&s->pour, 0);
	int r;

	pour_finish(&s->pour);
	keep_account(s);
	b->more--;
	b->next(b->context, &b->part);
	r = begin_part(s);
	(void)pour_allow(&s->pour, allowed);
	return r;
}

static int step_parts(struct send *s, bool alone)
{
	uint64_t before = send_moved(s);
	int want;

	if (s->answer->body.len != BODY_UNKNOWN)
		s->pour.opts.budget = alone ? ALONE_BUDGET : 0;
	want = pour_step(&s->pour);

	while (want == 0 && s->answer->body.more > 0) {
		if (send_moved(s) - before >= PARTS_BUDGET)
			return POUR_WANT_CPU;
		want = next_part(s);
		if (want == 0)
			want = pour_step(&s->pour);
	}
	return want;
}

int send_step(struct send *s, bool alone)
{
	if (s->whole) {
		int r = send_whole(s);

		if (r < 0 || s->whole)
			return r;
	}
	return step_parts(s, alone);
}

/* What is bounded is a transfer; one that cannot begin says so in a step. */
uint64_t send_allow(struct send *s, uint64_t bytes)
{
	if (s->whole && bytes == POUR_ALL)
		return POUR_ALL;
	if (s->whole)
		(void)go_on_in_parts(s);
	return pour_allow(&s->pour, bytes);
}

/*
 * A body of HTTP/1.0 whose length nobody knew ends with the connection; one
 * that failed must end it otherwise.
 */
static bool seems_complete(const struct send *s)
{
	return s->answer->old && s->answer->body.len == BODY_UNKNOWN &&
	       s->pour.account.ended != POUR_ENDED_SOURCE;
}

/* Parts that never began are missing, however well the last one ended. */
void send_finish(struct send *s)
{
	if (s->whole) {
		if (s->once.ended == POUR_ENDED_NOT)
			(void)end_whole(s, POUR_ENDED_CANCELLED, ECANCELED);
		return;
	}
	pour_finish(&s->pour);
	if (s->answer->body.more > 0 &&
	    s->pour.account.ended == POUR_ENDED_LIMIT)
		s->pour.account.ended = POUR_ENDED_CANCELLED;
	if (seems_complete(s))
		sock_spoil(s->fd);
	if (s->corked && !s->last)
		cork_set(s->fd, false);
	s->corked = false;
}

/* Of what leaves now, or left last. */
static const struct pour_account *account_of_last(const struct send *s)
{
	return s->whole ? &s->once : pour_account(&s->pour);
}

const struct pour_account *send_account(struct send *s)
{
	const struct pour_account *last = account_of_last(s);

	if (!s->parted)
		return last;
	s->sum = s->past;
	account_add(&s->sum, last);
	return &s->sum;
}

static uint64_t moved(const struct pour_account *a)
{
	return a->head + a->delivered + a->tail;
}

uint64_t send_moved(const struct send *s)
{
	uint64_t before = s->parted ? moved(&s->past) : 0;

	return before + moved(account_of_last(s));
}

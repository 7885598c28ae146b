/* SPDX-License-Identifier: MIT */
/* Bytes to a request: its head, and a body that is thrown away. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "serve/intake.h"
#include "serve/move.h"
#include "serve/session.h"
#include "serve/state.h"
#include "serve/watch.h"
#include "serve/worker.h"

/* ── BODY: bytes that nobody wants ── */

bool state_refuse(struct session *s, int status)
{
	s->work->refusal = status;
	return move_to(s, SESSION_ANSWER);
}

/* Those behind the head, which stays where it is. */
static int take_body(struct work *work)
{
	char *at = work->in + work->head.len;
	size_t len = work->in_len - work->head.len, used = 0;
	int r = intake_take(&work->intake, (struct slice){ at, len }, &used);

	work->in_len -= (uint32_t)used;
	memmove(at, at + used, len - used);
	return r;
}

static bool answer_body(struct session *s, int how)
{
	if (how == INTAKE_LEFT)
		s->work->left_body = true;
	else if (how != INTAKE_DONE)
		return state_refuse(s, how);
	return move_to(s, SESSION_ANSWER);
}

/*
 * So few bytes are not worth a short write; whoever gets none sends his body
 * sooner or later anyway (RFC 9110, 10.1.1).
 */
static void invite(struct session *s)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (s->work->intake.asks && s->work->in_len == s->work->head.len)
		(void)send(s->fd, go_on, sizeof(go_on) - 1, 0);
}

/* The head is whole. */
static bool begin_body(struct session *s)
{
	int how = intake_begin(&s->work->intake, &s->work->head);

	if (how != INTAKE_MORE)
		return answer_body(s, how);
	invite(s);
	watch_body(s);
	return move_to(s, SESSION_BODY);
}

bool state_body(struct session *s)
{
	struct work *work = s->work;

	for (;;) {
		int how = take_body(work);
		ssize_t n;

		if (how != INTAKE_MORE)
			return answer_body(s, how);
		n = recv(s->fd, work->in + work->in_len,
			 sizeof(work->in) - work->in_len, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0)
			return state_abandon(s);
		work->in_len += (uint32_t)n;
		work->body_in += (uint64_t)n;
	}
}

/* ── READ: bytes to a head ── */

/* Whether it is more than is allowed here, though it could be read. */
static bool is_too_much(const struct worker *w, const struct work *work, int r)
{
	size_t len = r == HEAD_MORE ? work->in_len : work->head.len;

	return len > w->head_size || work->head.n_fields > w->head_fields;
}

static bool parse(struct session *s)
{
	struct work *work = s->work;
	int r = head_parse(&work->head, work->in, work->in_len);

	work->looked = work->in_len;
	if ((r == 0 || r == HEAD_MORE) && is_too_much(s->worker, work, r))
		return state_refuse(s, 431);
	if (r == 0)
		return begin_body(s);
	if (r != HEAD_MORE)
		return state_refuse(s, r);
	if (!s->waits)
		move_deadline(s, &s->worker->head_late);
	s->waits = true;
	return false;
}

/* Nothing came: an idle one waits cheaply, or leaves when all do. */
static bool wait_idly(struct session *s)
{
	if (s->work->in_len > 0)
		return false;
	move_give_work(s);
	if (!s->worker->draining)
		return false;
	if (s->asked)
		return move_is_sending(s) ? move_apart(s)
					  : move_to(s, SESSION_CLOSED);
	move_deadline(s, &s->worker->first_late);
	return false;
}

bool state_read(struct session *s)
{
	struct work *work = s->work;
	ssize_t n;

	if (work == NULL)
		work = s->work = worker_take(s->worker);
	if (work == NULL)
		return move_to(s, SESSION_CLOSED);
	if (work->looked < work->in_len)
		return parse(s);
	n = recv(s->fd, work->in + work->in_len,
		 sizeof(work->in) - work->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return wait_idly(s);
	if (n <= 0)
		return state_abandon(s);
	work->in_len += (uint32_t)n;
	return parse(s);
}

/* SPDX-License-Identifier: MIT */
/* From a session to the checks and back. */
#include "serve/gate.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "base/base.h"
#include "serve/check.h"
#include "serve/lease.h"
#include "serve/session.h"
#include "serve/users.h"
#include "serve/worker.h"

static int ask(struct session *s, struct users *users, const struct basic *b)
{
	struct worker *w = s->worker;
	struct check *check = calloc(1, sizeof(*check));

	if (check == NULL)
		return 503;
	*check = (struct check){
		.worker = w, .session = s, .users = users, .basic = *b
	};
	check->basic.user = check->basic.text;
	check->basic.password = check->basic.text + (b->password - b->text);
	list_init(&check->link);
	check->lease = lease_take(w);
	if (!check_ask(w->shared->checkers, check)) {
		lease_give(w, check->lease);
		explicit_bzero(check, sizeof(*check));
		free(check);
		return 503;
	}
	s->work->check = check;
	/* Nothing but the check wakes it; the queue has a bound. */
	timer_stop(&s->timer);
	(void)loop_want(&w->loop, s->key, 0);
	return GATE_WAIT;
}

int gate_pass(struct session *s, struct users *users)
{
	struct work *work = s->work;
	const struct slice *field;
	struct basic basic;

	if (work->check != NULL)
		return GATE_WAIT;
	/* It was checked; what a preflight asks for has no credentials. */
	if (work->gate != 0 || work->head.method == METHOD_OPTIONS)
		return work->gate == 401 ? 401 : 0;
	field = head_field(&work->head, SLICE("Authorization"));
	if (field == NULL ||
	    head_repeats(&work->head, SLICE("Authorization")) ||
	    !basic_parse(*field, &basic))
		return 401;
	if (!users_know(users, &basic))
		return ask(s, users, &basic);
	work->gate = 200;
	return 0;
}

void gate_forget(struct session *s)
{
	if (s->work == NULL || s->work->check == NULL)
		return;
	s->work->check->session = NULL;
	s->work->check = NULL;
}

void gate_return(struct check *check)
{
	struct worker *w = check->worker;

	(void)pthread_mutex_lock(&w->checked_lock);
	list_append(&w->checked, &check->link);
	(void)pthread_mutex_unlock(&w->checked_lock);
	loop_wake(&w->loop);
}

static struct check *take_back(struct worker *w)
{
	struct list *first = NULL;

	(void)pthread_mutex_lock(&w->checked_lock);
	if (!list_is_empty(&w->checked)) {
		first = w->checked.next;
		list_remove(first);
	}
	(void)pthread_mutex_unlock(&w->checked_lock);
	return first ? container_of(first, struct check, link) : NULL;
}

void gate_collect(struct worker *w)
{
	struct check *check;

	while ((check = take_back(w)) != NULL) {
		struct session *s = check->session;

		if (s != NULL) {
			s->work->check = NULL;
			s->work->gate = check->right ? 200 : 401;
			list_append(&w->running, &s->run);
		}
		lease_give(w, check->lease);
		free(check);
	}
}

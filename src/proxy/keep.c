/* SPDX-License-Identifier: MIT */
/* Probes for conversations that last: see keep.h. */
#include "proxy/keep.h"

#include "base/base.h"
#include "net/sock.h"
#include "proxy/lane.h"
#include "proxy/talk.h"

static bool is_old(const struct lane *l, const struct talk *t)
{
	return t->state == TALK_RELAY &&
	       l->loop.now_ms - t->began_ms >= KEEP_AFTER_MS;
}

/* One that still waits for a target, which is not for long, holds up those
 * behind it until the next look. */
static void look(struct timer *timer)
{
	struct lane *l = container_of(timer, struct lane, keep.look);
	struct list *at = l->keep.last->next;

	for (; at != &l->talks; at = at->next) {
		struct talk *t = container_of(at, struct talk, link);

		if (!is_old(l, t))
			break;
		sock_keepalive(t->fd[CLIENT]);
		sock_keepalive(t->fd[SERVER]);
		l->keep.last = at;
	}
	if (at != &l->talks)
		timer_start(&l->keep.late, timer, l->loop.now_ms);
}

void keep_init(struct lane *l)
{
	timer_queue_init(&l->keep.late, KEEP_AFTER_MS, look);
	loop_add_queue(&l->loop, &l->keep.late);
	timer_init(&l->keep.look);
	l->keep.last = &l->talks;
}

void keep_began(struct lane *l)
{
	if (list_is_empty(&l->keep.look.link))
		timer_start(&l->keep.late, &l->keep.look, l->loop.now_ms);
}

void keep_leaves(struct talk *t)
{
	if (t->lane->keep.last == &t->link)
		t->lane->keep.last = t->link.prev;
}

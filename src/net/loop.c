/* SPDX-License-Identifier: MIT */
/* Readiness to whom it belongs: see loop.h. */
#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

enum { EVENTS_PER_TURN = 256, SLOTS_FIRST = 64 };

/* The end of the chain of free slots. */
#define NO_SLOT UINT32_MAX

struct loop_slot {
	loop_ready *ready; /* NULL: free */
	void *context;
	int fd;
	uint32_t generation; /* never 0, so that no key is 0 */
	uint32_t events;     /* 0: not in epoll's set */
	uint32_t next_free;
};

static uint64_t key_of(const struct loop *l, const struct loop_slot *slot)
{
	return (uint64_t)slot->generation << 32 | (uint64_t)(slot - l->slots);
}

/* The slot that a key names, or NULL: it was dropped. */
static struct loop_slot *slot_of(const struct loop *l, uint64_t key)
{
	uint32_t i = (uint32_t)key;

	if (i >= l->n_used || l->slots[i].ready == NULL ||
	    l->slots[i].generation != key >> 32)
		return NULL;
	return &l->slots[i];
}

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void drain_wake(void *context, uint32_t events)
{
	const struct loop *l = context;
	uint64_t n;

	(void)events;
	(void)!read(l->wake_fd, &n, sizeof(n));
}

int loop_init(struct loop *l)
{
	int r = 0;

	*l = (struct loop){ .epoll_fd = -1,
			    .wake_fd = -1,
			    .first_generation = 1,
			    .free_slot = NO_SLOT };
	list_init(&l->queues);
	l->now_ms = now_ms();
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd >= 0)
		l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake_fd < 0)
		r = -errno;
	if (r == 0)
		r = loop_add(l, l->wake_fd, drain_wake, l, &l->wake_key);
	if (r == 0)
		r = loop_want(l, l->wake_key, EPOLLIN);
	if (r < 0)
		loop_done(l);
	return r;
}

void loop_done(struct loop *l)
{
	if (l->epoll_fd >= 0)
		(void)close(l->epoll_fd);
	if (l->wake_fd >= 0)
		(void)close(l->wake_fd);
	free(l->slots);
	l->epoll_fd = l->wake_fd = -1;
	l->slots = NULL;
	l->n_slots = l->n_used = 0;
	l->free_slot = NO_SLOT;
}

static int grow(struct loop *l)
{
	uint32_t n = l->n_slots ? l->n_slots * 2 : SLOTS_FIRST;
	struct loop_slot *slots;

	if (n < l->n_slots)
		return -ENOMEM;
	slots = reallocarray(l->slots, n, sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	l->slots = slots;
	l->n_slots = n;
	return 0;
}

/* Slots that nobody has had yet are not touched: half of them may never be. */
static struct loop_slot *take_slot(struct loop *l)
{
	struct loop_slot *slot;

	if (l->free_slot != NO_SLOT) {
		slot = &l->slots[l->free_slot];
		l->free_slot = slot->next_free;
		return slot;
	}
	if (l->n_used == l->n_slots && grow(l) < 0)
		return NULL;
	slot = &l->slots[l->n_used++];
	*slot = (struct loop_slot){ .generation = l->first_generation };
	return slot;
}

/* Brings epoll's set in line with the slot. */
static int set_events(struct loop *l, struct loop_slot *slot, uint32_t events)
{
	struct epoll_event e = { .events = events };
	int op = slot->events == 0 ? EPOLL_CTL_ADD
		 : events == 0     ? EPOLL_CTL_DEL
				   : EPOLL_CTL_MOD;

	if (events == slot->events)
		return 0;
	e.data.u64 = key_of(l, slot);
	if (epoll_ctl(l->epoll_fd, op, slot->fd, &e) < 0)
		return -errno;
	slot->events = events;
	return 0;
}

static void free_slot(struct loop *l, struct loop_slot *slot)
{
	slot->ready = NULL;
	slot->fd = -1;
	slot->events = 0;
	if (++slot->generation == 0)
		slot->generation = 1;
	slot->next_free = l->free_slot;
	l->free_slot = (uint32_t)(slot - l->slots);
}

int loop_add(struct loop *l, int fd, loop_ready *ready, void *context,
	     uint64_t *ret_key)
{
	struct loop_slot *slot = take_slot(l);

	if (slot == NULL)
		return -ENOMEM;
	slot->ready = ready;
	slot->context = context;
	slot->fd = fd;
	slot->events = 0;
	*ret_key = key_of(l, slot);
	return 0;
}

int loop_want(struct loop *l, uint64_t key, uint32_t events)
{
	struct loop_slot *slot = slot_of(l, key);

	return slot == NULL ? -ENOENT : set_events(l, slot, events);
}

void loop_drop(struct loop *l, uint64_t key)
{
	struct loop_slot *slot = slot_of(l, key);

	if (slot == NULL)
		return;
	(void)set_events(l, slot, 0);
	free_slot(l, slot);
}

void loop_close(struct loop *l, uint64_t key)
{
	struct loop_slot *slot = slot_of(l, key);

	if (slot == NULL)
		return;
	(void)close(slot->fd);
	free_slot(l, slot);
}

/* The chain of those that are free, made anew. */
static void chain_free(struct loop *l)
{
	l->free_slot = NO_SLOT;
	for (uint32_t i = l->n_used; i-- > 0;) {
		if (l->slots[i].ready != NULL)
			continue;
		l->slots[i].next_free = l->free_slot;
		l->free_slot = i;
	}
}

void loop_trim(struct loop *l)
{
	uint32_t n = l->n_slots;
	struct loop_slot *slots;

	/* An old key must not fit whoever gets the slot once more. */
	while (l->n_used > 0 && l->slots[l->n_used - 1].ready == NULL) {
		l->n_used--;
		l->first_generation = MAX(l->first_generation,
					  l->slots[l->n_used].generation);
	}
	chain_free(l);
	while (n / 2 >= SLOTS_FIRST && n / 2 >= l->n_used)
		n /= 2;
	slots = n < l->n_slots ? reallocarray(l->slots, n, sizeof(*slots))
			       : NULL;
	if (slots == NULL)
		return;
	l->slots = slots;
	l->n_slots = n;
}

void loop_add_queue(struct loop *l, struct timer_queue *q)
{
	list_append(&l->queues, &q->link);
}

static struct timer_queue *queue_of(struct list *link)
{
	return container_of(link, struct timer_queue, link);
}

/* A proxy has some thirty of them, and hardly one with a timer in it. */
static int until_due(const struct loop *l, uint64_t max_wait_ms)
{
	uint64_t wait = max_wait_ms;

	for (struct list *at = l->queues.next; at != &l->queues;
	     at = at->next) {
		const struct timer_queue *q = queue_of(at);

		if (!timer_queue_is_empty(q))
			wait = MIN(wait, timer_queue_next(q, l->now_ms));
	}
	return wait == UINT64_MAX ? -1 : (int)MIN(wait, (uint64_t)INT_MAX);
}

static void fire_timers(struct loop *l)
{
	for (struct list *at = l->queues.next; at != &l->queues;
	     at = at->next) {
		struct timer_queue *q = queue_of(at);

		if (!timer_queue_is_empty(q))
			timer_queue_fire(q, l->now_ms);
	}
}

int loop_turn(struct loop *l, uint64_t max_wait_ms)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n = epoll_wait(l->epoll_fd, events, EVENTS_PER_TURN,
			   until_due(l, max_wait_ms));

	if (n < 0 && errno != EINTR)
		return -errno;
	l->now_ms = now_ms();
	for (int i = 0; i < n; i++) {
		struct loop_slot *slot = slot_of(l, events[i].data.u64);

		if (slot != NULL)
			slot->ready(slot->context, events[i].events);
	}
	fire_timers(l);
	return 0;
}

void loop_wake(struct loop *l)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)!write(l->wake_fd, &one, sizeof(one));
	errno = saved;
}

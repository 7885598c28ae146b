/* SPDX-License-Identifier: MIT */
/* The loop with real pipes and sockets, and its deadlines. */
#include "net/loop.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "net/waits.h"
#include "test.h"

struct seen {
	struct loop *loop;
	uint64_t key, victim;
	int fd, calls;
	uint32_t events;
};

static void count(void *context, uint32_t events)
{
	struct seen *s = context;

	s->calls++;
	s->events = events;
}

static void drop_victim(void *context, uint32_t events)
{
	struct seen *s = context;

	count(context, events);
	loop_drop(s->loop, s->victim);
}

static void watch(struct loop *l, struct seen *s, int fd, loop_ready *ready)
{
	*s = (struct seen){ .loop = l, .fd = fd };
	assert_int_equal(loop_add(l, fd, ready, s, &s->key), 0);
	assert_int_not_equal(s->key, 0);
	assert_int_equal(loop_want(l, s->key, EPOLLIN), 0);
}

TEST(loop_calls_whom_it_concerns)
{
	struct loop l;
	struct seen a, b;
	int p[2], q[2];

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(q), 0);
	watch(&l, &a, p[0], count);
	watch(&l, &b, q[0], count);
	assert_int_equal(write(q[1], "x", 1), 1);
	assert_int_equal(loop_turn(&l, 1000), 0);
	assert_int_equal(a.calls, 0);
	assert_int_equal(b.calls, 1);
	assert_true(b.events & EPOLLIN);
	loop_drop(&l, a.key);
	loop_drop(&l, b.key);
	loop_drop(&l, b.key); /* harmless */
	loop_drop(&l, 0);
	loop_done(&l);
	for (int i = 0; i < 2; i++) {
		(void)close(p[i]);
		(void)close(q[i]);
	}
}

/* Both are ready in one turn; the first drops the second, whose slot is taken
 * at once by a third that is not ready. */
TEST(an_event_of_a_dropped_slot_is_thrown_away)
{
	struct loop l;
	struct seen first[2], third;
	int p[2], q[2], quiet[2];

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pipe(p), 0);
	assert_int_equal(pipe(q), 0);
	assert_int_equal(pipe(quiet), 0);
	watch(&l, &first[0], p[0], drop_victim);
	watch(&l, &first[1], q[0], drop_victim);
	first[0].victim = first[1].key;
	first[1].victim = first[0].key;
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_int_equal(write(q[1], "x", 1), 1);
	assert_int_equal(loop_turn(&l, 1000), 0);
	assert_int_equal(first[0].calls + first[1].calls, 1);
	watch(&l, &third, quiet[0], count);
	assert_int_equal(loop_want(&l, first[first[0].calls].key, EPOLLIN),
			 -ENOENT);
	assert_int_equal(loop_turn(&l, 0), 0);
	assert_int_equal(third.calls, 0);
	loop_done(&l);
	for (int i = 0; i < 2; i++) {
		(void)close(p[i]);
		(void)close(q[i]);
		(void)close(quiet[i]);
	}
}

/* Level-triggered EPOLLHUP cannot be masked; only leaving the set helps. */
TEST(wanting_nothing_does_not_even_wake_for_a_hang_up)
{
	struct loop l;
	struct seen s;
	int pair[2];

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	watch(&l, &s, pair[0], count);
	assert_int_equal(loop_want(&l, s.key, 0), 0);
	(void)close(pair[1]);
	assert_int_equal(loop_turn(&l, 20), 0);
	assert_int_equal(s.calls, 0);
	assert_int_equal(loop_want(&l, s.key, EPOLLIN), 0);
	assert_int_equal(loop_turn(&l, 1000), 0);
	assert_int_equal(s.calls, 1);
	loop_drop(&l, s.key);
	loop_done(&l);
	(void)close(pair[0]);
}

TEST(a_thousand_slots)
{
	enum { N = 1000 };
	static struct seen seen[N];
	struct loop l;
	int p[2];

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pipe(p), 0);
	for (int i = 0; i < N; i++)
		watch(&l, &seen[i], dup(p[0]), count);
	assert_int_equal(write(p[1], "x", 1), 1);
	for (int i = 0; i < 8; i++)
		assert_int_equal(loop_turn(&l, 1000), 0);
	for (int i = 0; i < N; i++) {
		assert_true(seen[i].calls > 0);
		loop_drop(&l, seen[i].key);
		(void)close(seen[i].fd);
	}
	loop_done(&l);
	(void)close(p[0]);
	(void)close(p[1]);
}

static void *wake_thread(void *loop)
{
	(void)usleep(20000);
	loop_wake(loop);
	return NULL;
}

/* What a crowd had goes back, and old keys fit nobody. */
TEST(loop_gives_room_back)
{
	enum { N = 5000 };
	static struct seen all[N];
	struct loop l;
	struct seen more;
	int p[2], q[2];

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pipe(p) | pipe(q), 0);
	for (int i = 0; i < N; i++)
		assert_int_equal(
			loop_add(&l, p[0], count, &all[i], &all[i].key), 0);
	assert_in_range(l.n_slots, N, 2 * N);
	for (int i = 0; i < N; i++)
		if (i != 70)
			loop_drop(&l, all[i].key);
	loop_trim(&l);
	assert_int_equal(l.n_slots, 128);
	for (int i = 0; i < N; i++)
		if (i != 70)
			assert_int_equal(loop_want(&l, all[i].key, EPOLLIN),
					 -ENOENT);
	assert_int_equal(loop_want(&l, all[70].key, EPOLLIN), 0);
	for (int i = 0; i < 100; i++) {
		watch(&l, &more, q[0], count);
		assert_int_equal(loop_want(&l, more.key, 0), 0);
		for (int j = 0; j < N; j++)
			assert_int_not_equal(all[j].key, more.key);
	}
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_int_equal(loop_turn(&l, 1000), 0);
	assert_int_equal(all[70].calls, 1);
	loop_done(&l);
	assert_int_equal(close(p[0]) | close(p[1]), 0);
	assert_int_equal(close(q[0]) | close(q[1]), 0);
}

TEST(another_thread_ends_the_wait)
{
	struct loop l;
	pthread_t thread;

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pthread_create(&thread, NULL, wake_thread, &l), 0);
	assert_int_equal(loop_turn(&l, UINT64_MAX), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	/* It is drained: the next turn waits again. */
	assert_int_equal(loop_turn(&l, 0), 0);
	loop_done(&l);
}

static struct timer timers[4];
static int order[16], n_order;
static struct timer_queue *again;

static void fired(struct timer *t)
{
	order[n_order++] = (int)(t - timers);
	if (again != NULL && n_order < 3)
		timer_start(again, t, 1000 + (uint64_t)n_order * 10);
}

TEST(timers_fire_in_order_and_once)
{
	struct timer_queue q;

	n_order = 0;
	timer_queue_init(&q, 10, fired);
	for (int i = 0; i < 4; i++)
		timer_init(&timers[i]);
	timer_start(&q, &timers[0], 100);
	timer_start(&q, &timers[1], 101);
	timer_start(&q, &timers[2], 102);
	timer_start(&q, &timers[0], 103); /* anew: now the last */
	timer_stop(&timers[2]);
	timer_stop(&timers[3]);
	assert_int_equal(timer_queue_next(&q, 105), 6);
	timer_queue_fire(&q, 110);
	assert_int_equal(n_order, 0);
	timer_queue_fire(&q, 200);
	assert_int_equal(n_order, 2);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 0);
	assert_true(timer_queue_next(&q, 200) == UINT64_MAX);
}

TEST(a_timer_may_start_itself_again)
{
	struct timer_queue q;

	n_order = 0;
	again = &q;
	timer_queue_init(&q, 10, fired);
	timer_init(&timers[0]);
	timer_start(&q, &timers[0], 0);
	timer_queue_fire(&q, 1000);
	assert_int_equal(n_order, 1);
	timer_queue_fire(&q, 1020);
	assert_int_equal(n_order, 2);
}

TEST(a_queue_of_no_duration_never_fires)
{
	struct timer_queue q;

	n_order = 0;
	timer_queue_init(&q, 0, fired);
	timer_init(&timers[0]);
	timer_start(&q, &timers[0], 0);
	timer_queue_fire(&q, UINT64_MAX);
	assert_int_equal(n_order, 0);
	assert_true(timer_queue_next(&q, 0) == UINT64_MAX);
}

TEST(the_loop_wakes_for_a_deadline)
{
	struct timer_queue q;
	struct loop l;

	n_order = 0;
	assert_int_equal(loop_init(&l), 0);
	timer_queue_init(&q, 5, fired);
	timer_init(&timers[0]);
	loop_add_queue(&l, &q);
	timer_start(&q, &timers[0], l.now_ms);
	for (int i = 0; i < 10 && n_order == 0; i++)
		assert_int_equal(loop_turn(&l, UINT64_MAX), 0);
	assert_int_equal(n_order, 1);
	loop_done(&l);
}

/* ── Waits of any length ── */

struct waiting {
	struct timer timer;
	struct waits *waits;
	struct loop *loop;
	uint64_t due_ms;
	int moves, over;
};

static void moved(struct timer *t)
{
	struct waiting *w = container_of(t, struct waiting, timer);
	uint64_t now = w->loop->now_ms;

	w->moves++;
	if (now >= w->due_ms)
		w->over++;
	else
		waits_start(w->waits, t, w->due_ms - now, now);
}

TEST(waits_are_as_long_as_they_should)
{
	static const uint64_t lengths[] = { 0, 1, 2, 3, 7, 33, 100, 150 };
	struct loop l;
	struct waits waits;
	struct waiting w[ARRAY_SIZE(lengths)];
	uint64_t began;

	assert_int_equal(loop_init(&l), 0);
	waits_init(&waits, &l, moved);
	began = l.now_ms;
	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		w[i] = (struct waiting){ .waits = &waits,
					 .loop = &l,
					 .due_ms = began + lengths[i] };
		timer_init(&w[i].timer);
		waits_start(&waits, &w[i].timer, lengths[i], began);
	}
	while (l.now_ms < began + 200)
		assert_int_equal(loop_turn(&l, 200), 0);
	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		assert_int_equal(w[i].over, 1);
		assert_in_range(w[i].moves, 1, 12);
	}
	loop_done(&l);
}

TEST_MAIN()

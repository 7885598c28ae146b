/* SPDX-License-Identifier: MIT */
/* Threads that start, end and fail together. */
#include "net/crew.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "test.h"

/* Members wait here until they are cut. */
struct place {
	atomic_uint came, blocked;
	atomic_bool cut;
	uint32_t failing;
};

static int work(void *context, uint32_t i)
{
	struct place *p = context;
	sigset_t set;

	(void)pthread_sigmask(SIG_BLOCK, NULL, &set);
	atomic_fetch_add(&p->blocked, (unsigned)sigismember(&set, SIGTERM));
	atomic_fetch_add(&p->came, 1);
	if (i == p->failing)
		return -EPROTO;
	while (!atomic_load(&p->cut))
		(void)poll(NULL, 0, 1);
	return 0;
}

static void cut(void *context)
{
	struct place *p = context;

	atomic_store(&p->cut, true);
}

static int is_over(const struct crew *c, int ms)
{
	struct pollfd p = { .fd = c->over_fd, .events = POLLIN };

	return poll(&p, 1, ms);
}

TEST(all_work_and_are_joined)
{
	struct place p = { .failing = UINT32_MAX };
	const struct crew_work w = { work, cut, &p };
	struct crew c;
	sigset_t set;

	assert_int_equal(crew_init(&c, 5, &w), 0);
	assert_int_equal(crew_start(&c, 0), 0);
	assert_int_equal(is_over(&c, 20), 0);
	cut(&p);
	assert_int_equal(is_over(&c, 20000), 1);
	assert_int_equal(crew_join(&c), 0);
	assert_int_equal(atomic_load(&p.came), 5);
	/* Signals are the main thread's. */
	assert_int_equal(atomic_load(&p.blocked), 5);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &set);
	assert_false(sigismember(&set, SIGTERM));
	crew_done(&c);
}

TEST(who_fails_takes_the_others_along)
{
	struct place p = { .failing = 2 };
	const struct crew_work w = { work, cut, &p };
	struct crew c;

	assert_int_equal(crew_init(&c, 4, &w), 0);
	assert_int_equal(crew_start(&c, 0), 0);
	assert_int_equal(crew_join(&c), -EPROTO);
	assert_int_equal(is_over(&c, 0), 1);
	crew_done(&c);
}

TEST(nobody_starts_after_an_error)
{
	struct place p = { .failing = UINT32_MAX };
	const struct crew_work w = { work, cut, &p };
	struct crew c;

	assert_int_equal(crew_init(&c, 3, &w), 0);
	assert_int_equal(crew_start(&c, -EADDRINUSE), -EADDRINUSE);
	assert_int_equal(is_over(&c, 0), 1);
	assert_int_equal(crew_join(&c), -EADDRINUSE);
	assert_int_equal(atomic_load(&p.came), 0);
	crew_done(&c);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Closing is leaving the loop's set, with no call for it. */
#include <sys/epoll.h>
#include <unistd.h>

#include "net/loop.h"
#include "test.h"

static void count(void *context, uint32_t events)
{
	int *calls = context;

	assert_true(events & EPOLLIN);
	(*calls)++;
}

static uint64_t watch(struct loop *l, int fd, int *calls)
{
	uint64_t key;

	assert_int_equal(loop_add(l, fd, count, calls, &key), 0);
	assert_int_equal(loop_want(l, key, EPOLLIN), 0);
	return key;
}

/* The same number comes again, and is somebody else. */
TEST(closing_takes_it_out_of_the_set)
{
	int old_calls = 0, new_calls = 0, old[2], new[2];
	struct loop l;
	uint64_t key;

	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(pipe(old), 0);
	key = watch(&l, old[0], &old_calls);
	assert_int_equal(write(old[1], "x", 1), 1);
	loop_close(&l, key);
	loop_close(&l, key); /* harmless */
	loop_close(&l, 0);
	assert_int_equal(loop_turn(&l, 0), 0);
	assert_int_equal(pipe(new), 0);
	assert_int_equal(new[0], old[0]);
	key = watch(&l, new[0], &new_calls);
	assert_int_equal(write(new[1], "x", 1), 1);
	assert_int_equal(loop_turn(&l, 1000), 0);
	assert_int_equal(old_calls, 0);
	assert_int_equal(new_calls, 1);
	loop_close(&l, key);
	loop_done(&l);
	(void)close(old[1]);
	(void)close(new[1]);
}

TEST_MAIN()

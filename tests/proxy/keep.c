/* SPDX-License-Identifier: MIT */
/* Who is given the kernel's probes, and when. */
#include "proxy/keep.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/lane.h"
#include "proxy/talk.h"
#include "test.h"

static struct lane lane;

static void open_lane(void)
{
	list_init(&lane.talks);
	assert_int_equal(loop_init(&lane.loop), 0);
	keep_init(&lane);
	lane.loop.now_ms = 1000;
}

static void begin(struct talk *t)
{
	*t = (struct talk){ .lane = &lane,
			    .began_ms = lane.loop.now_ms,
			    .state = TALK_RELAY };
	for (int i = 0; i < 2; i++)
		t->fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	list_append(&lane.talks, &t->link);
	keep_began(&lane);
}

static void end(struct talk *t)
{
	keep_leaves(t);
	list_remove(&t->link);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(t->fd[i]), 0);
}

static bool is_probed(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len),
			 0);
	return on;
}

/* Of both sides, which are treated alike. */
static bool are_probed(const struct talk *t)
{
	assert_int_equal(is_probed(t->fd[CLIENT]), is_probed(t->fd[SERVER]));
	return is_probed(t->fd[CLIENT]);
}

static void pass(uint64_t ms)
{
	lane.loop.now_ms += ms;
	timer_queue_fire(&lane.keep.late, lane.loop.now_ms);
}

TEST(who_lasts_is_probed_and_who_is_new_is_not)
{
	struct talk old, young;

	open_lane();
	begin(&old);
	pass(KEEP_AFTER_MS - 1);
	assert_false(are_probed(&old));
	begin(&young);
	pass(1);
	assert_true(are_probed(&old));
	assert_false(are_probed(&young));
	pass(KEEP_AFTER_MS);
	assert_true(are_probed(&young));
	end(&old);
	end(&young);
	loop_done(&lane.loop);
}

/* The last one that was looked at may go, and so may the first. */
TEST(who_leaves_is_no_mark)
{
	struct talk t[4];

	open_lane();
	for (int i = 0; i < 3; i++)
		begin(&t[i]);
	pass(KEEP_AFTER_MS);
	end(&t[2]);
	begin(&t[3]);
	end(&t[0]);
	end(&t[1]);
	pass(KEEP_AFTER_MS);
	assert_true(are_probed(&t[3]));
	end(&t[3]);
	/* With nobody left it looks no more, until the next one comes. */
	assert_true(timer_queue_is_empty(&lane.keep.late));
	begin(&t[0]);
	pass(KEEP_AFTER_MS);
	assert_true(are_probed(&t[0]));
	end(&t[0]);
	loop_done(&lane.loop);
}

/* Its second descriptor is not there yet, or not the last one. */
TEST(who_waits_for_a_target_is_looked_at_again)
{
	struct talk t;

	open_lane();
	begin(&t);
	t.state = TALK_DIAL;
	pass(KEEP_AFTER_MS);
	assert_false(are_probed(&t));
	t.state = TALK_RELAY;
	pass(KEEP_AFTER_MS);
	assert_true(are_probed(&t));
	end(&t);
	loop_done(&lane.loop);
}

TEST_MAIN()

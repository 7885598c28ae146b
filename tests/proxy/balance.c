/* SPDX-License-Identifier: MIT */
/* Whose turn it is, by each method, and who is left out. */
#include "proxy/balance.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/target.h"
#include "test.h"

enum { MANY = 8, CLIENTS = 20000 };

static struct target targets[MANY];
static const struct target *list[MANY];
static struct balance_tried tried;
static struct balance balance;
static struct balance_choice choice;

/* That many targets, all of weight 1 and good. */
static void begin(enum balance_method method, uint32_t n)
{
	memset(targets, 0, sizeof(targets));
	memset(&tried, 0, sizeof(tried));
	memset(&balance, 0, sizeof(balance));
	balance.method = method;
	for (uint32_t i = 0; i < n; i++) {
		char text[] = "10.0.0.0:80";
		struct addr two[2];
		const char *why;

		text[7] = (char)('0' + i);
		assert_int_equal(addr_parse(text, two, &why), 1);
		targets[i].addr = two[0];
		targets[i].weight = 1;
		list[i] = &targets[i];
	}
	choice = (struct balance_choice){
		.targets = list, .n = n, .tried = &tried, .now_ms = 1000
	};
}

static int pick(void)
{
	return balance_pick(&balance, &choice);
}

/* How often each is picked; every client stays connected if he may. */
static void count(uint32_t times, uint32_t ret[MANY], bool stay)
{
	memset(ret, 0, MANY * sizeof(*ret));
	for (uint32_t k = 0; k < times; k++) {
		int i;

		choice.client = balance_hash(&k, sizeof(k));
		i = pick();
		assert_in_range(i, 0, choice.n - 1);
		ret[i]++;
		if (stay)
			assert_true(target_enter(&targets[i]));
	}
}

static void assert_about(uint32_t n, uint32_t expected)
{
	assert_in_range(n, expected - expected / 10, expected + expected / 10);
}

TEST(in_turn_is_smooth_by_weight)
{
	static const int expected[] = { 0, 1, 0, 2, 0, 1, 0 };

	begin(BALANCE_ROUNDROBIN, 3);
	targets[0].weight = 4;
	targets[1].weight = 2;
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < 7; i++)
			assert_int_equal(pick(), expected[i]);
	balance_done(&balance);
}

TEST(the_freest_is_picked)
{
	uint32_t n[MANY];

	begin(BALANCE_LEASTCONN, 3);
	targets[0].active = 5;
	targets[1].active = 2;
	targets[2].active = 4;
	assert_int_equal(pick(), 1);
	targets[0].active = targets[1].active = targets[2].active = 0;
	targets[2].weight = 2;
	count(4000, n, true);
	assert_about(n[0], 1000);
	assert_about(n[1], 1000);
	assert_about(n[2], 2000);
}

TEST(equals_take_turns)
{
	uint32_t n[MANY];

	begin(BALANCE_LEASTCONN, 4);
	count(400, n, false);
	for (int i = 0; i < 4; i++)
		assert_int_equal(n[i], 100);
}

TEST(two_at_random_share_by_weight)
{
	uint32_t n[MANY];

	begin(BALANCE_RANDOM, 3);
	count(9000, n, true);
	for (int i = 0; i < 3; i++)
		assert_about(n[i], 3000);
	begin(BALANCE_RANDOM, 2);
	targets[1].weight = 3;
	count(8000, n, true);
	assert_about(n[0], 2000);
	assert_about(n[1], 6000);
	begin(BALANCE_RANDOM, 1);
	assert_int_equal(pick(), 0);
}

TEST(a_client_stays_with_his_target)
{
	static int before[CLIENTS];
	uint32_t moved = 0, n[MANY];

	begin(BALANCE_HASH, 5);
	targets[4].weight = 2;
	count(CLIENTS, n, false);
	for (int i = 0; i < 4; i++)
		assert_about(n[i], CLIENTS / 6);
	assert_about(n[4], CLIENTS / 3);
	for (uint32_t k = 0; k < CLIENTS; k++) {
		choice.client = balance_hash(&k, sizeof(k));
		before[k] = pick();
	}
	targets[1].down = true;
	for (uint32_t k = 0; k < CLIENTS; k++) {
		int now;

		choice.client = balance_hash(&k, sizeof(k));
		now = pick();
		if (before[k] == 1)
			moved++;
		else
			assert_int_equal(now, before[k]);
		assert_int_not_equal(now, 1);
	}
	assert_int_equal(moved, n[1]);
}

/* Of those that move at all, all go to the one that came. */
TEST(one_that_comes_takes_its_share_and_no_more)
{
	static int before[CLIENTS];
	uint32_t moved = 0;

	begin(BALANCE_HASH, 5);
	for (uint32_t k = 0; k < CLIENTS; k++) {
		choice.client = balance_hash(&k, sizeof(k));
		before[k] = pick();
	}
	begin(BALANCE_HASH, 6);
	/* And it does not matter in which place one is named. */
	list[0] = &targets[5];
	list[5] = &targets[0];
	for (uint32_t k = 0; k < CLIENTS; k++) {
		int now;

		choice.client = balance_hash(&k, sizeof(k));
		now = pick();
		if (now == 0)
			moved++;
		else
			assert_int_equal(now == 5 ? 0 : now, before[k]);
	}
	assert_about(moved, CLIENTS / 6);
}

static const enum balance_method methods[] = { BALANCE_ROUNDROBIN,
					       BALANCE_LEASTCONN,
					       BALANCE_RANDOM, BALANCE_HASH };

TEST(the_best_tier_is_chosen_from)
{
	for (size_t m = 0; m < 4; m++) {
		begin(methods[m], 4);
		targets[0].down = true;
		targets[1].back_at_ms = 2000;
		targets[2].backup = true;
		assert_int_equal(pick(), 3);
		balance_mark(&tried, 3);
		assert_int_equal(pick(), 2);
		balance_mark(&tried, 2);
		assert_int_equal(pick(), 1);
		balance_mark(&tried, 1);
		assert_int_equal(pick(), BALANCE_NONE);
		balance_done(&balance);
	}
}

TEST(who_is_full_is_waited_for)
{
	for (size_t m = 0; m < 4; m++) {
		begin(methods[m], 2);
		targets[0].max = 1;
		targets[1].max = 2;
		assert_true(target_enter(&targets[0]));
		assert_false(target_enter(&targets[0]));
		assert_int_equal(pick(), 1);
		assert_true(target_enter(&targets[1]));
		assert_true(target_enter(&targets[1]));
		assert_int_equal(pick(), BALANCE_FULL);
		target_leave(&targets[0]);
		assert_int_equal(pick(), 0);
		balance_done(&balance);
	}
}

TEST(nobody_is_picked_from_nobody)
{
	for (size_t m = 0; m < 4; m++) {
		begin(methods[m], 0);
		assert_int_equal(pick(), BALANCE_NONE);
		balance_done(&balance);
	}
}

TEST(failures_in_a_row_put_out_for_a_while)
{
	static const struct target_trust trust = { .failures = 3,
						   .out_ms = 500 };

	begin(BALANCE_ROUNDROBIN, 1);
	target_failed(&targets[0], &trust, 1000);
	target_failed(&targets[0], &trust, 1000);
	target_worked(&targets[0]);
	target_failed(&targets[0], &trust, 1000);
	target_failed(&targets[0], &trust, 1000);
	assert_int_equal(target_state(&targets[0], 1000), TARGET_GOOD);
	target_failed(&targets[0], &trust, 1000);
	assert_int_equal(target_state(&targets[0], 1499), TARGET_OUT);
	assert_int_equal(target_state(&targets[0], 1500), TARGET_GOOD);
	target_failed(&targets[0], &trust, 1600);
	assert_int_equal(target_state(&targets[0], 1700), TARGET_OUT);
	target_worked(&targets[0]);
	assert_int_equal(target_state(&targets[0], 1700), TARGET_GOOD);
}

TEST_MAIN()

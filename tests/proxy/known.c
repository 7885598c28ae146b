/* SPDX-License-Identifier: MIT */
/* What is learned of a name, and what stays known when it fails. */
#include "proxy/known.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "net/found.h"
#include "test.h"

static struct known *first;
static struct found found;

static void begin(void)
{
	assert_int_equal(known_add(&first, "db", 80), 0);
}

static void end(void)
{
	found_done(&found);
	known_free_all(&first);
	assert_null(first);
}

static void find(const char *ip, uint16_t priority, uint16_t weight)
{
	struct resolver_found like = { .priority = priority, .weight = weight };
	struct in_addr in;

	found_set_port(&like, 80);
	assert_int_equal(inet_pton(AF_INET, ip, &in), 1);
	assert_int_equal(found_add(&found, AF_INET, &in, &like), 0);
}

/* Whether that leads elsewhere than before. */
static int learn(bool is_part)
{
	struct resolver_answer a = { .is_part = is_part };
	int r;

	found_sort(&found);
	a.n = found.n;
	a.at = found.at;
	r = known_learn(first, &a);
	found_done(&found);
	return r;
}

static void assert_at(uint32_t i, const char *text)
{
	char is[ADDR_TEXT_SIZE];

	assert_in_range(i, 0, first->n - 1);
	addr_text(&first->at[i].addr, is);
	assert_string_equal(is, text);
}

TEST(an_order_of_answers_is_no_change)
{
	begin();
	find("10.0.0.2", 0, 0);
	find("10.0.0.1", 0, 0);
	find("10.0.0.2", 0, 0); /* twice */
	assert_int_equal(learn(false), 1);
	assert_int_equal(first->n, 2);
	assert_at(0, "10.0.0.1:80");
	find("10.0.0.1", 0, 0);
	find("10.0.0.2", 0, 0);
	assert_int_equal(learn(false), 0);
	find("10.0.0.3", 0, 0);
	assert_int_equal(learn(false), 1);
	assert_int_equal(first->n, 1);
	end();
}

TEST(what_fails_leads_where_it_did)
{
	begin();
	assert_false(first->answered);
	assert_int_equal(learn(false), 1); /* that nothing is known is news */
	assert_true(first->answered);
	assert_int_equal(first->n, 0);
	assert_int_equal(learn(false), 0);
	find("10.0.0.1", 0, 0);
	assert_int_equal(learn(false), 1);
	assert_int_equal(learn(false), 0);
	assert_int_equal(first->n, 1);
	find("10.0.0.2", 0, 0);
	assert_int_equal(learn(true), 1);
	assert_int_equal(first->n, 2);
	end();
}

TEST(weights_of_services_fit_those_of_targets)
{
	begin();
	find("10.0.0.1", 5, 0);
	find("10.0.0.2", 5, 10);
	find("10.0.0.3", 7, 60);
	assert_int_equal(learn(false), 1);
	assert_int_equal(first->at[0].weight, 1);
	assert_int_equal(first->at[1].weight, 10);
	assert_int_equal(first->at[2].weight, 60);
	assert_false(first->at[1].backup);
	assert_true(first->at[2].backup);
	find("10.0.0.1", 5, 65535);
	find("10.0.0.2", 5, 1);
	find("10.0.0.3", 5, 32768);
	assert_int_equal(learn(false), 1);
	assert_int_equal(first->at[0].weight, 256);
	assert_int_equal(first->at[1].weight, 1);
	assert_int_equal(first->at[2].weight, 128);
	end();
}

TEST(there_is_a_bound_to_what_is_found)
{
	char ip[sizeof("10.1.255.255")];

	begin();
	for (unsigned i = 0; i < 600; i++) {
		(void)snprintf(ip, sizeof(ip), "10.1.%u.%u", i / 256, i % 256);
		find(ip, 0, 0);
	}
	assert_int_equal(found.n, RESOLVER_FOUND_MAX);
	assert_int_equal(learn(false), 1);
	find("10.2.0.1", 0, 0);
	assert_int_equal(learn(true), 1);
	assert_int_equal(first->n, RESOLVER_FOUND_MAX);
	end();
}

TEST(names_that_nobody_wants_are_swept)
{
	begin();
	assert_int_equal(known_add(&first, "db", 81), 0);
	assert_int_equal(known_add(&first, "a", 80), 0);
	known_find(first, "db", 81)->wanted = true;
	known_sweep(&first);
	assert_null(known_find(first, "db", 80));
	assert_null(known_find(first, "a", 80));
	assert_non_null(known_find(first, "db", 81));
	end();
}

TEST_MAIN()

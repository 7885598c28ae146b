/* SPDX-License-Identifier: MIT */
/* Accounts to counters to text, to the byte. */
#include "net/metrics.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* What was written, as a string; the text is given back. */
static char *string_of(struct text *t)
{
	char *s;

	text_char(t, '\0');
	assert_false(t->full);
	s = strdup(t->at);
	assert_non_null(s);
	text_free(t);
	return s;
}

static void has(const char *page, const char *line)
{
	if (strstr(page, line) == NULL)
		fail_msg("no '%s' in:\n%s", line, page);
}

TEST(metrics_know_how_it_ended)
{
	struct pour_account account = { .ended = POUR_ENDED_SOURCE };

	assert_int_equal(metrics_end(&account), METRICS_WHOLE);
	account.ended = POUR_ENDED_LIMIT;
	assert_int_equal(metrics_end(&account), METRICS_WHOLE);
	account.ended = POUR_ENDED_SHORT;
	assert_int_equal(metrics_end(&account), METRICS_SHORT);
	account.ended = POUR_ENDED_CANCELLED;
	assert_int_equal(metrics_end(&account), METRICS_ABORTED);
	account.ended = POUR_ENDED_NOT;
	assert_int_equal(metrics_end(&account), METRICS_ABORTED);
}

/* Two threads that did the same. */
static struct metrics *two_threads(void)
{
	struct pour_account account = { .ended = POUR_ENDED_SHORT,
					.head = 100 };
	struct metrics *m = calloc(2, sizeof(*m));

	assert_non_null(m);
	account.moved[POUR_BY_SENDFILE] = 1000;
	account.calls[POUR_BY_SENDFILE] = 3;
	account.left[POUR_BY_SPLICE] = EINVAL;
	account.left[POUR_BY_RANGE] = 4711;
	account.waits[1] = 2; /* POUR_WANT_DST */
	for (int i = 0; i < 2; i++) {
		metrics_note(&m[i], &account);
		metrics_note(&m[i], &account);
	}
	metrics_add(&m[0], &m[1]);
	return m;
}

TEST(metrics_are_sums)
{
	struct metrics *m = two_threads();

	assert_int_equal(counter_get(&m->head), 400);
	assert_int_equal(counter_get(&m->ended[METRICS_SHORT]), 4);
	assert_int_equal(counter_get(&m->moved[POUR_BY_SENDFILE]), 4000);
	assert_int_equal(counter_get(&m->calls[POUR_BY_SENDFILE]), 12);
	assert_int_equal(counter_get(&m->waits[1]), 8);
	assert_int_equal(counter_get(&m->left[POUR_BY_SPLICE][EINVAL]), 4);
	free(m);
}

TEST(metrics_are_text)
{
	struct metrics *m = two_threads();
	struct text t = text_heap(1 << 20);
	char *page;

	metrics_write(&t, m, "x_bytes_total", "Bytes of x.");
	page = string_of(&t);
	assert_ptr_equal(
		page, strstr(page, "# HELP x_bytes_total Bytes of x.\n"
				   "# TYPE x_bytes_total counter\n"
				   "x_bytes_total{by=\"copy_file_range\"} 0\n"
				   "x_bytes_total{by=\"sendfile\"} 4000\n"));
	has(page, "\npour_transfer_calls_total{by=\"sendfile\"} 12\n");
	has(page, "\npour_transfer_left_total{by=\"splice\",errno=\"EINVAL\"} "
		  "4\n");
	has(page, "\npour_transfer_left_total{by=\"copy_file_range\","
		  "errno=\"other\"} 4\n");
	has(page, "\npour_waits_total{want=\"dst\"} 8\n");
	has(page, "\n# TYPE pour_truncations_total counter\n"
		  "pour_truncations_total 4\n");
	has(page, "\npour_aborted_total 0\n");
	assert_null(strstr(page, "(null)"));
	free(page);
	free(m);
}

TEST(metrics_of_a_pool)
{
	struct metrics *m = calloc(1, sizeof(*m));
	struct pour_pool *pool;

	assert_non_null(m);
	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	counter_set(&m->pipes_lent, 99);
	metrics_note_pool(m, pool);
	assert_int_equal(counter_get(&m->pipes_lent), 0);
	assert_null(pour_pool_free(pool));
	free(m);
}

TEST(histogram_has_bounds_that_are_inside)
{
	struct histogram h = { 0 }, sum = { 0 };
	struct text t = text_heap(1 << 16);
	char *page;
	const uint64_t times[] = { 0, 1, 2, 3, 4, 5, 65536, 65537, 1000000000 };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		histogram_note(&h, times[i]);
	assert_int_equal(counter_get(&h.in[0]), 2);
	assert_int_equal(counter_get(&h.in[1]), 1);
	assert_int_equal(counter_get(&h.in[2]), 2);
	assert_int_equal(counter_get(&h.in[3]), 1);
	assert_int_equal(counter_get(&h.in[16]), 1);
	assert_int_equal(counter_get(&h.in[HISTOGRAM_BUCKETS]), 2);
	histogram_add(&sum, &h);
	histogram_write(&t, &sum, "x_seconds", "Seconds.");
	page = string_of(&t);
	has(page, "# TYPE x_seconds histogram\n"
		  "x_seconds_bucket{le=\"0.001\"} 2\n"
		  "x_seconds_bucket{le=\"0.002\"} 3\n"
		  "x_seconds_bucket{le=\"0.004\"} 5\n"
		  "x_seconds_bucket{le=\"0.008\"} 6\n");
	has(page, "x_seconds_bucket{le=\"65.536\"} 7\n"
		  "x_seconds_bucket{le=\"+Inf\"} 9\n"
		  "x_seconds_sum 1000131.088\n"
		  "x_seconds_count 9\n");
	free(page);
}

TEST(metrics_of_the_process)
{
	struct text t = text_heap(1 << 16);
	char *page;

	metrics_write_process(&t);
	page = string_of(&t);
	has(page, "# TYPE process_start_time_seconds gauge\n");
	has(page, "# TYPE process_cpu_seconds_total counter\n");
	has(page, "\nprocess_resident_memory_bytes ");
	has(page, "\nprocess_open_fds ");
	has(page, "\nprocess_max_fds ");
	free(page);
}

/* ── One counts, another one reads ── */

static void *count(void *context)
{
	struct pour_account account = { .ended = POUR_ENDED_LIMIT };

	account.calls[POUR_BY_COPY] = 1;
	account.moved[POUR_BY_COPY] = 7;
	for (int i = 0; i < 200000; i++)
		metrics_note(context, &account);
	return NULL;
}

TEST(metrics_can_be_read_while_they_change)
{
	struct metrics *m = calloc(2, sizeof(*m));
	uint64_t before = 0, now = 0;
	pthread_t thread;

	assert_non_null(m);
	assert_int_equal(pthread_create(&thread, NULL, count, &m[0]), 0);
	while (now < 7 * 200000) {
		memset(&m[1], 0, sizeof(m[1]));
		metrics_add(&m[1], &m[0]);
		now = counter_get(&m[1].moved[POUR_BY_COPY]);
		assert_true(now >= before && now % 7 == 0);
		before = now;
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	free(m);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* A stream socket as a source: copying and a pipe, by what it brings. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

static char bytes[1 << 20];

/* Brings n bytes, and lets the transfer take what is there. */
static void bring(struct ends *e, struct pour *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(e->feed_fd, bytes, n);

		if (put > 0)
			n -= (size_t)put;
		assert_true(pour_step(p) > 0);
		while (recv(e->drain_fd, bytes + 65536, 65536, 0) > 0)
			;
	}
	assert_int_equal(pour_step(p), POUR_WANT_SRC);
}

static void begin(struct ends *e, struct pour *p, const struct pour_opts *opts)
{
	ends_open(e, ENDS_UNIX, ENDS_UNIX);
	assert_int_equal(pour_begin(p, e->dst, e->src, POUR_ALL, opts), 0);
}

TEST(messages_are_copied_and_take_no_pipe)
{
	struct ends e;
	struct pour p;

	begin(&e, &p, NULL);
	for (int i = 0; i < 1000; i++)
		bring(&e, &p, 100);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 100000);
	assert_int_equal(fake.calls[FAKE_PIPE], 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(what_streams_borrows_a_pipe)
{
	struct ends e;
	struct pour p;

	begin(&e, &p, NULL);
	bring(&e, &p, 1 << 20);
	assert_true(p.account.moved[POUR_BY_COPY] <= 65536);
	assert_true(p.account.moved[POUR_BY_PIPE] >= (1 << 20) - 65536);
	assert_int_equal(fake.calls[FAKE_PIPE], 1);
	pour_finish(&p);
	ends_close(&e);
}

/* A pause between them does not make full reads small. */
TEST(full_reads_in_a_row_stream_as_well)
{
	const struct pour_tuning tuning = { .stream_reads = 3 };
	const struct pour_opts opts = { .tuning = &tuning };
	struct ends e;
	struct pour p;

	begin(&e, &p, &opts);
	for (int i = 0; i < 10; i++)
		bring(&e, &p, 16384);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 3 * 16384);
	assert_int_equal(p.account.moved[POUR_BY_PIPE], 7 * 16384);
	pour_finish(&p);
	ends_close(&e);
}

/*
 * And at once: many small reads at the beginning make every later take small
 * (docs/performance.md).
 */
TEST(what_fills_its_first_read_streams)
{
	struct ends e;
	struct pour p;

	begin(&e, &p, NULL);
	bring(&e, &p, 65536);
	assert_int_equal(p.account.calls[POUR_BY_COPY], 2);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 16384);
	assert_int_equal(p.account.moved[POUR_BY_PIPE], 65536 - 16384);
	pour_finish(&p);
	ends_close(&e);
}

TEST(small_messages_in_a_row_are_copied_again)
{
	struct ends e;
	struct pour p;

	begin(&e, &p, NULL);
	bring(&e, &p, 1 << 20);
	for (int i = 0; i < 10; i++)
		bring(&e, &p, 100);
	assert_int_equal(p.account.moved[POUR_BY_PIPE] % 100 != 0 ||
				 p.account.moved[POUR_BY_PIPE] > 0,
			 1);
	/* Four of them went through the pipe before it was plain. */
	assert_true(p.account.moved[POUR_BY_COPY] >= 600);
	assert_int_equal(p.plan[p.now], POUR_BY_COPY);
	bring(&e, &p, 1 << 20); /* and it can stream again */
	assert_int_equal(p.plan[p.now], POUR_BY_PIPE);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_waiting_transfer_holds_neither_pipe_nor_buffer)
{
	struct pour_pool *pool;
	struct pour_opts opts = { .pool = NULL };
	struct ends e;
	struct pour p;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	begin(&e, &p, &opts);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(pour_pool_lent(pool), 0);
	bring(&e, &p, 100);
	assert_int_equal(pour_pool_lent(pool), 0);
	bring(&e, &p, 1 << 20);
	assert_int_equal(pour_pool_lent(pool), 0);
	pour_finish(&p);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
}

/* With bytes on the way it has to hold on to them. */
TEST(a_transfer_with_bytes_on_the_way_holds_them)
{
	struct pour_pool *pool;
	struct pour_opts opts = { .pool = NULL };
	struct ends e;
	struct pour p;
	int r;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	begin(&e, &p, &opts);
	do {
		(void)!write(e.feed_fd, bytes, sizeof(bytes) / 2);
		r = pour_step(&p);
	} while (r != POUR_WANT_DST);
	assert_true(pour_pending(&p) > 0);
	assert_int_equal(pour_pool_lent(pool), 1);
	pour_finish(&p);
	assert_int_equal(pour_pool_lent(pool), 0);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
}

TEST(thresholds_are_data)
{
	const struct pour_tuning tuning = { .stream_read = 1000,
					    .stream_after = 5000,
					    .stream_reads = 100 };
	const struct pour_opts opts = { .tuning = &tuning };
	struct ends e;
	struct pour p;

	begin(&e, &p, &opts);
	bring(&e, &p, 50000);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 5000);
	assert_int_equal(p.account.moved[POUR_BY_PIPE], 45000);
	for (unsigned i = 0; i < fake.n_log; i++)
		if (fake.log[i].call == FAKE_READ)
			assert_true(fake.log[i].len <= 1000);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case31_without_a_pipe_it_goes_on_copying)
{
	struct ends e;
	struct pour p;

	fake.fail_at = 1;
	fake.fail_call = FAKE_PIPE;
	fake.fail_errno = EMFILE;
	begin(&e, &p, NULL);
	bring(&e, &p, 1 << 20);
	assert_int_equal(p.account.left[POUR_BY_PIPE], EMFILE);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 1 << 20);
	assert_int_equal(fake.calls[FAKE_PIPE], 1); /* asked once */
	pour_finish(&p);
	ends_close(&e);
}

/* ── Out-of-band bytes ── */

static void settle(void)
{
	usleep(20000); /* loopback delivers in its own time */
}

/* Steps until it says that it waits for the source, and counts the steps. */
static unsigned take_all(struct pour *p)
{
	unsigned n = 0;

	settle();
	while (pour_step(p) != POUR_WANT_SRC && n < 1000)
		n++;
	return n;
}

static void out_of_band(uint32_t methods)
{
	const struct pour_tuning eager = { .stream_after = 1 };
	struct pour_opts opts = { .tuning = &eager, .methods = methods };
	char buf[64] = "";
	struct ends e;
	struct pour p;
	unsigned spun = 0;

	ends_open(&e, ENDS_TCP, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(send(e.feed_fd, "abc", 3, 0), 3);
	(void)take_all(&p); /* it streams by now */
	assert_int_equal(send(e.feed_fd, "def!", 4, MSG_OOB), 4);
	assert_int_equal(send(e.feed_fd, "ghi", 3, 0), 3);
	for (int i = 0; i < 10; i++)
		spun += take_all(&p);
	assert_true(spun < 20);
	assert_int_equal(recv(e.drain_fd, buf, sizeof(buf), 0), 9);
	assert_string_equal(buf, "abcdefghi");
	(void)send(e.feed_fd, "jkl?", 4, MSG_OOB);
	(void)send(e.feed_fd, "mno", 3, 0);
	(void)close(e.feed_fd);
	e.feed_fd = -1;
	settle();
	for (int i = 0; i < 20 && p.account.ended == POUR_ENDED_NOT; i++)
		(void)pour_step(&p);
	/* A 0 of splice() before the mark is not the end. */
	assert_int_equal(p.account.ended, POUR_ENDED_SOURCE);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(recv(e.drain_fd, buf, sizeof(buf), 0), 6);
	assert_string_equal(buf, "jklmno");
	pour_finish(&p);
	ends_close(&e);
}

TEST(out_of_band_bytes_neither_wedge_nor_end_a_stream)
{
	out_of_band(0);
}

/* What splice() calls the end is looked into: recv() has the last word. */
static int after_a_zero(struct ends *e, struct pour *p, const char *feed)
{
	ends_open(e, ENDS_UNIX, ENDS_PIPE);
	assert_int_equal(pour_begin(p, e->dst, e->src, POUR_ALL, NULL), 0);
	assert_int_equal(write(e->feed_fd, feed, strlen(feed)), strlen(feed));
	fake.answers_set = true;
	fake.answers_call = FAKE_SPLICE;
	fake.answers = 0;
	return pour_step(p);
}

TEST(a_zero_of_splice_is_no_end_while_the_peer_is_there)
{
	struct ends e;
	struct pour p;

	assert_int_equal(after_a_zero(&e, &p, ""), POUR_WANT_SRC);
	assert_int_equal(p.account.ended, POUR_ENDED_NOT);
	pour_finish(&p);
	ends_close(&e);
	assert_int_equal(after_a_zero(&e, &p, "hello"), POUR_WANT_SRC);
	assert_int_equal(p.account.left[POUR_BY_SPLICE], EAGAIN);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 5);
	pour_finish(&p);
	ends_close(&e);
}

TEST(out_of_band_bytes_are_harmless_to_copying)
{
	out_of_band(1 << POUR_BY_COPY);
}

TEST_MAIN()

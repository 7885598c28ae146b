/* SPDX-License-Identifier: MIT */
/* Head, buffered bytes and tail: in order, counted apart, in few packets. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

static char got[ENDS_TOTAL + 100];

static size_t receive(struct ends *e)
{
	size_t n = 0;
	ssize_t r;

	(void)shutdown(e->dst_fd, SHUT_WR);
	(void)fcntl(e->drain_fd, F_SETFL, 0);
	while ((r = recv(e->drain_fd, got + n, sizeof(got) - n, 0)) > 0)
		n += (size_t)r;
	return n;
}

static void check_around(const struct ends *e, size_t n, uint64_t body)
{
	assert_int_equal(n, 4 + body + 4);
	assert_memory_equal(got, "HEAD", 4);
	assert_memory_equal(got + n - 4, "TAIL", 4);
	for (uint64_t i = 0; i < body; i++)
		assert_int_equal((unsigned char)got[4 + i], ends_byte(e, i));
}

static const struct pour_opts both = {
	.head = "HEAD", .head_size = 4, .tail = "TAIL", .tail_size = 4
};

TEST(small_body_leaves_with_head_and_tail_in_one_send)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &both), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.calls[FAKE_SEND], 1);
	assert_int_equal(fake.calls[FAKE_READ], 1);
	assert_int_equal(p.account.head, 4);
	assert_int_equal(p.account.tail, 4);
	assert_int_equal(p.account.delivered, 1000);
	check_around(&e, receive(&e), 1000);
	pour_finish(&p);
	ends_close(&e);
}

/* All by sendfile() but the last piece, which can say that more follows. */
TEST(a_tail_follows_a_file_without_a_gap)
{
	const struct pour_opts opts = { .head = "HEAD",
					.head_size = 4,
					.tail = "TAIL",
					.tail_size = 4,
					.flags = POUR_EXACT };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 300000, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.moved[POUR_BY_SENDFILE], 300000 - 65536);
	assert_int_equal(p.account.moved[POUR_BY_PIPE], 65536);
	for (unsigned i = 0; i < fake.n_log; i++) {
		const struct fake_entry *f = &fake.log[i];

		if (f->call == FAKE_SPLICE && f->out == e.dst_fd)
			assert_int_equal(f->flags, SPLICE_F_MORE);
	}
	assert_int_equal(fake.log[fake.n_log - 1].call, FAKE_SEND);
	assert_int_equal(fake.log[fake.n_log - 1].flags, 0);
	check_around(&e, receive(&e), 300000);
	pour_finish(&p);
	ends_close(&e);
}

TEST(the_last_send_says_more_when_another_transfer_follows)
{
	const struct pour_opts opts = { .flags = POUR_MORE };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.log[fake.n_log - 1].flags, MSG_MORE);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_tail_stays_away_from_a_body_that_is_short)
{
	const struct pour_opts opts = { .tail = "TAIL",
					.tail_size = 4,
					.flags = POUR_EXACT };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(ftruncate(e.src_fd, ENDS_SKIP + 100), 0);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
	assert_int_equal(pour_step(&p), -ENODATA);
	assert_int_equal(p.account.tail, 0);
	assert_int_equal(receive(&e), 100);
	pour_finish(&p);
	ends_close(&e);
}

TEST(head_and_tail_of_a_file_stand_around_its_offset)
{
	char buf[20];
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, pour_file_at(e.dst_fd, 100),
				    pour_memory("body", 4), POUR_ALL, &both),
			 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(pread(e.dst_fd, buf, sizeof(buf), 100), 12);
	assert_memory_equal(buf, "HEADbodyTAIL", 12);
	assert_int_equal(lseek(e.dst_fd, 0, SEEK_CUR), ENDS_SKIP);
	pour_finish(&p);
	ends_close(&e);
}

/* A tail that the peer does not take yet is gone on with. */
TEST(every_part_survives_short_counts)
{
	for (unsigned seed = 1; seed < 60; seed++) {
		struct ends e;
		struct pour p;
		int r;

		fake_reset();
		fake.seed = seed;
		fake.short_counts = fake.eagain = true;
		ends_open(&e, seed % 2 ? ENDS_FILE_AT : ENDS_UNIX, ENDS_TCP);
		assert_int_equal(pour_begin(&p, e.dst, e.src, 20000, &both), 0);
		do {
			if (e.feed_fd >= 0)
				ends_feed(&e);
			r = pour_step(&p);
		} while (r > 0);
		assert_int_equal(r, 0);
		check_around(&e, receive(&e), 20000);
		pour_finish(&p);
		ends_close(&e);
	}
}

/* ── Buffered bytes ── */

TEST(case80_buffered_bytes_go_first_within_the_limit)
{
	char buffered[500];
	struct pour_opts opts = { .buffered = buffered,
				  .buffered_size = sizeof(buffered) };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_TCP);
	for (unsigned i = 0; i < sizeof(buffered); i++)
		buffered[i] = (char)ends_byte(&e, i);
	e.fed = sizeof(buffered); /* what the caller read already */
	assert_int_equal(pour_begin(&p, e.dst, e.src, 300000, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.taken, 300000);
	assert_int_equal(ends_arrived(&e), 300000);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case80_a_limit_may_end_within_the_buffered_bytes)
{
	const struct pour_opts opts = { .buffered = "0123456789",
					.buffered_size = 10 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 4, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	assert_int_equal(receive(&e), 4);
	assert_memory_equal(got, "0123", 4);
	pour_finish(&p);
	ends_close(&e);
}

/* The file's own offset does not count what came from the buffer. */
TEST(buffered_bytes_do_not_move_the_offset_of_a_file)
{
	const struct pour_opts opts = { .head = "HEAD",
					.head_size = 4,
					.buffered = "0123456789",
					.buffered_size = 10 };
	struct ends e;
	struct pour p;
	size_t n;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100010, &opts), 0);
	assert_int_equal(pour_step(&p), 0);
	n = receive(&e);
	assert_int_equal(n, 4 + 10 + 100000);
	assert_memory_equal(got, "HEAD0123456789", 14);
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal((unsigned char)got[14 + i], ends_byte(&e, i));
	assert_int_equal(p.account.moved[POUR_BY_SENDFILE], 100000);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 10);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

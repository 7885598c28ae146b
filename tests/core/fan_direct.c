/* SPDX-License-Identifier: MIT */
/* A fan from a file to sockets: each reads the file by itself. */
#include <errno.h>
#include <poll.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { SOCKETS = 3, LONG = 8 << 20 };

struct spray {
	struct pour_fan *fan;
	struct ends ends[SOCKETS];
};

static const enum ends_kind kinds[SOCKETS] = { ENDS_UNIX, ENDS_TCP, ENDS_UNIX };

static void spray_open(struct spray *s, uint64_t limit,
		       const struct pour_opts *opts)
{
	for (int i = 0; i < SOCKETS; i++)
		ends_open(&s->ends[i], ENDS_FILE_AT, kinds[i]);
	assert_int_equal(pour_fan_new(&s->fan, s->ends[0].src, limit, opts), 0);
	for (int i = 0; i < SOCKETS; i++)
		assert_int_equal(
			pour_fan_add(s->fan, s->ends[i].dst, POUR_LAG_WAIT), i);
}

static void spray_close(struct spray *s)
{
	assert_null(pour_fan_free(s->fan));
	for (int i = 0; i < SOCKETS; i++)
		ends_close(&s->ends[i]);
}

/* Until it is over; who is stuck is not drained. */
static int spray_run(struct spray *s, unsigned stuck)
{
	for (unsigned i = 0; i < 200000; i++) {
		int r = pour_fan_step(s->fan);

		if (r <= 0)
			return r;
		for (unsigned b = 0; b < SOCKETS; b++)
			if (!(stuck & 1U << b))
				ends_move(&s->ends[b]);
	}
	return -ETIME;
}

static const struct pour_account *branch(const struct spray *s, unsigned i)
{
	return pour_fan_branch(s->fan, i);
}

/* All have the same bytes, the right ones, and the accounts say so. */
static void check(struct spray *s, uint64_t size, unsigned which)
{
	for (unsigned i = 0; i < SOCKETS; i++) {
		if (!(which & 1U << i))
			continue;
		assert_int_equal(ends_arrived(&s->ends[i]), size);
		assert_false(s->ends[i].wrong);
		assert_int_equal(branch(s, i)->delivered, size);
		assert_int_equal(branch(s, i)->error, 0);
	}
}

TEST(every_socket_is_sent_the_file)
{
	struct spray s;

	spray_open(&s, POUR_ALL, NULL);
	assert_int_equal(spray_run(&s, 0), 0);
	check(&s, ENDS_TOTAL, 7);
	for (unsigned i = 0; i < SOCKETS; i++) {
		assert_int_equal(branch(&s, i)->moved[POUR_BY_SENDFILE],
				 ENDS_TOTAL);
		assert_int_equal(branch(&s, i)->ended, POUR_ENDED_SOURCE);
	}
	assert_int_equal(fake.calls[FAKE_TEE] + fake.calls[FAKE_SPLICE], 0);
	assert_int_equal(pour_fan_source(s.fan)->delivered, ENDS_TOTAL);
	assert_int_equal(pour_fan_source(s.fan)->moved[POUR_BY_SENDFILE],
			 ENDS_TOTAL);
	assert_int_equal(pour_fan_source(s.fan)->ended, POUR_ENDED_SOURCE);
	spray_close(&s);
}

TEST(a_limit_and_a_head_hold_for_each)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	struct spray s;

	spray_open(&s, 10000, &opts);
	assert_int_equal(pour_fan_run(s.fan), 0);
	for (unsigned i = 0; i < SOCKETS; i++) {
		char buf[5] = "";

		assert_int_equal(recv(s.ends[i].drain_fd, buf, 4, 0), 4);
		assert_string_equal(buf, "HEAD");
		assert_int_equal(branch(&s, i)->head, 4);
		assert_int_equal(branch(&s, i)->ended, POUR_ENDED_LIMIT);
	}
	check(&s, 10000, 7);
	assert_int_equal(pour_fan_source(s.fan)->ended, POUR_ENDED_LIMIT);
	spray_close(&s);
}

static void read_some(int fd)
{
	static char buf[65536];

	(void)!read(fd, buf, sizeof(buf));
}

/* The file is long, and the first does not read. */
TEST(the_slowest_sets_the_pace)
{
	int file = memfd_create("long", MFD_CLOEXEC), pair[2][2], r;
	struct pollfd fds[6];
	struct pour_fan *fan;

	assert_int_equal(ftruncate(file, LONG), 0);
	assert_int_equal(
		pour_fan_new(&fan, pour_file_at(file, 0), POUR_ALL, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(socketpair(AF_UNIX,
					    SOCK_STREAM | SOCK_NONBLOCK, 0,
					    pair[i]),
				 0);
		assert_int_equal(pour_fan_add(fan, pour_socket(pair[i][0]),
					      POUR_LAG_WAIT),
				 i);
	}
	for (int i = 0; i < 2000; i++) {
		r = pour_fan_step(fan);
		read_some(pair[1][1]);
	}
	assert_int_equal(r, POUR_WANT_DST);
	assert_true(pour_fan_branch(fan, 1)->delivered < LONG / 2);
	assert_int_equal(pour_fan_source(fan)->taken,
			 pour_fan_branch(fan, 1)->taken);
	assert_int_equal(pour_fan_pollfds(fan, fds, 6), 1);
	assert_int_equal(fds[0].fd, pair[0][0]);
	while ((r = pour_fan_step(fan)) > 0) {
		read_some(pair[0][1]);
		read_some(pair[1][1]);
	}
	assert_int_equal(r, 0);
	assert_int_equal(pour_fan_branch(fan, 0)->delivered, LONG);
	assert_null(pour_fan_free(fan));
	(void)close(file);
	for (int i = 0; i < 4; i++)
		assert_int_equal(close(pair[i / 2][i % 2]), 0);
}

TEST(who_breaks_leaves_the_others_running)
{
	struct spray s;

	spray_open(&s, POUR_ALL, NULL);
	(void)pour_fan_step(s.fan);
	(void)close(s.ends[2].drain_fd);
	s.ends[2].drain_fd = -1;
	assert_int_equal(spray_run(&s, 0), 0);
	assert_int_equal(branch(&s, 2)->error, EPIPE);
	check(&s, ENDS_TOTAL, 3);
	spray_close(&s);
}

/* It is the source's failure, and no branch's. */
TEST(a_file_that_is_cut_is_short_for_all)
{
	const struct pour_opts opts = { .flags = POUR_EXACT };
	struct spray s;

	spray_open(&s, ENDS_TOTAL, &opts);
	assert_int_equal(ftruncate(s.ends[0].src_fd, ENDS_SKIP + 100000), 0);
	assert_int_equal(spray_run(&s, 0), -ENODATA);
	check(&s, 100000, 7);
	assert_int_equal(pour_fan_source(s.fan)->ended, POUR_ENDED_SHORT);
	assert_int_equal(pour_fan_step(s.fan), -ENODATA);
	spray_close(&s);
}

/* What arrived is what was counted. */
static int run_with(struct spray *s, enum fake_call call, unsigned at,
		    int error)
{
	int r;

	fake_reset();
	spray_open(s, POUR_ALL, NULL);
	fake.fail_call = call;
	fake.fail_at = at;
	fake.fail_errno = error;
	r = spray_run(s, 0);
	fake.fail_at = 0;
	assert_int_not_equal(r, -ETIME);
	for (unsigned i = 0; i < SOCKETS; i++) {
		assert_int_equal(ends_arrived(&s->ends[i]),
				 branch(s, i)->delivered);
		assert_false(s->ends[i].wrong);
	}
	return r;
}

/* Of a first call it would only be left. */
TEST(a_source_that_fails_is_said_after_its_bytes)
{
	struct spray s;

	for (unsigned at = SOCKETS + 1; at < 15; at++) {
		int r = run_with(&s, FAKE_SENDFILE, at, EIO);

		assert_int_equal(r, -pour_fan_source(s.fan)->error);
		for (unsigned i = 0; i < SOCKETS; i++)
			assert_int_equal(branch(&s, i)->error, 0);
		spray_close(&s);
	}
}

TEST(a_failure_at_any_call_loses_nothing_elsewhere)
{
	struct spray s;

	for (unsigned n = 1; n < 40; n++) {
		int r = run_with(&s, FAKE_ANY, n, ECONNRESET);

		for (unsigned i = 0; i < SOCKETS; i++)
			if (r == 0 && branch(&s, i)->error == 0)
				assert_int_equal(branch(&s, i)->delivered,
						 ENDS_TOTAL);
		spray_close(&s);
	}
}

TEST(short_calls_and_eagain_keep_every_byte)
{
	const char *wish = getenv("SEEDS");
	unsigned seeds = wish ? (unsigned)atoi(wish) : 30;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		const struct pour_opts opts = { .budget = 5000 * seed };
		struct spray s;

		fake_reset();
		fake.seed = seed;
		fake.short_counts = true;
		fake.eagain = seed % 2;
		spray_open(&s, POUR_ALL, seed % 3 ? NULL : &opts);
		assert_int_equal(spray_run(&s, 0), 0);
		check(&s, ENDS_TOTAL, 7);
		spray_close(&s);
	}
}

/* ── When it is not ── */

/* Who comes last is a pipe, or does not wait: all are given pipes. */
TEST(one_that_is_no_socket_brings_tee_back)
{
	for (int is_pipe = 0; is_pipe < 2; is_pipe++) {
		struct spray s;
		struct ends e;
		int r;

		fake_reset();
		spray_open(&s, POUR_ALL, NULL);
		ends_open(&e, ENDS_MEMORY, is_pipe ? ENDS_PIPE : ENDS_TCP);
		assert_int_equal(
			pour_fan_add(s.fan, e.dst,
				     is_pipe ? POUR_LAG_WAIT : POUR_LAG_FAIL),
			SOCKETS);
		while ((r = pour_fan_step(s.fan)) > 0) {
			for (unsigned b = 0; b < SOCKETS; b++)
				ends_move(&s.ends[b]);
			ends_move(&e);
		}
		assert_int_equal(r, 0);
		assert_true(fake.calls[FAKE_TEE] > 0);
		check(&s, ENDS_TOTAL, 7);
		spray_close(&s);
		ends_close(&e);
	}
}

TEST(one_that_cannot_be_added_changes_nothing)
{
	struct spray s;
	struct ends e;

	for (unsigned at = 1; at <= SOCKETS; at++) {
		fake_reset();
		spray_open(&s, POUR_ALL, NULL);
		ends_open(&e, ENDS_MEMORY, ENDS_PIPE);
		fake.fail_call = FAKE_PIPE;
		fake.fail_at = at;
		fake.fail_errno = EMFILE;
		assert_int_equal(pour_fan_add(s.fan, e.dst, POUR_LAG_WAIT),
				 -EMFILE);
		fake.fail_at = 0;
		assert_int_equal(spray_run(&s, 0), 0);
		check(&s, ENDS_TOTAL, 7);
		spray_close(&s);
		ends_close(&e);
	}
}

static void has_a_way(struct pour_opts opts)
{
	struct spray s;

	fake_reset();
	spray_open(&s, POUR_ALL, &opts);
	assert_int_equal(spray_run(&s, 0), 0);
	assert_true(fake.calls[FAKE_TEE] > 0);
	check(&s, ENDS_TOTAL, 7);
	spray_close(&s);
}

TEST(what_means_the_way_from_the_source_has_one)
{
	has_a_way((struct pour_opts){ .rate = UINT64_C(1) << 40 });
	has_a_way((struct pour_opts){ .methods = 1 << POUR_BY_SPLICE });
	has_a_way((struct pour_opts){ .flags = POUR_NODISK });
}

TEST(what_it_borrowed_comes_back)
{
	struct pour_opts opts = { .pool = NULL };
	struct spray s;

	assert_int_equal(pour_pool_new(&opts.pool, 0, 65536), 0);
	spray_open(&s, POUR_ALL, &opts);
	(void)pour_fan_step(s.fan); /* and left half-way */
	spray_close(&s);
	assert_int_equal(pour_pool_lent(opts.pool), 0);
	assert_int_equal(pour_pool_dropped(opts.pool), 0);
	assert_null(pour_pool_free(opts.pool));
}

TEST_MAIN()

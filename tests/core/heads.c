/* SPDX-License-Identifier: MIT */
/* A head that lies right before its memory: one piece, and no buffer. */
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "ends.h"
#include "fake_sys.h"
#include "test.h"

/* Head and bytes in one piece: sent as they lie, and no buffer is borrowed. */
TEST(a_head_right_before_its_memory_is_not_copied)
{
	static const char text[] = "HEADbody";
	struct pour_opts opts = { .head = text, .head_size = 4 };
	struct pour_pool_state pool;
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pour_pool_new(&opts.pool, 0, 0), 0);
	assert_int_equal(pour_begin(&p, e.dst, pour_memory(text + 4, 4),
				    POUR_ALL, &opts),
			 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(fake.calls[FAKE_SEND], 1);
	assert_int_equal(fake.log[0].len, 8);
	assert_int_equal(p.account.head, 4);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 4);
	pour_finish(&p);
	pour_pool_inspect(opts.pool, &pool);
	assert_int_equal(pool.buffers_idle, 0);
	assert_null(pour_pool_free(opts.pool));
	ends_close(&e);
}

/* Cut anywhere, also within the head: each byte once, and counted as it is. */
static unsigned send_in_pieces(unsigned seed)
{
	static const char text[] = "HEADbody";
	const struct pour_opts opts = { .head = text, .head_size = 4 };
	char got[16] = { 0 };
	unsigned sends;
	struct ends e;
	struct pour p;
	int r;

	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	fake.short_counts = fake.eagain = true;
	fake.seed = seed;
	assert_int_equal(pour_begin(&p, e.dst, pour_memory(text + 4, 4),
				    POUR_ALL, &opts),
			 0);
	while ((r = pour_step(&p)) == POUR_WANT_DST)
		assert_true(p.account.head == 4 || p.account.delivered == 0);
	assert_int_equal(r, 0);
	assert_int_equal(p.account.head, 4);
	assert_int_equal(p.account.delivered, 4);
	sends = fake.calls[FAKE_SEND];
	(void)fcntl(e.drain_fd, F_SETFL, 0);
	assert_int_equal(recv(e.drain_fd, got, 8, MSG_WAITALL), 8);
	assert_string_equal(got, text);
	pour_finish(&p);
	ends_close(&e);
	return sends;
}

TEST(a_head_before_its_memory_goes_in_pieces)
{
	unsigned most = 0;

	for (unsigned seed = 1; seed <= 50; seed++)
		most = MAX(most, send_in_pieces(seed));
	assert_true(most > 2);
}

TEST_MAIN()

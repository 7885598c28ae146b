/* SPDX-License-Identifier: MIT */
/*
 * The n-th call fails, with each errno, for every n until n is past the end;
 * and random short counts and EAGAINs. Whatever happens: what was delivered
 * and what can be read back are the source's bytes, in order, once.
 */
#include <errno.h>
#include <poll.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { LENGTH = 300000, HEAD = 100 };

static const int errnos[] = {
	EAGAIN, EINTR, EIO,        EINVAL, ENOSYS, EOPNOTSUPP, EXDEV,  EPERM,
	ENOSPC, EPIPE, ECONNRESET, EMFILE, ENOMEM, EBADF,      EACCES,
};

static char head[HEAD];

struct scenario {
	enum ends_kind src, dst;
	uint32_t methods;
	size_t head_size;
	uint32_t flags;
};

static const struct scenario scenarios[] = {
	{ENDS_FILE_AT,    ENDS_TCP,       0,					 0,    0          },
	{ ENDS_FILE_AT,   ENDS_TCP,       0,					 HEAD, 0          },
	{ ENDS_FILE_HERE, ENDS_UNIX,      0,					 HEAD, 0          },
	{ ENDS_FILE_AT,   ENDS_FILE_AT,   0,					 0,    0          },
	{ ENDS_FILE_AT,   ENDS_FILE_AT,   1 << POUR_BY_RANGE,                        0,    0          },
	{ ENDS_FILE_AT,   ENDS_FILE_AT,   1 << POUR_BY_PIPE | 1 << POUR_BY_COPY,     0,
         0											    },
	{ ENDS_TCP,       ENDS_FILE_AT,   0,					 0,    0          },
	{ ENDS_UNIX,      ENDS_TCP,       0,					 0,    0          },
	{ ENDS_UNIX,      ENDS_TCP,       1 << POUR_BY_PIPE,                         0,    0          },
	{ ENDS_PIPE,      ENDS_FILE_HERE, 0,					 0,    0          },
	{ ENDS_PIPE,      ENDS_UNIX,      0,					 0,    0          },
	{ ENDS_FILE_AT,   ENDS_PIPE,      0,					 0,    0          },
	{ ENDS_MEMORY,    ENDS_TCP,       0,					 HEAD, 0          },
	{ ENDS_DEVICE,    ENDS_UNIX,      0,					 0,    0          },
	{ ENDS_CALL,      ENDS_TCP,       0,					 HEAD, 0          },
	{ ENDS_TCP,       ENDS_CALL,      0,					 0,    0          },
	{ ENDS_FILE_AT,   ENDS_TCP,       1 << POUR_BY_MMAP | 1 << POUR_BY_COPY,     HEAD,
         0											    },
	{ ENDS_FILE_AT,   ENDS_FILE_AT,
         1 << POUR_BY_CLONE | 1 << POUR_BY_PIPE | 1 << POUR_BY_COPY,                 0,    0          },
	{ ENDS_MEMORY,    ENDS_PIPE,      1 << POUR_BY_VMSPLICE | 1 << POUR_BY_COPY, 0,
         0											    },
	{ ENDS_FILE_AT,   ENDS_FILE_AT,   0,					 0,    POUR_HOLES },
	{ ENDS_FILE_HERE, ENDS_FILE_HERE, 0,                                         0,    POUR_HOLES },
	{ ENDS_FILE_AT,   ENDS_TCP,       0,					 HEAD, POUR_NODISK},
	{ ENDS_FILE_AT,   ENDS_PIPE,      0,					 0,    POUR_STABLE},
};

enum {
	SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]),
	ERRNOS = sizeof(errnos) / sizeof(errnos[0]),
};

static void take_head(struct ends *e, struct pour *p, size_t size)
{
	struct pollfd fd = { .fd = e->drain_fd, .events = POLLIN };
	char buf[HEAD];
	size_t got = 0;

	/* Only as many steps as the head needs to arrive whole. */
	for (int i = 0; got < size && i < 10000; i++) {
		ssize_t n;

		if (p->account.ended == POUR_ENDED_NOT && i > 0)
			(void)pour_step(p);
		n = recv(e->drain_fd, buf + got, size - got, 0);
		if (n > 0)
			got += (size_t)n;
		if (n <= 0 && p->account.ended != POUR_ENDED_NOT &&
		    (got == p->account.head || poll(&fd, 1, 500) == 0))
			break;
	}
	assert_int_equal(got, p->account.head);
	assert_memory_equal(buf, head, got);
}

/* Delivered and read back are a prefix of the source. */
static void check_failed(struct ends *e, struct pour *p)
{
	static unsigned char residue[ENDS_TOTAL];
	uint64_t at = p->account.delivered, got = 0;
	int64_t n;

	assert_int_equal(pour_pending(p), p->account.taken - at);
	while ((n = pour_residue(p, residue, 5000)) > 0) {
		for (int64_t i = 0; i < n; i++)
			assert_int_equal(residue[i],
					 ends_byte(e, at + got + (uint64_t)i));
		got += (uint64_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(at + got, p->account.taken);
	assert_int_not_equal(p->account.side, POUR_SIDE_NONE);
	assert_int_equal(p->account.ended, POUR_ENDED_FAILED);
}

/* One run of a scenario under what the fake was told. Its answer. */
static int run(const struct scenario *s, struct pour_pool *pool)
{
	struct pour_opts opts = { .pool = pool,
				  .methods = s->methods,
				  .flags = s->flags,
				  .head = s->head_size ? head : NULL,
				  .head_size = s->head_size };
	struct ends e;
	struct pour p;
	int r;

	ends_open(&e, s->src, s->dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, LENGTH, &opts), 0);
	if (s->head_size > 0) {
		(void)pour_step(&p);
		take_head(&e, &p, s->head_size);
	}
	r = ends_run(&e, &p);
	fake.fail_at = 0;
	assert_int_not_equal(r, -ETIMEDOUT);
	if (s->dst != ENDS_DEVICE)
		assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	if (r == 0) {
		assert_int_equal(p.account.delivered, LENGTH);
		assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	} else {
		check_failed(&e, &p);
	}
	pour_finish(&p);
	ends_close(&e);
	return r;
}

static void sweep(const struct scenario *s, struct pour_pool *pool, int error)
{
	int fds = ends_count_fds();
	unsigned n = 1;
	bool past = false;

	for (; !past && n < 400; n++) {
		int r;

		fake_reset();
		fake.fail_call = FAKE_ANY;
		fake.fail_errno = error;
		fake.fail_at = n;
		r = run(s, pool);
		past = fake.seen < n;
		if (r < 0)
			assert_int_equal(r, -error);
		if (past)
			assert_int_equal(r, 0);
		assert_int_equal(pour_pool_lent(pool), 0);
	}
	/* What the pool keeps is empty, and no more than it may keep. */
	assert_true(ends_count_fds() <= fds + 2 * 4);
}

static void sweep_all(int error)
{
	struct pour_pool *pool;

	assert_int_equal(pour_pool_new(&pool, 4, 65536), 0);
	for (unsigned i = 0; i < SCENARIOS; i++)
		sweep(&scenarios[i], pool, error);
	assert_null(pour_pool_free(pool));
}

TEST(sweep_each_errno_at_each_call)
{
	memset(head, 'h', sizeof(head));
	for (unsigned i = 0; i < ERRNOS; i++)
		sweep_all(errnos[i]);
}

/* SEEDS in the environment: how many, for a long run. */
TEST(resume_after_short_counts_and_eagain)
{
	const char *wish = getenv("SEEDS");
	unsigned seeds = wish ? (unsigned)atoi(wish) : 60;
	struct pour_pool *pool;

	memset(head, 'h', sizeof(head));
	assert_int_equal(pour_pool_new(&pool, 4, 65536), 0);
	for (unsigned seed = 1; seed <= seeds; seed++) {
		for (unsigned i = 0; i < SCENARIOS; i++) {
			fake_reset();
			fake.seed = seed * 7919 + i;
			fake.short_counts = true;
			fake.eagain = seed % 2;
			if (run(&scenarios[i], pool) != 0)
				fail_msg("seed %u, scenario %u", seed, i);
		}
	}
	assert_null(pour_pool_free(pool));
}

TEST_MAIN()

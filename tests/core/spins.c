/* SPDX-License-Identifier: MIT */
/*
 * No transfer waits for what is there already: under level-triggered
 * readiness that would be a loop that burns. Streams are fed a little at a
 * time, and read a little at a time, so that every pair waits for either side.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { ROUNDS = 400, FEW = 3000 };

static void feed_some(struct ends *e, unsigned n)
{
	unsigned char some[FEW];
	ssize_t fed;

	if (e->feed_fd < 0)
		return;
	for (unsigned i = 0; i < n; i++)
		some[i] = ends_byte(e, (e->fed + i) % ENDS_TOTAL);
	fed = write(e->feed_fd, some, n);
	e->fed += fed > 0 ? (uint64_t)fed : 0;
}

static void drain_some(const struct ends *e, size_t n)
{
	static char bytes[1 << 20];

	if (e->drain_fd >= 0)
		(void)!read(e->drain_fd, bytes, n);
}

static uint64_t state_of(const struct pour *p)
{
	return p->account.taken * 3 + p->account.delivered * 5 +
	       p->account.head;
}

/* Steps; then, while poll() says that the want is there, it must move. */
static void step_and_look(struct pour *p, int *want)
{
	struct pollfd fds[2];

	for (unsigned vain = 0; *want > 0;) {
		uint64_t before = state_of(p);
		int n = pour_pollfds(p, *want, fds);

		if (*want & (POUR_WANT_SRC | POUR_WANT_DST) && n > 0 &&
		    poll(fds, (nfds_t)n, 0) <= 0)
			return;
		if (n == 0 && *want != POUR_WANT_CPU)
			return; /* a function without a descriptor */
		*want = pour_step(p);
		vain = state_of(p) == before ? vain + 1 : 0;
		if (vain > 2)
			fail_msg("want %d is there, and moves nothing", *want);
	}
}

static void watch(enum ends_kind src, enum ends_kind dst, uint32_t methods,
		  uint32_t flags)
{
	const struct pour_opts opts = { .methods = methods,
					.flags = flags,
					.head = "head",
					.head_size = 4 };
	struct ends e;
	struct pour p;
	int want = POUR_WANT_CPU;

	ends_open(&e, src, dst);
	if (pour_begin(&p, e.dst, e.src, UINT64_C(64) << 20, &opts) == 0) {
		for (unsigned i = 0; i < ROUNDS && want > 0; i++) {
			feed_some(&e, 1 + i * 7919 % FEW);
			step_and_look(&p, &want);
			if (i % 4 == 3)
				drain_some(&e, 1 + i * 104729 % (1 << 20));
		}
		assert_true(want >= 0);
	}
	pour_finish(&p);
	ends_close(&e);
}

static bool is_stream(enum ends_kind k)
{
	return k == ENDS_UNIX || k == ENDS_TCP || k == ENDS_PIPE;
}

/* Every pair in which somebody can be waited for, by every method. */
TEST(no_transfer_waits_for_what_is_there)
{
	for (unsigned s = 0; s < ENDS_KINDS; s++)
		for (unsigned d = 0; d < ENDS_MEMORY; d++)
			for (unsigned m = 0; m <= POUR_METHODS; m++)
				if (is_stream(s) || is_stream(d))
					watch(s, d, m ? 1U << (m - 1) : 0, 0);
}

TEST(nor_with_a_short_read_that_is_believed)
{
	watch(ENDS_TCP, ENDS_TCP, 0, POUR_LEVEL);
	watch(ENDS_UNIX, ENDS_PIPE, 0, POUR_LEVEL);
	watch(ENDS_TCP, ENDS_FILE_AT, 0, POUR_LEVEL);
	watch(ENDS_TCP, ENDS_TCP, 1U << POUR_BY_PIPE, POUR_LEVEL);
	watch(ENDS_UNIX, ENDS_TCP, 1U << POUR_BY_PIPE, POUR_LEVEL);
}

TEST_MAIN()

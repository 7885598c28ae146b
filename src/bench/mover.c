/* SPDX-License-Identifier: MIT */
/* One way between ends: see mover.h. */
#include "bench/mover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/stock.h"

/* ── Before and after ── */

int mover_begin(struct mover *m, const struct way *way, uint64_t size)
{
	memset(m, 0, sizeof(*m));
	m->way = way;
	m->size = size;
	if (way->kind == WAY_LOOP)
		return hand_begin(&m->hand, way->size);
	return pour_pool_new(&m->pool, 0, way->size);
}

static void use_hand(struct mover *m)
{
	m->hand.dst = m->ends->dst;
	m->hand.n_dst = m->ends->n_dst;
	m->hand.src = m->ends->src;
	m->hand.memory = m->ends->memory;
	m->hand.bytes = m->size;
	m->hand.calls = 0;
}

/* Which files they are is asked once, as their loops know it. */
static int know_files(struct mover *m)
{
	int r = 0;

	if (stock_wants_src(m->ends->pair))
		r = pour_end_of(&m->src, m->ends->src);
	if (r == 0 && stock_wants_dst(m->ends->pair))
		r = pour_end_of(&m->dst, m->ends->dst[0]);
	return r;
}

int mover_use(struct mover *m, const struct ends *ends)
{
	const int on = 1;
	int r;

	m->ends = ends;
	r = know_files(m);
	if (r < 0)
		return r;
	m->acks = (struct pour_acks){ .sent = 0 };
	m->bytes = m->polls = 0;
	m->left = 0;
	memset(m->moved, 0, sizeof(m->moved));
	memset(m->called, 0, sizeof(m->called));
	use_hand(m);
	if (m->way->method == POUR_BY_ZEROCOPY && m->way->kind != WAY_PLAN &&
	    ends->pair == BENCH_MEMORY_SOCKET &&
	    setsockopt(ends->dst[0], SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)) <
		    0)
		return -errno;
	return 0;
}

void mover_done(struct mover *m)
{
	if (m->way != NULL && m->way->kind == WAY_LOOP)
		hand_done(&m->hand);
	m->pool = pour_pool_free(m->pool);
	m->way = NULL;
}

/* ── Accounts ── */

static void add_calls(struct mover *m, const struct pour_account *a)
{
	for (unsigned i = 0; i < POUR_METHODS; i++)
		m->called[i] += a->calls[i];
	for (unsigned i = 0; i < POUR_WANTS; i++)
		if ((1U << i & (POUR_WANT_CPU | POUR_WANT_DISK)) == 0)
			m->polls += a->waits[i];
	if (m->way->kind == WAY_METHOD && a->left[m->way->method] != 0)
		m->left = a->left[m->way->method];
}

static void add(struct mover *m, const struct pour_account *a)
{
	m->bytes += a->delivered;
	for (unsigned i = 0; i < POUR_METHODS; i++)
		m->moved[i] += a->moved[i];
	add_calls(m, a);
}

/* ── The library ── */

static uint32_t mask(const struct mover *m)
{
	return m->way->kind == WAY_METHOD ? UINT32_C(1) << m->way->method : 0;
}

static struct pour_opts options(struct mover *m)
{
	struct pour_opts o = { .pool = m->pool,
			       .methods = mask(m),
			       .flags = POUR_EXACT | POUR_SIGNALS_IGNORED };

	if (m->way->method == POUR_BY_ZEROCOPY && m->way->kind == WAY_METHOD) {
		m->acks.copied = 0; /* it is to do it nevertheless */
		o.acks = &m->acks;
	}
	return o;
}

static struct pour_end source(const struct mover *m)
{
	bool is_here = m->way->is_here || m->ends->pair == BENCH_FILE_FILE;
	struct pour_end e = m->src;

	if (m->ends->memory != NULL)
		return pour_memory(m->ends->memory, m->size);
	if (m->ends->pair == BENCH_SOCKET_FILE ||
	    m->ends->pair == BENCH_SOCKET_SOCKET)
		return pour_socket(m->ends->src);
	e.offset = is_here ? POUR_HERE : 0;
	e.size = is_here ? 0 : m->size;
	return e;
}

static struct pour_end destination(const struct mover *m)
{
	if (stock_wants_dst(m->ends->pair))
		return m->dst;
	if (m->ends->pair == BENCH_FILE_PIPE ||
	    m->ends->pair == BENCH_MEMORY_PIPE)
		return pour_pipe(m->ends->dst[0]);
	return pour_socket(m->ends->dst[0]);
}

static int transfer(struct mover *m, struct pour_end dst)
{
	const struct pour_opts opts = options(m);
	int r = pour_begin(&m->p, dst, source(m), m->size, &opts);

	if (r == 0)
		r = pour_run(&m->p);
	pour_finish(&m->p);
	add(m, pour_account(&m->p));
	return r;
}

static int transfer_each(struct mover *m)
{
	int r = 0;

	for (unsigned i = 0; i < m->ends->n_dst && r == 0; i++)
		r = transfer(m, pour_socket(m->ends->dst[i]));
	return r;
}

static int fan_out(struct mover *m)
{
	const struct pour_opts opts = options(m);
	struct pour_fan *f;
	int r = pour_fan_new(&f, source(m), m->size, &opts);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < m->ends->n_dst && r >= 0; i++)
		r = pour_fan_add(f, pour_socket(m->ends->dst[i]),
				 POUR_LAG_WAIT);
	if (r >= 0)
		r = pour_fan_run(f);
	add_calls(m, pour_fan_source(f));
	for (unsigned i = 0; i < m->ends->n_dst; i++)
		if (pour_fan_branch(f, i) != NULL)
			add(m, pour_fan_branch(f, i));
	(void)pour_fan_free(f);
	return r;
}

static int relay(struct mover *m)
{
	const int fds[2] = { m->ends->src, m->ends->dst[0] };
	const struct pour_duplex side[2] = { pour_duplex(fds[0]),
					     pour_duplex(fds[1]) };
	const struct pour_opts flow = {
		.methods = mask(m), .flags = POUR_SIGNALS_IGNORED | POUR_LEVEL
	};
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow},
                  .pool = m->pool
	};
	struct pour_relay r;
	int error;

	for (int i = 0; i < 2; i++)
		(void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
	error = pour_relay_begin(&r, side, &opts);
	if (error < 0)
		return error;
	error = pour_relay_run(&r);
	for (unsigned i = 0; i < 2; i++) {
		struct pour_account a;

		pour_relay_account(&r, i, &a);
		add(m, &a);
	}
	pour_relay_finish(&r);
	return error;
}

/* ── By hand ── */

static int by_hand(struct mover *m)
{
	uint64_t before = m->hand.calls;
	int r = m->way->loop(&m->hand);

	m->called[m->way->method] += m->hand.calls - before;
	if (r == 0 && m->ends->pair != BENCH_MESSAGES) {
		m->bytes += m->size * m->ends->n_dst;
		m->moved[m->way->method] += m->size * m->ends->n_dst;
	}
	return r;
}

/* ── All of them ── */

/* Files at their own position are begun anew; of others none is looked at. */
static int rewind_files(const struct mover *m)
{
	const struct ends *e = m->ends;
	bool dst_is_file = stock_wants_dst(e->pair);
	bool src_is_here = stock_wants_src(e->pair) &&
			   (m->way->is_here || m->way->kind == WAY_LOOP ||
			    e->pair == BENCH_FILE_FILE);

	if (dst_is_file && e->fresh && ftruncate(e->dst[0], 0) < 0)
		return -errno;
	if (dst_is_file && lseek(e->dst[0], 0, SEEK_SET) < 0)
		return -errno;
	if (src_is_here && lseek(e->src, 0, SEEK_SET) < 0)
		return -errno;
	return 0;
}

int mover_move(struct mover *m)
{
	int r = rewind_files(m);

	if (r < 0)
		return r;
	if (m->way->kind == WAY_LOOP)
		return by_hand(m);
	if (m->ends->pair == BENCH_MESSAGES)
		return relay(m);
	if (m->way->kind == WAY_EACH)
		return transfer_each(m);
	if (m->ends->pair == BENCH_ONE_MANY)
		return fan_out(m);
	return transfer(m, destination(m));
}

/* SPDX-License-Identifier: MIT */
/* Threads to a page, and a thread to some lines: see observe.h. */
#include "serve/observe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "net/addr.h"
#include "serve/access.h"
#include "serve/serve_inside.h"
#include "serve/session.h"

/* ── The page ── */

static void write_connections(struct text *t, const struct limits *l,
			      uint64_t busy)
{
	uint64_t active = limits_connections(l);

	metrics_one(t, "pour_connections_active", "gauge",
		    "Connections at the moment.", active);
	metrics_one(t, "pour_connections_idle", "gauge",
		    "Connections with nothing in flight.",
		    active > busy ? active - busy : 0);
	limits_write(t, l);
}

static void add_thread(struct tally *sum, const struct worker *w)
{
	tally_add(sum, &w->tally);
	counter_add(&sum->metrics.lines_lost, counter_get(&w->lines.lost));
}

void serve_numbers(const struct serve *s, struct text *page)
{
	struct tally *sum = calloc(1, sizeof(*sum));

	if (sum == NULL) {
		page->full = true;
		return;
	}
	for (uint32_t i = 0; i < s->n_threads; i++)
		add_thread(sum, &s->threads[i].worker);
	tally_write(page, sum);
	write_connections(page, s->shared.limits,
			  counter_get(&sum->metrics.busy));
	free(sum);
}

const char *serve_unready(const struct serve *s)
{
	bool stops = atomic_load_explicit(&s->shared.stop,
					  memory_order_relaxed) != 0;

	return stops ? "it stops" : NULL;
}

/* ── Some lines ── */

enum { LINE_SIZE = 512, TARGET_MAX = 200 };

/* What the sessions of a thread are at. */
struct sight {
	uint64_t in[SESSION_CLOSED + 1]; /* by enum session_state */
	uint64_t idle;
	struct work *oldest; /* of those that send */
};

__attribute__((format(printf, 2, 3))) static void say(struct worker *w,
						      const char *format, ...)
{
	const struct thread *t = container_of(w, struct thread, worker);
	char line[LINE_SIZE];
	int n = snprintf(line, sizeof(line), "pour: thread %u: ",
			 (unsigned)(t - t->serve->threads));
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	log_say(&w->shared->log, line);
}

static void look_at(struct sight *sight, const struct session *s)
{
	sight->in[s->state]++;
	sight->idle += s->state == SESSION_READ && s->work == NULL;
	if (s->state == SESSION_SEND &&
	    (sight->oldest == NULL ||
	     s->work->started_ms < sight->oldest->started_ms))
		sight->oldest = s->work;
}

static void say_oldest(struct worker *w, struct work *work)
{
	const struct pour_account *account = send_account(&work->send);
	uint64_t ms = w->loop.now_ms - work->started_ms;
	char request[TARGET_MAX + sizeof("...")];
	struct text t = text_over(request, sizeof(request) - 1);
	char moved[LINE_SIZE / 2];

	access_escape(&t, work->head.line, TARGET_MAX);
	request[t.len] = '\0';
	(void)pour_explain(account, moved, sizeof(moved));
	say(w, "oldest answer: %llu.%03u s, \"%s\" %d: %s",
	    (unsigned long long)(ms / 1000), (unsigned)(ms % 1000), request,
	    work->answer.status, moved);
}

static void say_numbers(struct worker *w)
{
	const struct metrics *m = &w->tally.metrics;
	struct pour_pool_state pool;
	uint64_t answers = 0, bytes = 0;

	for (int i = 0; i < METRICS_ENDS; i++)
		answers += counter_get(&m->ended[i]);
	for (int i = 0; i < (int)POUR_METHODS; i++)
		bytes += counter_get(&m->moved[i]);
	pour_pool_inspect(w->pool, &pool);
	say(w,
	    "answers %llu, bytes %llu, short %llu, aborted %llu; "
	    "pipes lent %u, idle %u; buffers lent %u",
	    (unsigned long long)answers, (unsigned long long)bytes,
	    (unsigned long long)counter_get(&m->ended[METRICS_SHORT]),
	    (unsigned long long)counter_get(&m->ended[METRICS_ABORTED]),
	    pool.pipes_lent, pool.pipes_idle, pool.buffers_lent);
}

void observe_dump(struct worker *w)
{
	struct sight sight = { 0 };
	uint64_t n = 0;

	for (struct list *at = w->sessions.next; at != &w->sessions;
	     at = at->next) {
		look_at(&sight, container_of(at, struct session, link));
		n++;
	}
	say(w,
	    "connections %llu: idle %llu, reading %llu, in a body %llu, "
	    "sending %llu, parting %llu%s",
	    (unsigned long long)n, (unsigned long long)sight.idle,
	    (unsigned long long)(sight.in[SESSION_READ] - sight.idle),
	    (unsigned long long)sight.in[SESSION_BODY],
	    (unsigned long long)sight.in[SESSION_SEND],
	    (unsigned long long)sight.in[SESSION_LINGER],
	    w->draining ? "; draining" : "");
	say_numbers(w);
	if (sight.oldest != NULL)
		say_oldest(w, sight.oldest);
}

void serve_reopen(struct serve *s)
{
	(void)log_reopen(&s->shared.log);
}

/* Where it is, since there may be other servers in this process. */
static void say_server(const struct serve *s)
{
	char where[ADDR_TEXT_SIZE] = "nowhere", line[LINE_SIZE];

	if (serve_n_addresses(s) > 0)
		addr_text(serve_address(s, 0), where);
	(void)snprintf(
		line, sizeof(line),
		"pour: server at %s: threads %u, connections %llu", where,
		s->n_threads,
		(unsigned long long)limits_connections(s->shared.limits));
	log_say(&s->shared.log, line);
}

void serve_dump(struct serve *s)
{
	say_server(s);
	for (uint32_t i = 0; i < s->n_threads; i++) {
		atomic_store(&s->threads[i].worker.dump, true);
		loop_wake(&s->threads[i].worker.loop);
	}
}

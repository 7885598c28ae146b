/* SPDX-License-Identifier: MIT */
/* Threads to a page, and a thread to some lines: see view.h. */
#include "proxy/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"
#include "proxy/proxy_inside.h"
#include "proxy/route.h"
#include "proxy/talk.h"

/* ── The page ── */

/* A path of a unix socket may have anything in it. */
static void label(char ret[2 * ADDR_TEXT_SIZE], const char *name)
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\' || *name == '\n')
			ret[n++] = '\\';
		ret[n++] = *name;
		if (*name == '\n')
			ret[n - 1] = 'n';
	}
	ret[n] = '\0';
}

/* One family of numbers of all upstreams. */
static void by_upstream(struct text *t, const struct route *first,
			const char *const names[3],
			uint64_t (*value)(const struct upstream *u))
{
	char to[2 * ADDR_TEXT_SIZE];

	metrics_family(t, names[0], names[1], names[2]);
	for (const struct route *r = first; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++) {
			label(to, r->at[i]->name);
			metrics_sample(t, value(r->at[i]),
				       "%s{name=\"%s\",upstream=\"%s\"}",
				       names[0], r->name ? r->name : "", to);
		}
}

static uint64_t active(const struct upstream *u)
{
	return atomic_load_explicit(&u->target.active, memory_order_relaxed);
}

static uint64_t is_up(const struct upstream *u)
{
	return !atomic_load_explicit(&u->target.down, memory_order_relaxed);
}

static uint64_t connects(const struct upstream *u)
{
	return atomic_load_explicit(&u->connects, memory_order_relaxed);
}

static uint64_t failures(const struct upstream *u)
{
	return atomic_load_explicit(&u->failures, memory_order_relaxed);
}

static uint64_t bytes_to(const struct upstream *u)
{
	return atomic_load_explicit(&u->bytes[CLIENT], memory_order_relaxed);
}

static uint64_t bytes_from(const struct upstream *u)
{
	return atomic_load_explicit(&u->bytes[SERVER], memory_order_relaxed);
}

static void write_upstreams(struct text *t, const struct route *first)
{
	static const struct {
		const char *names[3];
		uint64_t (*value)(const struct upstream *u);
	} families[] = {
		{{ "pour_upstream_connections_active", "gauge",
		    "Conversations with it at the moment." },
                 active    },
		{ { "pour_upstream_up", "gauge",
		    "0: a check says that it is down." },
                 is_up     },
		{ { "pour_upstream_connects_total", "counter",
		    "Connections to it that came about." },
                 connects  },
		{ { "pour_upstream_failures_total", "counter",
		    "Connections to it that did not." },
                 failures  },
		{ { "pour_upstream_sent_bytes_total", "counter",
		    "Bytes delivered to it, of conversations that ended." },
                 bytes_to  },
		{ { "pour_upstream_received_bytes_total", "counter",
		    "Bytes delivered from it, of conversations that ended." },
                 bytes_from},
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		by_upstream(t, first, families[i].names, families[i].value);
}

static const char causes[] = "-CScsPRK";

static void write_ended(struct text *t, const struct lane *sum)
{
	static const char name[] = "pour_conversations_total";

	metrics_family(t, name, "counter",
		       "Conversations that ended, by the first letter of how.");
	for (const char *c = causes; *c != '\0'; c++)
		metrics_sample(t, counter_get(&sum->ended[(unsigned char)*c]),
			       "%s{ended=\"%c\"}", name, *c);
}

static void add_lane(struct lane *sum, const struct lane *l)
{
	metrics_add(&sum->metrics, &l->metrics);
	histogram_add(&sum->connect_seconds, &l->connect_seconds);
	counter_add(&sum->metrics.lines_lost, counter_get(&l->lines.lost));
	for (int i = 0; i < LANE_CAUSES; i++)
		counter_add(&sum->ended[i], counter_get(&l->ended[i]));
}

void proxy_numbers(struct proxy *p, struct text *page)
{
	struct route *first;
	struct lane *sum = calloc(1, sizeof(*sum));

	if (sum == NULL) {
		page->full = true;
		return;
	}
	for (uint32_t i = 0; i < p->n_lanes; i++)
		add_lane(sum, &p->lanes[i]);
	write_ended(page, sum);
	histogram_write(page, &sum->connect_seconds, "pour_connect_seconds",
			"Seconds from accepting a client to a target that "
			"answered.");
	metrics_write(page, &sum->metrics, "pour_relay_bytes_total",
		      "Bytes that were delivered either way, by method.");
	first = targets_share(&p->shared.targets);
	write_upstreams(page, first);
	(void)route_drop(first);
	metrics_one(page, "pour_connections_active", "gauge",
		    "Connections of clients at the moment.",
		    limits_connections(p->shared.limits));
	limits_write(page, p->shared.limits);
	free(sum);
}

/* The loop's clock, but no lane's own. */
static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* One that has no place just now has its clients wait, and is well. */
static bool has_good_target(const struct route *first)
{
	uint64_t now = now_ms();

	for (const struct route *r = first; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++) {
			enum target_state state = target_state(
				&r->at[i]->target, now);

			if (state == TARGET_GOOD || state == TARGET_FULL)
				return true;
		}
	return false;
}

const char *proxy_unready(struct proxy *p)
{
	struct route *first;
	bool good;

	if (atomic_load_explicit(&p->shared.stop, memory_order_relaxed) != 0)
		return "it stops";
	if (!atomic_load(&p->shared.targets.is_ready))
		return "the name of a target leads nowhere";
	first = targets_share(&p->shared.targets);
	good = has_good_target(first);
	(void)route_drop(first);
	return good ? NULL : "no target is up";
}

/* ── Some lines ── */

enum { SAY_SIZE = 512 };

__attribute__((format(printf, 2, 3))) static void say(const struct log *log,
						      const char *format, ...)
{
	char line[SAY_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_say(log, line);
}

void view_lane(struct lane *l)
{
	uint64_t in[TALK_CLOSED + 1] = { 0 }, n = 0;
	struct pour_pool_state pool;

	for (struct list *at = l->talks.next; at != &l->talks; at = at->next) {
		in[container_of(at, struct talk, link)->state]++;
		n++;
	}
	pour_pool_inspect(l->pool, &pool);
	say(&l->shared->log,
	    "pour: a thread: conversations %llu: greeting %llu, connecting %llu, waiting for a "
	    "place %llu, passing %llu%s; pipes lent %u, idle %u; buffers lent "
	    "%u",
	    (unsigned long long)n, (unsigned long long)in[TALK_GREET],
	    (unsigned long long)in[TALK_DIAL],
	    (unsigned long long)in[TALK_WAIT],
	    (unsigned long long)in[TALK_RELAY], l->draining ? "; draining" : "",
	    pool.pipes_lent, pool.pipes_idle, pool.buffers_lent);
}

static const char *state_of(const struct upstream *u, uint64_t now_ms)
{
	static const char *const names[] = { [TARGET_GOOD] = "good",
					     [TARGET_FULL] = "full",
					     [TARGET_OUT] = "out for a while",
					     [TARGET_DOWN] = "down" };

	return names[target_state(&u->target, now_ms)];
}

static void say_route(const struct proxy *p, const struct route *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		const struct upstream *u = r->at[i];

		say(&p->shared.log,
		    "pour: target %s%s%s: %s, active %llu, connects %llu, "
		    "failures %llu",
		    r->name != NULL ? r->name : "", r->name != NULL ? "=" : "",
		    u->name, state_of(u, now_ms()),
		    (unsigned long long)active(u),
		    (unsigned long long)connects(u),
		    (unsigned long long)failures(u));
	}
}

void proxy_reopen(struct proxy *p)
{
	(void)log_reopen(&p->shared.log);
}

void proxy_dump(struct proxy *p)
{
	char where[ADDR_TEXT_SIZE];
	struct route *first;

	addr_text(proxy_address(p, 0), where);
	say(&p->shared.log, "pour: proxy at %s: threads %u, connections %llu",
	    where, p->n_lanes,
	    (unsigned long long)limits_connections(p->shared.limits));
	first = targets_share(&p->shared.targets);
	for (const struct route *r = first; r != NULL; r = r->next)
		say_route(p, r);
	(void)route_drop(first);
	for (uint32_t i = 0; i < p->n_lanes; i++) {
		atomic_store(&p->lanes[i].dump, true);
		loop_wake(&p->lanes[i].loop);
	}
}

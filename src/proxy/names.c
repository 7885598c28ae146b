/* SPDX-License-Identifier: MIT */
/* Names, when they are asked for, and what is said of them: see names.h. */
#include "proxy/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "net/resolver.h"
#include "proxy/lane.h"
#include "proxy/rules.h"

/* All names look so often whether they are due: TTLs are whole seconds. */
enum { LOOK_MS = 250 };
/* After a failure: 1 s, and twice as long each time. */
enum { RETRY_MIN_MS = 1000, RETRY_MAX_MS = 30 * 1000 };
/* One that goes on failing is said so often. */
enum { SAY_AGAIN_MS = 60 * 1000 };
enum { SENTENCE_SIZE = 512, ADDRESSES_SAID = 4 };

struct name {
	struct list link; /* among all of the lane's */
	struct lane *lane;
	char *host;
	uint16_t port;
	uint32_t turn;             /* of the look at which it was last seen */
	struct question *question; /* NULL: none is open */
	struct timer timer;
	uint64_t due_ms, said_ms;
	uint32_t retry_ms; /* 0: it has not failed of late */
	bool is_asked;     /* for the first time, at least */
	bool is_found;     /* it leads somewhere */
};

/* ── What is said ── */

static struct text sentence(char memory[SENTENCE_SIZE], const struct name *n)
{
	struct text t = text_over(memory, SENTENCE_SIZE - 1);

	text_str(&t, "pour: target ");
	text_str(&t, n->port == 0 ? "srv:" : "");
	text_str(&t, n->host);
	if (n->port > 0) {
		text_char(&t, ':');
		text_u64(&t, n->port);
	}
	return t;
}

static void say(const struct name *n, struct text *t)
{
	t->at[t->len] = '\0';
	log_say(&n->lane->shared->log, t->at);
}

static void say_found(const struct name *n, const struct resolver_answer *a)
{
	char memory[SENTENCE_SIZE], one[ADDR_TEXT_SIZE];
	struct text t = sentence(memory, n);
	uint32_t i;

	text_str(&t, " is ");
	for (i = 0; i < a->n && i < ADDRESSES_SAID; i++) {
		addr_text(&a->at[i].addr, one);
		text_str(&t, i > 0 ? ", " : "");
		text_str(&t, one);
	}
	if (i < a->n) {
		text_str(&t, " and ");
		text_u64(&t, a->n - i);
		text_str(&t, " more");
	}
	text_str(&t, resolver_is_live() ? ""
					: "; looked up once: built without "
					  "c-ares");
	say(n, &t);
}

static void say_failed(struct name *n, const char *why)
{
	uint64_t now = n->lane->loop.now_ms;
	char memory[SENTENCE_SIZE];
	struct text t = sentence(memory, n);

	if (n->retry_ms > 0 && now - n->said_ms < SAY_AGAIN_MS)
		return;
	n->said_ms = now;
	text_str(&t, ": ");
	text_str(&t, why);
	text_str(&t, n->is_found ? "; it stays what it was" : "");
	text_str(&t, resolver_is_live() ? "; asking again"
					: "; it is asked for once: built "
					  "without c-ares");
	say(n, &t);
}

static void say_again_found(const struct name *n)
{
	char memory[SENTENCE_SIZE];
	struct text t = sentence(memory, n);

	text_str(&t, " is found again");
	say(n, &t);
}

/* ── When it is asked for ── */

static void wait_for(struct name *n, uint64_t ms)
{
	struct lane *l = n->lane;

	if (!resolver_is_live())
		return;
	n->due_ms = l->loop.now_ms + ms;
	timer_start(&l->names.again, &n->timer, l->loop.now_ms);
}

static void failed(struct name *n, const char *why)
{
	say_failed(n, why);
	n->retry_ms = MIN(2 * n->retry_ms, (uint32_t)RETRY_MAX_MS);
	n->retry_ms = MAX(n->retry_ms, (uint32_t)RETRY_MIN_MS);
	wait_for(n, n->retry_ms);
}

static void found(struct name *n, const struct resolver_answer *a, bool is_new)
{
	if (is_new)
		say_found(n, a);
	else if (n->retry_ms > 0)
		say_again_found(n);
	n->is_found = true;
	n->retry_ms = 0;
	wait_for(n, a->ttl_s * UINT64_C(1000));
}

static void answered(void *context, const struct resolver_answer *a)
{
	struct name *n = context;
	int r = targets_learn(&n->lane->shared->targets, n->host, n->port, a);

	n->question = NULL;
	if (a->why != NULL)
		failed(n, a->why);
	else if (r < 0)
		failed(n, strerror(-r));
	else
		found(n, a, r > 0);
}

static void ask(struct name *n)
{
	const struct resolver_question q = { .name = n->host,
					     .port = n->port,
					     .answered = answered,
					     .context = n };
	struct question *question = NULL;
	int r = resolver_ask(n->lane->names.resolver, &q, &question);

	n->is_asked = true;
	if (r < 0)
		failed(n, strerror(-r));
	else if (question != NULL)
		n->question = question;
}

static void look(struct timer *t)
{
	struct name *n = container_of(t, struct name, timer);
	struct lane *l = n->lane;

	if (l->loop.now_ms >= n->due_ms)
		ask(n);
	else
		timer_start(&l->names.again, t, l->loop.now_ms);
}

/* ── Which there are ── */

static struct name *find(const struct list *all, const struct known *k)
{
	for (struct list *at = all->next; at != all; at = at->next) {
		struct name *n = container_of(at, struct name, link);

		if (n->port == k->port && strcmp(n->host, k->host) == 0)
			return n;
	}
	return NULL;
}

static struct name *name_new(struct lane *l, const struct known *k)
{
	struct name *n = calloc(1, sizeof(*n));

	if (n != NULL)
		n->host = strdup(k->host);
	if (n == NULL || n->host == NULL) {
		free(n);
		lane_say_scarce(l);
		return NULL;
	}
	n->lane = l;
	n->port = k->port;
	timer_init(&n->timer);
	list_append(&l->names.all, &n->link);
	return n;
}

/* With the lock of the targets held: nothing is asked before it is free. */
static void see(void *context, const struct known *k)
{
	struct lane *l = context;
	struct name *n = find(&l->names.all, k);

	if (n == NULL)
		n = name_new(l, k);
	if (n != NULL)
		n->turn = l->names.turn;
}

static void end(struct name *n)
{
	resolver_forget(n->question);
	timer_stop(&n->timer);
	list_remove(&n->link);
	free(n->host);
	free(n);
}

/* Ends those of other turns, and asks for those that are new. */
static void go_over(struct names *s)
{
	struct list *next;

	for (struct list *at = s->all.next; at != &s->all; at = next) {
		struct name *n = container_of(at, struct name, link);

		next = at->next;
		if (n->turn != s->turn)
			end(n);
		else if (!n->is_asked)
			ask(n);
	}
}

static struct resolver_opts asked_of(const struct lane *l)
{
	const struct proxy_opts *o = &l->rules->opts;

	return (struct resolver_opts){
		.servers = o->resolvers,
		.n_servers = o->n_resolvers,
		.timeout_ms = o->connect_timeout_ms,
	};
}

void names_renew(struct lane *l)
{
	struct names *s = &l->names;

	if (!s->begun)
		return;
	s->turn++;
	targets_each_name(&l->shared->targets, see, l);
	if (list_is_empty(&s->all))
		return;
	if (s->resolver == NULL) {
		const struct resolver_opts opts = asked_of(l);

		if (resolver_new(&s->resolver, &l->loop, &opts) < 0) {
			lane_say_scarce(l);
			return;
		}
	}
	go_over(s);
}

/* Whether others are asked now is not looked at: it costs a question each. */
void names_change(struct lane *l)
{
	struct names *s = &l->names;

	if (!s->begun)
		return;
	for (struct list *at = s->all.next; at != &s->all; at = at->next) {
		struct name *n = container_of(at, struct name, link);

		resolver_forget(n->question);
		n->question = NULL;
		n->is_asked = false;
		timer_stop(&n->timer);
	}
	s->resolver = resolver_free(s->resolver);
	names_renew(l);
}

void names_begin(struct lane *l)
{
	struct names *s = &l->names;

	list_init(&s->all);
	timer_queue_init(&s->again, LOOK_MS, look);
	loop_add_queue(&l->loop, &s->again);
	s->begun = true;
	names_renew(l);
}

void names_done(struct lane *l)
{
	struct names *s = &l->names;

	if (!s->begun)
		return;
	s->turn++;
	go_over(s);
	s->resolver = resolver_free(s->resolver);
	s->begun = false;
}

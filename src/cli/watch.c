/* SPDX-License-Identifier: MIT */
/* Places, and who is shown there: see watch.h. */
#include "cli/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "cli/say.h"
#include "cli/watch_page.h"
#include "http/probe.h"
#include "net/metrics.h"

enum { LINE_SIZE = 4 * 1024 };

/* An address, or both families of it. */
struct place {
	struct watch *watch;
	struct addr wanted[PROBE_ADDRESSES_MAX];
	uint32_t n_wanted;
	struct probe *probe;
	struct members members; /* of the watch's lock */
};

struct watch {
	pthread_mutex_t lock; /* probes have threads of their own */
	uint32_t n;
	struct place *places[CONTROL_SERVERS_MAX];
};

struct next_place {
	struct place *place;
	bool is_new;
	struct members members;
};

struct watch_next {
	uint32_t n;
	struct next_place at[CONTROL_SERVERS_MAX];
};

static void write_page(void *context, struct text *page)
{
	struct place *p = context;

	(void)pthread_mutex_lock(&p->watch->lock);
	members_numbers(&p->members, page);
	(void)pthread_mutex_unlock(&p->watch->lock);
	metrics_write_process(page);
}

static bool is_ready(void *context, struct text *why)
{
	struct place *p = context;
	bool ready;

	(void)pthread_mutex_lock(&p->watch->lock);
	ready = members_are_ready(&p->members, why);
	(void)pthread_mutex_unlock(&p->watch->lock);
	return ready;
}

/* ── Places ── */

static struct place *place_free(struct place *p)
{
	if (p == NULL)
		return NULL;
	p->probe = probe_free(p->probe);
	free(p);
	return NULL;
}

static bool is_at(const struct place *p, const struct watched *one)
{
	bool same = p->n_wanted == one->n;

	for (uint32_t i = 0; same && i < one->n; i++)
		same = p->wanted[i].len == one->at[i].len &&
		       memcmp(&p->wanted[i].storage, &one->at[i].storage,
			      one->at[i].len) == 0;
	return same;
}

static int place_new(struct place **ret, struct watch *w,
		     const struct watched *one, char error[SERVICE_ERROR_SIZE])
{
	struct place *p = calloc(1, sizeof(*p));
	const struct probe_source source = { is_ready, write_page, p };
	char text[ADDR_TEXT_SIZE];
	int r = -ENOMEM;

	addr_text(&one->at[0], text);
	if (p != NULL) {
		p->watch = w;
		p->n_wanted = one->n;
		memcpy(p->wanted, one->at, one->n * sizeof(*one->at));
		r = probe_new(&p->probe, one->at, one->n, &source);
	}
	if (r < 0) {
		(void)snprintf(error, SERVICE_ERROR_SIZE, "%s%smetrics: %s: %s",
			       one->name, one->name[0] != '\0' ? ": " : "",
			       text, strerror(-r));
		(void)place_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

/* ── From one set to another ── */

static struct next_place *find_next(struct watch_next *next,
				    const struct watched *one)
{
	for (uint32_t i = 0; i < next->n; i++)
		if (is_at(next->at[i].place, one))
			return &next->at[i];
	return NULL;
}

static int add_place(struct watch *w, struct watch_next *next,
		     const struct watched *one, char error[SERVICE_ERROR_SIZE])
{
	struct next_place *n = &next->at[next->n];
	int r = 0;

	for (uint32_t i = 0; n->place == NULL && i < w->n; i++)
		if (is_at(w->places[i], one))
			n->place = w->places[i];
	n->is_new = n->place == NULL;
	if (n->is_new)
		r = place_new(&n->place, w, one, error);
	next->n += r == 0;
	return r;
}

static int add(struct watch *w, struct watch_next *next,
	       const struct watched *one, char error[SERVICE_ERROR_SIZE])
{
	struct next_place *n = find_next(next, one);
	int r = n != NULL ? 0 : add_place(w, next, one, error);

	if (r < 0)
		return r;
	if (n == NULL)
		n = &next->at[next->n - 1];
	n->members.at[n->members.n++] = *one;
	return 0;
}

int watch_prepare(struct watch *w, const struct watched all[], uint32_t n,
		  struct watch_next **ret, char ret_error[SERVICE_ERROR_SIZE])
{
	struct watch_next *next = calloc(1, sizeof(*next));
	int r = 0;

	if (next == NULL) {
		(void)snprintf(ret_error, SERVICE_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n && r == 0; i++)
		if (all[i].n > 0)
			r = add(w, next, &all[i], ret_error);
	if (r < 0)
		watch_discard(next);
	else
		*ret = next;
	return r;
}

void watch_discard(struct watch_next *next)
{
	if (next == NULL)
		return;
	for (uint32_t i = 0; i < next->n; i++)
		if (next->at[i].is_new)
			(void)place_free(next->at[i].place);
	free(next);
}

/* Those that nobody names any more close, once nobody is in their lock. */
static void close_others(struct place *const before[], uint32_t n,
			 const struct watch *w)
{
	for (uint32_t i = 0; i < n; i++) {
		bool stays = false;

		for (uint32_t j = 0; j < w->n; j++)
			stays = stays || w->places[j] == before[i];
		if (!stays)
			(void)place_free(before[i]);
	}
}

void watch_commit(struct watch *w, struct watch_next *next)
{
	struct place *before[CONTROL_SERVERS_MAX];
	uint32_t n = w->n;

	memcpy(before, w->places, sizeof(before));
	(void)pthread_mutex_lock(&w->lock);
	w->n = next->n;
	for (uint32_t i = 0; i < next->n; i++) {
		w->places[i] = next->at[i].place;
		w->places[i]->members = next->at[i].members;
	}
	(void)pthread_mutex_unlock(&w->lock);
	close_others(before, n, w);
	for (uint32_t i = 0; i < next->n; i++) {
		int r = next->at[i].is_new ? probe_start(w->places[i]->probe)
					   : 0;

		if (r < 0)
			(void)say_error("numbers", r);
	}
	free(next);
}

void watch_forget(struct watch *w, const void *it)
{
	(void)pthread_mutex_lock(&w->lock);
	for (uint32_t i = 0; i < w->n; i++) {
		struct members *m = &w->places[i]->members;

		for (uint32_t j = m->n; j-- > 0;)
			if (m->at[j].service.it == it)
				m->at[j] = m->at[--m->n];
	}
	(void)pthread_mutex_unlock(&w->lock);
}

/* ── All of it ── */

struct watch *watch_new(void)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w != NULL)
		(void)pthread_mutex_init(&w->lock, NULL);
	return w;
}

struct watch *watch_free(struct watch *w)
{
	if (w == NULL)
		return NULL;
	for (uint32_t i = 0; i < w->n; i++)
		(void)place_free(w->places[i]);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

int watch_one(struct watch **ret, const struct service *s,
	      const struct addr *at, uint32_t n,
	      char ret_error[SERVICE_ERROR_SIZE])
{
	const struct watched one = { .service = *s, .at = at, .n = n };
	struct watch_next *next = NULL;
	struct watch *w = watch_new();
	int r;

	if (w == NULL) {
		(void)snprintf(ret_error, SERVICE_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	r = watch_prepare(w, &one, 1, &next, ret_error);
	if (r < 0) {
		(void)watch_free(w);
		return r;
	}
	watch_commit(w, next);
	*ret = w;
	return 0;
}

static void say_place(const struct place *p)
{
	char memory[LINE_SIZE], text[ADDR_TEXT_SIZE];
	struct text line = text_over(memory, sizeof(memory));

	for (uint32_t i = 0; i < p->members.n; i++) {
		if (p->members.at[i].name[0] == '\0')
			continue;
		text_str(&line, p->members.at[i].name);
		text_str(&line, i + 1 < p->members.n ? ", " : ": ");
	}
	text_str(&line, "numbers at ");
	for (uint32_t i = 0; i < probe_n_addresses(p->probe); i++) {
		const struct addr *a = probe_address(p->probe, i);
		bool is_unix = a->sa.sa_family == AF_UNIX;

		addr_text(a, text);
		text_str(&line, i > 0 ? " and " : "");
		text_str(&line, is_unix ? "" : "http://");
		text_str(&line, text);
		text_str(&line, is_unix ? "" : "/");
	}
	say("%.*s", (int)line.len, line.at);
}

void watch_say(const struct watch *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		say_place(w->places[i]);
}

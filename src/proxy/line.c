/* SPDX-License-Identifier: MIT */
/* A conversation to words and numbers: see line.h. */
#include "proxy/line.h"

#include <pour.h>
#include <string.h>

#include "base/json.h"
#include "net/account.h"
#include "net/addr.h"
#include "proxy/lane.h"
#include "proxy/proxy.h"
#include "proxy/route.h"
#include "proxy/rules.h"
#include "proxy/talk.h"

/* All that a line says. */
struct line {
	char client[ADDR_TEXT_SIZE], at[ADDR_TEXT_SIZE];
	const char *target;
	char ended[3];
	uint64_t took_ms, connect_ms, tries, active;
	struct pour_account account[2];
};

/* Whom it talks with, or has tried last. */
static const char *target_of(const struct talk *t)
{
	const struct opening *o = t->opening;

	if (t->upstream != NULL)
		return t->upstream->name;
	if (t->tries == 0)
		return "-";
	return (o->before != NULL ? o->before : o->route)->at[o->index]->name;
}

static void read_line(const struct talk *t, struct line *ret)
{
	struct lane *lane = t->lane;
	struct addr a;

	peer_to_addr(&t->peer, &a);
	addr_text(&a, ret->client);
	a.len = sizeof(a.storage);
	if (getsockname(t->fd[CLIENT], &a.sa, &a.len) == 0)
		addr_text(&a, ret->at);
	else
		(void)strcpy(ret->at, "-");
	ret->target = target_of(t);
	ret->ended[0] = t->cause;
	ret->ended[1] = t->phase;
	ret->ended[2] = '\0';
	ret->took_ms = lane->loop.now_ms - t->began_ms;
	ret->connect_ms = t->connect_ms;
	ret->tries = t->tries;
	ret->active = limits_connections(lane->shared->limits);
}

/* ── Text ── */

static void add_word(struct text *t, const char *word)
{
	text_char(t, ' ');
	text_str(t, word);
}

static void add_number(struct text *t, const char *name, uint64_t n)
{
	add_word(t, name);
	text_u64(t, n);
}

static void add_ms(struct text *t, const char *name, uint64_t ms)
{
	add_word(t, name);
	text_ms(t, ms);
}

static void write_text(struct text *t, const struct line *line,
		       const struct stamp *stamp)
{
	text_char(t, '[');
	text_str(t, stamp->log);
	text_char(t, ']');
	add_word(t, line->client);
	add_word(t, line->at);
	add_word(t, "> ");
	text_str(t, line->target);
	add_word(t, line->ended);
	add_ms(t, "", line->took_ms);
	add_ms(t, "connect=", line->connect_ms);
	add_number(t, "tries=", line->tries);
	add_number(t, "active=", line->active);
	add_number(t, "up=", line->account[CLIENT].delivered);
	(void)account_text(t, &line->account[CLIENT]);
	add_number(t, "down=", line->account[SERVER].delivered);
	(void)account_text(t, &line->account[SERVER]);
}

/* ── JSON ── */

static void add_way(struct text *t, const char *name,
		    const struct pour_account *account)
{
	json_key(t, name);
	text_char(t, '{');
	json_number(t, "bytes", account->delivered);
	account_json(t, account);
	text_char(t, '}');
}

static void write_json(struct text *t, const struct line *line,
		       const struct stamp *stamp)
{
	text_char(t, '{');
	json_member(t, "time", slice_of(stamp->iso), STAMP_LOG_SIZE);
	json_member(t, "client", slice_of(line->client), ADDR_TEXT_SIZE);
	json_member(t, "at", slice_of(line->at), ADDR_TEXT_SIZE);
	json_member(t, "target", slice_of(line->target), ADDR_TEXT_SIZE);
	json_member(t, "ended", slice_of(line->ended), 16);
	json_ms(t, "seconds", line->took_ms);
	json_ms(t, "connect_seconds", line->connect_ms);
	json_number(t, "tries", line->tries);
	json_number(t, "active", line->active);
	add_way(t, "up", &line->account[CLIENT]);
	add_way(t, "down", &line->account[SERVER]);
	text_char(t, '}');
}

/* ── Both ── */

static void write_line(struct lane *lane, const struct line *line)
{
	struct text *t = log_begin(&lane->lines);

	if (t == NULL)
		return;
	stamp_refresh(&lane->stamp, lane->loop.now_ms);
	if (lane->rules->opts.log == PROXY_LOG_JSON)
		write_json(t, line, &lane->stamp);
	else
		write_text(t, line, &lane->stamp);
	log_end(&lane->lines);
}

static void count(struct talk *t, const struct line *line)
{
	struct lane *lane = t->lane;

	counter_add(&lane->ended[(unsigned char)t->cause % LANE_CAUSES], 1);
	if (!t->passing)
		return;
	for (int i = 0; i < 2; i++) {
		metrics_note(&lane->metrics, &line->account[i]);
		atomic_fetch_add_explicit(&t->upstream->bytes[i],
					  line->account[i].delivered,
					  memory_order_relaxed);
	}
}

void line_note(struct talk *t)
{
	struct line line = { .target = NULL };

	for (unsigned i = 0; i < 2 && t->passing; i++)
		pour_relay_account(&t->relay, i, &line.account[i]);
	count(t, &line);
	if (t->lane->rules->opts.log == PROXY_LOG_OFF)
		return;
	read_line(t, &line);
	write_line(t->lane, &line);
}

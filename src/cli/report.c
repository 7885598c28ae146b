/* SPDX-License-Identifier: MIT */
/* Accounts as text: see report.h. */
#include "cli/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/human.h"
#include "cli/moment.h"
#include "cli/say.h"

enum { LINE_SIZE = 4 * 1024, EXPLAIN_SIZE = 1024, NAME_LEN_MAX = 1024 };

/* ── For people ── */

void report_explain(const char *name, const struct pour_account *a)
{
	char line[EXPLAIN_SIZE];

	(void)pour_explain(a, line, sizeof(line));
	if (name != NULL)
		say("%s: %s", name, line);
	else
		say("%s", line);
}

void report_state(const struct progress_view *v)
{
	uint64_t rate = human_rate(v->account->delivered, v->took_ns);
	uint64_t left = progress_left(v, rate);
	char line[EXPLAIN_SIZE] = "", total[64] = "", eta[64] = "";
	char average[HUMAN_SIZE];

	if (v->what == NULL)
		(void)pour_explain(v->account, line, sizeof(line));
	human_bytes(rate, average);
	if (v->total > 0)
		(void)snprintf(total, sizeof(total), " of %llu",
			       (unsigned long long)v->total);
	if (left != UINT64_MAX)
		(void)snprintf(eta, sizeof(eta), ", %llu s to go",
			       (unsigned long long)left);
	say("%s%s%llu%s bytes in %.1f s, %s/s%s%s%s",
	    v->what != NULL ? v->what : "", v->what != NULL ? ": " : "",
	    (unsigned long long)v->done, total,
	    (double)v->took_ns / (double)MOMENT_SECOND, average, eta,
	    line[0] != '\0' ? "; " : "", line);
}

/* ── For scripts ── */

static void name(struct text *t, const char *key)
{
	if (t->at[t->len - 1] != '{')
		text_char(t, ',');
	text_char(t, '"');
	text_str(t, key);
	text_str(t, "\":");
}

static void string(struct text *t, const char *key, const char *value)
{
	name(t, key);
	json_string(t, slice_of(value), NAME_LEN_MAX);
}

static void string_if(struct text *t, const char *key, const char *value)
{
	if (value != NULL)
		string(t, key, value);
}

static void number(struct text *t, const char *key, uint64_t n)
{
	name(t, key);
	text_u64(t, n);
}

static void add_moved(struct text *t, const struct pour_account *a)
{
	name(t, "by");
	text_char(t, '{');
	for (unsigned m = 0; m < POUR_METHODS; m++) {
		if (a->moved[m] == 0)
			continue;
		name(t, pour_method_name((enum pour_method)m));
		text_char(t, '{');
		number(t, "bytes", a->moved[m]);
		number(t, "calls", a->calls[m]);
		text_char(t, '}');
	}
	text_char(t, '}');
}

static void add_left(struct text *t, const struct pour_account *a)
{
	name(t, "left");
	text_char(t, '{');
	for (unsigned m = 0; m < POUR_METHODS; m++) {
		const char *why = strerrorname_np(a->left[m]);

		if (a->left[m] != 0)
			string(t, pour_method_name((enum pour_method)m),
			       why != NULL ? why : "?");
	}
	text_char(t, '}');
}

static void begin(struct text *t, const char *type,
		  const struct progress_view *v)
{
	uint64_t ms = v->took_ns / (MOMENT_SECOND / 1000);

	text_char(t, '{');
	string(t, "type", type);
	number(t, "bytes", v->done);
	if (v->total > 0)
		number(t, "total", v->total);
	if (v->files > 0)
		number(t, "files", v->files);
	number(t, "seconds", ms / 1000);
	text_char(t, '.');
	text_padded(t, ms % 1000, 3);
	number(t, "rate", human_rate(v->account->delivered, v->took_ns));
}

/* One line, in one write; nobody is left to be told when that fails. */
static void end(struct text *t)
{
	text_str(t, "}\n");
	if (!t->full && write(STDERR_FILENO, t->at, t->len) < 0)
		return;
}

void report_json_progress(const struct progress_view *v)
{
	char memory[LINE_SIZE];
	struct text t = text_over(memory, sizeof(memory));
	uint64_t now = human_rate(v->recent, v->recent_ns);
	uint64_t left = progress_left(v, now);

	begin(&t, v->what != NULL ? v->what : "progress", v);
	number(&t, "rate_now", now);
	if (left != UINT64_MAX)
		number(&t, "eta", left);
	add_moved(&t, v->account);
	end(&t);
}

void report_json_listening(const char *where)
{
	char memory[LINE_SIZE];
	struct text t = text_over(memory, sizeof(memory));

	text_char(&t, '{');
	string(&t, "type", "listening");
	string(&t, "at", where);
	end(&t);
}

static const char *ended_name(enum pour_ended ended)
{
	static const char *const names[] = {
		[POUR_ENDED_NOT] = "not",
		[POUR_ENDED_SOURCE] = "source",
		[POUR_ENDED_LIMIT] = "limit",
		[POUR_ENDED_SHORT] = "short",
		[POUR_ENDED_FAILED] = "failed",
		[POUR_ENDED_TIMEOUT] = "timeout",
		[POUR_ENDED_CANCELLED] = "cancelled",
	};

	return names[ended];
}

void report_json_end(const struct progress_view *v, const struct report_end *e)
{
	const struct pour_account *a = v->account;
	const char *error = strerrorname_np(a->error);
	char memory[LINE_SIZE];
	struct text t = text_over(memory, sizeof(memory));

	begin(&t, e->type != NULL ? e->type : "report", v);
	number(&t, "taken", a->taken);
	number(&t, "delivered", a->delivered);
	if (a->teed > 0)
		number(&t, "teed", a->teed);
	if (a->missed > 0)
		number(&t, "missed", a->missed);
	add_moved(&t, a);
	add_left(&t, a);
	string(&t, "ended", ended_name(a->ended));
	if (a->side != POUR_SIDE_NONE)
		string(&t, "side", a->side == POUR_SIDE_SRC ? "src" : "dst");
	if (a->error != 0)
		string(&t, "error", error != NULL ? error : "?");
	string_if(&t, "verified", e->verified);
	string_if(&t, "hash", e->hash);
	string_if(&t, "on_slow", e->on_slow);
	if (e->failed > 0)
		number(&t, "failed", e->failed);
	number(&t, "exit", (uint64_t)e->exit_code);
	string_if(&t, "src", e->src);
	string_if(&t, "dst", e->dst);
	end(&t);
}

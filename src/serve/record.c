/* SPDX-License-Identifier: MIT */
/* An answer to what is known of it: see record.h. */
#include "serve/record.h"

#include <string.h>

#include "http/basic.h"
#include "net/addr.h"
#include "serve/access.h"
#include "serve/session.h"
#include "serve/worker.h"

static struct slice field(const struct head *h, struct slice name)
{
	const struct slice *value = head_field(h, name);

	return value != NULL ? *value : (struct slice){ NULL, 0 };
}

/* Who was let in; names that nobody checked could be anybody's. */
static struct slice user(const struct work *work, struct basic *memory)
{
	if (work->gate != 200 ||
	    !basic_parse(field(&work->head, SLICE("Authorization")), memory))
		return (struct slice){ NULL, 0 };
	explicit_bzero(memory->text + strlen(memory->user),
		       BASIC_SIZE - strlen(memory->user));
	return slice_of(memory->user);
}

static void write_line(struct worker *w, const struct access_line *line)
{
	struct text *t = log_begin(&w->lines);

	if (t == NULL)
		return;
	if (w->log == SERVE_LOG_JSON)
		access_json(t, line);
	else
		access_combined(t, line);
	log_end(&w->lines);
}

void record_answer(struct session *s)
{
	struct work *work = s->work;
	struct worker *w = s->worker;
	struct basic basic;
	struct addr peer;
	struct access_line line = {
		.peer = &peer,
		.stamp = &w->stamp,
		.request = work->head.line,
		.minor = work->head.minor,
		.status = work->answer.status,
		.took_ms = w->loop.now_ms - work->started_ms,
		.account = send_account(&work->send),
	};

	tally_note(&w->tally, &work->head, line.status, line.took_ms,
		   line.account);
	if (w->log == SERVE_LOG_OFF)
		return;
	stamp_refresh(&w->stamp, w->loop.now_ms);
	peer_to_addr(&s->peer, &peer);
	if (work->refusal == 0) {
		line.method = work->head.method_name;
		line.target = work->head.target;
		line.referer = field(&work->head, SLICE("Referer"));
		line.user = user(work, &basic);
		line.agent = field(&work->head, SLICE("User-Agent"));
	}
	write_line(w, &line);
}

/* SPDX-License-Identifier: MIT */
/* Destinations of a tee: what was written, then descriptors, then branches. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/tee.h"

static const char command_prefix[] = "exec:";

/* ── What was written ── */

static int spell_command(struct end *e, const char *text)
{
	memset(e, 0, sizeof(*e));
	e->name = text;
	e->where = text + sizeof(command_prefix) - 1;
	e->how = END_PATH; /* what it gets is ours */
	e->fd = -1;
	if (e->where[strspn(e->where, " \t\n")] != '\0')
		return 0;
	(void)strcpy(e->why, "a command is missing");
	return -EINVAL;
}

static int spell_dst(struct tee *t, const char *text, enum pour_lag lag)
{
	struct tee_dst *d = &t->dsts[t->n++];
	struct end *e = &d->ends.dst;
	int r;

	d->lag = lag;
	d->branch = -1;
	d->ends.src.fd = -1;
	d->is_command = strncmp(text, command_prefix,
				sizeof(command_prefix) - 1) == 0;
	r = d->is_command ? spell_command(e, text)
			  : end_spell(e, text, STDOUT_FILENO);
	if (r < 0)
		(void)end_error(e, r);
	return r;
}

static int spell_list(struct tee *t, const struct option_list *list,
		      enum pour_lag lag)
{
	int r = 0;

	for (uint32_t i = 0; i < list->n && r == 0; i++)
		r = spell_dst(t, list->items[i], lag);
	return r;
}

int tee_spell(struct tee *t, const char *const *operands, unsigned n)
{
	const char *from = t->values.from != NULL ? t->values.from : "-";
	const struct tee_values *v = &t->values;
	int r = end_spell(&t->src, from, STDIN_FILENO);

	if (r < 0)
		(void)end_error(&t->src, r);
	t->dsts = calloc(n + v->drop.n + v->fail.n, sizeof(*t->dsts));
	if (t->dsts == NULL)
		return say_error("destinations", -ENOMEM);
	for (unsigned i = 0; i < n && r == 0; i++)
		r = spell_dst(t, operands[i], POUR_LAG_WAIT);
	if (r == 0)
		r = spell_list(t, &v->drop, POUR_LAG_DROP);
	if (r == 0)
		r = spell_list(t, &v->fail, POUR_LAG_FAIL);
	if (r == 0)
		return EXIT_DONE;
	return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

/* ── Opened ── */

static void say_listening(const char *where)
{
	say("listening on %s", where);
}

struct ends_opts tee_ends_opts(const struct tee_values *v)
{
	struct ends_opts opts = { .end.connect_ms = v->connect_timeout,
				  .append = v->append,
				  .inplace = v->inplace };

	if (v->json)
		opts.end.listening = report_json_listening;
	else if (v->explain || v->progress == PROGRESS_ALWAYS)
		opts.end.listening = say_listening;
	return opts;
}

static int open_command(struct tee_dst *d)
{
	struct end *e = &d->ends.dst;
	int r = shell_start(e->where, &d->pid, &e->fd);

	return r == 0 && fstat(e->fd, &e->st) < 0 ? -errno : r;
}

static int open_end(const struct tee *t, struct tee_dst *d)
{
	int r;

	d->ends.src = t->src;
	d->ends.src.fd = -1;
	d->ends.opts = tee_ends_opts(&t->values);
	r = ends_open_dst(&d->ends);
	if (r == ENDS_SAME)
		(void)strcpy(d->ends.dst.why, "it is the source as well");
	return r > 0 ? -EINVAL : r;
}

static int open_dst(struct tee *t, struct tee_dst *d)
{
	int r = d->is_command ? open_command(d) : open_end(t, d);

	if (r < 0)
		return r;
	end_unblock(&d->ends.dst);
	end_widen(&d->ends.dst);
	return 0;
}

void tee_open(struct tee *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct tee_dst *d = &t->dsts[i];
		int r = open_dst(t, d);

		if (r < 0) {
			(void)end_error(&d->ends.dst, r);
			tee_give_up(t, d);
		}
	}
}

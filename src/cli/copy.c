/* SPDX-License-Identifier: MIT */
/* The order of things in a copy; the things are in copy.h. */
#include "cli/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/signals.h"

/* ── Before ── */

static void say_listening(const char *where)
{
	say("listening on %s", where);
}

static struct ends_opts to_opts(const struct copy_values *v)
{
	struct ends_opts opts = {
		.end.connect_ms = v->connect_timeout,
		.force = v->force,
		.fresh = v->no_clobber,
		.inplace = v->inplace,
		.part = v->resume,
		.sync = v->sync,
		.backup = v->backup,
	};

	if (v->json)
		opts.end.listening = report_json_listening;
	else if (v->explain || v->progress == PROGRESS_ALWAYS)
		opts.end.listening = say_listening;
	return opts;
}

/* Where both ends begin, after what is skipped. */
static int find_beginnings(struct copy *c)
{
	int r = copy_skip(&c->ends.src, c->values.offset);
	off_t from = lseek(c->ends.src.fd, 0, SEEK_CUR);
	off_t to = lseek(c->ends.dst.fd, 0, SEEK_CUR);

	if (r < 0)
		return end_error(&c->ends.src, r);
	if (S_ISREG(c->ends.dst.st.st_mode) &&
	    fcntl(c->ends.dst.fd, F_GETFL) & O_APPEND)
		to = c->ends.dst.st.st_size;
	c->from = from > 0 ? (uint64_t)from : 0;
	c->to = to > 0 ? (uint64_t)to : 0;
	return EXIT_DONE;
}

static int check_preserve(struct copy *c)
{
	bool is_file = S_ISREG(c->ends.src.st.st_mode);

	if (c->preserve.what == 0 || (is_file && ends_dst_is_named(&c->ends)))
		return EXIT_DONE;
	say("--preserve: %s is no file",
	    is_file ? c->ends.dst.name : c->ends.src.name);
	return EXIT_FAILED;
}

/* ── After ── */

static int preserve(const struct copy *c)
{
	const struct ends *e = &c->ends;
	const struct preserve_pair pair = { .dst = e->dst.fd,
					    .src = e->src.fd,
					    .st = &e->src.st };
	const char *what = "";
	int r = preserve_file(&c->preserve, &pair, &what);

	if (r == 0)
		return EXIT_DONE;
	say("--preserve: %s of %s: %s", what, e->dst.name, strerror(-r));
	return EXIT_FAILED;
}

static int publish(struct copy *c)
{
	int r = ends_settle(&c->ends);

	if (r < 0)
		return end_error(&c->ends.dst, r);
	if (preserve(c) != EXIT_DONE)
		return EXIT_FAILED;
	r = ends_publish(&c->ends);
	return r < 0 ? end_error(&c->ends.dst, r) : EXIT_DONE;
}

static void report(const struct copy *c, int code)
{
	struct progress_view v = progress_view(&c->progress,
					       &c->transfer.account);
	struct report_end end = { .src = c->ends.src.name,
				  .dst = c->ends.dst.name,
				  .exit_code = code };

	if (c->verified[0] != '\0')
		end.verified = c->verified;
	if (c->values.json)
		report_json_end(&v, &end);
}

/* ── All of it ── */

static int copy(struct copy *c)
{
	static int (*const steps[])(struct copy *) = {
		copy_verify_check, check_preserve, find_beginnings, copy_resume,
		copy_move,         copy_verify,    publish,
	};
	int r = EXIT_DONE;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && r == EXIT_DONE; i++)
		r = steps[i](c);
	if (r != EXIT_DONE)
		copy_say_kept(c);
	return r;
}

static int same(const struct ends *ends)
{
	say("%s and %s are the same file", ends->src.name, ends->dst.name);
	return EXIT_FAILED;
}

static int is_folder(const struct ends *ends)
{
	say("%s: it is a folder, which --recursive copies", ends->src.name);
	return EXIT_FAILED;
}

static int kept(const struct copy *c)
{
	if (c->values.explain)
		say("%s exists, and stays", c->ends.dst.name);
	return EXIT_DONE;
}

static int open_and_copy(struct copy *c)
{
	struct ends_opts opts = to_opts(&c->values);
	int r = ends_open_src(&c->ends, &opts);

	if (r == -EISDIR)
		return is_folder(&c->ends);
	if (r < 0)
		return end_error(&c->ends.src, r);
	r = ends_open_dst(&c->ends);
	if (r < 0)
		return end_error(&c->ends.dst, r);
	if (r == ENDS_SAME)
		return same(&c->ends);
	if (r == ENDS_KEPT)
		return kept(c);
	end_widen(&c->ends.src);
	end_widen(&c->ends.dst);
	return copy(c);
}

int copy_run(struct copy *c, const char *const operands[2])
{
	const struct end *wrong;
	int r = ends_spell(&c->ends, operands, &wrong);

	if (r < 0) {
		(void)end_error(wrong, r);
		return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	}
	signals_watch();
	r = open_and_copy(c);
	report(c, r);
	ends_done(&c->ends);
	return r;
}

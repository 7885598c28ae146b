/* SPDX-License-Identifier: MIT */
/* Files and pictures: see bench_out.h. */
#include "cli/bench_out.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"

/* ── Files ── */

static int failed(const char *name, int error)
{
	(void)say_error(name, error);
	return error;
}

static int begin_draft(struct bench_out *o, const struct stat *old)
{
	const struct draft_opts opts = { .old = old, .mode = 0666 };
	int r = draft_begin(&o->draft, o->name, &opts);

	if (r < 0)
		return r;
	o->is_draft = true;
	o->fd = o->draft.fd;
	return old != NULL ? draft_keep_owner(&o->draft) : 0;
}

int bench_out_begin(struct bench_out *o, const char *name)
{
	struct stat st;
	int r = 0;

	*o = (struct bench_out){ .name = name, .fd = -1 };
	if (name == NULL)
		return 0;
	if (strcmp(name, "-") == 0) {
		o->fd = STDOUT_FILENO;
	} else if (stat(name, &st) < 0) {
		r = errno == ENOENT ? begin_draft(o, NULL) : -errno;
	} else if (S_ISREG(st.st_mode)) {
		r = begin_draft(o, &st);
	} else {
		o->fd = open(name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		r = o->fd < 0 ? -errno : 0;
	}
	return r < 0 ? failed(name, r) : 0;
}

static int write_all(int fd, const struct text *t)
{
	for (size_t at = 0; at < t->len;) {
		ssize_t n = write(fd, t->at + at, t->len - at);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			at += (size_t)n;
	}
	return t->full ? -EFBIG : 0;
}

static int publish(struct bench_out *o)
{
	return o->is_draft ? draft_publish(&o->draft) : 0;
}

int bench_out_put(struct bench_out *o, const struct text *t)
{
	int r = write_all(o->fd, t);

	if (r == 0)
		r = publish(o);
	return r < 0 ? failed(o->name, r) : 0;
}

void bench_out_done(struct bench_out *o)
{
	if (o->is_draft)
		draft_finish(&o->draft);
	else if (o->fd > STDERR_FILENO)
		(void)close(o->fd);
	o->fd = -1;
	o->is_draft = false;
}

/* ── gnuplot ── */

/* It reads in and writes to out. Its exit status, or -errno. */
static int run_gnuplot(const char *argument, int in, int out)
{
	char name[] = "gnuplot", word[32] = "";
	char *args[] = { name, word, NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status = 0, r;

	strncpy(word, argument, sizeof(word) - 1);
	r = posix_spawn_file_actions_init(&actions);
	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out,
						     STDOUT_FILENO);
	if (r == 0)
		r = posix_spawnp(&child, name, &actions, NULL, args, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (r != 0)
		return -r;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

int bench_out_find_gnuplot(void)
{
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int r = null < 0 ? -errno : run_gnuplot("--version", null, null);

	if (r == 0)
		return 0;
	if (r == -ENOENT || r == 127)
		say("--plot: gnuplot, which draws it, is not on PATH (Debian: "
		    "apt install gnuplot-nox)");
	else
		say("--plot: gnuplot: %s",
		    r < 0 ? strerror(-r) : "it fails even with --version");
	return r < 0 ? r : -ENOENT;
}

int bench_out_plot(struct bench_out *o, const struct text *script)
{
	auto_close int in = memfd_create("script", MFD_CLOEXEC);
	int r = in < 0 ? -errno : write_all(in, script);

	if (r == 0 && lseek(in, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = run_gnuplot("-", in, o->fd);
	if (r > 0) {
		say("%s: gnuplot failed with exit status %d", o->name, r);
		return -ECHILD;
	}
	if (r == 0)
		r = publish(o);
	return r < 0 ? failed(o->name, r) : 0;
}

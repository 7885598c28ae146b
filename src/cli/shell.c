/* SPDX-License-Identifier: MIT */
/* Commands that are started, and how they ended: see shell.h. */
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

enum { FIRST_OTHER = STDERR_FILENO + 1 };

/* ── Starting ── */

/* What we ignore would stay ignored: a command that writes to nobody has to
 * end by the signal, as it always did. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t ours;
	int r;

	sigemptyset(&ours);
	sigaddset(&ours, SIGPIPE);
	sigaddset(&ours, SIGXFSZ);
	r = posix_spawnattr_setsigdefault(attr, &ours);
	return r == 0 ? posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF)
		      : r;
}

/* A pipe that it held open as well would never end for who reads it. */
static int set_descriptors(posix_spawn_file_actions_t *actions, int input)
{
	int r = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);

	return r == 0 ? posix_spawn_file_actions_addclosefrom_np(actions,
								 FIRST_OTHER)
		      : r;
}

/* Of these calls each answers an errno. */
static int spawn(char *line, int input, pid_t *ret_pid)
{
	char shell[] = "sh", dash_c[] = "-c";
	char *const args[] = { shell, dash_c, line, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r = posix_spawnattr_init(&attr);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_init(&actions);
	if (r != 0) {
		(void)posix_spawnattr_destroy(&attr);
		return -r;
	}
	r = set_signals(&attr);
	if (r == 0)
		r = set_descriptors(&actions, input);
	if (r == 0)
		r = posix_spawn(ret_pid, "/bin/sh", &actions, &attr, args,
				environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	return -r;
}

int shell_start(const char *line, pid_t *ret_pid, int *ret_fd)
{
	char *copy;
	int pipe[2], r;
	auto_close int input = -1, output = -1;

	if (pipe2(pipe, O_CLOEXEC) < 0)
		return -errno;
	input = pipe[0];
	output = pipe[1];
	/* What becomes an argument may not be constant. */
	copy = strdup(line);
	r = copy != NULL ? spawn(copy, input, ret_pid) : -ENOMEM;
	free(copy);
	if (r == 0)
		*ret_fd = take_fd(&output);
	return r;
}

/* ── Its end ── */

static void say_signal(int number, char ret_why[SHELL_WHY_SIZE])
{
	const char *name = sigabbrev_np(number);

	if (name != NULL)
		(void)snprintf(ret_why, SHELL_WHY_SIZE, "killed by SIG%s",
			       name);
	else
		(void)snprintf(ret_why, SHELL_WHY_SIZE, "killed by signal %d",
			       number);
}

int shell_wait(pid_t pid, char ret_why[SHELL_WHY_SIZE])
{
	int status = 0;

	ret_why[0] = '\0';
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	if (status == 0)
		return 0;
	if (WIFSIGNALED(status))
		say_signal(WTERMSIG(status), ret_why);
	else
		(void)snprintf(ret_why, SHELL_WHY_SIZE, "exit status %d",
			       WEXITSTATUS(status));
	return -ECHILD;
}

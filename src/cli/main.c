/* SPDX-License-Identifier: MIT */
/*
 * pour - moves bytes between file descriptors by the shortest path Linux has
 *
 * The path of a request, from the socket to the log line, for the reader:
 *
 *   loop_turn         net/loop.c       readiness ──► whose it is
 *   session_go_on     serve/session.c  the life of a connection, by states
 *   head_parse        http/head.c      bytes ──► the request
 *   answer_request    serve/answer.c   the request ──► status, fields, an end
 *   pour_step         core/step.c      ends ──► bytes on their way
 *   record_answer     serve/record.c   the account ──► one line of the log
 *
 * `pour copy` is pour_run (core/run.c) between two ends that cmd_copy.c opens,
 * `pour tee` pour_fan_run (core/fan_run.c) from one end to many, `pour bench`
 * pour_run by one method after the other (bench/mover.c), and a clock.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/say.h"

static const struct command *const commands[] = {
	&cmd_serve, &cmd_proxy, &cmd_run,   &cmd_check,
	&cmd_copy,  &cmd_tee,   &cmd_bench,
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->options->name, name) == 0)
			return commands[i];
	return NULL;
}

static void usage(FILE *out)
{
	(void)fprintf(out, "Usage: pour COMMAND [OPTION...] [ARGUMENT...]\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		(void)fprintf(out, "  pour %-6s %-20s %s\n",
			      commands[i]->options->name,
			      commands[i]->options->operands,
			      commands[i]->options->summary);
	(void)fprintf(out, "\n"
			   "  pour help COMMAND    what a command can do\n"
			   "  pour --version       which pour this is\n"
			   "\nMore in pour(1).\n");
}

int command_begin(const struct options *o, char *const *args, void *values,
		  struct parsed *ret)
{
	int r;

	say_as(o->name);
	r = options_parse(o, args, values, ret);
	if (r < 0) {
		say("%s (see: pour help %s)", ret->error, o->name);
		return EXIT_USAGE;
	}
	if (!ret->help)
		return -1;
	options_help(o, stdout);
	return say_stdout_done();
}

static int unknown(const char *name)
{
	say("'%s' is no command (see: pour help)", name);
	return EXIT_USAGE;
}

static int help(char *const *args)
{
	const struct command *c;

	if (args[0] == NULL) {
		usage(stdout);
		return say_stdout_done();
	}
	c = find(args[0]);
	if (c == NULL)
		return unknown(args[0]);
	options_help(c->options, stdout);
	return say_stdout_done();
}

/*
 * A file that is opened must not become standard output because that was
 * closed: what is missing is filled with something that cannot be used.
 */
static int fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *c;
	const char *word = argc > 1 ? argv[1] : "";

	if (fill_standard_descriptors() < 0)
		return EXIT_FAILED;
	if (argc < 2) {
		say("a command is missing (see: pour help)");
		return EXIT_USAGE;
	}
	if (strcmp(word, "--version") == 0) {
		(void)printf("pour %s\n", POUR_VERSION);
		return say_stdout_done();
	}
	if (strcmp(word, "help") == 0)
		return help(argv + 2);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help(&argv[argc]);
	c = find(word);
	return c != NULL ? c->run(argv + 2) : unknown(word);
}

/* SPDX-License-Identifier: MIT */
/* One line on standard error. */
#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/slice.h"
#include "base/text.h"

enum { LINE_SIZE = 4 * 1024, ESCAPE_LEN = 4 };

static const char *who;

void say_as(const char *command)
{
	who = command;
}

static int is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/*
 * Copies text so that a terminal shows it and does not obey it: bytes that are
 * no character, as well as those that control, are written out.
 */
static size_t show(char *line, size_t size, const char *text)
{
	struct slice left = slice_of(text);
	size_t len = 0;

	while (left.len > 0 && len + ESCAPE_LEN < size) {
		size_t n = text_utf8(left);

		if (n == 0 || is_control(*left.at)) {
			len += (size_t)snprintf(line + len, size - len,
						"\\x%02x",
						(unsigned char)*left.at);
			n = 1;
		} else {
			memcpy(line + len, left.at, n);
			len += n;
		}
		left.at += n;
		left.len -= n;
	}
	return len;
}

void say(const char *format, ...)
{
	char text[LINE_SIZE], line[LINE_SIZE];
	size_t len;
	va_list args;
	int n = snprintf(text, sizeof(text), "pour%s%s: ", who ? " " : "",
			 who ? who : "");

	va_start(args, format);
	(void)vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
	va_end(args);
	len = show(line, sizeof(line) - 1, text);
	line[len++] = '\n';
	/* Nobody is left to be told when this fails. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

int say_error(const char *what, int error)
{
	say("%s: %s", what, strerror(-error));
	return EXIT_FAILED;
}

int say_stdout_done(void)
{
	int failed = ferror(stdout);

	if (fclose(stdout) == 0 && !failed)
		return EXIT_DONE;
	return say_error("standard output", errno != 0 ? -errno : -EIO);
}

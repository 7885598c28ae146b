/* SPDX-License-Identifier: MIT */
/*
 * Lines by inih: keys, values and comments are its; sections are taken from the
 * lines that it asks for, since it tells neither where one begins nor that one
 * is empty.
 */
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "cli/config_read.h"

/* What inih sees of a line that was refused already. */
static const struct slice nothing = { "\n", 1 };

bool config_is_built(void)
{
	return true;
}

/* A section's line as it is written: "[serve www]  ; why". */
static struct slice take_section(struct config_reader *r, struct slice line)
{
	const char *end = memchr(line.at, ']', line.len);
	char text[CONFIG_NAME_SIZE * 2];
	size_t len;

	r->section = NULL;
	r->skips = true;
	if (end == NULL) {
		config_wrong_line(r, r->line, "']' is missing");
		return nothing;
	}
	len = (size_t)(end - line.at) - 1;
	if (len >= sizeof(text)) {
		config_wrong_line(r, r->line, "the section's name is too long");
		return nothing;
	}
	memcpy(text, line.at + 1, len);
	text[len] = '\0';
	config_begin_section(r, text);
	return nothing;
}

/* Not indented, since that would continue the line before. */
static struct slice look_at(struct config_reader *r, struct slice line,
			    size_t max)
{
	if (r->line == 1 && line.len >= 3 &&
	    memcmp(line.at, "\xef\xbb\xbf", 3) == 0)
		line = (struct slice){ line.at + 3, line.len - 3 };
	line = slice_trim(line);
	if (memchr(line.at, '\0', line.len) != NULL) {
		config_wrong_line(r, r->line, "a NUL byte");
		return nothing;
	}
	if (line.len > max) {
		config_wrong_line(r, r->line, "longer than %zu bytes", max);
		return nothing;
	}
	if (line.len > 0 && line.at[0] == '[')
		return take_section(r, line);
	return line;
}

/* As fgets(3) does it. */
static char *read_line(char *buf, int size, void *stream)
{
	struct config_reader *r = stream;
	char *text = NULL;
	size_t room = 0;
	ssize_t n = getline(&text, &room, r->file);
	struct slice line;

	if (n < 0) {
		r->error = ferror(r->file) ? -errno : 0;
		free(text);
		return NULL;
	}
	r->line++;
	line = look_at(r, (struct slice){ text, (size_t)n }, (size_t)size - 4);
	memcpy(buf, line.at, line.len);
	buf[line.len] = '\0';
	free(text);
	return buf;
}

static int take(void *user, const char *section, const char *key,
		const char *value)
{
	(void)section;
	config_take(user, key, value);
	return 1;
}

int config_parse(struct config_reader *r)
{
	int bad;

#ifdef INI_HAS_LIMITS
	ini_use_stack = false;
	ini_max_line = ini_initial_alloc = CONFIG_LINE_MAX;
#endif
	bad = ini_parse_stream(read_line, r, take, r);
	if (bad == -2)
		return -ENOMEM;
	if (bad > 0)
		config_wrong_line(r, (unsigned)bad,
				  "neither a [section] nor KEY = VALUE");
	return r->error;
}

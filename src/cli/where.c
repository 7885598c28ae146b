/* SPDX-License-Identifier: MIT */
/* One line that says what is served and where. */
#include "cli/where.h"

#include <pour.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/say.h"
#include "net/addr.h"
#include "serve/serve.h"

enum { LINE_SIZE = 4 * 1024 };

static void add_address(struct text *line, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];
	const char *separator = line->len > 0 ? " and " : "";

	addr_text(a, text);
	text_str(line, separator);
	if (a->sa.sa_family == AF_UNIX) {
		text_str(line, text);
		return;
	}
	text_str(line, "http://");
	text_str(line, text);
	text_char(line, '/');
}

void where_say(const struct serve *s, const char *root)
{
	char memory[LINE_SIZE];
	struct text line = text_over(memory, sizeof(memory));
	char *real = realpath(root != NULL ? root : ".", NULL);
	uint32_t threads = serve_threads(s);

	for (uint32_t i = 0; i < serve_n_addresses(s); i++)
		add_address(&line, serve_address(s, i));
	say("%s at %.*s with %u thread%s",
	    real != NULL   ? real
	    : root != NULL ? root
			   : ".",
	    (int)line.len, line.at, threads, threads == 1 ? "" : "s");
	free(real);
}

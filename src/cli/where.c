/* SPDX-License-Identifier: MIT */
/* One line that says what is served, or passed on, and where. */
#include "cli/where.h"

#include <pour.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/proxy_target.h"
#include "cli/say.h"
#include "net/addr.h"
#include "proxy/proxy.h"
#include "serve/serve.h"

enum { LINE_SIZE = 4 * 1024 };

static void add_plain(struct text *line, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	text_str(line, line->len > 0 ? " and " : "");
	text_str(line, text);
}

static void add_target(struct text *line, const struct proxy_target *to)
{
	char text[TARGET_TEXT_SIZE];

	target_text(to, text);
	text_str(line, line->len > 0 ? " and " : "");
	text_str(line, text);
}

static void add_address(struct text *line, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	if (a->sa.sa_family == AF_UNIX) {
		add_plain(line, a);
		return;
	}
	addr_text(a, text);
	text_str(line, line->len > 0 ? " and http://" : "http://");
	text_str(line, text);
	text_char(line, '/');
}

static void add_what(struct text *line, const struct serve_opts *opts)
{
	const char *root = opts->n_sites > 0 ? opts->sites[0].root : NULL;
	char *real = realpath(root != NULL ? root : ".", NULL);

	text_str(line, real != NULL ? real : root != NULL ? root : ".");
	free(real);
	if (opts->n_sites < 2)
		return;
	text_str(line, " and ");
	text_u64(line, opts->n_sites - 1);
	text_str(line, opts->n_sites > 2 ? " other sites" : " other site");
}

void where_say(const char *name, const struct serve *s,
	       const struct serve_opts *opts)
{
	char memory[LINE_SIZE], places[LINE_SIZE];
	struct text what = text_over(memory, sizeof(memory));
	struct text where = text_over(places, sizeof(places));
	uint32_t threads = serve_threads(s);

	if (name != NULL) {
		text_str(&what, name);
		text_str(&what, ": ");
	}
	add_what(&what, opts);
	for (uint32_t i = 0; i < serve_n_addresses(s); i++)
		add_address(&where, serve_address(s, i));
	say("%.*s at %.*s with %u thread%s", (int)what.len, what.at,
	    (int)where.len, where.at, threads, threads == 1 ? "" : "s");
}

void where_say_proxy(const char *name, const struct proxy *p,
		     const struct proxy_opts *opts)
{
	char memory[LINE_SIZE], places[LINE_SIZE];
	struct text to = text_over(memory, sizeof(memory));
	struct text where = text_over(places, sizeof(places));
	uint32_t threads = proxy_threads(p);

	for (uint32_t i = 0; i < proxy_n_addresses(p); i++)
		add_plain(&where, proxy_address(p, i));
	for (uint32_t i = 0; i < opts->n_to; i++)
		add_target(&to, &opts->to[i]);
	for (uint32_t i = 0; i < opts->n_names; i++)
		add_target(&to, &opts->names[i].to);
	say("%s%s%.*s to %.*s with %u thread%s", name != NULL ? name : "",
	    name != NULL ? ": " : "", (int)where.len, where.at, (int)to.len,
	    to.at, threads, threads == 1 ? "" : "s");
}

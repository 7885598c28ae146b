/* SPDX-License-Identifier: MIT */
/* The options of a proxy, and how they become what proxy_new() takes. */
#include "cli/proxy_options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "net/listen.h"
#include "proxy/target.h"

static const char *const formats[] = {
	[PROXY_LOG_TEXT] = "text",
	[PROXY_LOG_OFF] = "off",
	[PROXY_LOG_JSON] = "json",
	[PROXY_LOG_JSON + 1] = NULL,
};

static const char *const methods[] = {
	[BALANCE_ROUNDROBIN] = "roundrobin", [BALANCE_LEASTCONN] = "leastconn",
	[BALANCE_RANDOM] = "random",         [BALANCE_HASH] = "hash",
	[BALANCE_HASH + 1] = NULL,
};

#define FIELD(name) offsetof(struct proxy_values, name)

/* Milliseconds have to fit, and 0 would stand for the default. */
#define MS_MAX UINT32_MAX

static const struct option table[] = {
	OPTION(.name = "listen", .letter = 'l', .kind = OPTION_LIST,
	       .value = "ADDR", .field = FIELD(listen),
	       .help = "listens on 8080, *:8080, 10.0.0.1:80, [::1]:80 or\n"
		       "unix:/run/pour.sock; repeatable"),
	OPTION(.name = "to", .kind = OPTION_LIST, .value = "TARGET",
	       .field = FIELD(to),
	       .help = "passes connections on to ADDR[,weight=N][,max=N]\n"
		       "[,backup]; repeatable"),
	OPTION(.name = "balance", .kind = OPTION_CHOICE, .value = "METHOD",
	       .field = FIELD(balance), .choices = methods,
	       .help = "chooses targets in turn, the one with the fewest\n"
		       "connections, the better of two at random, or by\n"
		       "client: roundrobin, leastconn, random, hash\n"
		       "(roundrobin)"),
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "waits so long for each target to answer, or for a\n"
		       "place with one (5)"),
	OPTION(.name = "idle-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(idle_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "ends conversations in which both sides are silent\n"
		       "for so long (never)"),
	OPTION(.name = "half-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(half_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "once one side has ended, lets the other be silent\n"
		       "for so long (300)"),
	OPTION(.name = "max-connections", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(max_connections), .min = 1, .max = UINT32_MAX,
	       .help = "closes more connections than that at once (as many\n"
		       "as descriptors allow)"),
	OPTION(.name = "client-connections", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(client_connections), .min = 1, .max = UINT32_MAX,
	       .help = "the same for each client address"),
	OPTION(.name = "threads", .letter = 't', .kind = OPTION_COUNT,
	       .value = "N", .field = FIELD(threads), .min = 1,
	       .max = LISTEN_THREADS_MAX,
	       .help = "runs with N threads (one for each CPU)"),
	OPTION(.name = "log", .kind = OPTION_CHOICE, .value = "FORMAT",
	       .field = FIELD(log), .choices = formats,
	       .help = "writes a line for each conversation, text or json,\n"
		       "or none, off (text)"),
	OPTION(.name = "log-file", .kind = OPTION_PATH, .value = "PATH",
	       .field = FIELD(log_file),
	       .help = "appends these lines to a file (standard error);\n"
		       "USR1 opens it again"),
	OPTION(.name = "metrics", .kind = OPTION_TEXT, .value = "ADDR",
	       .field = FIELD(metrics),
	       .help = "shows numbers for Prometheus at /metrics there, and\n"
		       "/healthz and /readyz"),
	OPTION(.name = "grace", .kind = OPTION_SECONDS, .value = "SECONDS",
	       .field = FIELD(grace), .max = MS_MAX,
	       .help = "lets conversations finish for so long when stopped\n"
		       "(10)"),
};

const struct options proxy_options = {
	.name = "proxy",
	.operands = "-l ADDR --to TARGET",
	.summary = "Passes TCP connections on",
	.table = table,
	.n = ARRAY_SIZE(table),
};

void proxy_values_init(struct proxy_values *v)
{
	*v = (struct proxy_values){ .grace = 10 * UINT64_C(1000) };
}

/* ── Targets ── */

__attribute__((format(printf, 2, 3))) static int bad(
	char error[OPTIONS_ERROR_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, OPTIONS_ERROR_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

/* "NAME=DIGITS": whether it is that at all; *ret is 0 where it is no number. */
static bool is_number(struct slice word, struct slice name, uint64_t max,
		      uint32_t *ret)
{
	uint64_t n = 0;

	if (word.len < name.len || memcmp(word.at, name.at, name.len) != 0)
		return false;
	word.at += name.len;
	word.len -= name.len;
	*ret = text_digits(word, max, &n) ? (uint32_t)n : 0;
	return true;
}

/* 1: it was a property; 0: it is none; -EINVAL. */
static int read_property(struct proxy_target *to, struct slice word,
			 char error[OPTIONS_ERROR_SIZE])
{
	if (slice_is(word, SLICE("backup"))) {
		to->backup = true;
		return 1;
	}
	if (is_number(word, SLICE("weight="), TARGET_WEIGHT_MAX, &to->weight))
		return to->weight > 0 ? 1
				      : bad(error, "--to: weight: 1 to %d",
					    TARGET_WEIGHT_MAX);
	if (is_number(word, SLICE("max="), UINT32_MAX, &to->max))
		return to->max > 0
			       ? 1
			       : bad(error, "--to: max: 1 to %u", UINT32_MAX);
	return 0;
}

static int read_target(struct proxy_target *to, struct slice word,
		       char error[OPTIONS_ERROR_SIZE])
{
	char text[ADDR_TEXT_SIZE];
	struct addr addresses[2];
	int n;

	if (word.len >= sizeof(text))
		return bad(error, "--to: '%.100s': too long", word.at);
	memcpy(text, word.at, word.len);
	text[word.len] = '\0';
	n = address_read("--to", text, addresses, error);
	if (n < 0)
		return n;
	if (n != 1)
		return bad(error, "--to: '%s': that is not one address", text);
	*to = (struct proxy_target){ .addr = addresses[0] };
	return 0;
}

/* How many words were a target, 0 or 1; -EINVAL. */
static int read_word(struct proxied *p, struct slice word,
		     char error[OPTIONS_ERROR_SIZE])
{
	uint32_t n = p->opts.n_to;
	int r = n > 0 ? read_property(&p->to[n - 1], word, error) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	if (n == OPTION_LIST_MAX)
		return bad(error, "--to: more than %d targets",
			   OPTION_LIST_MAX);
	r = read_target(&p->to[n], word, error);
	return r < 0 ? r : 1;
}

/* Lists in the environment have commas as well: a property belongs to the
 * target before it, wherever it stands. */
static int read_targets(struct proxied *p, const struct option_list *list,
			char error[OPTIONS_ERROR_SIZE])
{
	for (uint32_t i = 0; i < list->n; i++) {
		struct slice rest = slice_of(list->items[i]);

		do {
			int r = read_word(p, slice_cut(&rest, ','), error);

			if (r < 0)
				return r;
			p->opts.n_to += (uint32_t)r;
		} while (rest.len > 0);
	}
	if (p->opts.n_to == 0)
		return bad(error, "--to is missing: where connections go");
	p->opts.to = p->to;
	return 0;
}

/* ── All of it ── */

static struct proxy_opts to_opts(const struct proxy_values *v)
{
	return (struct proxy_opts){
		.balance = (enum balance_method)v->balance,
		.threads = (uint32_t)v->threads,
		.max_connections = v->max_connections,
		.client_connections = v->client_connections,
		.connect_timeout_ms = (uint32_t)v->connect_timeout,
		.idle_timeout_ms = (uint32_t)v->idle_timeout,
		.half_timeout_ms = (uint32_t)v->half_timeout,
		/* 0 is the default there, and "at once" here. */
		.grace_ms = (uint32_t)MAX(v->grace, UINT64_C(1)),
		.log = (enum proxy_log)v->log,
		.log_fd = STDERR_FILENO,
		.log_file = v->log_file,
	};
}

int proxied_read(struct proxied *ret, const struct proxy_values *v,
		 char ret_error[OPTIONS_ERROR_SIZE])
{
	int n;

	*ret = (struct proxied){ .opts = to_opts(v) };
	n = addresses_read("--listen", &v->listen, ret->listen, ret_error);
	if (n < 0)
		return n;
	ret->opts.listen = ret->listen;
	ret->opts.n_listen = (uint32_t)n;
	n = address_read("--metrics", v->metrics, ret->metrics, ret_error);
	if (n < 0)
		return n;
	ret->opts.metrics = ret->metrics;
	ret->opts.n_metrics = (uint32_t)n;
	return read_targets(ret, &v->to, ret_error);
}

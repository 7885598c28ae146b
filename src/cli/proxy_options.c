/* SPDX-License-Identifier: MIT */
/* The options of a proxy, as a table. */
#include "cli/proxy_options.h"

#include "base/base.h"
#include "net/listen.h"

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

static const char *const outs[] = {
	[PROXY_OUT_NONE] = "none",
	[PROXY_OUT_V1] = "v1",
	[PROXY_OUT_V2] = "v2",
	[PROXY_OUT_V2 + 1] = NULL,
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
	OPTION(.name = "sni", .kind = OPTION_LIST, .value = "NAME=TARGET",
	       .field = FIELD(sni),
	       .help = "passes TLS clients that name this host, or with\n"
		       "*.example.org one of its hosts, on to that target;\n"
		       "repeatable"),
	OPTION(.name = "proxy-in", .kind = OPTION_LIST, .value = "NETWORK",
	       .field = FIELD(proxy_in), .bare = "all",
	       .help = "demands a PROXY header, v1 or v2, from clients in\n"
		       "10.0.0.0/8, 192.0.2.1, 2001:db8::/32, or from all;\n"
		       "repeatable"),
	OPTION(.name = "proxy-out", .kind = OPTION_CHOICE, .value = "VERSION",
	       .field = FIELD(out), .choices = outs,
	       .help = "begins with a PROXY header to targets: v1 or v2\n"
		       "(none)"),
	OPTION(.name = "allow", .kind = OPTION_LIST, .value = "NETWORK",
	       .field = FIELD(allow),
	       .help = "lets only clients in who are in it; repeatable"),
	OPTION(.name = "deny", .kind = OPTION_LIST, .value = "NETWORK",
	       .field = FIELD(deny),
	       .help = "lets nobody in who is in it; repeatable"),
	OPTION(.name = "hello-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(hello_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "waits so long for a PROXY header and a TLS hello (5)"),
	OPTION(.name = "balance", .kind = OPTION_CHOICE, .value = "METHOD",
	       .field = FIELD(balance), .choices = methods,
	       .help = "chooses targets in turn, the one with the fewest\n"
		       "connections, the better of two at random, or by\n"
		       "client: roundrobin, leastconn, random, hash\n"
		       "(roundrobin)"),
	OPTION(.name = "check", .kind = OPTION_TEXT,
	       .value = "SECONDS[,fall=N][,rise=N]", .field = FIELD(check),
	       .help = "connects to each target so often: down after N\n"
		       "failures in a row (3), up again after N successes (2)"),
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

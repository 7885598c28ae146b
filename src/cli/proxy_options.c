/* SPDX-License-Identifier: MIT */
/* The options of a proxy, as a table. */
#include "cli/proxy_options.h"

#include "base/base.h"

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

static const struct option table[] = {
	COMMON_LISTEN(proxy_values, ""),
	OPTION(.name = "to", .kind = OPTION_LIST, .value = "TARGET",
	       .field = FIELD(to),
	       .help = "passes connections on to ADDR, HOST:PORT or\n"
		       "srv:_NAME._tcp.DOMAIN, each [,weight=N][,max=N]\n"
		       "[,backup]; repeatable"),
	OPTION(.name = "sni", .kind = OPTION_LIST, .value = "NAME=TARGET",
	       .field = FIELD(sni),
	       .help = "passes TLS clients that name this host, or with\n"
		       "*.example.org one of its hosts, on to that target;\n"
		       "repeatable"),
	OPTION(.name = "alpn", .kind = OPTION_LIST,
	       .value = "PROTOCOL[@NAME]=TARGET", .field = FIELD(alpn),
	       .help = "the same for TLS clients that offer this protocol,\n"
		       "such as h2 or acme-tls/1, and name that host;\n"
		       "goes before --sni; repeatable"),
	OPTION(.name = "resolver", .kind = OPTION_LIST, .value = "ADDR",
	       .field = FIELD(resolver),
	       .help = "asks that DNS server for names of targets (those of\n"
		       "/etc/resolv.conf); repeatable"),
	OPTION(.name = "proxy-in", .kind = OPTION_LIST, .value = "NETWORK",
	       .field = FIELD(proxy_in), .bare = "all",
	       .help = "demands a PROXY header, v1 or v2, from clients in\n"
		       "10.0.0.0/8, 192.0.2.1, 2001:db8::/32, or from all;\n"
		       "repeatable"),
	OPTION(.name = "proxy-out", .kind = OPTION_CHOICE, .value = "VERSION",
	       .field = FIELD(out), .choices = outs,
	       .help = "begins with a PROXY header to targets: v1 or v2\n"
		       "(none)"),
	OPTION(.name = "transparent", .kind = OPTION_FLAG,
	       .field = FIELD(transparent),
	       .help = "calls targets from the client's own address; needs\n"
		       "CAP_NET_ADMIN, and routes that lead answers back"),
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
	OPTION(.name = "check-send", .kind = OPTION_TEXT, .value = "TEXT",
	       .field = FIELD(check_send),
	       .help = "says that in a check; \\r, \\n, \\t, \\\\ and \\xHH\n"
		       "stand for bytes"),
	OPTION(.name = "check-expect", .kind = OPTION_TEXT, .value = "TEXT",
	       .field = FIELD(check_expect),
	       .help = "fails a check unless that comes within the first\n"
		       "4 KiB of the answer"),
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "waits so long for each target to answer, or for a\n"
		       "place with one (5)"),
	COMMON_IDLE(proxy_values,
		    "ends conversations in which both sides are silent\n"
		    "for so long (never)"),
	OPTION(.name = "half-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(half_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "once one side has ended, lets the other be silent\n"
		       "for so long (300)"),
	COMMON_LIMITS(proxy_values,
		      "closes more connections than that at once (as many\n"
		      "as descriptors allow)"),
	COMMON_RATES(proxy_values,
		     "passes on at most so many bytes a second each way,\n"
		     "in all",
		     "the same for each client address"),
	OPTION(.name = "connection-rate", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(connection_rate), .min = 1, .max = RATE_MAX,
	       .help = "the same for each connection"),
	COMMON_RUNNING(proxy_values, formats,
		       "writes a line for each conversation, text or json,\n"
		       "or none, off (text)",
		       "lets conversations finish for so long when stopped\n"
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
	*v = (struct proxy_values){ .common.grace = 10 * UINT64_C(1000) };
}

/* SPDX-License-Identifier: MIT */
/* What a proxy was told, from words to what proxy_new() takes. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "cli/proxy_options.h"
#include "http/probe.h"
#include "proxy/target.h"

/* ── Targets ── */

/* How many words were a target, 0 or 1; -EINVAL. */
static int read_word(struct proxied *p, struct slice word,
		     char error[OPTIONS_ERROR_SIZE])
{
	uint32_t n = p->opts.n_to;
	int r = n > 0 ? target_property(&p->to[n - 1], word, error) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	if (n == OPTION_LIST_MAX)
		return proxied_bad(error, "--to: more than %d targets",
				   OPTION_LIST_MAX);
	r = target_read(&p->to[n], p->to_hosts[n], "--to", word, error);
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
	p->opts.to = p->to;
	return 0;
}

/* ── Targets by name ── */

static bool is_host(struct slice host)
{
	struct slice rest = host;

	if (host.len > 2 && memcmp(host.at, "*.", 2) == 0)
		rest = (struct slice){ host.at + 2, host.len - 2 };
	for (size_t i = 0; i < rest.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.",
			   rest.at[i]) == NULL)
			return false;
	return rest.len > 0 && host.len < PROXY_HOST_SIZE;
}

/* In lower case, which is how names are compared. */
static void keep_host(char ret[PROXY_HOST_SIZE], const char *item, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ret[i] = (char)tolower(item[i]);
	ret[len] = '\0';
}

static int read_way(struct proxied *p, const char *flag, struct slice word,
		    struct slice rest, char error[OPTIONS_ERROR_SIZE])
{
	struct proxy_name *n = &p->names[p->opts.n_names];
	int r = target_read(&n->to, p->name_hosts[p->opts.n_names], flag, word,
			    error);

	while (r == 0 && rest.len > 0) {
		word = slice_cut(&rest, ',');
		r = target_property(&n->to, word, error);
		r = r == 0 ? proxied_bad(error, "%s: '%.*s': unknown", flag,
					 (int)word.len, word.at)
			   : MIN(r, 0);
	}
	n->name = p->hosts[p->opts.n_names];
	p->opts.n_names++;
	return r;
}

static int read_name(struct proxied *p, const char *item,
		     char error[OPTIONS_ERROR_SIZE])
{
	char *host = p->hosts[p->opts.n_names];
	struct slice rest = slice_of(item);
	size_t len = slice_cut(&rest, '=').len;
	struct slice word;

	keep_host(host, item, len < PROXY_HOST_SIZE ? len : 0);
	if (!is_host(slice_of(host)) || rest.len == 0)
		return proxied_bad(error, "--sni: '%.100s': not NAME=TARGET",
				   item);
	word = slice_cut(&rest, ',');
	return read_way(p, "--sni", word, rest, error);
}

/* What may stand in a list, and is not our own sign. */
static bool is_protocol(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~' || s.at[i] == '@')
			return false;
	return s.len > 0;
}

/* PROTOCOL, or PROTOCOL@NAME, and the target. */
static int read_alpn(struct proxied *p, const char *item,
		     char error[OPTIONS_ERROR_SIZE])
{
	char *key = p->hosts[p->opts.n_names];
	struct slice rest = slice_of(item);
	struct slice host = slice_cut(&rest, '=');
	struct slice whole = host, protocol = slice_cut(&host, '@'), word;

	if (host.len == 0)
		host = SLICE("*");
	if (!is_protocol(protocol) || rest.len == 0 ||
	    protocol.len + 1 + host.len >= PROXY_HOST_SIZE ||
	    whole.at[whole.len - 1] == '@')
		return proxied_bad(
			error, "--alpn: '%.100s': not PROTOCOL=TARGET", item);
	memcpy(key, protocol.at, protocol.len);
	key[protocol.len] = '@';
	keep_host(key + protocol.len + 1, host.at, host.len);
	if (!slice_is(host, SLICE("*")) &&
	    !is_host(slice_of(key + protocol.len + 1)))
		return proxied_bad(
			error, "--alpn: '%.100s': after @ comes a host", item);
	word = slice_cut(&rest, ',');
	return read_way(p, "--alpn", word, rest, error);
}

static int read_names(struct proxied *p, const struct proxy_values *v,
		      char error[OPTIONS_ERROR_SIZE])
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < v->sni.n; i++)
		r = read_name(p, v->sni.items[i], error);
	for (uint32_t i = 0; r == 0 && i < v->alpn.n; i++)
		r = read_alpn(p, v->alpn.items[i], error);
	p->opts.names = p->names;
	return r;
}

/* ── Resolvers ── */

/* Of a DNS server everybody knows the port. */
static int read_resolver(const char *text, struct addr *ret,
			 char error[OPTIONS_ERROR_SIZE])
{
	char with_port[ADDR_TEXT_SIZE + 4];
	struct addr addresses[2];
	const char *why;
	int n = addr_parse(text, addresses, &why);

	if (n < 0 && strlen(text) < ADDR_TEXT_SIZE) {
		(void)snprintf(with_port, sizeof(with_port), "%s:53", text);
		n = addr_parse(with_port, addresses, &why);
	}
	if (n != 1 || addresses[0].sa.sa_family == AF_UNIX)
		return proxied_bad(
			error,
			"--resolver: '%.100s': not the address of a DNS "
			"server, such as 10.0.0.53, [::1]:53",
			text);
	*ret = addresses[0];
	return 0;
}

static int read_resolvers(struct proxied *p, const struct option_list *list,
			  char error[OPTIONS_ERROR_SIZE])
{
	int r = 0;

	if (list->n > RESOLVER_SERVERS_MAX)
		return proxied_bad(error, "--resolver: more than %d",
				   RESOLVER_SERVERS_MAX);
	for (uint32_t i = 0; r == 0 && i < list->n; i++)
		r = read_resolver(list->items[i], &p->resolvers[i], error);
	p->opts.resolvers = p->resolvers;
	p->opts.n_resolvers = list->n;
	return r;
}

/* ── Networks ── */

static int read_networks(const char *flag, const struct option_list *list,
			 struct network ret[OPTION_LIST_MAX],
			 char error[OPTIONS_ERROR_SIZE])
{
	for (uint32_t i = 0; i < list->n; i++) {
		const char *why;

		if (network_parse(list->items[i], &ret[i], &why) < 0)
			return proxied_bad(error, "%s: '%.100s': %s", flag,
					   list->items[i], why);
	}
	return 0;
}

static int read_lists(struct proxied *p, const struct proxy_values *v,
		      char error[OPTIONS_ERROR_SIZE])
{
	struct proxy_opts *o = &p->opts;
	int r = read_networks("--proxy-in", &v->proxy_in, p->proxy_in, error);

	if (r == 0)
		r = read_networks("--allow", &v->allow, p->allow, error);
	if (r == 0)
		r = read_networks("--deny", &v->deny, p->deny, error);
	o->proxy_in = p->proxy_in;
	o->n_proxy_in = v->proxy_in.n;
	o->allow = p->allow;
	o->n_allow = v->allow.n;
	o->deny = p->deny;
	o->n_deny = v->deny.n;
	return r;
}

/* ── All of it ── */

static struct proxy_opts to_opts(const struct proxy_values *v)
{
	return (struct proxy_opts){
		.out = (enum proxy_out)v->out,
		.transparent = v->transparent,
		.hello_timeout_ms = (uint32_t)v->hello_timeout,
		.balance = (enum balance_method)v->balance,
		.threads = (uint32_t)v->common.threads,
		.max_connections = v->common.max_connections,
		.client_connections = v->common.client_connections,
		.rate = v->common.rate,
		.client_rate = v->common.client_rate,
		.connection_rate = v->connection_rate,
		.connect_timeout_ms = (uint32_t)v->connect_timeout,
		.idle_timeout_ms = (uint32_t)v->common.idle_timeout,
		.half_timeout_ms = (uint32_t)v->half_timeout,
		/* 0 is the default there, and "at once" here. */
		.grace_ms = (uint32_t)MAX(v->common.grace, UINT64_C(1)),
		.log = (enum proxy_log)v->common.log,
		.log_fd = STDERR_FILENO,
		.log_file = v->common.log_file,
	};
}

int proxied_read(struct proxied *ret, const struct proxy_values *v,
		 char ret_error[OPTIONS_ERROR_SIZE])
{
	int n;

	*ret = (struct proxied){ .opts = to_opts(v) };
	n = addresses_read("--listen", &v->common.listen, ret->listen,
			   ret_error);
	if (n < 0)
		return n;
	ret->opts.listen = ret->listen;
	ret->opts.n_listen = (uint32_t)n;
	n = address_read("--metrics", v->common.metrics, ret->metrics,
			 ret_error);
	if (n < 0)
		return n;
	ret->n_metrics = (uint32_t)n;
	ret->opts.spare_fds = n > 0 ? PROBE_FDS : 0;
	n = read_targets(ret, &v->to, ret_error);
	if (n == 0)
		n = read_names(ret, v, ret_error);
	if (n == 0)
		n = read_resolvers(ret, &v->resolver, ret_error);
	if (n == 0)
		n = read_lists(ret, v, ret_error);
	if (n == 0)
		n = proxied_checks(ret, v, ret_error);
	if (n == 0 && ret->opts.n_to + ret->opts.n_names == 0)
		return proxied_bad(ret_error,
				   "--to is missing: where connections go");
	return n;
}

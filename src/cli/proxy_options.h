/* SPDX-License-Identifier: MIT */
/*
 * What `pour proxy` and a [proxy] section can be told: one table for both.
 *
 *      words, environment ─┐
 *                          ├─► struct proxy_values ──► struct proxied ──► proxy_new
 *      a section's keys ───┘
 */
#ifndef CLI_PROXY_OPTIONS_H
#define CLI_PROXY_OPTIONS_H

#include <stdint.h>

#include "cli/addresses.h"
#include "cli/common_options.h"
#include "cli/options.h"
#include "cli/proxy_target.h"
#include "proxy/proxy.h"

/* The longest name of a host, its NUL included. */
enum { PROXY_HOST_SIZE = 256 };

struct proxy_values {
	struct common_values common; /* its log: enum proxy_log */
	struct option_list to, sni, alpn, resolver, proxy_in, allow, deny;
	uint64_t hello_timeout, connect_timeout, half_timeout;
	uint64_t connection_rate;
	unsigned balance;  /* enum balance_method */
	unsigned out;      /* enum proxy_out */
	const char *check; /* SECONDS[,fall=N][,rise=N] */
	const char *check_send, *check_expect;
	bool transparent;
};

extern const struct options proxy_options;

/* The defaults that are not zero. */
void proxy_values_init(struct proxy_values *v);

/* Options for proxy_new(), and what they point to. */
struct proxied {
	struct proxy_opts opts;
	struct addr listen[ADDRESSES_MAX];
	struct addr metrics[2];
	uint32_t n_metrics;
	struct proxy_target to[OPTION_LIST_MAX];
	struct proxy_name names[2 * OPTION_LIST_MAX]; /* of sni and alpn */
	char hosts[2 * OPTION_LIST_MAX][PROXY_HOST_SIZE];
	char name_hosts[2 * OPTION_LIST_MAX][TARGET_HOST_SIZE];
	char to_hosts[OPTION_LIST_MAX][TARGET_HOST_SIZE];
	char check_send[PROXY_CHECK_MAX], check_expect[PROXY_CHECK_MAX];
	struct addr resolvers[RESOLVER_SERVERS_MAX];
	struct network proxy_in[OPTION_LIST_MAX];
	struct network allow[OPTION_LIST_MAX], deny[OPTION_LIST_MAX];
};

/*
 * Fills *ret by values that must outlive it. 0 or -EINVAL with ret_error saying
 * what was wrong.
 */
int proxied_read(struct proxied *ret, const struct proxy_values *v,
		 char ret_error[OPTIONS_ERROR_SIZE]);

/* The part of it that is about checks. */
int proxied_checks(struct proxied *p, const struct proxy_values *v,
		   char error[OPTIONS_ERROR_SIZE]);

#endif

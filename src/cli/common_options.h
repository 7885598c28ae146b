/* SPDX-License-Identifier: MIT */
/*
 * What servers and proxies are told alike: rows of their tables, and the values
 * that those fill.
 *
 *      table of serve ─┬─ its own rows ──► struct serve_values
 *                      └─ COMMON_… ───┬──► its struct common_values
 *      table of proxy ─┬─ COMMON_… ───┘
 *                      └─ its own rows ──► struct proxy_values
 */
#ifndef CLI_COMMON_OPTIONS_H
#define CLI_COMMON_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "net/listen.h"

/* Milliseconds have to fit, and 0 would stand for the default. */
#define MS_MAX UINT32_MAX
/* Beyond all that a network does; sums of a few still fit. */
#define RATE_MAX (UINT64_C(1) << 50)

struct common_values {
	struct option_list listen;
	uint64_t threads, grace, idle_timeout;
	uint64_t max_connections, client_connections;
	uint64_t rate, client_rate;
	unsigned log; /* of the choices of the table */
	const char *log_file, *metrics;
};

/* Where they are in the values of a command. */
#define COMMON_FIELD(values, name)                                             \
	(offsetof(struct values, common) + offsetof(struct common_values, name))

/* Where it listens, with what is done without it: " (127.0.0.1:8080)" or "". */
#define COMMON_LISTEN(values, standard)                                        \
	OPTION(.name = "listen", .letter = 'l', .kind = OPTION_LIST,           \
	       .value = "ADDR", .field = COMMON_FIELD(values, listen),         \
	       .help = "listens on 8080, *:8080, 10.0.0.1:80, [::1]:80 or\n"   \
		       "unix:/run/pour.sock; repeatable" standard)

/* How it runs and how it is watched; log_help says what a line is for. */
#define COMMON_RUNNING(values, formats, log_help, grace_help)                  \
	OPTION(.name = "threads", .letter = 't', .kind = OPTION_COUNT,         \
	       .value = "N", .field = COMMON_FIELD(values, threads), .min = 1, \
	       .max = LISTEN_THREADS_MAX,                                      \
	       .help = "runs with N threads (one for each CPU)"),              \
		OPTION(.name = "log", .kind = OPTION_CHOICE,                   \
		       .value = "FORMAT", .field = COMMON_FIELD(values, log),  \
		       .choices = (formats), .help = (log_help)),              \
		OPTION(.name = "log-file", .kind = OPTION_PATH,                \
		       .value = "PATH",                                        \
		       .field = COMMON_FIELD(values, log_file),                \
		       .help = "appends these lines to a file (standard "      \
			       "error);\nUSR1 opens it again"),                \
		OPTION(.name = "metrics", .kind = OPTION_TEXT,                 \
		       .value = "ADDR",                                        \
		       .field = COMMON_FIELD(values, metrics),                 \
		       .help = "shows numbers for Prometheus at /metrics "     \
			       "there, and\n/healthz and /readyz"),            \
		OPTION(.name = "grace", .kind = OPTION_SECONDS,                \
		       .value = "SECONDS",                                     \
		       .field = COMMON_FIELD(values, grace), .max = MS_MAX,    \
		       .help = (grace_help))

/* How many may come; full_help says what becomes of those who may not. */
#define COMMON_LIMITS(values, full_help)                                       \
	OPTION(.name = "max-connections", .kind = OPTION_COUNT, .value = "N",  \
	       .field = COMMON_FIELD(values, max_connections), .min = 1,       \
	       .max = UINT32_MAX, .help = (full_help)),                        \
		OPTION(.name = "client-connections", .kind = OPTION_COUNT,     \
		       .value = "N",                                           \
		       .field = COMMON_FIELD(values, client_connections),      \
		       .min = 1, .max = UINT32_MAX,                            \
		       .help = "the same for each client address")

/* How much may pass; the helps say which way. */
#define COMMON_RATES(values, rate_help, client_help)                           \
	OPTION(.name = "rate", .kind = OPTION_SIZE, .value = "BYTES",          \
	       .field = COMMON_FIELD(values, rate), .min = 1, .max = RATE_MAX, \
	       .help = (rate_help)),                                           \
		OPTION(.name = "client-rate", .kind = OPTION_SIZE,             \
		       .value = "BYTES",                                       \
		       .field = COMMON_FIELD(values, client_rate), .min = 1,   \
		       .max = RATE_MAX, .help = (client_help))

/* How long silence is borne; idle_help says whose. */
#define COMMON_IDLE(values, idle_help)                                         \
	OPTION(.name = "idle-timeout", .kind = OPTION_SECONDS,                 \
	       .value = "SECONDS",                                             \
	       .field = COMMON_FIELD(values, idle_timeout), .min = 1,          \
	       .max = MS_MAX, .help = (idle_help))

#endif

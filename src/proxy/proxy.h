/* SPDX-License-Identifier: MIT */
/*
 * The TCP proxy: some addresses, some targets, some threads.
 *
 *      proxy_new ──► rules, listeners ──► proxy_start ──► threads ──► proxy_join
 *                          ▲                                 ▲
 *                    proxy_reload()                     proxy_stop()
 *
 * Each thread has its own listeners, loop, pool and log buffer. Nothing here
 * prints but the log, on the descriptor that the options name.
 */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/addr.h"
#include "net/network.h"
#include "proxy/balance.h"

struct proxy;
struct proxy_next;
struct text;

enum proxy_log {
	PROXY_LOG_TEXT,
	PROXY_LOG_OFF,
	PROXY_LOG_JSON, /* the same as an object a line */
};

enum proxy_how {
	PROXY_DRAIN = 1, /* conversations finish within the grace */
	PROXY_NOW,       /* they are cut */
};

enum { PROXY_ERROR_SIZE = 512, PROXY_CHECK_MAX = 256 };

/* Where connections may go to. */
struct proxy_target {
	struct addr addr;
	const char *host; /* instead: a name to look up; NULL: none */
	uint16_t port;    /* of that; 0: its SRV records have the ports */
	uint32_t weight;  /* 0: 1, or that of SRV; at most TARGET_WEIGHT_MAX */
	uint32_t max;     /* connections at a time; 0: as many as come */
	bool backup;      /* only for when no other one is to be had */
};

/* A target for TLS clients that name a host; several for a name are balanced. */
struct proxy_name {
	/* "example.org", "*.example.org", in lower case; and "h2@" before it:
	 * who offers that protocol; "h2@*" whatever host he names, or none. */
	const char *name;
	struct proxy_target to;
};

/* The header of the PROXY protocol that targets are told, if any. */
enum proxy_out { PROXY_OUT_NONE, PROXY_OUT_V1, PROXY_OUT_V2 };

/* In every field but `to` zero is the default. */
struct proxy_opts {
	const struct addr *listen; /* copied */
	uint32_t n_listen;
	/* Sockets that listen already and stay the caller's, who keeps them
	 * open. */
	const int *inherited;
	uint32_t n_inherited;
	const struct proxy_target *to;  /* copied */
	uint32_t n_to;                  /* at most BALANCE_TARGETS_MAX */
	const struct proxy_name *names; /* copied; with any, n_to may be 0 */
	uint32_t n_names;
	/* Targets see the client's address, where both are of one family. */
	bool transparent;
	/* DNS servers for names; none: those of resolv.conf(5). Copied. */
	const struct addr *resolvers;
	uint32_t n_resolvers; /* at most RESOLVER_SERVERS_MAX */
	enum proxy_out out;
	/* Copied. Who is in one must begin with a PROXY header. */
	const struct network *proxy_in;
	/* With any, only who is in one may come in; and nobody who is in one
	 * of those that are denied. */
	const struct network *allow, *deny;
	uint32_t n_proxy_in, n_allow, n_deny;
	uint32_t hello_timeout_ms; /* for headers and hellos; 0: 5 s */
	enum balance_method balance;
	uint32_t threads; /* 0: one per CPU this process may use */
	/* Whether targets answer is asked so often; 0: never. So many times in
	 * a row it must not, to be down, or must, to be up again; 0: 3 and 2 */
	uint32_t check_ms, check_fall, check_rise;
	/* Said to it then, and to be found in the beginning of its answer; none.
	 * At most PROXY_CHECK_MAX bytes each. Copied. */
	struct slice check_send, check_expect;
	/* At a time, of all and of one client; more are closed at once. 0: no
	 * limit but that of descriptors. */
	uint64_t max_connections, client_connections;
	/* Bytes a second each way: of all conversations together, of those of
	 * a client, and of each; 0: no limit. */
	uint64_t rate, client_rate, connection_rate;
	/* Until a target has answered, or a place with one was free; 0: 5 s */
	uint32_t connect_timeout_ms;
	uint32_t idle_timeout_ms; /* both are silent; 0: no bound */
	/* One side has ended and the other is silent; 0: 5 minutes */
	uint32_t half_timeout_ms;
	uint32_t grace_ms;  /* for conversations that run; 0: 10 s */
	uint32_t spare_fds; /* descriptors that others here may need */
	enum proxy_log log;
	int log_fd;           /* 0: standard error */
	const char *log_file; /* lines go here, not to log_fd */
};

/*
 * Opens the listeners; nothing is accepted yet. Nothing of opts is needed
 * afterwards but inherited sockets. A negative errno, and then ret_error says
 * in one line what was wrong and where. Raises the soft limit of open files to
 * the hard one.
 */
int proxy_new(struct proxy **ret, const struct proxy_opts *opts,
	      char ret_error[PROXY_ERROR_SIZE]);
/* Closes what proxy_new() opened. Not while threads run. Returns NULL. */
struct proxy *proxy_free(struct proxy *p);

/* The addresses as bound: a port that was 0 is the one that was got. */
uint32_t proxy_n_addresses(const struct proxy *p);
const struct addr *proxy_address(const struct proxy *p, uint32_t i);
uint32_t proxy_threads(const struct proxy *p);

/*
 * Starts the threads, with all signals blocked; SIGPIPE is ignored from then
 * on. 0 or a negative errno; proxy_join() is due in either case.
 */
int proxy_start(struct proxy *p);
/* Readable once all threads have ended, whatever for; the proxy's. */
int proxy_over_fd(const struct proxy *p);
/* Waits for the threads. 0 after proxy_stop(), or a negative errno. */
int proxy_join(struct proxy *p);
/*
 * Goes by other options from now on, while it runs. Addresses that are in both
 * keep their sockets, new ones are open before old ones close, and what waits in
 * those is still let in. Targets that are in both keep what is known of them;
 * conversations go on with theirs to the end, and who has none yet chooses among
 * the new ones. Lines go to the new log; threads stay as many as they are. A
 * negative errno, and then ret_error says why; as a rule nothing has changed
 * then. Of one thread only, that of proxy_new().
 */
int proxy_reload(struct proxy *p, const struct proxy_opts *opts,
		 char ret_error[PROXY_ERROR_SIZE]);
/*
 * The same in two steps, for whoever reloads several and wants all or none:
 * prepared is all that can fail for a reason of the options; what is prepared
 * is committed or discarded. opts must last until then.
 */
int proxy_prepare(const struct proxy *p, const struct proxy_opts *opts,
		  struct proxy_next **ret, char ret_error[PROXY_ERROR_SIZE]);
int proxy_commit(struct proxy *p, struct proxy_next *next);
void proxy_discard(struct proxy_next *next);
/*
 * Stops it; from another thread or from a signal handler, as often as you
 * like: a later PROXY_NOW cuts a PROXY_DRAIN short, and not the other way
 * round.
 */
void proxy_stop(struct proxy *p, enum proxy_how how);
/* Opens the log file where its name is now. From any thread. */
void proxy_reopen(struct proxy *p);
/* Numbers for Prometheus, while it runs or not. From any thread. */
void proxy_numbers(struct proxy *p, struct text *page);
/* Why nobody should be sent here just now; NULL: all is well. */
const char *proxy_unready(struct proxy *p);
/* Has each thread say what it does, on standard error. From any thread. */
void proxy_dump(struct proxy *p);

#endif

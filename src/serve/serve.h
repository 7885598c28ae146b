/* SPDX-License-Identifier: MIT */
/*
 * The file server: folders under names, some addresses, some threads.
 *
 *      serve_new ──► sites, listeners ──► serve_start ──► threads ──► serve_join
 *                          ▲                                 ▲
 *                    serve_reload()                     serve_stop()
 *
 * Each thread has its own listeners, loop, pool and log buffer and shares
 * nothing with the others while it serves. Nothing here prints but the access
 * log, on the descriptor that the options name.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/site.h"

struct addr;
struct serve;
struct serve_next;
struct text;

enum serve_log {
	SERVE_LOG_COMBINED, /* combined, then seconds and the account */
	SERVE_LOG_OFF,
	SERVE_LOG_JSON, /* the same as an object a line */
};

enum serve_how {
	SERVE_DRAIN = 1, /* running answers finish within the grace */
	SERVE_NOW,       /* connections are cut */
};

/* As a least rate: none is too slow. */
#define SERVE_ANY_RATE UINT64_MAX

enum { SERVE_ERROR_SIZE = 512, SERVE_THREADS_MAX = 1024 };

/* In every field zero is the default, and NULL options stand for all zero. */
struct serve_opts {
	const struct site_opts *sites; /* the first one is the default */
	uint32_t n_sites;              /* 0: one, of all defaults */
	bool only_hosts;               /* names that no site has are refused */
	const struct addr *listen;     /* copied; none: 127.0.0.1:8080 */
	uint32_t n_listen;             /* *:PORT are two of them */
	/* Sockets that listen already and stay the caller's, who keeps them
	 * open; with any, there is no default address. */
	const int *inherited;
	uint32_t n_inherited;
	uint32_t threads; /* 0: one per CPU this process may use */
	/* Connections at a time, of all and of one client; more are answered
	 * with 503 at once. 0: no limit but that of descriptors. */
	uint64_t max_connections, client_connections;
	/* Bytes of bodies a second, of all and to each client. 0: no limit. */
	uint64_t rate, client_rate;
	/* What a peer takes of a body on average over body_timeout_ms, bytes
	 * a second; less, and he is cut. 0: 100; SERVE_ANY_RATE: no bound. */
	uint64_t min_rate;
	/* Bytes of a head, and fields; more is 431. 0: HEAD_SIZE_MAX and
	 * HEAD_FIELDS_MAX, beyond which neither goes. */
	uint32_t header_size, header_fields;
	/* Answers in a row to one connection before others have their turn, a
	 * large one counting for several. 0: 16. */
	uint32_t pipelined;
	/* From the first byte, or accept, to the whole head; 0: 10 s. */
	uint32_t header_timeout_ms;
	uint32_t idle_timeout_ms;   /* keep-alive between requests; 0: 60 s */
	uint32_t body_timeout_ms;   /* without one byte taken; 0: 60 s */
	uint32_t linger_timeout_ms; /* closing after an error; 0: 5 s */
	uint32_t grace_ms;          /* for answers that run; 0: 30 s */
	uint32_t spare_fds;         /* descriptors that others here may need */
	enum serve_log log;
	int log_fd;           /* 0: standard error */
	const char *log_file; /* lines go here, not to log_fd */
};

/*
 * Opens the roots and the listeners; nothing is accepted yet. Nothing of opts
 * is needed afterwards. A negative errno, and then ret_error says in one line
 * what was wrong and where ("/srv/x: No such file or directory"). Raises the
 * soft limit of open files to the hard one.
 */
int serve_new(struct serve **ret, const struct serve_opts *opts,
	      char ret_error[SERVE_ERROR_SIZE]);
/* Closes what serve_new() opened. Not while threads run. Returns NULL. */
struct serve *serve_free(struct serve *s);

/* The addresses as bound: a port that was 0 is the one that was got. */
uint32_t serve_n_addresses(const struct serve *s);
const struct addr *serve_address(const struct serve *s, uint32_t i);
/* How many threads it runs with. */
uint32_t serve_threads(const struct serve *s);

/*
 * Starts the threads, with all signals blocked. SIGPIPE is ignored from then
 * on, in the whole program. 0 or a negative errno; serve_join() is due in
 * either case.
 */
int serve_start(struct serve *s);
/* Readable once all threads have ended, whatever for; the server's. */
int serve_over_fd(const struct serve *s);
/*
 * Waits for the threads. 0 after serve_stop(), or a negative errno when a
 * thread could not start or a loop failed (the others are stopped first).
 */
int serve_join(struct serve *s);
/* Both of them. */
int serve_run(struct serve *s);
/*
 * Serves by other options from now on, while it runs: addresses that are in
 * both keep their sockets, new ones are open before old ones close, and what
 * waits in those is still let in. Answers that are under way end as they
 * began; the next request on their connection finds the new sites. Lines go to
 * the new log; threads stay as many as they are. A negative errno, and then
 * ret_error says why; as a rule nothing has changed then. Of one thread only,
 * that of serve_new().
 */
int serve_reload(struct serve *s, const struct serve_opts *opts,
		 char ret_error[SERVE_ERROR_SIZE]);
/*
 * The same in two steps, for whoever reloads several and wants all or none:
 * prepared is all that can fail for a reason of the options; what is prepared
 * is committed or discarded. opts must last until then.
 */
int serve_prepare(const struct serve *s, const struct serve_opts *opts,
		  struct serve_next **ret, char ret_error[SERVE_ERROR_SIZE]);
int serve_commit(struct serve *s, struct serve_next *next);
void serve_discard(struct serve_next *next);
/*
 * Stops it; from another thread or from a signal handler, before or while it
 * runs, as often as you like: a later SERVE_NOW cuts a SERVE_DRAIN
 * short, the other way round nothing changes.
 */
void serve_stop(struct serve *s, enum serve_how how);
/*
 * Opens the log file where its name is now, and goes on there; no line is lost
 * on the way. From any thread, at any time; blocks as open(2) does.
 */
void serve_reopen(struct serve *s);
/* Numbers for Prometheus, while it runs or not. From any thread. */
void serve_numbers(const struct serve *s, struct text *page);
/* Why nobody should be sent here just now; NULL: all is well. */
const char *serve_unready(const struct serve *s);
/* Has each thread say what it does, on standard error. From any thread. */
void serve_dump(struct serve *s);

#endif

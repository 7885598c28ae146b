/* SPDX-License-Identifier: MIT */
/*
 * Servers and proxies, as far as whoever runs them need not tell them apart.
 *
 *      options ──► service_new ──► service_start ──► … ──► service_end
 *                                       ▲
 *      other options ──► service_prepare, and then service_commit or _discard
 */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct service_kind;
struct text;

struct service {
	void *it;
	const struct service_kind *kind;
};

/* Options are struct serve_opts of the one, struct proxy_opts of the other. */
extern const struct service_kind service_serve, service_proxy;

enum { SERVICE_ERROR_SIZE = 512 };

/* -errno, and ret_error says why. */
int service_new(struct service *ret, const struct service_kind *kind,
		const void *opts, char ret_error[SERVICE_ERROR_SIZE]);
/* One that was never started; safe on all zero. */
void service_free(struct service *s);

/* One that cannot start is over at once. */
void service_start(const struct service *s);
/* Readable once it has ended, whatever for. */
int service_over_fd(const struct service *s);
/* Lets what runs finish, or cuts it. */
void service_stop(const struct service *s, bool at_once);
/* Waits for its end, and frees it. 0 or -errno: why it ended. */
int service_end(struct service *s);

/*
 * Other options while it runs: prepared is all that can fail for a reason of
 * theirs, -errno, and ret_error says why. They must last until what is prepared
 * was committed or discarded.
 */
int service_prepare(const struct service *s, const void *opts, void **ret_next,
		    char ret_error[SERVICE_ERROR_SIZE]);
int service_commit(const struct service *s, void *next);
void service_discard(const struct service *s, void *next);

/* Says what it does where; name: that of its section, or NULL. */
void service_say(const struct service *s, const char *name, const void *opts);
/* "server", "proxy". */
const char *service_word(const struct service *s);
/* Numbers for Prometheus. From any thread. */
void service_numbers(const struct service *s, struct text *page);
/* Why nobody should be sent there just now, or NULL. From any thread. */
const char *service_unready(const struct service *s);
uint32_t service_threads(const struct service *s);
/* Opens its log files again; says what it does. */
void service_reopen(const struct service *s);
void service_dump(const struct service *s);

#endif

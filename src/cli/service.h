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

struct proxy;
struct serve;
struct service_kind;

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
/* One that was never started. */
void service_free(struct service *s);
struct service service_of_serve(struct serve *it);
struct service service_of_proxy(struct proxy *it);

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
uint32_t service_threads(const struct service *s);
/* Opens its log files again; says what it does. */
void service_reopen(const struct service *s);
void service_dump(const struct service *s);

#endif

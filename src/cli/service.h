/* SPDX-License-Identifier: MIT */
/* Servers and proxies, as far as whoever runs them need not tell them apart. */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include <stdbool.h>

struct proxy;
struct serve;
struct service_kind;

struct service {
	void *it;
	const struct service_kind *kind;
};

struct service service_of_serve(struct serve *s);
struct service service_of_proxy(struct proxy *p);

/* One that cannot start is over at once. */
void service_start(const struct service *s);
/* Readable once it has ended, whatever for. */
int service_over_fd(const struct service *s);
/* Lets what runs finish, or cuts it. */
void service_stop(const struct service *s, bool at_once);
/* Waits for its end, and frees it. 0 or -errno: why it ended. */
int service_end(struct service *s);
/* Opens its log files again; says what it does. */
void service_reopen(const struct service *s);
void service_dump(const struct service *s);

#endif

/* SPDX-License-Identifier: MIT */
/* "/srv at http://127.0.0.1:8080/ with 2 threads", on standard error. */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

struct proxy;
struct proxy_opts;
struct serve;
struct serve_opts;

/* name: that of the server, where there may be several, or NULL. */
void where_say(const char *name, const struct serve *s,
	       const struct serve_opts *opts);
/* "127.0.0.1:8080 to 127.0.0.1:9000 with 2 threads" */
void where_say_proxy(const char *name, const struct proxy *p,
		     const struct proxy_opts *opts);

#endif

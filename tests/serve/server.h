/* SPDX-License-Identifier: MIT */
/* A server in this process, on a port of its own, and clients for it. */
#ifndef TESTS_SERVE_SERVER_H
#define TESTS_SERVE_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"
#include "serve/serve.h"
#include "tree.h"

struct server {
	struct tree tree;
	struct site_opts site;
	struct serve_opts opts; /* of that site */
	struct serve *serve;
	struct addr any[2]; /* a port that is free */
	int result;         /* of serve_join(), after server_stop() */
	int log_fd;
	char log[64 * 1024]; /* after server_stop() */
};

/* Makes the folder and the defaults, with one thread; fill in tree and opts. */
struct server *server_new(void);
/* Listens, then answers; both at once. */
void server_open(struct server *s);
void server_go(struct server *s);
void server_start(struct server *s);
void server_stop(struct server *s, enum serve_how how);
/* By what is in opts now. */
void server_reload(struct server *s);
/* Waits until it has ended by itself. */
void server_join(struct server *s);
void server_free(struct server *s);

/* A blocking socket, its connection, and both at once. */
int client_socket(const struct server *s);
void client_connect(const struct server *s, int fd);
int client_open(const struct server *s);
void client_say(int fd, const char *text);
/*
 * Reads until text has come or the end; how many bytes, of which the first
 * are kept in buf as a string. text NULL: until the end.
 */
uint64_t client_read(int fd, const char *text, char *buf, size_t size);
/* All of it: connect, say, read to the end. */
uint64_t client_ask(const struct server *s, const char *text, char *buf,
		    size_t size);
/* How often text is in buf. */
unsigned count(const char *buf, const char *text);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Addresses to listen on, as people write them:
 *
 *      8080            127.0.0.1, port 8080
 *      *:8080          every address, of both families
 *      0.0.0.0:8080    every IPv4 address      10.0.0.1:80   one of them
 *      [::]:80         every IPv6 address      [::1]:80      one of them
 *      unix:/run/x     a unix socket           unix:@name    an abstract one
 *
 * Numbers only: names are nobody's business here.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct addr {
	union {
		struct sockaddr sa;
		struct sockaddr_storage storage;
		struct sockaddr_un un;
	};
	socklen_t len;
};

/* "unix:" and the longest path, or "[ipv6%scope]:port"; NUL included. */
enum { ADDR_TEXT_SIZE = 128 };

/*
 * Reads one address; *:PORT makes two, so ret has room for two. How many, or
 * -EINVAL with *ret_why saying what is wrong with the text.
 */
int addr_parse(const char *text, struct addr ret[2], const char **ret_why);
/* Writes it as it would be read: "127.0.0.1:8080", "[::1]:80", "unix:/x". */
void addr_text(const struct addr *a, char text[ADDR_TEXT_SIZE]);
/* The same without the port, for logs: "127.0.0.1", "::1", "unix:". */
void addr_host(const struct addr *a, char text[ADDR_TEXT_SIZE]);

#endif

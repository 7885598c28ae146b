/* SPDX-License-Identifier: MIT */
/*
 * Where a proxy's connections go, as people write it: an address (net/addr.h)
 * or a name.
 *
 *      db.example.org:5432             each address of that host, this port
 *      srv:_pg._tcp.example.org        hosts, ports, weights of SRV records
 */
#ifndef CLI_PROXY_TARGET_H
#define CLI_PROXY_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "cli/options.h"
#include "net/resolver.h"
#include "proxy/proxy.h"

enum { TARGET_HOST_SIZE = RESOLVER_NAME_SIZE };

/*
 * Reads one without its properties; its name, if it is one, is kept in host.
 * 0, or -EINVAL with ret_error saying what is wrong with it.
 */
int target_read(struct proxy_target *ret, char host[TARGET_HOST_SIZE],
		const char *flag, struct slice word,
		char ret_error[OPTIONS_ERROR_SIZE]);
/* 1: the word is a property, and now its; 0: it is none; -EINVAL. */
int target_property(struct proxy_target *to, struct slice word,
		    char error[OPTIONS_ERROR_SIZE]);
/* "NAME=DIGITS": whether it is that at all; *ret is 0 where it is no number. */
bool target_number(struct slice word, struct slice name, uint64_t max,
		   uint32_t *ret);
/* Writes the error. Answers -EINVAL. */
__attribute__((format(printf, 2, 3))) int proxied_bad(
	char error[OPTIONS_ERROR_SIZE], const char *format, ...);
/* As it would be read again, of TARGET_TEXT_SIZE bytes. */
enum { TARGET_TEXT_SIZE = TARGET_HOST_SIZE + 16 };
void target_text(const struct proxy_target *to, char text[TARGET_TEXT_SIZE]);

#endif

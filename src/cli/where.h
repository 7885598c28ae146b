/* SPDX-License-Identifier: MIT */
/* "/srv at http://127.0.0.1:8080/ with 2 threads", on standard error. */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

struct serve;

/* root NULL: the current folder. */
void where_say(const struct serve *s, const char *root);

#endif

/* SPDX-License-Identifier: MIT */
/* What the fields of a head mean for the connection. */
#ifndef HTTP_HEAD_MEANING_H
#define HTTP_HEAD_MEANING_H

struct head;

/*
 * Host, the length of the body and whether the connection is kept, from the
 * fields of a head whose lines are good. 0, 400, or 501 (RFC 9112, 6.1).
 */
int head_understand(struct head *h);

#endif

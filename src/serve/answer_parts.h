/* SPDX-License-Identifier: MIT */
/*
 * Several ranges of a file in one answer, multipart/byteranges: each part is a
 * piece of the file by itself, sent without a copy where it is large, and the
 * lines between go before it.
 */
#ifndef SERVE_ANSWER_PARTS_H
#define SERVE_ANSWER_PARTS_H

#include <stdbool.h>

struct answer;

/*
 * Answers with a->ranges, two of them or more, of a->file. False, and nothing
 * was done: the whole file is less to send (or there is no boundary).
 */
bool answer_parts(struct answer *a);

#endif

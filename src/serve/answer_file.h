/* SPDX-License-Identifier: MIT */
/* The answer of a file: its conditions, its ranges, its bytes. */
#ifndef SERVE_ANSWER_FILE_H
#define SERVE_ANSWER_FILE_H

struct answer;
struct cache;
struct head;

/*
 * Answers with a->file, which is a regular one and open, or with a compressed
 * sibling of it.
 */
void answer_file(struct answer *a, struct cache *cache, const struct head *h);

#endif

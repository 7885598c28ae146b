/* SPDX-License-Identifier: MIT */
/* The answer of a file: its conditions, its ranges, its bytes. */
#ifndef SERVE_ANSWER_FILE_H
#define SERVE_ANSWER_FILE_H

struct answer;
struct head;

/* Answers with a->file, which is a regular one and open. */
void answer_file(struct answer *a, const struct head *h);

#endif

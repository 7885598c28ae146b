/* SPDX-License-Identifier: MIT */
/*
 * What an answer leaves behind once it has ended: numbers, and a line in the
 * log.
 */
#ifndef SERVE_RECORD_H
#define SERVE_RECORD_H

struct session;

/* The session's answer has ended; its request is still there. */
void record_answer(struct session *s);

#endif

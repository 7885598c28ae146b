/* SPDX-License-Identifier: MIT */
/*
 * What a session does in each of its states. Each function leaves the next
 * state in the session and answers whether to go on with it at once; false:
 * the loop, the run queue or a timer comes back to it.
 */
#ifndef SERVE_STATE_H
#define SERVE_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct session;

/* Bytes to a request's head. */
bool state_read(struct session *s);
/* Bytes of a body that nobody wants, to nothing. */
bool state_body(struct session *s);
/* A head to a reply, and the transfer that it is. */
bool state_answer(struct session *s);
/* The reply leaves. rounds counts what the session had in this turn. */
bool state_send(struct session *s, uint32_t *rounds);
/* What the peer still sends is thrown away, so that no reset hits the reply. */
bool state_linger(struct session *s);

/* Refuses what was read so far, with a status. */
bool state_refuse(struct session *s, int status);
/* To CLOSED; an answer under way is logged as aborted. */
bool state_abandon(struct session *s);

#endif

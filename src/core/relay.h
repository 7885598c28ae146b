/* SPDX-License-Identifier: MIT */
/* What the files of a relay share. */
#ifndef CORE_RELAY_H
#define CORE_RELAY_H

#include <pour.h>
#include <stdbool.h>

/* The bound on silence has passed. moved: not silent just now. */
bool pour_relay_is_quiet(struct pour_relay *r, bool moved);
/* How long it is until then; UINT64_MAX: there is no bound. */
uint64_t pour_relay_bound_ns(const struct pour_relay *r);
/*
 * A socket that nobody reads from any more, because its stream ended, and
 * nobody writes to yet: to be watched for a reset. -1: there is none.
 */
int pour_relay_lonely_fd(const struct pour_relay *r);

/* ── relay_end.c ── */

/* True: done, or not to be done; where close() is next, by that. */
bool pour_relay_pass_on(struct pour_flow *f, bool is_closed_now);

/* ── relay_lost.c ── */

/* Only where it is: unix sockets report a hang-up for ever. */
bool pour_relay_is_tcp(unsigned kind, int fd);
/* The moment until which a reset may wait. */
uint64_t pour_relay_reset_ns(const struct pour_relay *r);
/* The source of flow i, where only its failure is of interest; -1: not so. */
int pour_relay_unheard_fd(const struct pour_relay *r, unsigned i);
/* It was reset: what is queued for it will not be taken any more. */
bool pour_relay_is_gone(int fd);
/* After each step, which moved something or did not: whether one is gone. */
void pour_relay_look_for_loss(struct pour_relay *r, bool moved);
/* That side is gone; what came from it has some time. */
void pour_relay_lose(struct pour_relay *r, unsigned side);
/* The time is over. */
bool pour_relay_is_lost(const struct pour_relay *r);
/* How long it still is; UINT64_MAX: nobody is lost. */
uint64_t pour_relay_lost_in_ns(const struct pour_relay *r);

#endif

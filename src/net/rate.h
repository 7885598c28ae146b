/* SPDX-License-Identifier: MIT */
/*
 * A rate that many share without a lock: one word, the moment at which the next
 * byte may go. Who reserves bytes moves it on by the time that they take, and
 * waits until the moment that he found; so all wait in a row, each once.
 *
 *      ─┬──────┬──────┬───────────► time
 *       a      b      next          each waits for his place, and then sends
 *
 * A rate that was not used saves up a burst, and no more than that.
 */
#ifndef NET_RATE_H
#define NET_RATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero at first. */
struct rate {
	atomic_ullong next_ns;
};

/* How many bytes to reserve at a time, so that many take turns smoothly. */
uint64_t rate_portion(uint64_t per_second);
/* The moment, by the clock of now_ns, from which on so many bytes may go. */
uint64_t rate_reserve(struct rate *r, uint64_t per_second, uint64_t bytes,
		      uint64_t now_ns);
/* Of what was reserved, so many bytes did not go. */
void rate_return(struct rate *r, uint64_t per_second, uint64_t bytes);
/* It has saved up all that it ever will: a new one would not differ. */
bool rate_is_rested(const struct rate *r, uint64_t now_ns);

#endif

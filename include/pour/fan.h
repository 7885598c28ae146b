/* SPDX-License-Identifier: MIT */
#ifndef POUR_FAN_H
#define POUR_FAN_H

/*
 * A fan: one source, many destinations of any kind, by tee().
 *
 *                            ╭─tee─► pipe ══► destination 0
 *        source ══► pipe ────┼─tee─► pipe ══► destination 1
 *                            ╰═════► pipe ══► destination 2
 *
 * Every branch is a transfer with an account of its own, and one that fails
 * leaves the others running. From a file at an offset to sockets that all wait,
 * each is a transfer straight from the file. Included by <pour.h>.
 */

#include <pour/transfer.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct pour_fan;

/* What happens to a branch that is a whole pipe (opts.pool) behind. */
enum pour_lag {
	POUR_LAG_WAIT, /* the others wait: the slowest sets the pace */
	POUR_LAG_DROP, /* it misses bytes: account.missed */
	POUR_LAG_FAIL, /* it ends, with ENOBUFS */
};

/*
 * opts: as pour_begin() takes it, without tail, clone, holes and what is for
 * pour_run() only, but for progress; a head goes to every branch. -ENOMEM,
 * -EINVAL, and what making a pipe says.
 */
int pour_fan_new(struct pour_fan **ret, struct pour_end src, uint64_t limit,
		 const struct pour_opts *opts);
/*
 * Adds a branch, before the first step: its number, from 0, or -EINVAL,
 * -ENOMEM.
 */
int pour_fan_add(struct pour_fan *fan, struct pour_end dst, enum pour_lag lag);
/*
 * Moves what it can. 0: the source ended and every branch has what it was
 * given, or failed. >0: POUR_WANT_*, of the source and of any branch. <0: the
 * source failed, after its bytes were delivered; or -EPIPE: every branch did.
 */
int pour_fan_step(struct pour_fan *fan);
/*
 * Steps and polls until it ended. opts.progress is called after each step that
 * was not the last, with the account of the source; -ECANCELED as it demands.
 */
int pour_fan_run(struct pour_fan *fan);
/* What to poll for; fills up to room entries and says how many there are. */
unsigned pour_fan_pollfds(const struct pour_fan *fan, struct pollfd *fds,
			  unsigned room);
/* Step again after so long, even if nothing is ready; UINT64_MAX: no need. */
uint64_t pour_fan_wait_ns(const struct pour_fan *fan);
/*
 * Of the way from the source into the fan: taken, its methods, its failure.
 * Where each branch is a transfer from the file, it has the bytes of the one
 * that is ahead and no calls: those are in the accounts of the branches.
 */
const struct pour_account *pour_fan_source(const struct pour_fan *fan);
/* Of one branch: delivered, teed, missed, its failure. NULL: no such branch. */
const struct pour_account *pour_fan_branch(const struct pour_fan *fan,
					   unsigned branch);
/* Gives back what it borrowed, frees it, and returns NULL. Safe on NULL. */
struct pour_fan *pour_fan_free(struct pour_fan *fan);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
#ifndef POUR_H
#define POUR_H

/*
 * pour - moves bytes between file descriptors by the shortest path Linux has
 *
 *        two ends ──► plan ──► step, step, step ──► account
 *
 * Name two ends. A plan is made once: the methods that suit this pair, the
 * shortest path first. Each step moves what it can without blocking and says
 * what it waits for; wait for that under any event loop, and step again. When
 * a method turns out not to suit, the next one goes on at the same byte. The
 * account says which method moved how many bytes, in how many calls, and for
 * which errno a method was left.
 *
 * Functions that return int answer
 *         0   done, or finished
 *        >0   not finished: a set of POUR_WANT_* bits
 *        <0   failed for good: a negative errno
 *
 * Promises. The library closes, seeks and reconfigures no descriptor that you
 * handed in, and moves no file position but one that you named with POUR_HERE
 * (a relay shuts its ends down: that is its job). It starts no thread, installs
 * no handler, prints nothing, and keeps no state outside the structures below.
 * SIGPIPE and SIGXFSZ that a call of ours causes never reach you. pour_step()
 * does not block on a socket or pipe that is O_NONBLOCK (on a disk it may, but
 * for POUR_NODISK); pour_run() and pour_copy() work either way. After
 * pour_finish() the process has the descriptors that it had before.
 *
 * Nothing here may be called for one struct pour, or one pool, from two
 * threads at once; different ones are strangers to each other.
 */

/* One header a noun; each has a man page of the same name, pour_NOUN(3). */
#include <pour/account.h>
#include <pour/end.h>
#include <pour/fan.h>
#include <pour/opts.h>
#include <pour/pool.h>
#include <pour/relay.h>
#include <pour/transfer.h>

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Compressed siblings: beside "a.css" may lie "a.css.br", ".zst" or ".gz", made
 * beforehand. Who accepts one gets its bytes, with the type of "a.css" and the
 * validators of its own; ranges are of its bytes.
 *
 *      a.css ── accepted, best first ──► a.css.br? a.css.gz? ──► the first
 *
 * It must be a regular file, found as any other, and not older than "a.css" by
 * a second or more: what was changed and not compressed again is sent plain.
 */
#ifndef SERVE_SIBLING_H
#define SERVE_SIBLING_H

struct answer;
struct cache;
struct head;

/*
 * Puts the sibling that is answered with in the place of a->file, which the
 * target's path names. Costs nothing but a look at the head where the client
 * asks for none, or the type is of those that are compressed already.
 */
void sibling_choose(struct answer *a, struct cache *cache,
		    const struct head *h);

#endif

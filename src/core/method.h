/* SPDX-License-Identifier: MIT */
/*
 * What a method is: how bytes are taken from the source, and, where they are
 * held on the way (in a pipe, in a buffer), how they are given.
 *
 *      source ──take──► (held) ──give──► destination
 *      source ──────────take──────────► destination      give is NULL
 */
#ifndef CORE_METHOD_H
#define CORE_METHOD_H

#include <pour.h>
#include <stdbool.h>

/* No call asks for more: the kernel's own bound, MAX_RW_COUNT. */
#define POUR_CALL_MAX UINT64_C(0x7ffff000)

static inline uint64_t pour_call_bound(uint64_t max)
{
	return max < POUR_CALL_MAX ? max : POUR_CALL_MAX;
}

struct method {
	const char *name;
	/* Whether it can work on this pair at all; NULL: yes. */
	bool (*suits)(const struct pour *p);
	/*
	 * At most max bytes (never 0) on their way: how many. 0: the source
	 * ended, as far as this method can tell. Or -errno, nothing taken.
	 */
	int64_t (*take)(struct pour *p, uint64_t max);
	/* Some of what is held to the destination: how many, or -errno. */
	int64_t (*give)(struct pour *p);
	/* Errnos for which it is left at any time, always at the same byte;
	 * ended by 0. */
	const int *left_for;
	/* And those that mean so only before its first byte: after it, they
	 * are failures of the device. */
	const int *left_at_first_for;
};

extern const struct method pour_by_range;
extern const struct method pour_by_sendfile;
extern const struct method pour_by_splice;
extern const struct method pour_by_pipe;
extern const struct method pour_by_copy;
extern const struct method pour_by_clone;
extern const struct method pour_by_zerocopy;
extern const struct method pour_by_vmsplice;
extern const struct method pour_by_mmap;
extern const struct method pour_by_direct;
extern const struct method pour_by_tee;
extern const struct method pour_by_hole;

extern const struct method *const pour_methods[POUR_METHODS];

/* NULL: no such. */
const struct method *pour_method(unsigned method);

/* Bytes of the source itself that were taken: without opts.buffered. */
static inline uint64_t pour_src_taken(const struct pour *p)
{
	return p->account.taken - p->buffered;
}

/* Where the next byte is read and written, for calls that take offsets. */
static inline uint64_t pour_src_offset(const struct pour *p)
{
	if (p->src.kind != POUR_FILE || p->src.offset == POUR_HERE)
		return POUR_HERE;
	return p->src.offset + pour_src_taken(p);
}

static inline uint64_t pour_dst_offset(const struct pour *p)
{
	if (p->dst.kind != POUR_FILE || p->dst.offset == POUR_HERE)
		return POUR_HERE;
	return p->dst.offset + p->account.head + p->account.delivered +
	       p->account.tail;
}

static inline const char *pour_src_memory(const struct pour *p)
{
	return (const char *)p->src.memory + pour_src_taken(p);
}

/* Gives pipe and buffer back to the pool, if any are borrowed. */
void pour_give_back(struct pour *p);
/*
 * The same, if nothing is on its way: who waits, and could borrow again at no
 * cost, holds nothing; who ended with bytes on the way keeps them readable.
 */
void pour_give_back_clean(struct pour *p);

/*
 * Reads bytes that wait in the borrowed pipe into the buffer, for a
 * destination that splice() does not suit. How many, or -errno.
 */
int64_t pour_copy_from_pipe(struct pour *p);
/* Gives what is held in memory, whichever method is in use. */
int64_t pour_copy_give(struct pour *p);

/* Reads the answers about sent memory; how many are lacking, or -errno. */
static inline int pour_zerocopy_read(struct pour *p)
{
	if (p->opts.acks == NULL || p->opts.acks->sent == p->opts.acks->done)
		return 0;
	return pour_acks_read(p->opts.acks, p->dst.fd);
}

/* Ends what the method wrote in its own window: see by_mmap.c. */
void pour_mmap_end(struct pour *p);

#endif

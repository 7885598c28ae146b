/* SPDX-License-Identifier: MIT */
/*
 * Loops as one writes them by hand, without the library: the reference that
 * its cost is seen against. They block, and give up at the first error.
 */
#ifndef BENCH_HAND_H
#define BENCH_HAND_H

#include <stddef.h>
#include <stdint.h>

struct hand {
	const int *dst; /* one, or as many as there are branches */
	unsigned n_dst;
	int src;
	const char *memory; /* the source, where it is no descriptor */
	uint64_t bytes;     /* to move; for a relay: of one message */
	uint64_t calls;     /* made so far */
	/* What hand_begin() made. */
	char *buffer;
	size_t size;
	int pipe[2];
};

/* 0 or -errno; -ENODATA: the source ended too early. */
typedef int hand_function(struct hand *h);

/* A buffer and a pipe of so many bytes each; 0: neither. 0 or -errno. */
int hand_begin(struct hand *h, uint32_t size);
void hand_done(struct hand *h);

hand_function hand_copy;     /* read(), write() */
hand_function hand_sendfile; /* sendfile(), offset NULL */
hand_function hand_splice;   /* splice() into a pipe, and out of it */
hand_function hand_send;     /* write() of memory, a buffer's size a call */
hand_function hand_zerocopy; /* send(MSG_ZEROCOPY), and its answers */
hand_function hand_each;     /* sendfile() to each */
hand_function hand_many;     /* read() once, write() to each */
hand_function hand_relay;    /* recv() and send() in turn, until the end */

#endif

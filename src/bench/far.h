/* SPDX-License-Identifier: MIT */
/*
 * Who stands at the far end of a socket or pipe: a thread on the other CPU,
 * with a clock and an eye on the bytes.
 *
 *      far_begin ──► waits ── far_go ──► moves ──► far_end: what it saw
 */
#ifndef BENCH_FAR_H
#define BENCH_FAR_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

enum far_job {
	FAR_DRAIN, /* receives everything, into memory */
	FAR_FEED,  /* sends everything */
	FAR_ASK,   /* sends a message, waits for it to come back */
	FAR_ECHO,  /* sends back what comes, until the end */
};

struct far {
	enum far_job job;
	int fd;
	unsigned cpu;
	uint64_t size, transfers;
	bool checks; /* compares each byte */
	/* What far_begin() made. */
	pthread_t thread;
	sem_t ready, go;
	char *buffer;
	/* What it saw. */
	uint64_t bytes, cpu_ns, end_ns;
	int error; /* -errno; -EILSEQ: other bytes */
};

/* The fields before are set. 0: it waits; or -errno. */
int far_begin(struct far *f);
void far_go(struct far *f);
/* Waits for its end. What it moved with must be closed or done. */
void far_end(struct far *f);

#endif

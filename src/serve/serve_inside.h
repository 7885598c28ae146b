/* SPDX-License-Identifier: MIT */
/*
 * The server from inside: serve.c builds it, change.c changes it, threads.c
 * runs it.
 */
#ifndef SERVE_SERVE_INSIDE_H
#define SERVE_SERVE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/crew.h"
#include "net/listen.h"
#include "serve/serve.h"
#include "serve/worker.h"

struct thread {
	struct serve *serve;
	struct worker worker;
};

struct serve {
	struct shared shared;
	struct listen_set listening;
	uint32_t n_threads;
	uint32_t n_init; /* threads whose worker wants worker_done() */
	struct thread *threads;
	struct adopter **adopters; /* of all threads */
	struct crew crew;
};

/* The threads, not started yet. 0 or -errno. */
int serve_init_crew(struct serve *s);
/* With the defaults where opts, which may be NULL, says nothing. */
struct serve_opts serve_filled(const struct serve_opts *opts);
/* Writes the error. Answers r. */
__attribute__((format(printf, 3, 4))) int serve_fail(
	char error[SERVE_ERROR_SIZE], int r, const char *format, ...);
/* "unix:/x: Permission denied" in the error; hands r on. */
int serve_fail_address(char error[SERVE_ERROR_SIZE], int r,
		       const struct addr *a);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * How far apart two CPUs are, and how fast one is: a cache line goes to and
 * fro between two pinned threads; and a fixed amount of arithmetic.
 *
 *      bounce ──► nanoseconds a bounce, milliseconds of work
 *
 * Virtual CPUs are moved about by their host; a sample that straddles such a
 * move is worth nothing.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { BOUNCES = 20000, WORK = 4000000 };

static _Alignas(64) atomic_uint turn;

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* Each waits for its parity and passes the line on. */
static void play(unsigned me)
{
	for (unsigned i = me; i < 2 * BOUNCES; i += 2) {
		while (atomic_load_explicit(&turn, memory_order_acquire) != i)
			;
		atomic_store_explicit(&turn, i + 1, memory_order_release);
	}
}

static void *other(void *unused)
{
	(void)unused;
	pin(1);
	play(1);
	return NULL;
}

static double work_ms(void)
{
	volatile uint64_t x = 88172645463325252;
	double start = now_ns();

	for (unsigned i = 0; i < WORK; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return (now_ns() - start) / 1e6;
}

int main(void)
{
	pthread_t thread;
	double start, end;

	pin(0);
	if (pthread_create(&thread, NULL, other, NULL) != 0)
		return 1;
	start = now_ns();
	play(0);
	(void)pthread_join(thread, NULL);
	end = now_ns();
	(void)printf("%.0f %.2f\n", (end - start) / (2.0 * BOUNCES), work_ms());
	return 0;
}

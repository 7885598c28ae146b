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

/* The shortest of some tries: another program may have come between. */
enum { TRIES = 10, BOUNCES = 2000, WORK = 400000 };

static _Alignas(64) atomic_uint turn;

static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* Each waits for its parity and passes the line on: so many times. */
static void play(unsigned me, unsigned from)
{
	for (unsigned i = from + me; i < from + 2 * BOUNCES; i += 2) {
		while (atomic_load_explicit(&turn, memory_order_acquire) != i)
			;
		atomic_store_explicit(&turn, i + 1, memory_order_release);
	}
}

static void *other(void *unused)
{
	(void)unused;
	pin(1);
	for (unsigned i = 0; i < TRIES; i++)
		play(1, i * 2 * BOUNCES);
	return NULL;
}

static double work_ns(void)
{
	volatile uint64_t x = 88172645463325252;
	double start = now_ns();

	for (unsigned i = 0; i < WORK; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return now_ns() - start;
}

static double shorter(double a, double b)
{
	return a < b ? a : b;
}

int main(void)
{
	pthread_t thread;
	double bounce = 1e18, work = 1e18;

	pin(0);
	if (pthread_create(&thread, NULL, other, NULL) != 0)
		return 1;
	for (unsigned i = 0; i < TRIES; i++) {
		double start = now_ns();

		play(0, i * 2 * BOUNCES);
		bounce = shorter(bounce, now_ns() - start);
	}
	(void)pthread_join(thread, NULL);
	for (unsigned i = 0; i < TRIES; i++)
		work = shorter(work, work_ns());
	(void)printf("%.0f %.3f\n", bounce / (2.0 * BOUNCES), work / 1e6);
	return 0;
}

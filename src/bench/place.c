/* SPDX-License-Identifier: MIT */
/* CPUs, a network and connections: see place.h. */
#include "bench/place.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/clock.h"

enum { BATCHES = 12, BOUNCES = 60 };

/* ── CPUs ── */

int place_cpus(unsigned ret[2])
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
		if (CPU_ISSET(cpu, &set))
			ret[n++] = cpu;
	if (n == 1)
		ret[1] = ret[0];
	return n > 0 ? 0 : -ENODEV;
}

void place_on(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* ── Their distance ── */

struct bounce {
	_Alignas(64) atomic_uint turn;
	unsigned cpu;
};

/* Each waits for its parity and passes the line on. */
static void play(struct bounce *b, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i += 2) {
		while (atomic_load_explicit(&b->turn, memory_order_acquire) !=
		       i)
			;
		atomic_store_explicit(&b->turn, i + 1, memory_order_release);
	}
}

static void *play_there(void *context)
{
	struct bounce *b = context;

	place_on(b->cpu);
	play(b, 1, BATCHES * BOUNCES);
	return NULL;
}

/* The shortest of several: others may have had the CPU meanwhile. */
uint32_t place_distance(const unsigned cpus[2])
{
	struct bounce b = { .cpu = cpus[1] };
	uint64_t best = UINT64_MAX;
	pthread_t thread;

	if (cpus[0] == cpus[1] ||
	    pthread_create(&thread, NULL, play_there, &b) != 0)
		return 0;
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = clock_wall();

		play(&b, i * BOUNCES, (i + 1) * BOUNCES);
		best = MIN(best, clock_wall() - start);
	}
	(void)pthread_join(thread, NULL);
	return (uint32_t)MIN(best / BOUNCES, (uint64_t)UINT32_MAX);
}

/* ── A network of its own ── */

static int write_text(const char *path, const char *text)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* In a new user namespace nobody is anybody before it is said who is who. */
static int stay_oneself(uid_t uid, gid_t gid)
{
	char text[64];
	int r;

	(void)write_text("/proc/self/setgroups", "deny");
	(void)snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	(void)write_text("/proc/self/gid_map", text);
	(void)snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	r = write_text("/proc/self/uid_map", text);
	return r;
}

static int bring_up(void)
{
	struct ifreq lo = { .ifr_name = "lo",
			    .ifr_flags = IFF_UP | IFF_RUNNING };
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return -errno;
	return 0;
}

static int enter(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int r;

	if (unshare(CLONE_NEWNET) == 0)
		return bring_up();
	if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	r = stay_oneself(uid, gid);
	return r < 0 ? r : bring_up();
}

/* There is no way back out of one in which nothing can be brought up: so a
 * child goes first. */
int place_network(void)
{
	int status, r;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(-enter());
	do
		r = waitpid(child, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0 || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status) == 0 ? enter() : -WEXITSTATUS(status);
}

/* ── Connections ── */

static int set_up(int fd, const char *congestion)
{
	const int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion,
		       (socklen_t)strlen(congestion)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static int open_door(const char *congestion, struct sockaddr_in *ret)
{
	socklen_t len = sizeof(*ret);
	auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	*ret = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	if (fd < 0)
		return -errno;
	r = set_up(fd, congestion);
	if (r < 0)
		return r;
	if (bind(fd, (struct sockaddr *)ret, len) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)ret, &len) < 0)
		return -errno;
	return take_fd(&fd);
}

int place_connect(int ret[2], const char *congestion)
{
	struct sockaddr_in a;
	auto_close int door = open_door(congestion, &a);
	auto_close int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	auto_close int other = -1;
	int r;

	if (door < 0 || one < 0)
		return door < 0 ? door : -errno;
	r = set_up(one, congestion);
	if (r < 0)
		return r;
	if (connect(one, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	other = accept4(door, NULL, NULL, SOCK_CLOEXEC);
	if (other < 0)
		return -errno;
	r = set_up(other, congestion);
	if (r < 0)
		return r;
	ret[0] = take_fd(&one);
	ret[1] = take_fd(&other);
	return 0;
}

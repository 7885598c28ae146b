/* SPDX-License-Identifier: MIT */
/* The numbers that every program shows to Prometheus, by their usual names. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "net/metrics.h"

/* When the process began, in clock ticks after the system did (proc(5)). */
static uint64_t start_ticks(void)
{
	FILE *f = fopen("/proc/self/stat", "re");
	char line[1024];
	const char *at;
	size_t n;

	if (f == NULL)
		return 0;
	n = fread(line, 1, sizeof(line) - 1, f);
	(void)fclose(f);
	line[n] = '\0';
	/* The name, which is the second field, may have anything in it. */
	at = strrchr(line, ')');
	for (int i = 2; i < 22 && at != NULL; i++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtoull(at, NULL, 10) : 0;
}

static void write_start(struct text *t)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now, up;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	metrics_one(t, "process_start_time_seconds", "gauge",
		    "Start of the process since the epoch, in seconds.",
		    (uint64_t)(now.tv_sec - up.tv_sec) + start_ticks() / hz);
}

static void write_cpu(struct text *t)
{
	static const char name[] = "process_cpu_seconds_total";
	struct rusage use = { 0 };
	uint64_t us;

	(void)getrusage(RUSAGE_SELF, &use);
	us = (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
	     (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
	metrics_family(t, name, "counter",
		       "CPU time of user and system, in seconds.");
	text_str(t, name);
	text_char(t, ' ');
	text_u64(t, us / 1000000);
	text_char(t, '.');
	text_padded(t, us % 1000000, 6);
	text_char(t, '\n');
}

static void write_memory(struct text *t)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char line[256];
	const char *space;

	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) != NULL &&
	    (space = strchr(line, ' ')) != NULL)
		metrics_one(t, "process_resident_memory_bytes", "gauge",
			    "Resident memory size, in bytes.",
			    strtoull(space, NULL, 10) *
				    (uint64_t)sysconf(_SC_PAGESIZE));
	(void)fclose(f);
}

static void write_descriptors(struct text *t)
{
	struct rlimit limit = { 0 };
	DIR *fds = opendir("/proc/self/fd");
	uint64_t n = 0;

	if (fds != NULL) {
		while (readdir(fds) != NULL)
			n++;
		(void)closedir(fds);
		/* Neither . nor .. nor the one of the folder. */
		metrics_one(t, "process_open_fds", "gauge",
			    "Open file descriptors.", n > 3 ? n - 3 : 0);
	}
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	metrics_one(t, "process_max_fds", "gauge",
		    "Most file descriptors that there may be.", limit.rlim_cur);
}

void metrics_write_process(struct text *t)
{
	write_start(t);
	write_cpu(t);
	write_memory(t);
	write_descriptors(t);
}

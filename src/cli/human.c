/* SPDX-License-Identifier: MIT */
/* Numbers as people read them: see human.h. */
#include "cli/human.h"

#include <stdio.h>

#include "base/base.h"
#include "cli/moment.h"

enum { KIB = 1024, MINUTE = 60, HOUR = 60 * MINUTE, HOURS_MAX = 100 };

void human_bytes(uint64_t bytes, char ret[HUMAN_SIZE])
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	double n = (double)bytes;
	size_t unit = 0;
	int digits;

	/* What would be shown as 1000 is shown in the next unit. */
	while (n >= 999.5 && unit + 1 < ARRAY_SIZE(units)) {
		n /= KIB;
		unit++;
	}
	digits = unit == 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
	(void)snprintf(ret, HUMAN_SIZE, "%.*f %s", digits, n, units[unit]);
}

void human_time(uint64_t seconds, char ret[HUMAN_SIZE])
{
	unsigned hours = (unsigned)MIN(seconds / HOUR, UINT64_C(99999));
	unsigned minutes = (unsigned)(seconds % HOUR / MINUTE);
	unsigned rest = (unsigned)(seconds % MINUTE);

	if (hours >= HOURS_MAX)
		(void)snprintf(ret, HUMAN_SIZE, "%uh", hours);
	else if (hours > 0)
		(void)snprintf(ret, HUMAN_SIZE, "%u:%02u:%02u", hours, minutes,
			       rest);
	else
		(void)snprintf(ret, HUMAN_SIZE, "%u:%02u", minutes, rest);
}

uint64_t human_rate(uint64_t bytes, uint64_t ns)
{
	double rate;

	if (ns == 0)
		return 0;
	rate = (double)bytes * (double)MOMENT_SECOND / (double)ns;
	return rate < (double)UINT64_MAX ? (uint64_t)rate : UINT64_MAX;
}

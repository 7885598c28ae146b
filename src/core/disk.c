/* SPDX-License-Identifier: MIT */
/* Is it in memory? And brought there: see disk.h. */
#include "core/disk.h"

#include <errno.h>

#include "base/base.h"
#include "core/position.h"
#include "core/sys.h"

/* What is asked about, and brought in, at a time. */
#define WINDOW (UINT64_C(256) << 10)

enum answer { IN_MEMORY, ON_DISK, UNKNOWN };

/*
 * preadv2(RWF_NOWAIT) of one byte. Its 0 is no end of file on 5.9 and 5.10, and
 * some file systems do not have it: then the page cache is asked itself.
 */
static enum answer ask_byte(const struct pour *p, uint64_t at)
{
	char byte;
	int64_t n = pour_sys_read_cached(p->src.fd, &byte, 1, at);

	if (n == -EAGAIN)
		return ON_DISK;
	return n > 0 ? IN_MEMORY : UNKNOWN;
}

static uint64_t from_there(const struct pour *p)
{
	int64_t at = pour_src_position(p);

	return at < 0 ? 0 : (uint64_t)at;
}

static uint64_t bytes_there(const struct pour *p, uint64_t at)
{
	struct stat st;

	if (pour_sys_stat(p->src.fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return (uint64_t)st.st_size > at ? (uint64_t)st.st_size - at : 0;
}

/* Pages of a range may be missing in the middle: cachestat() counts them. */
static enum answer ask_range(const struct pour *p, uint64_t at, uint64_t n)
{
	enum answer first = ask_byte(p, at), last;
	int64_t missing;

	if (first == ON_DISK)
		return ON_DISK;
	missing = pour_sys_missing(p->src.fd, at, n);
	if (missing >= 0)
		return missing == 0 ? IN_MEMORY : ON_DISK;
	/* It is new, and refused for files of others. */
	last = ask_byte(p, at + n - 1);
	return first == UNKNOWN ? UNKNOWN : last;
}

uint64_t pour_disk_bound(struct pour *p, uint64_t max)
{
	uint64_t at = from_there(p);
	uint64_t n = MIN(bytes_there(p, at), WINDOW);

	if (n == 0)
		return max; /* its end, or no regular file */
	if (at < p->warm_until)
		return MIN(max, p->warm_until - at);
	return ask_range(p, at, n) == IN_MEMORY ? MIN(max, n) : 0;
}

int pour_warm(struct pour *p)
{
	uint64_t at = from_there(p), end = at + WINDOW;
	char bytes[8192];
	int64_t n = 1;

	/* Once asked for, it is believed, or a range that is pushed out again
	 * at once would never be sent. */
	p->warm_until = end;
	while (at < end && n > 0) {
		n = pour_sys_read(p->src.fd, bytes,
				  MIN(sizeof(bytes), end - at), at);
		if (n > 0)
			at += (uint64_t)n;
		if (n == -EINTR)
			n = 1;
	}
	return (int)MIN(n, 0);
}

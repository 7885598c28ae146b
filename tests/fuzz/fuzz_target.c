/* SPDX-License-Identifier: MIT */
/* Targets: a path that comes out has no climbing, empty or NUL in it. */
#include <string.h>

#include "fuzz.h"
#include "http/target.h"

static void check_segment(struct slice s, int is_last)
{
	CHECK(s.len > 0 || is_last);
	CHECK(!slice_is(s, SLICE(".")) && !slice_is(s, SLICE("..")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target t;
	const char *at = t.path, *slash;

	if (target_parse(&t, (struct slice){ (const char *)data, size }) != 0)
		return 0;
	CHECK(t.len < TARGET_PATH_SIZE && strlen(t.path) == t.len);
	CHECK(t.path[0] != '/');
	while ((slash = strchr(at, '/')) != NULL) {
		check_segment((struct slice){ at, (size_t)(slash - at) }, 0);
		at = slash + 1;
	}
	check_segment(slice_of(at), 1);
	(void)target_is_hidden(&t);
	return 0;
}

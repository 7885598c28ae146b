/* SPDX-License-Identifier: MIT */
/* --preserve: a list of what a copy is to have, with commas. */
#include <string.h>

#include "base/base.h"
#include "base/slice.h"
#include "cli/preserve.h"

static const struct {
	const char *name;
	unsigned what;
} names[] = {
	{"mode",        PRESERVE_MODE  },
        { "owner",      PRESERVE_OWNER },
	{ "ownership",  PRESERVE_OWNER },
        { "times",      PRESERVE_TIMES },
	{ "timestamps", PRESERVE_TIMES },
        { "xattrs",     PRESERVE_XATTRS},
	{ "xattr",      PRESERVE_XATTRS},
};

static unsigned find(struct slice word)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (slice_is(word, slice_of(names[i].name)))
			return names[i].what;
	return 0;
}

bool preserve_parse(const char *list, struct preserve *ret)
{
	struct preserve p = { .must = true };

	if (strcmp(list, "all") == 0) {
		*ret = (struct preserve){ .what = PRESERVE_ALL };
		return true;
	}
	for (;;) {
		size_t len = strcspn(list, ",");
		unsigned what = find((struct slice){ list, len });

		if (what == 0)
			return false;
		p.what |= what;
		if (list[len] == '\0')
			break;
		list += len + 1;
	}
	*ret = p;
	return true;
}

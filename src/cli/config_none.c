/* SPDX-License-Identifier: MIT */
/* Where inih was not there to build with. */
#include <errno.h>

#include "cli/config_read.h"

bool config_is_built(void)
{
	return false;
}

int config_parse(struct config_reader *r)
{
	config_wrong_line(r, 0,
			  "this pour was built without inih and reads no "
			  "configuration");
	return -ENOSYS;
}

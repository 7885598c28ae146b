/* SPDX-License-Identifier: MIT */
/* Lists of texts to lists of addresses. */
#include "cli/addresses.h"

#include <stdio.h>

int address_read(const char *flag, const char *text, struct addr ret[2],
		 char ret_error[OPTIONS_ERROR_SIZE])
{
	const char *why = "not an address";
	int n = text != NULL ? addr_parse(text, ret, &why) : 0;

	if (n < 0)
		(void)snprintf(ret_error, OPTIONS_ERROR_SIZE,
			       "%s: '%.100s': %s", flag, text, why);
	return n;
}

int addresses_read(const char *flag, const struct option_list *list,
		   struct addr ret[ADDRESSES_MAX],
		   char ret_error[OPTIONS_ERROR_SIZE])
{
	int n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		int r = address_read(flag, list->items[i], &ret[n], ret_error);

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

/* SPDX-License-Identifier: MIT */
/* Addresses: what was read is written so that it is read as the same. */
#include <string.h>

#include "fuzz.h"
#include "net/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256], written[ADDR_TEXT_SIZE];
	struct addr a[2], b[2];
	const char *why = NULL;
	int n;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	n = addr_parse(text, a, &why);
	CHECK(n == 1 || n == 2 || why != NULL);
	for (int i = 0; i < n; i++) {
		addr_text(&a[i], written);
		CHECK(strlen(written) < ADDR_TEXT_SIZE);
		if (strchr(written, '?') != NULL)
			continue; /* an odd byte of a unix path */
		CHECK(addr_parse(written, b, &why) == 1);
		CHECK(b[0].len == a[i].len &&
		      memcmp(&b[0].storage, &a[i].storage, a[i].len) == 0);
	}
	return 0;
}

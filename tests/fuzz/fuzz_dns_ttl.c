/* SPDX-License-Identifier: MIT */
/* Answers of DNS servers: what they say of time is within its bounds. */
#include "fuzz.h"
#include "net/dns_ttl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned types[] = { DNS_A, DNS_AAAA, DNS_SRV, 0, 65535 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		uint32_t ttl = dns_ttl(data, size, types[i]);

		CHECK(ttl == UINT32_MAX || ttl <= INT32_MAX);
	}
	return 0;
}

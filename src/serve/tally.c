/* SPDX-License-Identifier: MIT */
/* Answers to numbers, and numbers to a page: see tally.h. */
#include "serve/tally.h"

#include "base/base.h"

static const char *const methods[TALLY_METHODS] = { "GET", "HEAD", "other" };

static int method_of(const struct head *head)
{
	return MIN((int)head->method, TALLY_METHODS - 1);
}

void tally_note(struct tally *y, const struct head *head, int status,
		uint64_t took_ms, const struct pour_account *account)
{
	unsigned code = (unsigned)(status - TALLY_CODE_MIN);

	metrics_note(&y->metrics, account);
	histogram_note(&y->seconds, took_ms);
	if (code < TALLY_CODES)
		counter_add(&y->requests[method_of(head)][code], 1);
}

void tally_add(struct tally *sum, const struct tally *y)
{
	metrics_add(&sum->metrics, &y->metrics);
	histogram_add(&sum->seconds, &y->seconds);
	for (int m = 0; m < TALLY_METHODS; m++)
		for (int c = 0; c < TALLY_CODES; c++)
			counter_add(&sum->requests[m][c],
				    counter_get(&y->requests[m][c]));
}

static void write_requests(struct text *t, const struct tally *sum)
{
	static const char name[] = "pour_http_requests_total";

	metrics_family(t, name, "counter",
		       "Requests answered, by status and method.");
	for (int m = 0; m < TALLY_METHODS; m++)
		for (int c = 0; c < TALLY_CODES; c++) {
			uint64_t n = counter_get(&sum->requests[m][c]);

			/* The common one is there before it happens. */
			if (n != 0 || (m == 0 && c == 200 - TALLY_CODE_MIN))
				metrics_sample(
					t, n, "%s{code=\"%d\",method=\"%s\"}",
					name, c + TALLY_CODE_MIN, methods[m]);
		}
}

void tally_write(struct text *t, const struct tally *sum)
{
	write_requests(t, sum);
	metrics_one(t, "pour_http_response_head_bytes_total", "counter",
		    "Bytes of the heads of answers that were delivered.",
		    counter_get(&sum->metrics.head));
	histogram_write(t, &sum->seconds, "pour_http_request_seconds",
			"Seconds from a request's first byte to the end of its "
			"answer.");
	metrics_write(t, &sum->metrics, "pour_http_response_bytes_total",
		      "Bytes of the bodies of answers that were delivered, by "
		      "method.");
}

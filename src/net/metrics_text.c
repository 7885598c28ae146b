/* SPDX-License-Identifier: MIT */
/* Sums as the text that Prometheus reads: see metrics.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "net/metrics.h"

enum { SAMPLE_SIZE = 256 };

void metrics_family(struct text *t, const char *name, const char *type,
		    const char *help)
{
	const char *const parts[] = { "# HELP ", name, " ",  help, "\n# TYPE ",
				      name,      " ",  type, "\n" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		text_str(t, parts[i]);
}

void metrics_sample(struct text *t, uint64_t value, const char *format, ...)
{
	char name[SAMPLE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	text_str(t, name);
	text_char(t, ' ');
	text_u64(t, value);
	text_char(t, '\n');
}

void metrics_one(struct text *t, const char *name, const char *type,
		 const char *help, uint64_t value)
{
	metrics_family(t, name, type, help);
	metrics_sample(t, value, "%s", name);
}

/* ── What moved ── */

/* Those that come are there from the start: a rate needs their zero. */
static void by_method(struct text *t, const char *name, const char *help,
		      const struct counter values[])
{
	metrics_family(t, name, "counter", help);
	for (int i = 0; i < (int)POUR_METHODS; i++)
		metrics_sample(t, counter_get(&values[i]), "%s{by=\"%s\"}",
			       name, pour_method_name((enum pour_method)i));
}

static void write_left(struct text *t, const struct metrics *sum)
{
	static const char name[] = "pour_transfer_left_total";

	metrics_family(t, name, "counter",
		       "Times that a method was left for another, by errno.");
	for (int i = 0; i < (int)POUR_METHODS; i++)
		for (int e = 0; e < METRICS_ERRNOS; e++) {
			uint64_t n = counter_get(&sum->left[i][e]);
			const char *why = e ? strerrorname_np(e) : NULL;

			if (n != 0)
				metrics_sample(
					t, n, "%s{by=\"%s\",errno=\"%s\"}",
					name,
					pour_method_name((enum pour_method)i),
					why ? why : "other");
		}
}

static void write_waits(struct text *t, const struct metrics *sum)
{
	static const char name[] = "pour_waits_total";
	/* In the order of enum pour_want. */
	static const char *const wants[POUR_WANTS] = { "src", "dst",  "cpu",
						       "ack", "time", "disk" };

	metrics_family(t, name, "counter",
		       "Steps that ended waiting, by what for.");
	for (int i = 0; i < (int)POUR_WANTS; i++)
		metrics_sample(t, counter_get(&sum->waits[i]),
			       "%s{want=\"%s\"}", name, wants[i]);
}

static void write_pool(struct text *t, const struct metrics *sum)
{
	metrics_one(t, "pour_pipes_lent", "gauge",
		    "Pipes that transfers hold at the moment.",
		    counter_get(&sum->pipes_lent));
	metrics_one(t, "pour_pipes_idle", "gauge",
		    "Pipes that are kept for later.",
		    counter_get(&sum->pipes_idle));
	metrics_one(t, "pour_buffers_lent", "gauge",
		    "Buffers that transfers hold at the moment.",
		    counter_get(&sum->buffers_lent));
	metrics_one(t, "pour_pipes_opened_total", "counter", "Pipes made.",
		    counter_get(&sum->opened));
	metrics_one(t, "pour_pipes_dropped_total", "counter",
		    "Pipes that came back with bytes in them, and were closed.",
		    counter_get(&sum->dropped));
	metrics_one(t, "pour_pipes_refused_total", "counter",
		    "Times that there was no pipe, and bytes were copied.",
		    counter_get(&sum->refused));
	metrics_one(t, "pour_pipes_shrunk_total", "counter",
		    "Pipes that were smaller than asked for.",
		    counter_get(&sum->shrunk));
}

void metrics_write(struct text *t, const struct metrics *sum, const char *bytes,
		   const char *bytes_help)
{
	by_method(t, bytes, bytes_help, sum->moved);
	by_method(t, "pour_transfer_calls_total",
		  "System calls that moved bytes, or tried to, by method.",
		  sum->calls);
	write_left(t, sum);
	write_waits(t, sum);
	metrics_one(t, "pour_truncations_total", "counter",
		    "Transfers whose source was shorter than promised.",
		    counter_get(&sum->ended[METRICS_SHORT]));
	metrics_one(t, "pour_aborted_total", "counter",
		    "Transfers that did not end well otherwise.",
		    counter_get(&sum->ended[METRICS_ABORTED]));
	metrics_one(t, "pour_connections_total", "counter",
		    "Connections accepted.", counter_get(&sum->accepted));
	write_pool(t, sum);
	metrics_one(t, "pour_log_lines_lost_total", "counter",
		    "Lines that the log did not take.",
		    counter_get(&sum->lines_lost));
}

/* ── Times ── */

void histogram_write(struct text *t, const struct histogram *sum,
		     const char *name, const char *help)
{
	uint64_t below = 0;

	metrics_family(t, name, "histogram", help);
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t ms = UINT64_C(1) << i;

		below += counter_get(&sum->in[i]);
		metrics_sample(t, below, "%s_bucket{le=\"%u.%03u\"}", name,
			       (unsigned)(ms / 1000), (unsigned)(ms % 1000));
	}
	below += counter_get(&sum->in[HISTOGRAM_BUCKETS]);
	metrics_sample(t, below, "%s_bucket{le=\"+Inf\"}", name);
	text_str(t, name);
	text_str(t, "_sum ");
	text_ms(t, counter_get(&sum->sum_ms));
	text_char(t, '\n');
	metrics_sample(t, below, "%s_count", name);
}

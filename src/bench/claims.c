/* SPDX-License-Identifier: MIT */
/* What is said of zero copy, and whether it holds on this machine. */
#include <string.h>

#include "base/base.h"
#include "bench/put.h"
#include "bench/rank.h"
#include "bench/tell.h"

enum which { SMALLEST, LARGEST };

/* That the first way is better than the other. */
struct claim {
	const char *text;
	enum bench_pair pair;
	enum which size;
	const char *way, *other;
};

static const struct claim claims[] = {
	{"sendfile beats read and write",                                      BENCH_FILE_SOCKET,   LARGEST,
         "sendfile",													   "loop-64k" },
	{ "sendfile beats read and write with the best buffer",
         BENCH_FILE_SOCKET,									 LARGEST,  "sendfile",      "loop-256k"},
	{ "mmap and write beat read and write",                                BENCH_FILE_SOCKET,   LARGEST,
         "mmap",													       "loop-256k"},
	{ "splice through a pipe is worse than sendfile, for its second call",
         BENCH_FILE_SOCKET,									 LARGEST,  "sendfile",      "pipe-64k" },
	{ "an offset of NULL is cheaper than one of its own",                  BENCH_FILE_SOCKET,
         LARGEST,											     "sendfile-null", "sendfile" },
	{ "a pipe of 1 MiB beats one of 64 KiB",                               BENCH_FILE_SOCKET,   LARGEST,
         "pipe-1m",													    "pipe-64k" },
	{ "a buffer of 64 KiB beats one of 4 KiB",                             BENCH_FILE_SOCKET,   LARGEST,
         "loop-64k",													   "loop-4k"  },
	{ "a buffer of 1 MiB beats one of 64 KiB",                             BENCH_FILE_SOCKET,   LARGEST,
         "loop-1m",													    "loop-64k" },
	{ "a small file is better copied than sent by sendfile",
         BENCH_FILE_SOCKET,									 SMALLEST, "copy",          "sendfile" },
	{ "splice beats read and write into a file",                           BENCH_SOCKET_FILE,   LARGEST,
         "pipe-256k",													  "loop-64k" },
	{ "a pipe of 1 MiB beats one of 64 KiB",                               BENCH_SOCKET_FILE,   LARGEST,
         "pipe-1m",													    "pipe-64k" },
	{ "splice beats read and write between sockets",                       BENCH_SOCKET_SOCKET,
         LARGEST,											     "pipe-256k",     "loop-64k" },
	{ "copy_file_range beats read and write",                              BENCH_FILE_FILE,     LARGEST,
         "copy_file_range",												    "loop-256k"},
	{ "sendfile beats read and write",                                     BENCH_FILE_FILE,     LARGEST,  "sendfile",
         "loop-256k"														      },
	{ "mmap and write beat read and write",                                BENCH_FILE_FILE,     LARGEST,
         "mmap",													       "loop-256k"},
	{ "MSG_ZEROCOPY beats a plain send",                                   BENCH_MEMORY_SOCKET, LARGEST,
         "loop-zerocopy",												      "loop-1m"  },
	{ "vmsplice beats write into a pipe",                                  BENCH_MEMORY_PIPE,   LARGEST,
         "vmsplice",													   "copy"     },
	{ "tee beats reading once and writing to each",                        BENCH_ONE_MANY,      LARGEST,
         "tee",														"loop-256k"},
	{ "small messages are better copied than spliced",                     BENCH_MESSAGES,
         SMALLEST,											    "copy",          "pipe-256k"},
	{ "large messages are better spliced than copied",                     BENCH_MESSAGES,
         LARGEST,											     "pipe-256k",     "copy"     },
};

static const struct bench_case *case_of(const struct bench *b,
					const struct claim *claim)
{
	const struct bench_case *found = NULL;

	for (unsigned i = 0; i < b->n_cases; i++) {
		const struct bench_case *c = &b->cases[i];

		if (c->pair != claim->pair)
			continue;
		if (found == NULL ||
		    (claim->size == LARGEST) == (c->size > found->size))
			found = c;
	}
	return found;
}

static const char *const verdicts[] = {
	[RANK_UNKNOWN] = "too few rounds",
	[RANK_LEVEL] = "no difference",
	[RANK_BETTER] = "holds",
	[RANK_WORSE] = "the reverse",
	[RANK_MIXED] = "half",
};

static void put_ratio(struct text *t, const char *what,
		      const struct rank_ratio *r)
{
	put(t, "%s %.2f (%.2f..%.2f)", what, r->by.median, r->by.min,
	    r->by.max);
}

static void put_claim(struct text *t, const struct claim *claim,
		      const struct bench_case *c, struct rank_range range)
{
	const struct bench_row *way = rank_row_of(c, claim->way);
	const struct bench_row *other = rank_row_of(c, claim->other);
	struct rank_pair p;

	if (way == NULL || other == NULL)
		return;
	rank_compare(&p, way, other, range);
	if (p.speed.n == 0)
		return;
	put(t, "  %-15s%s\n                 %s, ", verdicts[rank_verdict(&p)],
	    claim->text, bench_pair_title(c->pair));
	put_size(t, c->size);
	put(t, "%s, %s by %s: ", range.from > 0 ? " (far)" : "", claim->way,
	    claim->other);
	put_ratio(t, "speed", &p.speed);
	put_ratio(t, ", CPU", &p.cpu);
	text_char(t, '\n');
}

void tell_claims(struct text *t, const struct bench *b, bool colours)
{
	size_t before;

	put(t, "%sWhat is said of zero copy, on this machine%s\n",
	    colours ? "\033[1m" : "", colours ? "\033[0m" : "");
	before = t->len;
	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		const struct bench_case *c = case_of(b, &claims[i]);

		for (int far = 0; far < 2 && c != NULL; far++)
			put_claim(t, &claims[i], c,
				  far ? rank_far(b) : rank_near(b));
	}
	if (t->len == before)
		put(t, "  nothing of it was measured\n");
}

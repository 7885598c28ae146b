/* SPDX-License-Identifier: MIT */
/*
 * The ways: see way.h.
 *
 * For each pair come the library's own choice, its methods, those with a pipe
 * of several sizes, and the loops that a program without the library would
 * have. Methods for which a pair has no line are tried as well, so that it is
 * said why they are none.
 */
#include "bench/way.h"

#include "base/base.h"

enum { K = 1024, M = K * K };

#define PLAN                                                                   \
	{                                                                      \
		.name = "pour", .kind = WAY_PLAN                               \
	}
#define METHOD(text, by, ...)                                                  \
	{                                                                      \
		.name = (text), .kind = WAY_METHOD, .method = POUR_BY_##by,    \
		__VA_ARGS__                                                    \
	}
#define LOOP(text, by, function, bytes)                                        \
	{                                                                      \
		.name = (text), .kind = WAY_LOOP, .method = POUR_BY_##by,      \
		.size = (bytes), .loop = (function)                            \
	}
#define PIPES                                                                  \
	METHOD("pipe-64k", PIPE, .size = 64 * K), METHOD("pipe-256k", PIPE),   \
		METHOD("pipe-1m", PIPE, .size = M)
#define COPIES                                                                 \
	METHOD("copy", COPY), LOOP("loop-4k", COPY, hand_copy, 4 * K),         \
		LOOP("loop-64k", COPY, hand_copy, 64 * K),                     \
		LOOP("loop-256k", COPY, hand_copy, 256 * K),                   \
		LOOP("loop-1m", COPY, hand_copy, M)

static const struct way ways[BENCH_PAIRS][WAYS_MAX] = {
	[BENCH_FILE_SOCKET] = {PLAN,                 METHOD("sendfile", SENDFILE),
                               METHOD("sendfile-null",							    SENDFILE,
                               .is_here = true),
                               PIPES,														   COPIES, METHOD("mmap",                                   MMAP),
                               LOOP("loop-sendfile", SENDFILE, hand_sendfile,
                               0) },
	[BENCH_SOCKET_FILE] = { PLAN, PIPES,          COPIES,
                               LOOP("loop-splice",										PIPE,										       hand_splice,
                               256 * K)												     },
	[BENCH_SOCKET_SOCKET] = { PLAN,         PIPES,                                COPIES,
                               LOOP("loop-splice",								 PIPE,							    hand_splice,
                               256 * K)												     },
	[BENCH_FILE_FILE] = { PLAN,                   METHOD("clone",                                CLONE),
			       METHOD("copy_file_range", RANGE),
			       METHOD("sendfile",                                        SENDFILE),												       PIPES,											     COPIES,
			       METHOD("mmap", MMAP),
			       LOOP("loop-splice", PIPE, hand_splice, 256 * K) },
	[BENCH_MEMORY_SOCKET] = { PLAN,        METHOD("zerocopy",                    ZEROCOPY),
                               LOOP("loop-64k",							  COPY,                                                       hand_send,                         64 * K),
                               LOOP("loop-256k",                                        COPY,                 hand_send, 256 * K),
                               LOOP("loop-1m", COPY, hand_send, M),
                               LOOP("loop-zerocopy", ZEROCOPY, hand_zerocopy,
                               M) },
	[BENCH_FILE_PIPE] = { PLAN,      METHOD("splice",                   SPLICE),
			       METHOD("sendfile",SENDFILE),
			       METHOD("mmap",						  MMAP),										       COPIES							    },
	[BENCH_MEMORY_PIPE] = { PLAN,           METHOD("vmsplice",                          VMSPLICE),
                               METHOD("copy",						    COPY),
                               LOOP("loop-64k",								      COPY,														   hand_send,									64 * K)},
	[BENCH_ONE_MANY] = { PLAN,
			       METHOD("tee",            SPLICE),
			       METHOD("tee-of-copy",							      COPY),
			       METHOD("tee-of-sendfile",SENDFILE),
			       METHOD("tee-of-mmap",                                              MMAP),
			       { .name = "each",
			       .kind = WAY_EACH,
			       .method = POUR_BY_SENDFILE },
			       LOOP("loop-each", SENDFILE, hand_each, 0),
			       LOOP("loop-256k", COPY, hand_many, 256 * K) },
	[BENCH_MESSAGES] = { PLAN,               METHOD("pipe-256k",                         PIPE),
			       METHOD("copy",						  COPY),
			       LOOP("loop-256k",COPY,hand_relay,														     256 * K)																				  },
};

#define REST(text, by)                                                         \
	{                                                                      \
		.name = (text), .kind = WAY_METHOD, .method = POUR_BY_##by     \
	}

static const struct way rest[] = {
	REST("copy_file_range", RANGE),
	REST("sendfile", SENDFILE),
	REST("splice", SPLICE),
	REST("pipe", PIPE),
	REST("copy", COPY),
	REST("clone", CLONE),
	REST("zerocopy", ZEROCOPY),
	REST("vmsplice", VMSPLICE),
	REST("mmap", MMAP),
};

static bool has_method(enum bench_pair pair, enum pour_method method)
{
	for (const struct way *w = ways[pair]; w->name != NULL; w++)
		if (w->kind == WAY_METHOD && w->method == method)
			return true;
	return false;
}

const struct way *way_of(enum bench_pair pair, unsigned n)
{
	for (const struct way *w = ways[pair]; w->name != NULL; w++)
		if (n-- == 0)
			return w;
	for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
		if (!has_method(pair, rest[i].method) && n-- == 0)
			return &rest[i];
	return NULL;
}

bool way_is_expected(const struct way *way)
{
	return way < rest || way >= rest + ARRAY_SIZE(rest);
}

static const char *const names[] = {
	[BENCH_FILE_SOCKET] = "file-socket",
	[BENCH_SOCKET_FILE] = "socket-file",
	[BENCH_SOCKET_SOCKET] = "socket-socket",
	[BENCH_FILE_FILE] = "file-file",
	[BENCH_MEMORY_SOCKET] = "memory-socket",
	[BENCH_FILE_PIPE] = "file-pipe",
	[BENCH_MEMORY_PIPE] = "memory-pipe",
	[BENCH_ONE_MANY] = "one-many",
	[BENCH_MESSAGES] = "messages",
};

static const char *const titles[] = {
	[BENCH_FILE_SOCKET] = "file to socket",
	[BENCH_SOCKET_FILE] = "socket to file",
	[BENCH_SOCKET_SOCKET] = "socket to socket",
	[BENCH_FILE_FILE] = "file to file",
	[BENCH_MEMORY_SOCKET] = "memory to socket",
	[BENCH_FILE_PIPE] = "file to pipe",
	[BENCH_MEMORY_PIPE] = "memory to pipe",
	[BENCH_ONE_MANY] = "a file to many sockets",
	[BENCH_MESSAGES] = "messages through a relay",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == BENCH_PAIRS, "all pairs");
_Static_assert(sizeof(titles) / sizeof(titles[0]) == BENCH_PAIRS, "all pairs");

const char *bench_pair_name(unsigned pair)
{
	return pair < BENCH_PAIRS ? names[pair] : NULL;
}

const char *bench_pair_title(enum bench_pair pair)
{
	return titles[pair];
}

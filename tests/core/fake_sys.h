/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for src/core/sys.c: passes on to the real call, unless it was
 * told to fail, to fall short, or to say "not now". It keeps a log.
 */
#ifndef TESTS_CORE_FAKE_SYS_H
#define TESTS_CORE_FAKE_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys.h"

enum fake_call {
	FAKE_READ,
	FAKE_WRITE,
	FAKE_SEND,
	FAKE_SENDFILE,
	FAKE_SPLICE,
	FAKE_RANGE,
	FAKE_PIPE,
	FAKE_TEE,
	FAKE_VMSPLICE,
	FAKE_CLONE,
	FAKE_MAP,
	FAKE_CACHED,  /* preadv2(RWF_NOWAIT) */
	FAKE_MISSING, /* cachestat() */
	FAKE_PUNCH,
	FAKE_TRUNCATE,
	FAKE_SEEK,
	FAKE_REOPEN,
	FAKE_ACK,
	FAKE_STAT,    /* this and the next are counted, and never fail */
	FAKE_FS_TYPE, /* fstatfs() */
	FAKE_FLAGS,   /* fcntl(F_GETFL) */
	FAKE_WAITING, /* ioctl(FIONREAD) */
	FAKE_CALLS,
	FAKE_ANY = FAKE_CALLS,
};

enum { FAKE_LOG_SIZE = 4096 };

struct fake_entry {
	enum fake_call call;
	int in, out;
	size_t len; /* as asked */
	int flags;  /* of send() */
	int64_t result;
};

struct fake {
	/* The fail_at-th call of that kind, counted from 1, fails. 0: none. */
	unsigned fail_at;
	enum fake_call fail_call;
	int fail_errno;
	/* Counts are cut at random, and calls say EAGAIN, with this seed. */
	unsigned seed;
	bool short_counts, eagain;
	/* Every call of this kind answers this without being made, when set. */
	bool answers_set;
	enum fake_call answers_call;
	int64_t answers;
	/* What the socket's error queue brings, in turn; then nothing. */
	struct pour_sys_ack acks[8];
	unsigned n_acks;
	/* After so many calls that moved something, SIGPIPE is raised. */
	unsigned raises;
	/* The clock: 0 for the real one. */
	uint64_t now;
	/* A peer acknowledges so many more bytes, one each time it is asked. */
	unsigned acks_to_come;
	uint64_t ack_ago; /* and so long ago, in ns */
	/* What every file system calls itself; 0: what it is. */
	int64_t fs_type;
	/* The size that every new pipe gets; 0: what it asks for. */
	int64_t pipe_size;
	/* SO_ZEROCOPY is taken to be set, and MSG_ZEROCOPY to be a copy. */
	bool zerocopy;
	/* What happened. */
	unsigned seen;
	unsigned calls[FAKE_CALLS];
	unsigned n_log;
	struct fake_entry log[FAKE_LOG_SIZE];
};

extern struct fake fake;

/* Back to passing everything on, with an empty log. */
void fake_reset(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Real ends of every kind, with somebody at the far side:
 *
 *      feed ──► source ══ transfer ══► destination ──► drain
 *
 * Bytes follow a pattern in which no two places look alike, so that a byte
 * lost, doubled or out of order shows.
 */
#ifndef TESTS_CORE_ENDS_H
#define TESTS_CORE_ENDS_H

#include <pour.h>
#include <stdbool.h>

enum ends_kind {
	ENDS_FILE_HERE, /* a file at its own position, which is not 0 */
	ENDS_FILE_AT,   /* a file at an offset of its own */
	ENDS_UNIX,      /* a unix stream socket */
	ENDS_TCP,       /* TCP over loopback */
	ENDS_PIPE,
	ENDS_DEVICE, /* /dev/zero; /dev/null */
	ENDS_CALL,   /* functions that take some, and now and then nothing */
	ENDS_MEMORY, /* a source only */
	ENDS_KINDS,
};

enum {
	ENDS_TOTAL = (1 << 20) + 4097, /* bytes a source has */
	ENDS_SKIP = 7,                 /* bytes of a file before them */
};

extern const char *const ends_names[ENDS_KINDS];

struct ends {
	enum ends_kind src_kind, dst_kind;
	struct pour_end src, dst;
	int src_fd, dst_fd; /* -1: none */
	int feed_fd, drain_fd;
	uint64_t total; /* bytes the source has; POUR_ALL: endless */
	uint64_t fed;
	unsigned calls; /* of the functions */
	uint64_t got;   /* bytes that arrived so far */
	bool wrong;     /* one of them was another than it should be */
};

/* Byte i of the pattern; of a device, 0. */
unsigned char ends_byte(const struct ends *e, uint64_t i);
void ends_open(struct ends *e, enum ends_kind src, enum ends_kind dst);
void ends_close(struct ends *e);
/* Feeds what is possible; drains nothing. */
void ends_feed(struct ends *e);
/* Feeds and drains what is possible at the moment. */
void ends_move(struct ends *e);
/* Steps until the transfer ended; its answer. */
int ends_run(struct ends *e, struct pour *p);
/* Bytes that stand at the destination, whose stream ends; sets wrong. */
uint64_t ends_arrived(struct ends *e);
/* Two connected sockets over loopback. */
void ends_tcp_pair(int ret[2]);
/* Descriptors that this process has open. */
int ends_count_fds(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Hand-written loops: see hand.h. */
#include "bench/hand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

/* The most that one call moves (MAX_RW_COUNT, read(2)). */
#define CALL_MAX UINT64_C(0x7ffff000)

int hand_begin(struct hand *h, uint32_t size)
{
	int r;

	h->pipe[0] = h->pipe[1] = -1;
	h->size = size;
	h->buffer = size > 0 ? malloc(size) : NULL;
	if (size > 0 && h->buffer == NULL)
		return -ENOMEM;
	if (size > 0)
		memset(h->buffer, 0, size); /* it is there from now on */
	r = size > 0 ? pipe2(h->pipe, O_CLOEXEC) : 0;
	if (r == 0 && size > 0)
		(void)fcntl(h->pipe[1], F_SETPIPE_SZ, (int)size);
	if (r == 0)
		return 0;
	r = -errno;
	hand_done(h);
	return r;
}

void hand_done(struct hand *h)
{
	for (int i = 0; i < 2; i++)
		if (h->pipe[i] >= 0)
			(void)close(h->pipe[i]);
	h->pipe[0] = h->pipe[1] = -1;
	free(h->buffer);
	h->buffer = NULL;
}

static size_t least(uint64_t left, uint64_t most)
{
	return left < most ? left : most;
}

/* One call more: what it moved, -errno, or -ENODATA for an end too early. */
static int64_t counted(struct hand *h, ssize_t n)
{
	h->calls++;
	if (n < 0)
		return errno == EINTR ? -EINTR : -errno;
	return n > 0 ? n : -ENODATA;
}

#define RETRY(h, call)                                                         \
	({                                                                     \
		int64_t retry_;                                                \
		do                                                             \
			retry_ = counted(h, (call));                           \
		while (retry_ == -EINTR);                                      \
		retry_;                                                        \
	})

static int write_all(struct hand *h, int dst, const char *from, uint64_t n)
{
	while (n > 0) {
		int64_t put = RETRY(h, write(dst, from, n));

		if (put < 0)
			return (int)put;
		from += put;
		n -= (uint64_t)put;
	}
	return 0;
}

int hand_many(struct hand *h)
{
	for (uint64_t left = h->bytes; left > 0;) {
		int64_t n = RETRY(
			h, read(h->src, h->buffer, least(left, h->size)));
		int r = n < 0 ? (int)n : 0;

		for (unsigned i = 0; i < h->n_dst && r == 0; i++)
			r = write_all(h, h->dst[i], h->buffer, (uint64_t)n);
		if (r < 0)
			return r;
		left -= (uint64_t)n;
	}
	return 0;
}

int hand_copy(struct hand *h)
{
	return hand_many(h);
}

static int send_file(struct hand *h, int dst)
{
	for (uint64_t left = h->bytes; left > 0;) {
		int64_t n = RETRY(
			h, sendfile(dst, h->src, NULL, least(left, CALL_MAX)));

		if (n < 0)
			return (int)n;
		left -= (uint64_t)n;
	}
	return 0;
}

int hand_sendfile(struct hand *h)
{
	return send_file(h, h->dst[0]);
}

int hand_each(struct hand *h)
{
	int r = 0;

	for (unsigned i = 0; i < h->n_dst && r == 0; i++) {
		h->calls++;
		r = lseek(h->src, 0, SEEK_SET) < 0 ? -errno
						   : send_file(h, h->dst[i]);
	}
	return r;
}

static int empty_pipe(struct hand *h, uint64_t n)
{
	while (n > 0) {
		int64_t put = RETRY(
			h, splice(h->pipe[0], NULL, h->dst[0], NULL, n, 0));

		if (put < 0)
			return (int)put;
		n -= (uint64_t)put;
	}
	return 0;
}

int hand_splice(struct hand *h)
{
	for (uint64_t left = h->bytes; left > 0;) {
		int64_t n = RETRY(h, splice(h->src, NULL, h->pipe[1], NULL,
					    least(left, CALL_MAX), 0));
		int r = n < 0 ? (int)n : empty_pipe(h, (uint64_t)n);

		if (r < 0)
			return r;
		left -= (uint64_t)n;
	}
	return 0;
}

int hand_send(struct hand *h)
{
	for (uint64_t at = 0; at < h->bytes;) {
		uint64_t n = MIN(h->bytes - at, h->size);
		int r = write_all(h, h->dst[0], h->memory + at, n);

		if (r < 0)
			return r;
		at += n;
	}
	return 0;
}

/* ── MSG_ZEROCOPY ── */

/* Answers that are there; how many sends they are about, or -errno. */
static int64_t read_answer(struct hand *h)
{
	union {
		struct cmsghdr first;
		char room[CMSG_SPACE(sizeof(struct sock_extended_err)) + 128];
	} control;
	struct msghdr m = { .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct sock_extended_err e;
	struct cmsghdr *c;

	h->calls++;
	if (recvmsg(h->dst[0], &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c = CMSG_FIRSTHDR(&m);
	if (c == NULL)
		return 0;
	memcpy(&e, CMSG_DATA(c), sizeof(e));
	if (e.ee_origin != SO_EE_ORIGIN_ZEROCOPY)
		return e.ee_errno != 0 ? -(int64_t)e.ee_errno : 0;
	return (int64_t)(e.ee_data - e.ee_info) + 1;
}

/* Until so few sends still need their memory. */
static int await_answers(struct hand *h, int64_t *sent, int64_t few)
{
	while (*sent > few) {
		struct pollfd p = { .fd = h->dst[0] };
		int64_t n = read_answer(h);

		if (n < 0)
			return (int)n;
		*sent -= n;
		if (n == 0 && *sent > few)
			(void)poll(&p, 1, 1000);
	}
	return 0;
}

int hand_zerocopy(struct hand *h)
{
	enum { UNANSWERED_MAX = 64 };
	int64_t sent = 0;
	int r = 0;

	for (uint64_t at = 0; at < h->bytes && r == 0;) {
		uint64_t size = MIN(h->bytes - at, h->size);
		int64_t n = RETRY(
			h, send(h->dst[0], h->memory + at, size, MSG_ZEROCOPY));

		if (n == -ENOBUFS && sent > 0) {
			r = await_answers(h, &sent, 0);
			continue;
		}
		if (n < 0)
			return (int)n;
		at += (uint64_t)n;
		r = await_answers(h, &sent, UNANSWERED_MAX);
		sent++;
	}
	return r < 0 ? r : await_answers(h, &sent, 0);
}

/* ── A relay ── */

/* One message from a to b; -ENODATA: there are no more. */
static int pass_on(struct hand *h, int a, int b)
{
	for (uint64_t left = h->bytes; left > 0;) {
		int64_t n = RETRY(h,
				  recv(a, h->buffer, least(left, h->size), 0));
		int r = n < 0 ? (int)n
			      : write_all(h, b, h->buffer, (uint64_t)n);

		if (r < 0)
			return r;
		left -= (uint64_t)n;
	}
	return 0;
}

/* It knows whose turn it is, which a relay that has to wait for both does not:
 * a lower bound. */
int hand_relay(struct hand *h)
{
	int r = 0;

	while (r == 0) {
		r = pass_on(h, h->src, h->dst[0]);
		if (r == 0)
			r = pass_on(h, h->dst[0], h->src);
	}
	return r == -ENODATA ? 0 : r;
}

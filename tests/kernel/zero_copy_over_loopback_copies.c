/* SPDX-License-Identifier: MIT */
/*
 * Fact: MSG_ZEROCOPY answers in the error queue with a range of calls, counted
 * from 0, both ends included; over loopback it says that the bytes were
 * copied. An AF_UNIX socket refuses SO_ZEROCOPY with EOPNOTSUPP. So a socket
 * that copies is not asked again (Documentation/networking/msg_zerocopy.rst).
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include <linux/errqueue.h>

#include "kit.h"

enum {
	CALLS = 3,
	BYTES = 4096,
};

TEST(case56_a_unix_socket_has_no_zero_copy)
{
	int s[2], on = 1;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(
		setsockopt(s[0], SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	close_pair(s);
}

/* The next range of calls the kernel has done with. */
static struct sock_extended_err next_range(int s)
{
	union {
		char bytes[256];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct pollfd wanted = { .fd = s };
	struct sock_extended_err err = { .ee_errno = ENOMSG };
	struct cmsghdr *head;

	assert_int_equal(poll(&wanted, 1, -1), 1);
	assert_int_equal(wanted.revents, POLLERR);
	assert_int_equal(recvmsg(s, &msg, MSG_ERRQUEUE), 0);
	head = CMSG_FIRSTHDR(&msg);
	if (head != NULL && head->cmsg_type == IP_RECVERR)
		memcpy(&err, CMSG_DATA(head), sizeof(err));
	assert_int_equal(err.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
	assert_int_equal(err.ee_errno, 0);
	return err;
}

static void read_all(int s, size_t left)
{
	static char bytes[BYTES];

	while (left > 0) {
		ssize_t n = read(s, bytes, sizeof(bytes));

		assert_true(n > 0);
		left -= (size_t)n;
	}
}

TEST(case56_loopback_copies_and_says_so)
{
	static const char bytes[BYTES];
	socklen_t size = sizeof(int);
	int s[2], on = 1, error = -1;
	unsigned next = 0;

	tcp_pair(s);
	if (setsockopt(s[0], SOL_SOCKET, SO_ZEROCOPY, &on, size) != 0)
		TEST_SKIP("no SO_ZEROCOPY in this kernel");
	for (int i = 0; i < CALLS; i++)
		assert_int_equal(send(s[0], bytes, BYTES, MSG_ZEROCOPY), BYTES);
	read_all(s[1], (size_t)CALLS * BYTES);
	while (next < CALLS) {
		struct sock_extended_err err = next_range(s[0]);

		assert_int_equal(err.ee_code, SO_EE_CODE_ZEROCOPY_COPIED);
		assert_int_equal(err.ee_info, next);
		assert_true(err.ee_data >= err.ee_info);
		next = err.ee_data + 1;
	}
	assert_int_equal(next, CALLS);
	assert_int_equal(getsockopt(s[0], SOL_SOCKET, SO_ERROR, &error, &size),
			 0);
	assert_int_equal(error, 0);
	close_pair(s);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/*
 * Fact: sendfile() and splice() to a peer that is gone raise SIGPIPE in the
 * calling thread and have no flag against it; blocked, it stays pending and can
 * be taken without a handler. So it is masked around the call.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

TEST(a_blocked_sigpipe_can_be_taken)
{
	const struct timespec no_wait = { 0, 0 };
	int fd = memfd_create("file", MFD_CLOEXEC), s[2];
	sigset_t set, pending;
	off_t at = 0;

	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	(void)close(s[1]);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_int_equal(sendfile(s[0], fd, &at, 100), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 1);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), SIGPIPE);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 0);
	(void)close(fd);
	(void)close(s[0]);
}

TEST_MAIN()

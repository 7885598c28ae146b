/* SPDX-License-Identifier: MIT */
/*
 * Fact: sendfile() and splice() to a peer that is gone, and splice() to a pipe
 * without a reader, raise SIGPIPE in the calling thread and have no flag
 * against it; blocked, it stays pending and can be taken without a handler. So
 * it is masked around the call. A reset says ECONNRESET once, without a
 * signal, and EPIPE from then on.
 */
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <time.h>

#include "kit.h"

static void block_sigpipe(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
	assert_int_equal(sigprocmask(SIG_BLOCK, set, NULL), 0);
}

TEST(case63_a_blocked_sigpipe_can_be_taken)
{
	const struct timespec no_wait = { 0, 0 };
	int fd = memory_file("hello"), s[2];
	sigset_t set, pending;
	off_t at = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	(void)close(s[1]);
	block_sigpipe(&set);
	assert_int_equal(sendfile(s[0], fd, &at, 5), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 1);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), SIGPIPE);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 0);
	(void)close(fd);
	(void)close(s[0]);
}

TEST(case63_a_reset_signals_from_the_second_time_on)
{
	const struct timespec no_wait = { 0, 0 };
	const struct linger none = { .l_onoff = 1 };
	int fd = memory_file("hello"), s[2];
	sigset_t set;
	off_t at = 0;

	tcp_pair(s);
	assert_int_equal(
		setsockopt(s[1], SOL_SOCKET, SO_LINGER, &none, sizeof(none)),
		0);
	(void)close(s[1]);
	block_sigpipe(&set);
	assert_int_equal(sendfile(s[0], fd, &at, 5), -1);
	assert_int_equal(errno, ECONNRESET);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), -1);
	assert_int_equal(sendfile(s[0], fd, &at, 5), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), SIGPIPE);
	(void)close(fd);
	(void)close(s[0]);
}

/* The signal that ends a child which moves a byte from one to the other. */
static int ended_by(int from, int to)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)splice(from, NULL, to, NULL, 1, 0);
		(void)sendfile(to, from, NULL, 1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(case63_splice_to_a_pipe_without_a_reader_kills)
{
	int fd = memory_file("hello"), p[2];

	assert_int_equal(pipe2(p, 0), 0);
	(void)close(p[0]);
	assert_int_equal(ended_by(fd, p[1]), SIGPIPE);
	(void)close(fd);
	(void)close(p[1]);
}

TEST(case63_splice_to_a_socket_without_a_peer_kills)
{
	int s[2], p[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(pipe2(p, 0), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	(void)close(s[1]);
	assert_int_equal(ended_by(p[0], s[0]), SIGPIPE);
	(void)close(s[0]);
	close_pair(p);
}

TEST(case63_sendfile_behind_a_shutdown_kills)
{
	int fd = memory_file("hello"), s[2];

	tcp_pair(s);
	assert_int_equal(shutdown(s[0], SHUT_WR), 0);
	assert_int_equal(ended_by(fd, s[0]), SIGPIPE);
	(void)close(fd);
	close_pair(s);
}

TEST_MAIN()

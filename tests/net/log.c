/* SPDX-License-Identifier: MIT */
/* Lines to whoever reads them, or does not. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "lines.h"

/* Threads share the pipe: no line may be torn where it need not be. */
TEST(log_pieces_for_a_pipe_end_with_lines)
{
	char line[1000], *piece = malloc(LOG_BUFFER_SIZE);
	struct log_lines *l;
	struct log log;
	size_t lines = 0;
	int fds[2];
	ssize_t n;

	assert_non_null(piece);
	/* Packets: a read gives exactly what one write gave. */
	assert_int_equal(pipe2(fds, O_NONBLOCK | O_DIRECT | O_CLOEXEC), 0);
	assert_int_equal(log_open(&log, NULL, fds[1], false), 0);
	/* The log has opened it once more, for itself. */
	assert_int_not_equal(log.fd, fds[1]);
	assert_int_equal(fcntl(log.fd, F_SETFL, O_NONBLOCK | O_DIRECT), 0);
	l = lines_of(&log);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		assert_true(add(l, line));
	log_flush(l);
	while ((n = read(fds[0], piece, LOG_BUFFER_SIZE)) > 0) {
		assert_true(n <= PIPE_BUF);
		assert_int_equal(piece[n - 1], '\n');
		lines += (size_t)n / sizeof(line);
	}
	assert_int_equal(lines, 20);
	log_lines_done(l);
	log_close(&log);
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
	free(piece);
	free(l);
}

/* Until nothing more is kept; how many lines were. */
static unsigned fill(struct log_lines *l)
{
	char line[1000];
	unsigned n = 0;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	while (n < 100000 && add(l, line))
		n++;
	return n;
}

static void outlives_a_full(int reader, int writer)
{
	struct log_lines *l;
	struct log log;
	char text[4096];
	size_t read = 0, n;
	unsigned kept;
	int flags = fcntl(writer, F_GETFL);

	assert_int_equal(log_open(&log, NULL, writer, false), 0);
	/* What others have of it still blocks. */
	assert_int_equal(fcntl(writer, F_GETFL), flags);
	l = lines_of(&log);
	kept = fill(l);
	assert_true(kept > 60 && kept < 100000);
	assert_int_equal(counter_get(&l->lost), 1);
	assert_false(add(l, "lost as well"));
	assert_true(log_waits(l));
	while ((n = read_all(reader, text, sizeof(text))) > 0) {
		read += n;
		log_flush(l);
	}
	assert_false(log_waits(l));
	/* Whole lines only, beside the sentence that two were lost. */
	assert_true(read >= kept * 1000UL);
	assert_true(add(l, "goes on"));
	log_lines_done(l);
	assert_true(read_all(reader, text, sizeof(text)) > 0);
	assert_memory_equal(text, "goes on\n", 8);
	assert_non_null(strstr(text, "pour: 2 lines of the log lost so far: "
				     "Resource temporarily unavailable\n"));
	log_close(&log);
	free(l);
}

TEST(log_does_not_wait_for_who_reads_a_pipe)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	outlives_a_full(fds[0], fds[1]);
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
}

TEST(log_does_not_wait_for_who_reads_a_socket)
{
	int fds[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	outlives_a_full(fds[0], fds[1]);
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
}

TEST(log_outlives_a_dead_descriptor)
{
	struct log log;
	struct log_lines *l;

	assert_int_equal(log_open(&log, NULL, -1, false), 0);
	l = lines_of(&log);
	for (int i = 0; i < 10000; i++)
		(void)add(l, "nobody reads this");
	log_flush(l);
	assert_false(log_waits(l));
	assert_int_equal(counter_get(&l->lost), 10000);
	free(l);
}

TEST(log_says_once_what_a_full_disk_lost)
{
	struct log_lines *l;
	char text[512];
	struct log log;
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(log_open(&log, "/dev/full", fds[1], true), 0);
	l = lines_of(&log);
	for (int i = 0; i < 3; i++) {
		assert_true(add(l, "{}"));
		log_flush(l);
	}
	assert_int_equal(counter_get(&l->lost), 3);
	(void)read_all(fds[0], text, sizeof(text));
	assert_memory_equal(text, "{\"time\":\"2", 10);
	assert_non_null(strstr(text,
			       "Z\",\"message\":\"pour: 1 line of the log "
			       "/dev/full lost so far: No space left on "
			       "device\"}\n"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	log_lines_done(l);
	(void)read_all(fds[0], text, sizeof(text));
	assert_non_null(strstr(text, "pour: 3 lines of the log"));
	log_close(&log);
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
	free(l);
}

TEST_MAIN()

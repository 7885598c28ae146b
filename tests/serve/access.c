/* SPDX-License-Identifier: MIT */
/* Lines of the log, to the byte. */
#include "serve/access.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/addr.h"
#include "test.h"

static void escapes_to(struct slice in, size_t max, const char *want)
{
	char memory[256];
	struct text t = text_over(memory, sizeof(memory) - 1);

	access_escape(&t, in, max);
	memory[t.len] = '\0';
	assert_string_equal(memory, want);
}

TEST(access_escapes)
{
	escapes_to(SLICE("GET /a b"), 100, "GET /a b");
	escapes_to(SLICE("a\"b\\c"), 100, "a\\x22b\\x5Cc");
	escapes_to(SLICE("a\r\nb\0c\x1b[2J\x7f"), 100,
		   "a\\x0D\\x0Ab\\x00c\\x1B[2J\\x7F");
	escapes_to(SLICE("\xc3\xbc\xc2\x9b"), 100, "\\xC3\\xBC\\xC2\\x9B");
	escapes_to(SLICE("abcdefghij"), 8, "abcde...");
	escapes_to(SLICE("\n\n\n"), 8, "\\x0A\\x0A...");
}

/* What one answer leaves in a pipe, as a string. */
static void note(const struct access_line *line, bool off, char *ret,
		 size_t size)
{
	struct access *a = malloc(sizeof(*a));
	int fds[2];
	ssize_t n;

	assert_non_null(a);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	access_init(a, fds[1], off);
	access_note(a, line);
	access_flush(a);
	n = read(fds[0], ret, size - 1);
	ret[n > 0 ? n : 0] = '\0';
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
	free(a);
}

static struct addr localhost(void)
{
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse("127.0.0.1:4711", a, &why), 1);
	return a[0];
}

TEST(access_line_of_a_file)
{
	struct pour_account account = { .delivered = 1073741824,
					.ended = POUR_ENDED_LIMIT };
	struct addr peer = localhost();
	struct access_line line = {
		.peer = &peer,
		.stamp = "21/Nov/2026:19:40:02 +0000",
		.request = SLICE("GET /big HTTP/1.1"),
		.agent = SLICE("curl/7.88"),
		.status = 206,
		.took_ms = 412,
		.account = &account,
	};
	char text[1024];

	account.moved[POUR_BY_SENDFILE] = 1073741824;
	account.calls[POUR_BY_SENDFILE] = 1024;
	note(&line, false, text, sizeof(text));
	assert_string_equal(text,
			    "127.0.0.1 - - [21/Nov/2026:19:40:02 +0000] "
			    "\"GET /big HTTP/1.1\" 206 1073741824 \"-\" "
			    "\"curl/7.88\" 0.412 sendfile=1073741824/1024\n");
	note(&line, true, text, sizeof(text));
	assert_string_equal(text, "");
}

TEST(access_says_how_it_ended)
{
	struct pour_account account = { .ended = POUR_ENDED_SHORT };
	struct addr peer = localhost();
	struct access_line line = { .peer = &peer,
				    .stamp = "",
				    .status = 200,
				    .took_ms = 61005,
				    .account = &account };
	char text[1024];

	note(&line, false, text, sizeof(text));
	assert_string_equal(text, "127.0.0.1 - - [] \"-\" 200 0 \"-\" \"-\" "
				  "61.005 - short\n");
	account.ended = POUR_ENDED_FAILED;
	account.left[POUR_BY_SENDFILE] = EINVAL;
	account.delivered = account.moved[POUR_BY_COPY] = 5;
	account.calls[POUR_BY_COPY] = 2;
	note(&line, false, text, sizeof(text));
	assert_string_equal(text, "127.0.0.1 - - [] \"-\" 200 5 \"-\" \"-\" "
				  "61.005 sendfile!EINVAL copy=5/2 aborted\n");
}

/* Threads share the pipe: no line may be torn where it need not be. */
TEST(access_pieces_end_with_lines)
{
	struct access *a = malloc(sizeof(*a));
	char line[1000], *piece = malloc(ACCESS_BUFFER_SIZE);
	size_t lines = 0;
	int fds[2];
	ssize_t n;

	assert_non_null(a);
	assert_non_null(piece);
	/* Packets: a read gives exactly what one write gave. */
	assert_int_equal(pipe2(fds, O_NONBLOCK | O_DIRECT), 0);
	access_init(a, fds[1], false);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		access_say(a, line);
	access_flush(a);
	while ((n = read(fds[0], piece, ACCESS_BUFFER_SIZE)) > 0) {
		assert_true(n <= PIPE_BUF);
		assert_int_equal(piece[n - 1], '\n');
		lines += (size_t)n / sizeof(line);
	}
	assert_int_equal(lines, 20);
	assert_int_equal(close(fds[0]) | close(fds[1]), 0);
	free(piece);
	free(a);
}

TEST(access_outlives_a_dead_descriptor)
{
	struct access *a = malloc(sizeof(*a));

	assert_non_null(a);
	access_init(a, -1, false);
	for (int i = 0; i < 10000; i++)
		access_say(a, "nobody reads this");
	access_flush(a);
	assert_int_equal(a->text.len, 0);
	free(a);
}

TEST_MAIN()

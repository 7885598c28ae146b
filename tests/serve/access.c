/* SPDX-License-Identifier: MIT */
/* Lines of the log, to the byte. */
#include "serve/access.h"

#include <errno.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>

#include "http/stamp.h"
#include "net/addr.h"
#include "net/log.h"
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

static const char *combined(const struct access_line *line)
{
	static char memory[LOG_LINE_SIZE];
	struct text t = text_over(memory, sizeof(memory) - 1);

	access_combined(&t, line);
	assert_false(t.full);
	memory[t.len] = '\0';
	return memory;
}

static const char *json(const struct access_line *line)
{
	static char memory[LOG_LINE_SIZE];
	struct text t = text_over(memory, sizeof(memory) - 1);

	access_json(&t, line);
	assert_false(t.full);
	memory[t.len] = '\0';
	return memory;
}

static const struct stamp stamp = { .log = "21/Nov/2026:19:40:02 +0000",
				    .iso = "2026-11-21T19:40:02Z" };

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
		.stamp = &stamp,
		.request = SLICE("GET /big HTTP/1.1"),
		.method = SLICE("GET"),
		.target = SLICE("/big"),
		.minor = 1,
		.agent = SLICE("curl/7.88"),
		.status = 206,
		.took_ms = 412,
		.account = &account,
	};

	account.moved[POUR_BY_SENDFILE] = 1073741824;
	account.calls[POUR_BY_SENDFILE] = 1024;
	assert_string_equal(combined(&line),
			    "127.0.0.1 - - [21/Nov/2026:19:40:02 +0000] "
			    "\"GET /big HTTP/1.1\" 206 1073741824 \"-\" "
			    "\"curl/7.88\" 0.412 sendfile=1073741824/1024");
	assert_string_equal(json(&line),
			    "{\"time\":\"2026-11-21T19:40:02Z\","
			    "\"peer\":\"127.0.0.1\",\"method\":\"GET\","
			    "\"target\":\"/big\",\"protocol\":\"HTTP/1.1\","
			    "\"code\":206,\"bytes\":1073741824,"
			    "\"agent\":\"curl/7.88\",\"seconds\":0.412,"
			    "\"by\":{\"sendfile\":{\"bytes\":1073741824,"
			    "\"calls\":1024}}}");
}

TEST(access_says_who_was_let_in)
{
	struct pour_account account = { .ended = POUR_ENDED_LIMIT };
	struct addr peer = localhost();
	struct access_line line = { .peer = &peer,
				    .stamp = &stamp,
				    .user = SLICE("ann b \" [\xc3\xbc"),
				    .account = &account };

	assert_int_equal(
		strncmp(combined(&line),
			"127.0.0.1 - ann\\x20b\\x20\\x22\\x20[\\xC3\\xBC [21/",
			46),
		0);
	assert_non_null(
		strstr(json(&line), ",\"user\":\"ann b \\\" [\xc3\xbc\","));
}

TEST(access_says_how_it_ended)
{
	struct pour_account account = { .ended = POUR_ENDED_SHORT };
	struct addr peer = localhost();
	struct access_line line = { .peer = &peer,
				    .stamp = &stamp,
				    .status = 200,
				    .took_ms = 61005,
				    .account = &account };

	assert_non_null(strstr(combined(&line), " \"-\" 200 0 \"-\" \"-\" "
						"61.005 - short"));
	assert_non_null(strstr(json(&line), ",\"request\":\"\",\"code\":200,"
					    "\"bytes\":0,\"seconds\":61.005,"
					    "\"by\":{},\"ended\":\"short\"}"));
	account.ended = POUR_ENDED_FAILED;
	account.left[POUR_BY_SENDFILE] = EINVAL;
	account.left[POUR_BY_SPLICE] = ENOSYS;
	account.delivered = account.moved[POUR_BY_COPY] = 5;
	account.calls[POUR_BY_COPY] = 2;
	assert_non_null(strstr(combined(&line),
			       " 200 5 \"-\" \"-\" 61.005 sendfile!EINVAL "
			       "splice!ENOSYS copy=5/2 aborted"));
	assert_non_null(strstr(json(&line),
			       "\"by\":{\"copy\":{\"bytes\":5,\"calls\":2}},"
			       "\"left\":{\"sendfile\":\"EINVAL\","
			       "\"splice\":\"ENOSYS\"},"
			       "\"ended\":\"aborted\"}"));
}

/* At its longest, with all that can be long, and all of it to escape. */
TEST(access_lines_always_fit)
{
	struct pour_account account = { .ended = POUR_ENDED_FAILED };
	struct addr peer = localhost();
	struct access_line line = { .peer = &peer,
				    .stamp = &stamp,
				    .status = 200,
				    .took_ms = UINT64_MAX,
				    .account = &account };
	char *bad = malloc(16384);

	assert_non_null(bad);
	memset(bad, 1, 16384);
	for (int i = 0; i < (int)POUR_METHODS; i++) {
		account.moved[i] = account.calls[i] = UINT64_MAX;
		account.left[i] = EPROTONOSUPPORT;
	}
	line.request = line.referer = line.agent = line.user = (struct slice){
		bad, 16384
	};
	assert_true(strlen(combined(&line)) > 9000);
	assert_true(strlen(json(&line)) > 9000);
	line.method = line.target = line.request;
	assert_true(strlen(json(&line)) > 9000);
	free(bad);
}

TEST_MAIN()

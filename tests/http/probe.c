/* SPDX-License-Identifier: MIT */
/* What those who watch ask, over real sockets. */
#include "http/probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"
#include "net/addr.h"
#include "test.h"

static bool ready = true;
static size_t page_size;

static bool is_ready(void *context, struct text *ret_why)
{
	assert_ptr_equal(context, &ready);
	if (!ready)
		text_str(ret_why, "no target is up\n");
	return ready;
}

static void write_page(void *context, struct text *page)
{
	assert_ptr_equal(context, &ready);
	for (size_t i = 0; i < page_size; i++)
		text_str(page, "0123456\n");
}

static struct probe *start(void)
{
	const struct probe_source source = { is_ready, write_page, &ready };
	struct addr any[2];
	struct probe *p;
	const char *why;

	assert_int_equal(addr_parse("127.0.0.1:0", any, &why), 1);
	assert_int_equal(probe_new(&p, any, 1, &source), 0);
	assert_int_equal(probe_start(p), 0);
	assert_int_equal(probe_n_addresses(p), 1);
	return p;
}

static int dial(const struct probe *p)
{
	const struct addr *a = probe_address(p, 0);
	const struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof(patience)),
			 0);
	assert_int_equal(connect(fd, &a->sa, a->len), 0);
	return fd;
}

/* To the end, which must come; how many bytes, the first of them in buf. */
static size_t read_to_end(int fd, char *buf, size_t size)
{
	char waste[4096];
	size_t len = 0, all = 0;
	ssize_t n;

	while ((n = recv(fd, waste, sizeof(waste), 0)) > 0) {
		size_t keep = (size_t)n;

		if (keep > size - 1 - len)
			keep = size - 1 - len;
		memcpy(buf + len, waste, keep);
		len += keep;
		all += (size_t)n;
	}
	assert_int_equal(n, 0);
	buf[len] = '\0';
	return all;
}

static size_t ask(const struct probe *p, const char *request, char *buf,
		  size_t size)
{
	int fd = dial(p);
	size_t n;

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
	n = read_to_end(fd, buf, size);
	assert_int_equal(close(fd), 0);
	return n;
}

static void answers(const struct probe *p, const char *request,
		    const char *line)
{
	char buf[1024];

	(void)ask(p, request, buf, sizeof(buf));
	if (strncmp(buf, line, strlen(line)) != 0)
		fail_msg("%s: %s", request, buf);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

TEST(probe_has_three_answers)
{
	struct probe *p = start();
	char buf[1024];

	page_size = 2;
	(void)ask(p, GET("/metrics"), buf, sizeof(buf));
	assert_memory_equal(buf, "HTTP/1.1 200 OK\r\n", 17);
	assert_non_null(strstr(buf, "Content-Type: text/plain; version=0.0.4"));
	assert_non_null(strstr(buf, "Content-Length: 16\r\n"));
	assert_non_null(strstr(buf, "\r\n\r\n0123456\n0123456\n"));
	answers(p, GET("/metrics?x=1"), "HTTP/1.1 200 ");
	answers(p, GET("/healthz"), "HTTP/1.1 200 ");
	answers(p, GET("/readyz"), "HTTP/1.1 200 ");
	ready = false;
	answers(p, GET("/readyz"), "HTTP/1.1 503 ");
	answers(p, GET("/healthz"), "HTTP/1.1 200 ");
	assert_null(probe_free(p));
}

TEST(probe_has_no_others)
{
	struct probe *p = start();
	char buf[1024];
	size_t n;

	answers(p, GET("/"), "HTTP/1.1 404 ");
	answers(p, GET("/metricsx"), "HTTP/1.1 404 ");
	answers(p, "POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
		"HTTP/1.1 405 ");
	answers(p, "nonsense\r\n\r\n", "HTTP/1.1 400 ");
	answers(p, GET("/healthz") GET("/healthz"), "HTTP/1.1 200 ");
	page_size = 2;
	n = ask(p, "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n", buf,
		sizeof(buf));
	assert_int_equal(n, strlen(buf));
	assert_non_null(strstr(buf, "Content-Length: 16\r\n"));
	assert_memory_equal(buf + n - 4, "\r\n\r\n", 4);
	assert_null(probe_free(p));
}

/* More than a socket takes at once, to one who reads late. */
TEST(probe_sends_long_pages)
{
	struct probe *p = start();
	int fd = dial(p);
	char buf[1024];

	page_size = 500000;
	assert_true(send(fd, GET("/metrics"), strlen(GET("/metrics")), 0) > 0);
	answers(p, GET("/healthz"), "HTTP/1.1 200 ");
	assert_true(read_to_end(fd, buf, sizeof(buf)) > 8 * 500000);
	assert_int_equal(close(fd), 0);
	/* Past its bound a page is an error, and not half a page. */
	page_size = 5000000;
	answers(p, GET("/metrics"), "HTTP/1.1 500 ");
	assert_null(probe_free(p));
}

/* Those who come and say nothing do not keep others out. */
TEST(probe_is_not_for_the_silent)
{
	struct probe *p = start();
	int fds[40];
	char c;

	for (int i = 0; i < 40; i++)
		fds[i] = dial(p);
	answers(p, GET("/healthz"), "HTTP/1.1 200 ");
	assert_int_equal(recv(fds[0], &c, 1, 0), 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(close(fds[i]), 0);
	answers(p, GET("/healthz"), "HTTP/1.1 200 ");
	assert_null(probe_free(p));
}

TEST(probe_says_that_an_address_is_taken)
{
	const struct probe_source source = { is_ready, write_page, &ready };
	struct probe *p = start(), *other = NULL;

	assert_true(probe_new(&other, probe_address(p, 0), 1, &source) < 0);
	assert_null(other);
	assert_null(probe_free(p));
	assert_null(probe_free(NULL));
}

/* One that never was started, and a unix socket that goes with it. */
TEST(probe_that_never_starts)
{
	const struct probe_source source = { is_ready, write_page, &ready };
	char path[64];
	struct addr a[2];
	struct probe *p;
	const char *why;

	(void)snprintf(path, sizeof(path), "unix:/tmp/probe-%d", getpid());
	assert_int_equal(addr_parse(path, a, &why), 1);
	assert_int_equal(probe_new(&p, a, 1, &source), 0);
	assert_int_equal(access(path + 5, F_OK), 0);
	assert_null(probe_free(p));
	assert_int_not_equal(access(path + 5, F_OK), 0);
}

TEST_MAIN()

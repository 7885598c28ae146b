/* SPDX-License-Identifier: MIT */
/* What goes out: types, the fields of a reply, and text made safe. */
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "http/mime.h"
#include "http/reply.h"
#include "test.h"

TEST(types_come_from_the_table_and_from_behind_it)
{
	static const char table[] = "# a comment\n"
				    "text/x-one\tone ONCE\n"
				    "application/x-two two # and a comment\n"
				    "bad\x01type/x three\n"
				    "application/x-late one\n";
	char path[] = "/tmp/mime-XXXXXX";
	int fd = mkstemp(path);
	struct mime *m;

	assert_int_equal(write(fd, table, sizeof(table) - 1),
			 sizeof(table) - 1);
	assert_int_equal(mime_new(&m, path), 0);
	assert_string_equal(mime_of(m, "a.one"), "text/x-one; charset=utf-8");
	assert_string_equal(mime_of(m, "a.Once"), "text/x-one; charset=utf-8");
	assert_string_equal(mime_of(m, "a.two"), "application/x-two");
	assert_string_equal(mime_of(m, "a.three"), "application/octet-stream");
	assert_string_equal(mime_of(m, "a.PNG"), "image/png");
	assert_string_equal(mime_of(m, "noext"), "application/octet-stream");
	assert_string_equal(mime_of(m, "a."), "application/octet-stream");
	assert_string_equal(mime_of(m, "a.tar.gz"), "application/gzip");
	assert_null(mime_free(m));
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(mime_new(&m, "/nonexistent"), 0);
	assert_string_equal(mime_of(m, "a.html"), "text/html; charset=utf-8");
	assert_null(mime_free(m));
	assert_string_equal(mime_of(NULL, "a.zst"), "application/zstd");
	assert_string_equal(mime_of(NULL, "a.7z"),
			    "application/x-7z-compressed");
}

static void assert_text(const struct text *t, const char *want)
{
	assert_true(slice_is((struct slice){ t->at, t->len }, slice_of(want)));
}

TEST(replies_are_written)
{
	char memory[512];
	struct text t = text_over(memory, sizeof(memory));

	reply_begin(&t, 206, "DATE");
	reply_range(&t, 5, 10, 100);
	reply_number(&t, "Content-Length", 5);
	reply_field(&t, "X", SLICE("y"));
	reply_end(&t);
	assert_false(t.full);
	assert_text(&t, "HTTP/1.1 206 Partial Content\r\nServer: pour\r\n"
			"Date: DATE\r\nContent-Range: bytes 5-9/100\r\n"
			"Content-Length: 5\r\nX: y\r\n\r\n");
}

TEST(a_control_byte_spoils_the_head)
{
	char memory[512];
	struct text t = text_over(memory, sizeof(memory));

	reply_field(&t, "Location", SLICE("/a\r\nSet-Cookie: b"));
	assert_true(t.full);
	assert_int_equal(t.len, 0);
}

TEST(text_is_made_safe)
{
	char memory[512];
	struct text t = text_over(memory, sizeof(memory));

	reply_html(&t, SLICE("<a href=\"x\">&'"));
	assert_text(&t, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
	t = text_over(memory, sizeof(memory));
	reply_href(&t, SLICE("a b/\xc3\xa4?#%:\"<"));
	assert_text(&t, "a%20b/%C3%A4%3F%23%25%3A%22%3C");
}

TEST_MAIN()

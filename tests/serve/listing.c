/* SPDX-License-Identifier: MIT */
/* The page of a folder: what is on it, and what names cannot do to it. */
#include "serve/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/listing_page.h"
#include "shown.h"
#include "test.h"
#include "tree.h"

TEST(listing_is_sorted_folders_first)
{
	struct tree t;
	char *page;

	tree_init(&t);
	tree_file(&t, "b.txt", "12345");
	tree_file(&t, "A.txt", "");
	tree_folder(&t, "z");
	page = page_of(&t, NULL);
	assert_true(spot(page, "\"z/\"") < spot(page, "\"A.txt\""));
	assert_true(spot(page, "\"A.txt\"") < spot(page, "\"b.txt\""));
	spot(page, "<tr><td><a href=\"b.txt\">b.txt</a></td>"
		   "<td data-size=\"5 B\">5 </td>"
		   "<td>2001-09-09 01:46</td></tr>\n");
	spot(page, "<p>1 folder, 2 files, 5 B</p>");
	assert_null(strstr(page, "../"));
	free(page);
	page = page_at(&t, "x/y/", NULL, false);
	spot(page, "<title>/x/y/</title>");
	spot(page, "<h1><a href=\"../../\">/</a><a href=\"../\">x/</a>"
		   "<b>y/</b></h1>");
	spot(page, "<tr><td><a href=\"../\">../</a></td>");
	free(page);
	tree_done(&t);
}

/* However it is read, the bytes are the same. */
TEST(listing_in_any_pieces)
{
	static const size_t sizes[] = { 1, 7, 4096, 1 << 20 };
	struct tree t;
	char *first;

	tree_init(&t);
	tree_file(&t, "a", "");
	tree_file(&t, "b&c", "");
	first = page_of(&t, "sort=none");
	for (size_t i = 0; i < 4; i++) {
		struct shown s;
		uint32_t rests;
		char *page;

		shown_init(&s, &t, "sort=none");
		page = shown_read(&s, sizes[i], &rests);
		assert_string_equal(page, first);
		free(page);
		shown_done(&s);
	}
	free(first);
	tree_done(&t);
}

TEST(listing_escapes_names)
{
	struct tree t;
	char *page;

	tree_init(&t);
	tree_file(&t, "<script>alert(1)<", "");
	tree_file(&t, "javascript:alert(1)", "");
	tree_file(&t, "\"onclick='x'", "");
	tree_file(&t, "a&b %41?#\n", "");
	tree_file(&t, "\xff\x7f\xed\xa0\x80", "");
	page = page_at(&t, "<b>/", NULL, false);
	assert_null(strstr(page, "<script>alert"));
	assert_null(strstr(page, "<b>/"));
	assert_null(strstr(page, "\"javascript"));
	assert_null(strstr(page, "'x'"));
	spot(page, "<b>&lt;b&gt;/</b></h1>");
	spot(page, "href=\"%3Cscript%3Ealert%281%29%3C\"");
	spot(page, "href=\"./javascript%3Aalert%281%29\"");
	spot(page, "href=\"%22onclick%3D%27x%27\"");
	spot(page, "href=\"a%26b%20%2541%3F%23%0A\">"
		   "a&amp;b %41?#\xe2\x90\x8a</a>");
	spot(page, "href=\"%FF%7F%ED%A0%80\">\xef\xbf\xbd\xe2\x90\xa1"
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</a>");
	free(page);
	tree_done(&t);
}

TEST(listing_as_json)
{
	struct tree t;
	char *page;

	tree_init(&t);
	page = page_of(&t, "format=json");
	assert_string_equal(page, "{\"path\":\"/\",\"sort\":\"name\","
				  "\"order\":\"asc\",\"entries\":[\n],"
				  "\"next\":null}\n");
	free(page);
	tree_file(&t, "a\"\\<\n\xff", "12");
	page = page_at(&t, "d\"/", "format=json&limit=1&order=desc", false);
	assert_string_equal(
		page,
		"{\"path\":\"/d\\\"/\",\"sort\":\"name\",\"order\":"
		"\"desc\",\"entries\":[\n{\"name\":\"a\\\"\\\\\\u003c"
		"\\u000a\xef\xbf\xbd\",\"href\":\"a%22%5C%3C%0A%FF\","
		"\"type\":\"file\",\"size\":2,"
		"\"mtime\":\"2001-09-09T01:46:40Z\"}\n],\"next\":null}\n");
	free(page);
	tree_file(&t, "b", "");
	page = page_of(&t, "format=ndjson&limit=1");
	assert_int_equal(strcspn(page, "\n"), strlen(page) - 1);
	free(page);
	page = page_of(&t, "format=json&sort=size&order=desc&limit=1");
	spot(page, "\"next\":\"?format=json&sort=size&order=desc&limit=1&"
		   "after=2:a%22%5C%3C%0A%FF\"}");
	free(page);
	tree_done(&t);
}

/* What a click would not get is not on the page. */
TEST(listing_shows_what_can_be_had)
{
	struct tree t;
	char *page;

	tree_init(&t);
	tree_file(&t, ".hidden", "");
	tree_file(&t, "file", "1234567");
	tree_link(&t, "inside", "file");
	tree_link(&t, "outside", "../..");
	page = page_of(&t, NULL);
	spot(page, ">inside</a></td><td data-size=\"7 B\">7 </td>");
	assert_null(strstr(page, "\".hidden\""));
	assert_null(strstr(page, "outside"));
	free(page);
	page = page_at(&t, "", NULL, true);
	spot(page, "\".hidden\"");
	free(page);
	tree_done(&t);
}

/* ── The policy of the page ── */

static void base64(const unsigned char *in, size_t len, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/=";

	for (size_t i = 0; i < len; i += 3) {
		unsigned bits = (unsigned)in[i] << 16;

		bits |= i + 1 < len ? (unsigned)in[i + 1] << 8 : 0;
		bits |= i + 2 < len ? in[i + 2] : 0;
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = digits[i + 1 < len ? bits >> 6 & 63 : 64];
		*out++ = digits[i + 2 < len ? bits & 63 : 64];
	}
	*out = '\0';
}

/* SHA-256 as sha256sum(1) has it, in binary. */
static void sha256(const char *text, unsigned char ret[32])
{
	char command[2 * TREE_PATH_SIZE], path[TREE_PATH_SIZE], hex[64 + 1];
	struct tree t;
	FILE *f;

	tree_init(&t);
	tree_file(&t, "text", text);
	tree_path(&t, "text", path);
	(void)snprintf(command, sizeof(command), "sha256sum <%s", path);
	f = popen(command, "r"); /* NOLINT(cert-env33-c): no word of a peer */
	assert_non_null(f);
	assert_int_equal(fread(hex, 1, 64, f), 64);
	assert_int_equal(pclose(f), 0);
	for (size_t i = 0; i < 32; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		ret[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	tree_done(&t);
}

static void check_hash(const char *what, const char *of)
{
	unsigned char hash[32];
	char text[64], wanted[128];

	sha256(of, hash);
	base64(hash, sizeof(hash), text);
	(void)snprintf(wanted, sizeof(wanted), "%s 'sha256-%s'", what, text);
	spot(listing_policy, wanted);
}

TEST(listing_policy_has_the_hashes)
{
	check_hash("style-src", listing_style);
	check_hash("script-src", listing_script);
	assert_null(strchr(listing_style, '<'));
	assert_null(strstr(listing_script, "</"));
}

TEST_MAIN()

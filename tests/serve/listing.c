/* SPDX-License-Identifier: MIT */
/* The page of a folder: what is on it, and what names cannot do to it. */
#include "serve/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/cache.h"
#include "serve/folder.h"
#include "test.h"
#include "tree.h"

/* The page as a string, for free(). */
static char *page_of(const struct tree *t, const char *path, bool hidden)
{
	struct policy policy = { .root.fd = t->root, .hidden = hidden };
	struct text text = text_heap(LISTING_SIZE_MAX);
	struct folder folder;
	char *page;

	assert_int_equal(folder_read(&policy, t->root, path, &folder), 0);
	listing_write(&text, &folder, path);
	folder_done(&folder);
	assert_false(text.full);
	page = strndup(text.at, text.len);
	assert_non_null(page);
	text_free(&text);
	return page;
}

/* Where text is on the page; the test fails when it is nowhere. */
static const char *spot(const char *page, const char *text)
{
	const char *at = strstr(page, text);

	if (at == NULL)
		fail_msg("not on the page: %s\n%s", text, page);
	return at;
}

TEST(listing_is_sorted_folders_first)
{
	struct tree t;
	char *page;

	tree_init(&t);
	tree_file(&t, "b.txt", "12345");
	tree_file(&t, "A.txt", "");
	tree_folder(&t, "z");
	page = page_of(&t, "", false);
	assert_true(spot(page, "./z/") < spot(page, "./A.txt"));
	assert_true(spot(page, "./A.txt") < spot(page, "./b.txt"));
	spot(page, ">b.txt</a></td><td>5</td><td>2001-09-09 01:46</td>");
	assert_null(strstr(page, "../"));
	free(page);
	page = page_of(&t, "x/y/", false);
	spot(page, "<h1>/x/y/</h1>");
	spot(page, "href=\"../\"");
	free(page);
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
	page = page_of(&t, "<b>/", false);
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "<b>"));
	assert_null(strstr(page, "\"javascript"));
	assert_null(strstr(page, "'x'"));
	spot(page, "<h1>/&lt;b&gt;/</h1>");
	spot(page, "href=\"./%3Cscript%3Ealert%281%29%3C\"");
	spot(page, "href=\"./javascript%3Aalert%281%29\"");
	spot(page, "href=\"./%22onclick%3D%27x%27\"");
	spot(page, "href=\"./a%26b%20%2541%3F%23%0A\"");
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
	tree_link(&t, "absolute", "/etc");
	tree_link(&t, "dangling", "nowhere");
	assert_int_equal(mkfifoat(t.root, "fifo", 0644), 0);
	page = page_of(&t, "", false);
	spot(page, ">inside</a></td><td>7</td>");
	assert_null(strstr(page, "hidden"));
	assert_null(strstr(page, "outside"));
	assert_null(strstr(page, "absolute"));
	assert_null(strstr(page, "dangling"));
	assert_null(strstr(page, "fifo"));
	free(page);
	page = page_of(&t, "", true);
	spot(page, "./.hidden");
	free(page);
	tree_done(&t);
}

TEST(listing_is_bounded)
{
	struct folder folder = { .n = 30 };
	struct text text = text_heap(16384);
	char name[256];

	memset(name, '"', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	folder.entries = calloc(30, sizeof(*folder.entries));
	assert_non_null(folder.entries);
	for (uint32_t i = 0; i < folder.n; i++)
		folder.entries[i].name = strdup(name);
	listing_write(&text, &folder, "");
	assert_false(text.full);
	text_char(&text, '\0');
	assert_false(text.full);
	spot(text.at, "There are more");
	spot(text.at, "</html>");
	text_free(&text);
	folder_done(&folder);
}

/* A second reading of the same descriptor begins at the beginning. */
TEST(listing_twice_from_one_descriptor)
{
	struct tree t;

	tree_init(&t);
	tree_file(&t, "file", "");
	for (int i = 0; i < 2; i++) {
		char *page = page_of(&t, "", false);

		spot(page, "./file");
		free(page);
	}
	tree_done(&t);
}

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

TEST(listing_policy_has_the_hash_of_the_style)
{
	unsigned char hash[32];
	char text[64], wanted[128];

	sha256(listing_style, hash);
	base64(hash, sizeof(hash), text);
	(void)snprintf(wanted, sizeof(wanted), "style-src 'sha256-%s'", text);
	spot(listing_policy, wanted);
}

TEST_MAIN()

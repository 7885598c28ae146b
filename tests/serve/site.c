/* SPDX-License-Identifier: MIT */
/* Names to sites. */
#include "serve/site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "serve/cache.h"
#include "test.h"

#define HOSTS(...)                                                             \
	.hosts = (const char *const[]){ __VA_ARGS__ },                         \
	.n_hosts = ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ }))

static const struct site_opts three[] = {
	{HOSTS("first.org"),   .index = "0"},
	{ HOSTS("Example.org", "[::1]"),     .index = "1" },
	{ HOSTS("*.example.org",                   "www.a.example.org"),          .index = "2" },
	{ HOSTS("*.b.example.org"),        .index = "3"         },
};

static struct sites *sites(bool only_hosts)
{
	char error[SITE_ERROR_SIZE] = "";
	struct sites *s = NULL;

	if (sites_new(&s, three, ARRAY_SIZE(three), only_hosts, error) < 0)
		fail_msg("%s", error);
	return s;
}

/* Sites are told apart by their index here. */
static void finds(const struct sites *s, const char *host, const char *index)
{
	const struct policy *p = sites_find(s, slice_of(host));

	if (index == NULL)
		assert_null(p);
	else
		assert_string_equal(p->index, index);
}

TEST(site_names)
{
	static const struct {
		const char *host, *index;
	} table[] = {
		{"first.org",           "0" },
		{ "example.org",        "1" },
		{ "EXAMPLE.ORG:8080",   "1" },
		{ "example.org.",       "1" },
		{ "example.org.:80",    "1" },
		{ "[::1]",              "1" },
		{ "[::1]:8080",         "1" },
		{ "x.example.org",      "2" },
		{ "x.y.example.org",    "2" },
		{ "www.a.example.org",  "2" },
		{ "b.example.org",      "2" },
		{ "x.b.example.org",    "3" },
		{ "X.Y.B.example.org:", "3" },
		{ "other.org",          NULL},
		{ "notexample.org",     NULL},
		{ "org",                NULL},
		{ ".example.org.evil",  NULL},
		{ "*.example.org",      "2" },
		{ "",                   NULL},
		{ ":80",                NULL},
		{ ".",                  NULL},
		{ "[::2]",              NULL},
	};
	struct sites *open = sites(false), *strict = sites(true);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		finds(strict, table[i].host, table[i].index);
		finds(open, table[i].host,
		      table[i].index ? table[i].index : "0");
	}
	(void)sites_drop(open);
	(void)sites_drop(strict);
}

TEST(site_names_that_are_too_long)
{
	struct sites *s = sites(true);
	char host[SITE_HOST_MAX + 20];

	memset(host, 'a', sizeof(host));
	assert_null(sites_find(s, (struct slice){ host, sizeof(host) }));
	assert_null(sites_find(s, (struct slice){ host, SITE_HOST_MAX }));
	(void)sites_drop(s);
}

static void refused(const struct site_opts *opts, uint32_t n, int result,
		    const char *why)
{
	char error[SITE_ERROR_SIZE] = "";
	struct sites *s = NULL;

	assert_int_equal(sites_new(&s, opts, n, false, error), result);
	assert_string_equal(error, why);
}

TEST(site_says_what_is_wrong)
{
	static const char *const bad[] = { "",       "a b",       "a:80", ".a",
					   "a.",     "x.*.y",     "*",    "*.",
					   "http:/", "*.*.a.org", "[::1" };
	const struct site_opts twice[] = { { HOSTS("a.org") },
					   { HOSTS("b.org", "A.org") } };
	const struct site_opts wild[] = { { HOSTS("*.a.org", "*.A.org") } };
	const struct site_opts nowhere[] = { { 0 }, { .root = "/nowhere" } };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct site_opts opts = { HOSTS(bad[i]) };
		char why[SITE_ERROR_SIZE];

		(void)snprintf(why, sizeof(why),
			       "host '%s': no name such as example.org or "
			       "*.example.org",
			       bad[i]);
		refused(&opts, 1, -EINVAL, why);
	}
	refused(twice, 2, -EEXIST, "host 'a.org' is there twice");
	refused(wild, 1, -EEXIST, "host '*.a.org' is there twice");
	refused(nowhere, 2, -ENOENT, "/nowhere: No such file or directory");
}

TEST_MAIN()

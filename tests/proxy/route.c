/* SPDX-License-Identifier: MIT */
/* Whom a client wants, by the name that it gives. */
#include "proxy/route.h"

#include <string.h>

#include "proxy/hello.h"
#include "test.h"

static struct proxy_target target(const char *text)
{
	struct proxy_target to = { .weight = 0 };
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse(text, a, &why), 1);
	to.addr = a[0];
	return to;
}

/* The first upstream of whom a name leads to; "-": nobody. */
static const char *way_of(struct route *first, const char *name)
{
	struct hello h = { .name_len = strlen(name) };
	struct route *r;

	memcpy(h.name, name, h.name_len);
	r = route_for(first, &h);

	return r != NULL ? r->at[0]->name : "-";
}

TEST(a_name_goes_before_patterns_and_long_ones_before_short_ones)
{
	const struct proxy_name names[] = {
		{"*.org",            target("1")},
		{ "*.example.org",   target("2")},
		{ "www.example.org", target("3")},
		{ "www.example.org", target("4")},
	};
	const struct proxy_opts opts = { .names = names, .n_names = 4 };
	struct route *first;

	assert_int_equal(route_new(&first, &opts, NULL, NULL), 0);
	assert_string_equal(way_of(first, "www.example.org"), "127.0.0.1:3");
	assert_string_equal(way_of(first, "a.example.org"), "127.0.0.1:2");
	assert_string_equal(way_of(first, "a.b.example.org"), "127.0.0.1:2");
	assert_string_equal(way_of(first, "example.org"), "127.0.0.1:1");
	/* A pattern is for a label or more. */
	assert_string_equal(way_of(first, ".org"), "-");
	assert_string_equal(way_of(first, "org"), "-");
	assert_string_equal(way_of(first, "example.com"), "-");
	assert_string_equal(way_of(first, ""), "-");
	/* Both targets of one name are one route. */
	assert_int_equal(first->next->next->next->n, 2);
	assert_null(route_drop(first));
}

/* The protocols as on the wire, and maybe a host. */
static const char *way_by(struct route *first, const char *alpn,
			  const char *name)
{
	struct hello h = { .name_len = strlen(name), .alpn_len = strlen(alpn) };
	struct route *r;

	memcpy(h.name, name, h.name_len);
	memcpy(h.alpn, alpn, h.alpn_len);
	r = route_for(first, &h);
	return r != NULL ? r->at[0]->name : "-";
}

TEST(a_protocol_goes_before_a_name_and_the_first_offered_before_others)
{
	const struct proxy_name names[] = {
		{"a.org",         target("1")},
                { "h2@*",         target("2")},
		{ "h2@*.org",     target("3")},
                { "h2@a.org",     target("4")},
		{ "acme-tls/1@*", target("5")},
	};
	const struct proxy_opts opts = { .names = names, .n_names = 5 };
	struct route *first;

	assert_int_equal(route_new(&first, &opts, NULL, NULL), 0);
	assert_string_equal(way_by(first, "", "a.org"), "127.0.0.1:1");
	assert_string_equal(way_by(first, "\10http/1.1", "a.org"),
			    "127.0.0.1:1");
	assert_string_equal(way_by(first, "\2h2", ""), "127.0.0.1:2");
	assert_string_equal(way_by(first, "\2h2", "a.com"), "127.0.0.1:2");
	assert_string_equal(way_by(first, "\2h2", "b.org"), "127.0.0.1:3");
	assert_string_equal(way_by(first, "\2h2", "a.org"), "127.0.0.1:4");
	assert_string_equal(way_by(first, "\12acme-tls/1\2h2", "a.org"),
			    "127.0.0.1:5");
	assert_string_equal(way_by(first, "\2h2\12acme-tls/1", "a.org"),
			    "127.0.0.1:4");
	assert_string_equal(way_by(first, "\1h", "a.com"), "-");
	assert_null(route_drop(first));
}

TEST(who_names_nobody_that_is_known_has_the_first_route)
{
	const struct proxy_target to[] = { target("9") };
	const struct proxy_name names[] = {
		{"a.org", target("1")}
	};
	const struct proxy_opts opts = {
		.to = to, .n_to = 1, .names = names, .n_names = 1
	};
	struct route *first;

	assert_int_equal(route_new(&first, &opts, NULL, NULL), 0);
	assert_string_equal(way_of(first, ""), "127.0.0.1:9");
	assert_string_equal(way_of(first, "b.org"), "127.0.0.1:9");
	assert_string_equal(way_of(first, "a.org"), "127.0.0.1:1");
	assert_null(route_drop(first));
}

TEST(an_upstream_outlives_its_route_with_its_last_conversation)
{
	const struct proxy_target to[] = { target("9") };
	const struct proxy_opts opts = { .to = to, .n_to = 1 };
	struct upstream *u;
	struct route *first;

	assert_int_equal(route_new(&first, &opts, NULL, NULL), 0);
	u = upstream_share(first->at[0]);
	assert_null(route_drop(first));
	assert_string_equal(u->name, "127.0.0.1:9");
	upstream_drop(u);
}

TEST_MAIN()

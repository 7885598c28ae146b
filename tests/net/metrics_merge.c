/* SPDX-License-Identifier: MIT */
/* Pages of several as one page. */
#include "net/metrics_merge.h"

#include <string.h>

#include "test.h"

static char memory[3][4096];

static struct metrics_page page(int i, const char *kind, const char *name,
				const char *text)
{
	struct metrics_page p = { kind, name,
				  text_over(memory[i], sizeof(memory[i])) };

	text_str(&p.text, text);
	return p;
}

static const char *merged(const struct metrics_page pages[], uint32_t n)
{
	static char all[8192];
	struct text t = text_over(all, sizeof(all) - 1);

	metrics_merge(&t, pages, n);
	assert_false(t.full);
	all[t.len] = '\0';
	return all;
}

TEST(a_family_stands_there_once)
{
	const struct metrics_page pages[] = {
		page(0, "server", "www",
		     "# HELP a First.\n# TYPE a gauge\na 1\n"
		     "# HELP b Second.\n# TYPE b counter\n"
		     "b{x=\"1 {\"} 2\nb{x=\"2\"} 3\n"),
		page(1, "proxy", "lb",
		     "# HELP c Third.\n# TYPE c gauge\nc 4\n"
		     "# HELP a Words.\n# TYPE a gauge\na 5\n"),
	};

	assert_string_equal(
		merged(pages, 2),
		"# HELP a First.\n# TYPE a gauge\n"
		"a{server=\"www\"} 1\na{proxy=\"lb\"} 5\n"
		"# HELP b Second.\n# TYPE b counter\n"
		"b{server=\"www\",x=\"1 {\"} 2\nb{server=\"www\",x=\"2\"} 3\n"
		"# HELP c Third.\n# TYPE c gauge\nc{proxy=\"lb\"} 4\n");
}

TEST(a_name_that_begins_another_is_not_it)
{
	const struct metrics_page pages[] = {
		page(0, "proxy", "a", "# HELP ab X.\n# TYPE ab gauge\nab 1\n"),
		page(1, "proxy", "b", "# HELP a X.\n# TYPE a gauge\na 2\n"),
		page(2, "proxy", "c", "# HELP b X.\n# TYPE b gauge\n"),
	};

	assert_string_equal(merged(pages, 3),
			    "# HELP ab X.\n# TYPE ab gauge\nab{proxy=\"a\"} 1\n"
			    "# HELP a X.\n# TYPE a gauge\na{proxy=\"b\"} 2\n"
			    "# HELP b X.\n# TYPE b gauge\n");
}

TEST(what_did_not_fit_is_told)
{
	struct metrics_page p = page(0, "proxy", "a", "");
	char all[100];
	struct text t = text_over(all, sizeof(all));

	p.text.full = true;
	metrics_merge(&t, &p, 1);
	assert_true(t.full);
}

TEST_MAIN()

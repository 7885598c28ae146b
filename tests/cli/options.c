/* SPDX-License-Identifier: MIT */
/* The options: every way to write them, and every way to write them wrong. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "test.h"

struct values {
	bool loud, wide;
	const char *name;
	struct option_list to;
	unsigned colour;
	uint64_t count, size, seconds;
};

#define FIELD(name) offsetof(struct values, name)

static const char *const colours[] = { "red", "green", NULL };

static const struct option table[] = {
	OPTION(.name = "loud", .letter = 'v', .kind = OPTION_FLAG,
	       .field = FIELD(loud), .help = "shouts"),
	OPTION(.name = "wide", .letter = 'w', .kind = OPTION_FLAG,
	       .field = FIELD(wide), .help = "spreads"),
	OPTION(.name = "name", .letter = 'n', .kind = OPTION_TEXT,
	       .value = "NAME", .field = FIELD(name),
	       .help = "calls it so\nand not otherwise"),
	OPTION(.name = "to", .kind = OPTION_LIST, .value = "PLACE",
	       .field = FIELD(to), .help = "goes there; repeatable"),
	OPTION(.name = "colour", .kind = OPTION_CHOICE, .value = "COLOUR",
	       .field = FIELD(colour), .choices = colours, .help = "paints it"),
	OPTION(.name = "count", .letter = 'c', .kind = OPTION_COUNT,
	       .value = "N", .field = FIELD(count), .min = 2, .max = 10,
	       .help = "counts"),
	OPTION(.name = "size", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(size), .max = UINT64_MAX, .help = "measures"),
	OPTION(.name = "a-rather-long-name", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(seconds), .max = UINT32_MAX,
	       .help = "waits"),
};

static const struct options options = {
	.name = "try",
	.operands = "A [B]",
	.summary = "Tries it",
	.operands_min = 1,
	.operands_max = 2,
	.table = table,
	.n = ARRAY_SIZE(table),
};

enum { WORDS_MAX = 80 };

/* Splits a command line at its spaces; values and parsed are then filled. */
struct attempt {
	struct values values;
	struct parsed parsed;
	char text[512];
	char *args[WORDS_MAX];
	int result;
};

static void attempt(struct attempt *a, const char *line)
{
	char *rest = a->text, *word;
	size_t n = 0;

	memset(a, 0, sizeof(*a));
	(void)snprintf(a->text, sizeof(a->text), "%s", line);
	while (*line && (word = strsep(&rest, " ")) && n < WORDS_MAX - 1)
		a->args[n++] = word;
	a->result = options_parse(&options, a->args, &a->values, &a->parsed);
}

static void done(struct attempt *a)
{
	options_done(&options, &a->values);
	assert_int_equal(a->values.to.n, 0);
}

static void assert_refused(const char *line, const char *why)
{
	struct attempt a;

	attempt(&a, line);
	assert_int_equal(a.result, -EINVAL);
	assert_string_equal(a.parsed.error, why);
	done(&a);
}

TEST(nothing_but_an_operand)
{
	struct attempt a;

	attempt(&a, "x");
	assert_int_equal(a.result, 0);
	assert_int_equal(a.parsed.n_operands, 1);
	assert_string_equal(a.parsed.operands[0], "x");
	assert_false(a.values.loud);
	done(&a);
}

TEST(long_options_with_a_word_or_a_sign)
{
	struct attempt a;

	attempt(&a, "--name one --size=64k x --colour=green --count 10 "
		    "--a-rather-long-name=1.5 --loud y");
	assert_int_equal(a.result, 0);
	assert_string_equal(a.values.name, "one");
	assert_int_equal(a.values.size, 65536);
	assert_int_equal(a.values.colour, 1);
	assert_int_equal(a.values.count, 10);
	assert_int_equal(a.values.seconds, 1500);
	assert_true(a.values.loud);
	assert_int_equal(a.parsed.n_operands, 2);
	assert_string_equal(a.parsed.operands[1], "y");
	done(&a);
}

TEST(short_options_alone_bundled_and_with_a_value)
{
	struct attempt a;

	attempt(&a, "-vw -n one -c5 x");
	assert_int_equal(a.result, 0);
	assert_true(a.values.loud && a.values.wide);
	assert_string_equal(a.values.name, "one");
	assert_int_equal(a.values.count, 5);
	done(&a);
	attempt(&a, "-n two -vwnone x");
	assert_int_equal(a.result, 0);
	assert_true(a.values.loud && a.values.wide);
	assert_string_equal(a.values.name, "one");
	done(&a);
}

TEST(an_empty_value_is_a_value)
{
	struct attempt a;

	attempt(&a, "--name= x");
	assert_int_equal(a.result, 0);
	assert_string_equal(a.values.name, "");
	done(&a);
}

TEST(a_dash_is_an_operand_and_two_end_the_options)
{
	struct attempt a;

	attempt(&a, "- -- -v");
	assert_int_equal(a.result, 0);
	assert_int_equal(a.parsed.n_operands, 2);
	assert_string_equal(a.parsed.operands[0], "-");
	assert_string_equal(a.parsed.operands[1], "-v");
	assert_false(a.values.loud);
	done(&a);
}

TEST(lists_grow)
{
	struct attempt a;

	attempt(&a, "--to a,b --to=c x");
	assert_int_equal(a.result, 0);
	assert_int_equal(a.values.to.n, 2);
	assert_string_equal(a.values.to.items[0], "a,b");
	assert_string_equal(a.values.to.items[1], "c");
	done(&a);
}

TEST(lists_end)
{
	struct attempt a;
	char line[512] = "";
	int len = 0;

	for (int i = 0; i < OPTION_LIST_MAX + 1; i++)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				"--to=%d ", i % 10);
	attempt(&a, line);
	assert_int_equal(a.result, -EINVAL);
	assert_string_equal(a.parsed.error, "--to: more than 64 of them");
	assert_int_equal(a.values.to.n, OPTION_LIST_MAX);
	done(&a);
}

TEST(numbers_are_read_to_the_bound)
{
	struct attempt a;

	attempt(&a, "--size 18446744073709551615 x");
	assert_int_equal(a.result, 0);
	assert_true(a.values.size == UINT64_MAX);
	done(&a);
	attempt(&a, "--size 3G x");
	assert_int_equal(a.result, 0);
	assert_true(a.values.size == UINT64_C(3) << 30);
	done(&a);
}

TEST(what_is_wrong_is_named)
{
	assert_refused("", "an argument is missing: A [B]");
	assert_refused("x y z", "z: one argument too many");
	assert_refused("--bold x", "--bold: unknown option");
	assert_refused("--bold=1 x", "--bold: unknown option");
	assert_refused("--loudly x", "--loudly: unknown option");
	assert_refused("--lou x", "--lou: unknown option");
	assert_refused("-x", "-x: unknown option");
	assert_refused("-vx", "-x: unknown option");
	assert_refused("--loud=yes x", "--loud: takes no value");
	assert_refused("x --name", "--name: a value is missing");
	assert_refused("x -n", "-n: a value is missing");
	assert_refused("--count= x", "--count: '' is no whole number");
	assert_refused("--count 3x x", "--count: '3x' is no whole number");
	assert_refused("-c -3 x", "-c: '-3' is no whole number");
	assert_refused("-c 1 x", "-c: '1' is too small");
	assert_refused("-c 11 x", "-c: '11' is too large");
	assert_refused("--colour=blue x",
		       "--colour: 'blue' is none of red, green");
	assert_refused("--size 1q x",
		       "--size: '1q' is no size (such as 4096, 64k or 1G)");
	assert_refused("--size 99999999999G x",
		       "--size: '99999999999G' is no size "
		       "(such as 4096, 64k or 1G)");
	assert_refused("--a-rather-long-name soon x",
		       "--a-rather-long-name: 'soon' is no number of seconds "
		       "(such as 10 or 0.5)");
}

TEST(long_nonsense_fits)
{
	static const char *const starts[] = { "--", "--size=x", "--colour=" };
	struct attempt a;
	char line[500];

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		(void)snprintf(line, sizeof(line), "%s%0480d", starts[i], 0);
		attempt(&a, line);
		assert_int_equal(a.result, -EINVAL);
		assert_true(strlen(a.parsed.error) < OPTIONS_ERROR_SIZE);
	}
}

TEST(help_stops_everything)
{
	struct attempt a;

	attempt(&a, "--help --bold");
	assert_int_equal(a.result, 0);
	assert_true(a.parsed.help);
	attempt(&a, "-vh");
	assert_int_equal(a.result, 0);
	assert_true(a.parsed.help);
	assert_refused("--help=x y", "--help: unknown option");
}

TEST(the_environment_has_twins)
{
	struct attempt a;

	setenv("POUR_LOUD", "yes", 1);
	setenv("POUR_WIDE", "0", 1);
	setenv("POUR_NAME", "", 1);
	setenv("POUR_TO", "a,,b,", 1);
	setenv("POUR_COLOUR", "green", 1);
	setenv("POUR_A_RATHER_LONG_NAME", "0.25", 1);
	attempt(&a, "x");
	assert_int_equal(a.result, 0);
	assert_true(a.values.loud);
	assert_false(a.values.wide);
	assert_null(a.values.name);
	assert_int_equal(a.values.to.n, 2);
	assert_string_equal(a.values.to.items[1], "b");
	assert_int_equal(a.values.colour, 1);
	assert_int_equal(a.values.seconds, 250);
	done(&a);
}

TEST(options_beat_the_environment)
{
	struct attempt a;

	setenv("POUR_TO", "a,b", 1);
	setenv("POUR_COLOUR", "blue", 1);
	setenv("POUR_COUNT", "3", 1);
	attempt(&a, "--to c x --colour=red -c4");
	assert_int_equal(a.result, 0);
	assert_int_equal(a.values.to.n, 1);
	assert_string_equal(a.values.to.items[0], "c");
	assert_int_equal(a.values.colour, 0);
	assert_int_equal(a.values.count, 4);
	done(&a);
}

TEST(the_environment_is_checked)
{
	setenv("POUR_COUNT", "many", 1);
	assert_refused("x", "POUR_COUNT: 'many' is no whole number");
	unsetenv("POUR_COUNT");
	setenv("POUR_LOUD", "maybe", 1);
	assert_refused("x", "POUR_LOUD: 'maybe' is neither yes nor no");
	assert_refused("--bold", "--bold: unknown option");
}

TEST(help_is_made_of_the_table)
{
	static const char expected[] =
		"Usage: pour try [OPTION...] A [B]\n"
		"Tries it.\n"
		"\n"
		"  -v, --loud              shouts\n"
		"  -w, --wide              spreads\n"
		"  -n, --name NAME         calls it so\n"
		"                          and not otherwise\n"
		"      --to PLACE          goes there; repeatable\n"
		"      --colour COLOUR     paints it\n"
		"  -c, --count N           counts\n"
		"      --size BYTES        measures\n"
		"      --a-rather-long-name SECONDS\n"
		"                          waits\n"
		"  -h, --help              shows this\n"
		"\n"
		"The environment has a twin of every option, such as\n"
		"POUR_LOUD for --loud; an option beats its twin.\n"
		"More in pour-try(1).\n";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	options_help(&options, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/*
 * A thin wrapper over cmocka: each test runs in a child of its own under a
 * time-out, and the descriptors it leaves open are counted. The last line says
 * "N passed, N failed, N skipped".
 *
 *      TEST(plan_prefers_sendfile)
 *      {
 *              assert_int_equal(…);
 *      }
 *      TEST_MAIN()
 *
 * A test that cannot run here says why: TEST_SKIP("no btrfs in this kernel").
 * An argument runs only the tests whose name contains it.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct test {
	const char *name;
	void (*run)(void **state);
	struct test *next;
};

void test_register(struct test *t);
int test_main(int argc, char **argv);
/* Prints the reason and skips the running test. */
void test_skip(const char *why);

#define TEST(id)                                                               \
	static void test_##id(void **state);                                   \
	__attribute__((constructor)) static void test_register_##id(void)      \
	{                                                                      \
		static struct test t = { #id, test_##id, NULL };               \
		test_register(&t);                                             \
	}                                                                      \
	static void test_##id(void **state __attribute__((unused)))

#define TEST_SKIP(why) test_skip(why)

#define TEST_MAIN()                                                            \
	int main(int argc, char **argv)                                        \
	{                                                                      \
		return test_main(argc, argv);                                  \
	}

#endif

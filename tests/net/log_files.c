/* SPDX-License-Identifier: MIT */
/* Log files that are moved away and opened again. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lines.h"

static size_t read_file(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len;

	assert_true(fd >= 0);
	len = read_all(fd, ret, size);
	assert_int_equal(close(fd), 0);
	return len;
}

/* A folder to be in. */
static void enter(char folder[])
{
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
}

static void leave(const char *folder)
{
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

TEST(log_appends_and_opens_again)
{
	char folder[] = "/tmp/log-XXXXXX", text[256];
	struct log_lines *l;
	struct stat st;
	struct log log;
	int number;

	enter(folder);
	umask(0);
	assert_int_equal(log_open(&log, "log", 2, false), 0);
	assert_int_equal(fcntl(log.fd, F_GETFD), FD_CLOEXEC);
	assert_true(fcntl(log.fd, F_GETFL) & O_APPEND);
	number = log.fd;
	l = lines_of(&log);
	assert_true(add(l, "one"));
	log_flush(l);
	assert_int_equal(stat("log", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(rename("log", "log.1"), 0);
	assert_true(add(l, "two"));
	log_flush(l);
	assert_int_equal(log_reopen(&log), 0);
	assert_int_equal(log.fd, number);
	assert_int_equal(fcntl(log.fd, F_GETFD), FD_CLOEXEC);
	assert_true(add(l, "three"));
	log_lines_done(l);
	(void)read_file("log.1", text, sizeof(text));
	assert_string_equal(text, "one\ntwo\n");
	(void)read_file("log", text, sizeof(text));
	assert_string_equal(text, "three\n");
	log_close(&log);
	free(l);
	assert_int_equal(unlink("log") | unlink("log.1"), 0);
	leave(folder);
}

TEST(log_that_cannot_be_opened_again_goes_on)
{
	char folder[] = "/tmp/log-XXXXXX", text[256];
	struct log_lines *l;
	struct log log;

	enter(folder);
	assert_int_equal(log_open(&log, "none/log", 2, false), -ENOENT);
	assert_int_equal(log_open(&log, "log", 2, false), 0);
	l = lines_of(&log);
	assert_int_equal(rename("log", "log.1"), 0);
	assert_int_equal(mkdir("log", 0700), 0);
	assert_int_equal(log_reopen(&log), -EISDIR);
	assert_true(add(l, "one"));
	log_lines_done(l);
	log_close(&log);
	(void)read_file("log.1", text, sizeof(text));
	assert_string_equal(text, "one\n");
	free(l);
	assert_int_equal(rmdir("log") | unlink("log.1"), 0);
	leave(folder);
}

/* ── Many threads ── */

enum { THREADS = 4, EACH = 20000 };

static void *write_many(void *context)
{
	static _Atomic int threads;
	struct log_lines *l = lines_of(context);
	int me = threads++;
	char line[64];

	for (int i = 0; i < EACH; i++) {
		(void)snprintf(line, sizeof(line), "%d %05d of this thread", me,
			       i);
		assert_true(add(l, line));
		if (i % 7 == 0)
			log_flush(l);
	}
	log_lines_done(l);
	free(l);
	return NULL;
}

/* Every line is whole, and each thread's are in order. */
static int check_lines(const char *name, int next[THREADS])
{
	FILE *f = fopen(name, "re");
	char line[128], end[64];
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		int thread, i;

		assert_int_equal(
			sscanf(line, "%d %05d %63[^\n]\n", &thread, &i, end),
			3);
		assert_string_equal(end, "of this thread");
		assert_true(thread >= 0 && thread < THREADS);
		assert_int_equal(i, next[thread]++);
		n++;
	}
	assert_int_equal(fclose(f), 0);
	return n;
}

/* The same lines object, from one file to another and to what was given. */
TEST(log_goes_to_another_file)
{
	char folder[] = "/tmp/log-XXXXXX", text[256];
	struct log_next next;
	struct log_lines *l;
	struct log log;
	int given;

	enter(folder);
	given = open("given", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_int_equal(log_open(&log, "one", given, false), 0);
	l = lines_of(&log);
	assert_true(add(l, "1"));
	log_flush(l);
	assert_int_equal(log_prepare(&next, &log, "none/log", false), -ENOENT);
	assert_int_equal(log_prepare(&next, &log, "two", true), 0);
	assert_true(add(l, "2"));
	log_flush(l);
	log_commit(&log, &next);
	assert_true(log.json);
	assert_true(add(l, "3"));
	log_flush(l);
	assert_int_equal(log_prepare(&next, &log, NULL, false), 0);
	log_discard(&next);
	assert_int_equal(log_prepare(&next, &log, NULL, false), 0);
	log_commit(&log, &next);
	assert_true(add(l, "4"));
	log_lines_done(l);
	log_close(&log);
	free(l);
	(void)read_file("one", text, sizeof(text));
	assert_string_equal(text, "1\n2\n");
	(void)read_file("two", text, sizeof(text));
	assert_string_equal(text, "3\n");
	(void)read_file("given", text, sizeof(text));
	assert_string_equal(text, "4\n");
	(void)close(given);
	assert_int_equal(unlink("one") | unlink("two") | unlink("given"), 0);
	leave(folder);
}

TEST(log_loses_and_tears_nothing_when_opened_again)
{
	char folder[] = "/tmp/log-XXXXXX", name[32];
	pthread_t threads[THREADS];
	int next[THREADS] = { 0 }, files = 20, n = 0;
	struct log log;

	enter(folder);
	assert_int_equal(log_open(&log, "log", 2, false), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_many, &log), 0);
	for (int i = 0; i < files; i++) {
		(void)snprintf(name, sizeof(name), "log.%d", i);
		assert_int_equal(rename("log", name), 0);
		assert_int_equal(log_reopen(&log), 0);
		(void)usleep(1000);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < files; i++) {
		(void)snprintf(name, sizeof(name), "log.%d", i);
		n += check_lines(name, next);
		assert_int_equal(unlink(name), 0);
	}
	n += check_lines("log", next);
	assert_int_equal(n, THREADS * EACH);
	log_close(&log);
	assert_int_equal(unlink("log"), 0);
	leave(folder);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/* Limits of size, sources out of the common, calls that go missing: what is
 * delivered, what is left, and where everything stands then. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

TEST(case59_a_limit_of_0_asks_the_kernel_nothing)
{
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 0, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	assert_int_equal(fake.n_log, 0);
	pour_finish(&p);
	ends_close(&e);
}

/* Exactly what was promised, whatever the file has become. */
TEST(case60_a_file_that_grows_is_sent_as_promised)
{
	const struct pour_opts opts = { .flags = POUR_EXACT, .budget = 50000 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	assert_int_equal(ftruncate(e.src_fd, 1 << 24), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(ends_arrived(&e), 100000);
	assert_int_equal(p.account.ended, POUR_ENDED_LIMIT);
	pour_finish(&p);
	ends_close(&e);
}

/* A direct method leaves the position behind what went; a pipe took more. */
static void position_after_failure(uint32_t methods, unsigned at)
{
	const struct pour_opts opts = { .methods = methods };
	struct ends e;
	struct pour p;

	fake_reset();
	ends_open(&e, ENDS_FILE_HERE, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	fake.fail_call = methods == 1 << POUR_BY_PIPE ? FAKE_SPLICE
						      : FAKE_SENDFILE;
	fake.fail_at = at;
	fake.fail_errno = ECONNRESET;
	assert_int_equal(ends_run(&e, &p), -ECONNRESET);
	assert_int_equal(lseek(e.src_fd, 0, SEEK_CUR),
			 ENDS_SKIP + p.account.taken);
	assert_int_equal(p.account.taken - p.account.delivered,
			 pour_pending(&p));
	pour_finish(&p);
	ends_close(&e);
}

TEST(case64_a_position_stands_behind_what_was_taken)
{
	position_after_failure(1 << POUR_BY_SENDFILE, 2);
	position_after_failure(1 << POUR_BY_PIPE, 4);
	position_after_failure(1 << POUR_BY_PIPE, 3);
}

/* ── A limit of size ── */

static void stops_at_the_limit(enum ends_kind src, uint32_t methods)
{
	const struct rlimit limit = { 1000 + ENDS_SKIP, 1 << 30 };
	const struct rlimit none = { 1 << 30, 1 << 30 };
	const struct pour_opts opts = { .methods = methods };
	static char residue[5000];
	struct ends e;
	struct pour p;
	int64_t n, sum = 0;

	ends_open(&e, src, ENDS_FILE_AT);
	ends_move(&e);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 5000, &opts), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(pour_run(&p), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	assert_int_equal(p.account.delivered, 1000);
	assert_int_equal(ends_arrived(&e), 1000);
	assert_false(e.wrong);
	while ((n = pour_residue(&p, residue, sizeof(residue))) > 0) {
		for (int64_t i = 0; i < n; i++)
			assert_int_equal(
				(unsigned char)residue[i],
				ends_byte(&e, 1000 + (uint64_t)(sum + i)));
		sum += n;
	}
	assert_int_equal(1000 + sum, p.account.taken);
	pour_finish(&p);
	ends_close(&e);
}

/* SIGXFSZ would end the test. */
TEST(case68_a_limit_of_size_loses_nothing)
{
	stops_at_the_limit(ENDS_FILE_AT, 1 << POUR_BY_PIPE);
	stops_at_the_limit(ENDS_FILE_AT, 1 << POUR_BY_COPY);
	stops_at_the_limit(ENDS_UNIX, 1 << POUR_BY_PIPE);
	stops_at_the_limit(ENDS_PIPE, 1 << POUR_BY_SPLICE);
	stops_at_the_limit(ENDS_FILE_AT, 0);
}

static void refused_by_the_disk(int error)
{
	struct ends e;
	struct pour p;

	fake_reset();
	ends_open(&e, ENDS_UNIX, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	fake.fail_call = FAKE_WRITE;
	fake.fail_at = 1;
	fake.fail_errno = error;
	assert_int_equal(ends_run(&e, &p), -error);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	assert_true(pour_pending(&p) > 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(case68_a_full_disk_and_a_quota_are_failures)
{
	refused_by_the_disk(ENOSPC);
	refused_by_the_disk(EDQUOT);
}

/* ── Sources out of the common ── */

TEST(case69_a_short_count_is_no_end)
{
	struct ends e;
	struct pour p;

	fake.short_counts = true;
	fake.seed = 69;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.moved[POUR_BY_SENDFILE], ENDS_TOTAL);
	assert_true(p.account.calls[POUR_BY_SENDFILE] > 10);
	pour_finish(&p);
	ends_close(&e);
}

static void from_direct(uint32_t methods, uint64_t offset, uint64_t limit)
{
	const struct pour_opts opts = { .methods = methods };
	char path[] = "/var/tmp/pour-direct-XXXXXX";
	int plain = mkstemp(path), fd = open(path, O_RDONLY | O_DIRECT);
	struct ends e;
	struct pour p;

	assert_int_equal(unlink(path), 0);
	if (fd < 0) {
		(void)close(plain);
		TEST_SKIP("/var/tmp does not have O_DIRECT");
	}
	ends_open(&e, ENDS_MEMORY, ENDS_TCP);
	assert_int_equal(pwrite(plain, e.src.memory, ENDS_TOTAL, (off_t)offset),
			 ENDS_TOTAL);
	assert_int_equal(
		pour_begin(&p, e.dst, pour_file_at(fd, offset), limit, &opts),
		0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.delivered,
			 limit < ENDS_TOTAL ? limit : ENDS_TOTAL);
	assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	(void)close(fd);
	(void)close(plain);
}

TEST(case70_a_direct_source_is_read_in_blocks)
{
	from_direct(0, 0, POUR_ALL);
	from_direct(0, 7, POUR_ALL);
	from_direct(0, 7, 1000);
	from_direct(1 << POUR_BY_COPY, 0, POUR_ALL);
	from_direct(1 << POUR_BY_COPY, 4097, 100001);
}

/* ── Calls that go missing ── */

/* From now on these calls say that they do not exist. */
static int forbid(int error)
{
#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(number, to) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), (to), 0)
	struct sock_filter code[] = {
		LOAD(nr),
		IS(SYS_copy_file_range, 4),
		IS(SYS_splice, 3),
		IS(SYS_tee, 2),
		IS(SYS_sendfile, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]),
					    code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno
									: 0;
}

static void goes_on_by_copying(int error)
{
	struct pour_pool_state now;
	struct pour_pool *pool;
	struct pour_opts opts = { .budget = 100000 };
	struct ends e;
	struct pour p;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_CPU); /* some of it */
	if (forbid(error) < 0) {
		pour_finish(&p);
		ends_close(&e);
		(void)pour_pool_free(pool);
		TEST_SKIP("seccomp is not to be had here");
	}
	/* EPERM after the first byte could be the file's: it is final. */
	if (error == EPERM) {
		assert_int_equal(ends_run(&e, &p), -EPERM);
		pour_finish(&p);
		assert_int_equal(
			pour_begin(&p, e.dst,
				   pour_file_at(e.src_fd, ENDS_SKIP + 100000),
				   POUR_ALL, &opts),
			0);
	}
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_SENDFILE], error);
	assert_true(p.account.moved[POUR_BY_COPY] > 0);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	pour_pool_inspect(pool, &now);
	assert_true(now.lacks & 1U << POUR_BY_SENDFILE);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
}

TEST(case88_calls_may_go_missing_under_way)
{
	goes_on_by_copying(ENOSYS);
}

TEST(case88_calls_may_be_forbidden_under_way)
{
	goes_on_by_copying(EPERM);
}

TEST(case88_a_fan_goes_on_without_tee)
{
	struct pour_fan *fan;
	struct ends a, b;

	ends_open(&a, ENDS_FILE_AT, ENDS_FILE_AT);
	ends_open(&b, ENDS_MEMORY, ENDS_FILE_AT);
	assert_int_equal(pour_fan_new(&fan, a.src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_fan_add(fan, a.dst, POUR_LAG_WAIT), 0);
	assert_int_equal(pour_fan_add(fan, b.dst, POUR_LAG_WAIT), 1);
	assert_int_equal(pour_fan_step(fan), POUR_WANT_CPU);
	if (forbid(ENOSYS) == 0) {
		assert_int_equal(pour_fan_run(fan), 0);
		assert_int_equal(ends_arrived(&a), ENDS_TOTAL);
		assert_int_equal(ends_arrived(&b), ENDS_TOTAL);
		assert_false(a.wrong || b.wrong);
	}
	assert_null(pour_fan_free(fan));
	ends_close(&a);
	ends_close(&b);
}

TEST_MAIN()

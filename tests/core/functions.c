/* SPDX-License-Identifier: MIT */
/* Ends that are functions: what they are asked, and what they may answer. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

/* A session as TLS has one: it may have to write before it can read. */
struct session {
	int fd;
	int64_t answers[8]; /* in turn; the last one goes on */
	short wishes[8];
	unsigned turn, direct_calls;
	size_t asked;
	const void *given;
};

static int64_t answer(struct session *s, short *ret_poll)
{
	unsigned i = s->turn < 7 ? s->turn++ : 7;

	if (s->answers[i] == -EAGAIN && s->wishes[i] != 0)
		*ret_poll = s->wishes[i];
	return s->answers[i];
}

static int64_t read_session(void *context, void *buf, size_t size,
			    short *ret_poll)
{
	struct session *s = context;
	int64_t n = answer(s, ret_poll);

	s->asked = size;
	if (n > 0)
		memset(buf, 'r', (size_t)n);
	return n;
}

static int64_t write_session(void *context, const void *buf, size_t size,
			     short *ret_poll)
{
	struct session *s = context;

	s->asked = size;
	s->given = buf;
	return answer(s, ret_poll);
}

TEST(a_reader_says_what_it_waits_for)
{
	struct session s = {
		.fd = 0,
		.answers = {-EAGAIN, -EAGAIN, 3, 0 },
		.wishes = { POLLOUT     }
	};
	struct pollfd fds[2];
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	s.fd = e.src_fd;
	assert_int_equal(pour_begin(&p, e.dst,
				    pour_from(read_session, &s, s.fd), POUR_ALL,
				    NULL),
			 0);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_SRC, fds), 1);
	assert_int_equal(fds[0].fd, s.fd);
	assert_int_equal(fds[0].events, POLLOUT);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_SRC, fds), 1);
	assert_int_equal(fds[0].events, POLLIN); /* the default again */
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.delivered, 3);
	assert_int_equal(p.account.ended, POUR_ENDED_SOURCE);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_writer_says_what_it_waits_for)
{
	struct session s = {
		.answers = {-EAGAIN, 2, 5 },
                  .wishes = { POLLIN     }
	};
	struct pollfd fds[2];
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, 77),
				    pour_memory("0123456", 7), POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_DST, fds), 1);
	assert_int_equal(fds[0].fd, 77);
	assert_int_equal(fds[0].events, POLLIN);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 7);
	pour_finish(&p);
}

/* Zero copy, as far as a function goes: it gets the memory itself. */
TEST(a_writer_gets_memory_where_it_lies)
{
	static const char bytes[] = "in place";
	struct session s = { .answers = { 8 } };
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, -1),
				    pour_memory(bytes, 8), POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_run(&p), 0);
	assert_ptr_equal(s.given, bytes);
	pour_finish(&p);
}

TEST(a_functions_failure_has_its_side)
{
	struct session s = {
		.answers = {2, -EPROTO}
	};
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, -1),
				    pour_memory("01234", 5), POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_run(&p), -EPROTO);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	assert_int_equal(p.account.delivered, 2);
	assert_int_equal(pour_pending(&p), 3);
	pour_finish(&p);
	s = (struct session){ .answers = { -EPROTO } };
	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, -1),
				    pour_from(read_session, &s, -1), POUR_ALL,
				    NULL),
			 0);
	assert_int_equal(pour_run(&p), -EPROTO);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	pour_finish(&p);
}

/* Nothing could ever wake it: said, and not spun on. */
TEST(eagain_without_a_descriptor_ends_a_run)
{
	struct session s = {
		.answers = {-EAGAIN, -EAGAIN, -EAGAIN}
	};
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, -1),
				    pour_memory("x", 1), POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_run(&p), -EAGAIN);
	assert_int_equal(s.turn, 1);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	pour_finish(&p);
}

TEST(a_function_that_takes_more_than_it_got_is_not_believed)
{
	struct session s = { .answers = { 6 } };
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_to(write_session, &s, -1),
				    pour_memory("12345", 5), POUR_ALL, NULL),
			 0);
	assert_int_equal(pour_run(&p), -EOVERFLOW);
	pour_finish(&p);
}

TEST(a_function_must_be_there)
{
	struct pour_end none = pour_to(NULL, NULL, -1);
	struct pour p;

	assert_int_equal(pour_begin(&p, none, pour_memory("x", 1), 1, NULL),
			 -EINVAL);
	assert_int_equal(pour_begin(&p, pour_pipe(1), none, 1, NULL), -EINVAL);
}

/* ── The direct way ── */

static int64_t send_direct(void *context, int fd, uint64_t offset, size_t size,
			   short *ret_poll)
{
	struct session *s = context;
	char buf[1000];
	ssize_t n;

	assert_int_equal(*ret_poll, 0);
	s->direct_calls++;
	if (s->answers[0] != 0)
		return answer(s, ret_poll);
	n = pread(fd, buf, size < sizeof(buf) ? size : sizeof(buf),
		  (off_t)offset);
	return n > 0 ? send(s->fd, buf, (size_t)n, MSG_NOSIGNAL) : n;
}

static struct pour_end direct_end(struct session *s)
{
	struct pour_end end = pour_to(write_session, s, s->fd);

	end.direct = send_direct;
	return end;
}

TEST(a_direct_way_is_taken_where_there_is_one)
{
	struct session s = { .answers = { 0 } };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	s.fd = e.dst_fd;
	assert_int_equal(pour_begin(&p, direct_end(&s), e.src, 2500, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.moved[POUR_BY_DIRECT], 2500);
	assert_int_equal(p.account.calls[POUR_BY_DIRECT], 3);
	assert_int_equal(ends_arrived(&e), 2500);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

TEST(the_writer_goes_on_where_the_direct_way_is_left)
{
	struct session s = {
		.answers = {-EOPNOTSUPP, 100}
	};
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	s.fd = e.dst_fd;
	assert_int_equal(pour_begin(&p, direct_end(&s), e.src, 100, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.left[POUR_BY_DIRECT], EOPNOTSUPP);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 100);
	pour_finish(&p);
	ends_close(&e);
}

TEST(the_direct_way_waits_for_either_side)
{
	struct session s = {
		.answers = {-EAGAIN, -EAGAIN, -EAGAIN },
		.wishes = { 0,      POLLIN           }
	};
	struct pollfd fds[2];
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	s.fd = e.dst_fd;
	assert_int_equal(pour_begin(&p, direct_end(&s), e.src, 100, NULL), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_SRC, fds), 1);
	assert_int_equal(fds[0].fd, e.src_fd);
	assert_int_equal(pour_step(&p), POUR_WANT_DST);
	assert_int_equal(pour_pollfds(&p, POUR_WANT_DST, fds), 1);
	assert_int_equal(fds[0].fd, s.fd);
	assert_int_equal(fds[0].events, POLLIN);
	pour_finish(&p);
	ends_close(&e);
}

/* A record of kTLS that is no data goes by the reader; then it is asked again. */
TEST(case83_a_piece_that_is_not_for_the_direct_way_takes_the_other)
{
	struct session s = {
		.answers = {700, -ENODATA, 5, 300, 0}
	};
	struct pour_end from = pour_from(read_session, &s, -1);
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_FILE_AT);
	from.direct = send_direct;
	assert_int_equal(pour_begin(&p, e.dst, from, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.moved[POUR_BY_DIRECT], 1000);
	assert_int_equal(p.account.moved[POUR_BY_COPY], 5);
	assert_int_equal(p.account.left[POUR_BY_DIRECT], 0);
	pour_finish(&p);
	ends_close(&e);
}

/* Its pages would be encrypted again when they are sent again, changed. */
TEST(case51_a_file_that_must_be_stable_takes_no_direct_way)
{
	const struct pour_opts opts = { .flags = POUR_STABLE };
	struct session s = { .answers = { 100 } };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	assert_int_equal(pour_begin(&p, direct_end(&s), e.src, 100, &opts), 0);
	assert_int_equal(p.plan[0], POUR_BY_COPY);
	pour_finish(&p);
	ends_close(&e);
}

/* From a session that decrypts in the kernel to a file. */
TEST(a_direct_source_is_asked_with_the_destination)
{
	struct session s = {
		.answers = {700, 0}
	};
	struct pour_end from = pour_from(read_session, &s, -1);
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_FILE_AT);
	from.direct = send_direct;
	assert_int_equal(pour_begin(&p, e.dst, from, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(s.direct_calls, 2);
	assert_int_equal(p.account.moved[POUR_BY_DIRECT], 700);
	pour_finish(&p);
	ends_close(&e);
}

TEST_MAIN()

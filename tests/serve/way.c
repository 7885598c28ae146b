/* SPDX-License-Identifier: MIT */
/* Both ends of a socket, and an answer between them. */
#include "way.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "test.h"

struct way *way_new(void)
{
	struct way *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				    0, w->fd),
			 0);
	assert_int_equal(pour_pool_new(&w->pool, 0, 0), 0);
	w->file = -1;
	answer_begin(&w->answer, "DATE", false);
	return w;
}

void way_free(struct way *w)
{
	answer_finish(&w->answer, &w->cache);
	assert_int_equal(pour_pool_lent(w->pool), 0);
	(void)pour_pool_free(w->pool);
	(void)close(w->fd[0]);
	(void)close(w->fd[1]);
	if (w->file >= 0)
		(void)close(w->file);
	free(w);
}

void way_receive(struct way *w)
{
	ssize_t n;

	while ((n = recv(w->fd[1], w->got + w->got_len,
			 sizeof(w->got) - 1 - w->got_len, 0)) > 0)
		w->got_len += (size_t)n;
	w->got[w->got_len] = '\0';
}

int way_go(struct way *w)
{
	int want;

	assert_int_equal(send_begin(&w->send, w->fd[0], w->pool, &w->answer),
			 0);
	while ((want = send_step(&w->send, false)) > 0) {
		assert_true(want == POUR_WANT_CPU || want == POUR_WANT_DST);
		w->turns += want == POUR_WANT_CPU;
		way_receive(w);
	}
	way_receive(w);
	send_finish(&w->send);
	return want;
}

const char *way_body(const struct way *w)
{
	const char *end = strstr(w->got, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

void way_over(void *context)
{
	struct way *w = context;

	w->overs++;
}

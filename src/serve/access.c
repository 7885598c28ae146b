/* SPDX-License-Identifier: MIT */
/* From an account to a line, from lines to one write(). */
#include "serve/access.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pour.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "net/addr.h"

/* Bytes of a line's parts, escaped; then it goes on with "...". */
enum { REQUEST_MAX = 8 * 1024, REFERER_MAX = 1024, AGENT_MAX = 512 };

static_assert(REQUEST_MAX + REFERER_MAX + AGENT_MAX + 1024 < ACCESS_LINE_SIZE,
	      "a line always fits");

void access_init(struct access *a, int fd, bool off)
{
	struct stat st;

	a->fd = fd;
	a->off = off;
	a->piece = ACCESS_BUFFER_SIZE;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		a->piece = PIPE_BUF;
	a->text = text_over(a->memory, sizeof(a->memory));
}

void access_escape(struct text *t, struct slice s, size_t max)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t from = t->len;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		char escaped[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		if (t->len - from + sizeof(escaped) > max) {
			text_str(t, "...");
			return;
		}
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			text_add(t, (struct slice){ escaped, sizeof(escaped) });
		else
			text_char(t, (char)c);
	}
}

static void quoted(struct text *t, struct slice s, size_t max)
{
	text_str(t, " \"");
	if (s.len > 0)
		access_escape(t, s, max);
	else
		text_char(t, '-');
	text_char(t, '"');
}

static void note_seconds(struct text *t, uint64_t ms)
{
	text_char(t, ' ');
	text_u64(t, ms / 1000);
	text_char(t, '.');
	text_padded(t, ms % 1000, 3);
}

static void note_method(struct text *t, const struct pour_account *account,
			enum pour_method method)
{
	if (account->left[method] != 0) {
		const char *why = strerrorname_np(account->left[method]);

		text_char(t, ' ');
		text_str(t, pour_method_name(method));
		text_char(t, '!');
		text_str(t, why ? why : "?");
	}
	if (account->moved[method] == 0)
		return;
	text_char(t, ' ');
	text_str(t, pour_method_name(method));
	text_char(t, '=');
	text_u64(t, account->moved[method]);
	text_char(t, '/');
	text_u64(t, account->calls[method]);
}

static void note_account(struct text *t, const struct pour_account *account)
{
	size_t before = t->len;

	for (int i = 0; i < (int)POUR_METHODS; i++)
		note_method(t, account, (enum pour_method)i);
	if (t->len == before)
		text_str(t, " -");
	if (account->ended == POUR_ENDED_SHORT)
		text_str(t, " short");
	else if (account->ended != POUR_ENDED_SOURCE &&
		 account->ended != POUR_ENDED_LIMIT)
		text_str(t, " aborted");
}

void access_note(struct access *a, const struct access_line *line)
{
	struct text *t = &a->text;
	char host[ADDR_TEXT_SIZE];

	if (a->off)
		return;
	if (t->size - t->len < ACCESS_LINE_SIZE)
		access_flush(a);
	addr_host(line->peer, host);
	text_str(t, host);
	text_str(t, " - - [");
	text_str(t, line->stamp);
	text_char(t, ']');
	quoted(t, line->request, REQUEST_MAX);
	text_char(t, ' ');
	text_u64(t, (uint64_t)line->status);
	text_char(t, ' ');
	text_u64(t, line->account->delivered);
	quoted(t, line->referer, REFERER_MAX);
	quoted(t, line->agent, AGENT_MAX);
	note_seconds(t, line->took_ms);
	note_account(t, line->account);
	text_char(t, '\n');
}

void access_say(struct access *a, const char *sentence)
{
	if (a->text.size - a->text.len < ACCESS_LINE_SIZE)
		access_flush(a);
	text_str(&a->text, sentence);
	text_char(&a->text, '\n');
}

/* As many whole lines as a piece may have; a longer line goes by itself. */
static size_t piece_of(const char *at, size_t left, size_t piece)
{
	const char *end;

	if (left <= piece)
		return left;
	end = memrchr(at, '\n', piece);
	if (end == NULL)
		end = memchr(at, '\n', left);
	return end == NULL ? left : (size_t)(end - at) + 1;
}

void access_flush(struct access *a)
{
	size_t done = 0;

	while (done < a->text.len) {
		const char *at = a->memory + done;
		ssize_t n = write(a->fd, at,
				  piece_of(at, a->text.len - done, a->piece));

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	a->text.len = 0;
	a->text.full = false;
}

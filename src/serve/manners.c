/* SPDX-License-Identifier: MIT */
/*
 * Manners from their options:
 *
 *      Name: value         a field of each answer
 *      404=/sorry.html     a page for a status
 *      /old=/new           a path that has moved: 301
 *      302:/a*=http://b*   all that begins so; what follows is kept
 */
#include "serve/manners.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "http/reply.h"

enum { FIELDS_MAX = 8 * 1024, STATUS_LEN = 3 };

__attribute__((format(printf, 2, 3))) static int wrong(
	char error[MANNERS_ERROR_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, MANNERS_ERROR_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

/* A copy that lasts, to be taken apart. */
static char *keep(struct manners *m, const char *text)
{
	char *copy = strdup(text);

	if (copy != NULL)
		m->texts[m->n_texts++] = copy;
	return copy;
}

/* ── Fields ── */

/* What the server itself has to say, or what frames the message. */
static bool is_taken(struct slice name)
{
	static const char *const taken[] = {
		"Accept-Ranges",
		"Allow",
		"Connection",
		"Content-Encoding",
		"Content-Length",
		"Content-Range",
		"Content-Type",
		"Date",
		"ETag",
		"Keep-Alive",
		"Last-Modified",
		"Location",
		"Retry-After",
		"Server",
		"TE",
		"Trailer",
		"Transfer-Encoding",
		"Upgrade",
		"WWW-Authenticate",
	};

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (slice_is_word(name, slice_of(taken[i])))
			return true;
	return false;
}

static bool is_token(struct slice s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		      (c >= 'A' && c <= 'Z') ||
		      (c != '\0' && strchr(others, c) != NULL)))
			return false;
	}
	return s.len > 0;
}

static bool is_value(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < ' ' && s.at[i] != '\t') ||
		    s.at[i] == 0x7f)
			return false;
	return true;
}

static int add_field(struct manners *m, const char *text,
		     char error[MANNERS_ERROR_SIZE])
{
	const char *colon = strchr(text, ':');
	struct slice name = { text, colon ? (size_t)(colon - text) : 0 };
	struct slice value = colon ? slice_trim(slice_of(colon + 1))
				   : SLICE("");

	if (!is_token(name))
		return wrong(error,
			     "header '%.100s': not of the form "
			     "Name: value",
			     text);
	if (!is_value(value))
		return wrong(error, "header '%.100s': a control character",
			     text);
	if (is_taken(name))
		return wrong(error,
			     "header '%.100s': %.*s is for the server to say",
			     text, (int)name.len, name.at);
	text_add(&m->fields, name);
	text_str(&m->fields, ": ");
	text_add(&m->fields, value);
	text_str(&m->fields, "\r\n");
	if (m->fields.full)
		return wrong(error,
			     "header '%.100s': more than %d bytes of "
			     "them",
			     text, FIELDS_MAX);
	return 0;
}

/* An origin: scheme, "://", a host and perhaps a port (RFC 6454, 7). */
static bool is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	return host != NULL && host > text && host[3] != '\0' &&
	       strspn(host + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
				"UVWXYZ0123456789-._:[]") == strlen(host + 3) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.") ==
		       (size_t)(host - text);
}

/* Answers are the same for all who ask, so none of them varies by Origin. */
static int add_cors(struct manners *m, const char *origin,
		    char error[MANNERS_ERROR_SIZE])
{
	if (origin == NULL)
		return 0;
	if (strcmp(origin, "*") != 0 && !is_origin(origin))
		return wrong(error,
			     "cors '%.100s': neither * nor an origin such as "
			     "https://example.org",
			     origin);
	text_str(&m->fields, "Access-Control-Allow-Origin: ");
	text_str(&m->fields, origin);
	text_str(&m->fields,
		 "\r\nAccess-Control-Expose-Headers: Accept-Ranges, "
		 "Content-Encoding, Content-Length, Content-Range, Date, "
		 "ETag\r\n");
	text_str(&m->preflight,
		 "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
		 "Access-Control-Allow-Headers: Authorization, Cache-Control, "
		 "If-Match, If-Modified-Since, If-None-Match, If-Range, "
		 "If-Unmodified-Since, Range\r\n"
		 "Access-Control-Max-Age: 86400\r\n");
	if (m->fields.full || m->preflight.full)
		return wrong(error, "cors: there are too many fields");
	return 0;
}

/* ── Redirects ── */

/* What can stand in a Location as it is. */
static bool is_uri(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at >= 0x7f || strchr("\"<>\\^`{|}", *at))
			return false;
	return true;
}

static bool is_place(const char *to)
{
	return is_uri(to) && ((to[0] == '/' && to[1] != '/') ||
			      strncmp(to, "http://", 7) == 0 ||
			      strncmp(to, "https://", 8) == 0);
}

/* The star at the end, taken off. */
static bool take_star(char *text)
{
	size_t len = strlen(text);

	if (len == 0 || text[len - 1] != '*')
		return false;
	text[len - 1] = '\0';
	return true;
}

/* "302:" in front; what is behind it. */
static char *take_status(char *text, int *ret)
{
	static const char *const known[] = { "301:", "302:", "307:", "308:" };
	static const int statuses[] = { 301, 302, 307, 308 };

	*ret = 301;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strncmp(text, known[i], STATUS_LEN + 1) == 0) {
			*ret = statuses[i];
			return text + STATUS_LEN + 1;
		}
	return text;
}

static bool leads_to_itself(const struct redirect *r)
{
	if (r->to[0] != '/')
		return false;
	if (!r->prefix)
		return strcmp(r->to + 1, r->from) == 0;
	return strncmp(r->to + 1, r->from, strlen(r->from)) == 0;
}

static int add_redirect(struct manners *m, const char *text,
			char error[MANNERS_ERROR_SIZE])
{
	struct redirect r = { 0 };
	char *copy = keep(m, text), *from, *to;

	if (copy == NULL)
		return -ENOMEM;
	from = take_status(copy, &r.status);
	to = strchr(from, '=');
	if (from[0] != '/' || to == NULL)
		return wrong(error,
			     "redirect '%.100s': not of the form /old=/new, "
			     "/old/*=/new/* or 302:/old=/new (301, 302, 307, "
			     "308)",
			     text);
	*to++ = '\0';
	r.prefix = take_star(from);
	if (r.prefix != take_star(to))
		return wrong(error,
			     "redirect '%.100s': a star is at both ends or at "
			     "none",
			     text);
	if (!is_place(to))
		return wrong(error,
			     "redirect '%.100s': it leads neither to a path "
			     "nor to http:// or https://",
			     text);
	r.from = from + 1;
	r.to = to;
	if (leads_to_itself(&r))
		return wrong(error, "redirect '%.100s': leads to itself", text);
	m->redirects[m->n_redirects++] = r;
	return 0;
}

/* ── Pages for errors ── */

static int add_error_page(struct manners *m, const char *text,
			  char error[MANNERS_ERROR_SIZE])
{
	char *copy = keep(m, text);
	uint64_t status = 0;

	if (copy == NULL)
		return -ENOMEM;
	if (strlen(copy) < STATUS_LEN + 2 || copy[STATUS_LEN] != '=' ||
	    copy[STATUS_LEN + 1] != '/' ||
	    !text_digits((struct slice){ copy, STATUS_LEN }, 599, &status) ||
	    status < 400)
		return wrong(error,
			     "error-page '%.100s': not of the form "
			     "404=/page.html (400 to 599, a path below the "
			     "root)",
			     text);
	m->error_pages[m->n_error_pages++] = (struct error_page){
		(int)status, copy + STATUS_LEN + 2
	};
	return 0;
}

/* ── All of it ── */

static int fill(struct manners *m, const struct manners_opts *o,
		char error[MANNERS_ERROR_SIZE])
{
	int r = add_cors(m, o->cors, error);

	for (uint32_t i = 0; r == 0 && i < o->n_fields; i++)
		r = add_field(m, o->fields[i], error);
	for (uint32_t i = 0; r == 0 && i < o->n_redirects; i++)
		r = add_redirect(m, o->redirects[i], error);
	for (uint32_t i = 0; r == 0 && i < o->n_error_pages; i++)
		r = add_error_page(m, o->error_pages[i], error);
	if (r == -ENOMEM)
		(void)wrong(error, "out of memory");
	return r;
}

int manners_new(struct manners **ret, const struct manners_opts *opts,
		char ret_error[MANNERS_ERROR_SIZE])
{
	struct manners *m = calloc(1, sizeof(*m));
	int r = -ENOMEM;

	if (m == NULL)
		return wrong(ret_error, "out of memory"), -ENOMEM;
	m->spa = opts->spa;
	m->fields = text_heap(FIELDS_MAX);
	m->preflight = text_heap(FIELDS_MAX);
	m->redirects = calloc(opts->n_redirects + 1, sizeof(*m->redirects));
	m->error_pages = calloc(opts->n_error_pages + 1,
				sizeof(*m->error_pages));
	m->texts = calloc(opts->n_redirects + opts->n_error_pages + 1,
			  sizeof(char *));
	if (m->redirects != NULL && m->error_pages != NULL && m->texts != NULL)
		r = fill(m, opts, ret_error);
	else
		(void)wrong(ret_error, "out of memory");
	if (r < 0) {
		(void)manners_free(m);
		return r;
	}
	*ret = m;
	return 0;
}

struct manners *manners_free(struct manners *m)
{
	if (m == NULL)
		return NULL;
	for (uint32_t i = 0; i < m->n_texts; i++)
		free(m->texts[i]);
	free(m->texts);
	free(m->redirects);
	free(m->error_pages);
	text_free(&m->fields);
	text_free(&m->preflight);
	free(m);
	return NULL;
}

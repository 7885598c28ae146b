/* SPDX-License-Identifier: MIT */
/* What manners say of one request. */
#include <string.h>

#include "http/head.h"
#include "http/reply.h"
#include "http/target.h"
#include "serve/manners.h"

static bool meets(const struct redirect *r, const struct target *t)
{
	size_t len = strlen(r->from);

	if (r->prefix)
		return t->len >= len && memcmp(t->path, r->from, len) == 0;
	return t->len == len && memcmp(t->path, r->from, len) == 0;
}

/* The query goes along, unless the new place brings one of its own. */
static void write_place(const struct redirect *r, const struct target *t,
			struct text *ret)
{
	size_t len = strlen(r->from);

	text_str(ret, r->to);
	if (r->prefix)
		reply_href(ret, (struct slice){ t->path + len, t->len - len });
	if (t->query.at != NULL && strchr(r->to, '?') == NULL) {
		text_char(ret, '?');
		text_add(ret, t->query);
	}
}

int manners_redirect(const struct manners *m, const struct target *t,
		     struct text *ret)
{
	for (uint32_t i = 0; i < m->n_redirects; i++)
		if (meets(&m->redirects[i], t)) {
			write_place(&m->redirects[i], t, ret);
			return m->redirects[i].status;
		}
	return 0;
}

const char *manners_error_page(const struct manners *m, int status)
{
	for (uint32_t i = 0; i < m->n_error_pages; i++)
		if (m->error_pages[i].status == status)
			return m->error_pages[i].path;
	return NULL;
}

/* A name with a dot is a file's; but who wants a page gets one. */
bool manners_is_page(const struct manners *m, const struct target *t,
		     const struct head *h)
{
	static const char html[] = "text/html";
	const struct slice *accept = head_field(h, SLICE("Accept"));
	const char *slash = memrchr(t->path, '/', t->len);
	const char *name = slash != NULL ? slash + 1 : t->path;

	if (!m->spa)
		return false;
	return strchr(name, '.') == NULL ||
	       (accept != NULL && memmem(accept->at, accept->len, html,
					 sizeof(html) - 1) != NULL);
}

/* SPDX-License-Identifier: MIT */
/* Names, sorted, to sites; and a site's options to its policy. */
#include "serve/site.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/mime.h"
#include "serve/cache.h"
#include "serve/users.h"

/* "*.example.org" is "example.org" here, and wild. */
struct name {
	char *text; /* in lower case */
	bool wild;
	uint32_t site;
};

struct site {
	struct policy policy;
	char *index;
	struct manners *manners;
	struct users *users;
};

struct sites {
	atomic_uint shares;
	bool only_hosts;
	uint32_t n, n_names;
	struct site *at;
	struct name *names;
	struct mime *mime;
};

__attribute__((format(printf, 3, 4))) static int fail(
	char error[SITE_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, SITE_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

/* ── Names ── */

static int order(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	int r = strcmp(a->text, b->text);

	return r != 0 ? r : (int)a->wild - (int)b->wild;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("-._:[]", c) != NULL;
}

static bool is_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > SITE_HOST_MAX || text[0] == '.' ||
	    text[len - 1] == '.')
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if (!is_name_char(*at))
			return false;
	/* A port is no part of a name; colons are, between brackets. */
	return strchr(text, ':') == NULL ||
	       (text[0] == '[' && text[len - 1] == ']');
}

static void to_lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static int add_name(struct sites *s, uint32_t site, const char *host,
		    char error[SITE_ERROR_SIZE])
{
	struct name name = { .wild = strncmp(host, "*.", 2) == 0,
			     .site = site };

	if (!is_name(host + (name.wild ? 2 : 0)))
		return fail(error, -EINVAL,
			    "host '%.100s': no name such as example.org or "
			    "*.example.org",
			    host);
	name.text = strdup(host + (name.wild ? 2 : 0));
	if (name.text == NULL)
		return fail(error, -ENOMEM, "out of memory");
	to_lower(name.text);
	s->names[s->n_names++] = name;
	return 0;
}

static int add_names(struct sites *s, const struct site_opts *opts,
		     char error[SITE_ERROR_SIZE])
{
	int r = 0;

	for (uint32_t i = 0; i < s->n; i++)
		for (uint32_t j = 0; j < opts[i].n_hosts && r == 0; j++)
			r = add_name(s, i, opts[i].hosts[j], error);
	if (r < 0)
		return r;
	if (s->n_names > 0)
		qsort(s->names, s->n_names, sizeof(*s->names), order);
	for (uint32_t i = 1; i < s->n_names; i++)
		if (order(&s->names[i - 1], &s->names[i]) == 0)
			return fail(
				error, -EEXIST, "host '%s%s' is there twice",
				s->names[i].wild ? "*." : "", s->names[i].text);
	return 0;
}

/* ── Building ── */

static int fill(struct sites *s, struct site *site, const struct site_opts *o,
		char error[SITE_ERROR_SIZE])
{
	const char *root = o->root != NULL ? o->root : ".";
	int fd = find_root(root);

	if (fd == -ENOSYS)
		return fail(
			error, fd,
			"openat2() is missing: Linux 5.6 or later is needed");
	if (fd < 0)
		return fail(error, fd, "%s: %s", root, strerror(-fd));
	site->policy.root = (struct find_root){ fd, o->links };
	site->policy.hidden = o->hidden;
	site->policy.mime = s->mime;
	site->index = strdup(o->index != NULL ? o->index : "index.html");
	site->policy.index = site->index;
	if (site->index == NULL)
		return fail(error, -ENOMEM, "out of memory");
	if (o->manners.spa && *site->index == '\0')
		return fail(error, -EINVAL,
			    "spa: there is no index to show, for it is empty");
	fd = manners_new(&site->manners, &o->manners, error);
	site->policy.manners = site->manners;
	if (fd < 0 || o->auth_file == NULL)
		return fd;
	fd = users_new(&site->users, o->auth_file, error);
	site->policy.users = site->users;
	return fd;
}

static int allocate(struct sites *s, const struct site_opts *opts, uint32_t n)
{
	size_t names = 0;

	for (uint32_t i = 0; i < n; i++)
		names += opts[i].n_hosts;
	s->at = calloc(n, sizeof(*s->at));
	s->names = calloc(names + 1, sizeof(*s->names));
	if (s->at == NULL || s->names == NULL)
		return -ENOMEM;
	for (; s->n < n; s->n++)
		s->at[s->n].policy.root.fd = -1;
	return mime_new(&s->mime, NULL);
}

static int build(struct sites *s, const struct site_opts *opts, uint32_t n,
		 char error[SITE_ERROR_SIZE])
{
	int r = allocate(s, opts, n);

	if (r < 0)
		return fail(error, r, "cannot start: %s", strerror(-r));
	r = add_names(s, opts, error);
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = fill(s, &s->at[i], &opts[i], error);
	return r;
}

int sites_new(struct sites **ret, const struct site_opts *opts, uint32_t n,
	      bool only_hosts, char ret_error[SITE_ERROR_SIZE])
{
	static const struct site_opts standard;
	struct sites *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return fail(ret_error, -ENOMEM, "out of memory");
	atomic_init(&s->shares, 1);
	s->only_hosts = only_hosts;
	r = build(s, n > 0 ? opts : &standard, n > 0 ? n : 1, ret_error);
	if (r < 0) {
		(void)sites_drop(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct sites *sites_share(struct sites *s)
{
	(void)atomic_fetch_add(&s->shares, 1);
	return s;
}

struct sites *sites_drop(struct sites *s)
{
	if (s == NULL || atomic_fetch_sub(&s->shares, 1) > 1)
		return NULL;
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->at[i].policy.root.fd >= 0)
			(void)close(s->at[i].policy.root.fd);
		free(s->at[i].index);
		(void)manners_free(s->at[i].manners);
		(void)users_free(s->at[i].users);
	}
	for (uint32_t i = 0; i < s->n_names; i++)
		free(s->names[i].text);
	(void)mime_free(s->mime);
	free(s->names);
	free(s->at);
	free(s);
	return NULL;
}

/* ── Looking one up ── */

/* Without the port and the dot at the end. */
static struct slice bare(struct slice host)
{
	const char *bracket = memrchr(host.at, ']', host.len);
	const char *colon = memrchr(host.at, ':', host.len);

	if (colon != NULL && (bracket == NULL || bracket < colon))
		host.len = (size_t)(colon - host.at);
	if (host.len > 0 && host.at[host.len - 1] == '.')
		host.len--;
	return host;
}

static const struct name *look_up(const struct sites *s, struct name wanted)
{
	return bsearch(&wanted, s->names, s->n_names, sizeof(wanted), order);
}

/* Exact first, then the wildcard that says most; host is not empty. */
static const struct name *find_name(const struct sites *s, struct slice host)
{
	char text[SITE_HOST_MAX + 1];
	struct name wanted = { .text = text };
	const struct name *name;

	if (host.len > SITE_HOST_MAX)
		return NULL;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	to_lower(text);
	name = look_up(s, wanted);
	wanted.wild = true;
	while (name == NULL &&
	       (wanted.text = strchr(wanted.text, '.')) != NULL) {
		wanted.text++;
		name = look_up(s, wanted);
	}
	return name;
}

bool sites_have_users(const struct sites *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->at[i].users != NULL)
			return true;
	return false;
}

const struct policy *sites_first(const struct sites *s)
{
	return &s->at[0].policy;
}

const struct policy *sites_find(const struct sites *s, struct slice host)
{
	const struct name *name = NULL;

	if (s->n_names > 0 && host.len > 0)
		name = find_name(s, bare(host));
	if (name != NULL)
		return &s->at[name->site].policy;
	return s->only_hosts ? NULL : sites_first(s);
}

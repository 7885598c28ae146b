/* SPDX-License-Identifier: MIT */
/* A folder, what serves it, and the last answer. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/head.h"
#include "test.h"

struct desk *desk_new(void)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->answer = calloc(1, sizeof(*d->answer));
	assert_non_null(d->answer);
	tree_init(&d->tree);
	tree_file(&d->tree, "file.txt", "0123456789");
	tree_file(&d->tree, "empty", "");
	tree_file(&d->tree, ".secret", "x");
	tree_folder(&d->tree, ".well-known");
	tree_file(&d->tree, ".well-known/x", "well");
	tree_folder(&d->tree, "a b");
	tree_folder(&d->tree, "site");
	tree_file(&d->tree, "site/index.html", "<p>hi");
	tree_link(&d->tree, "out", "/etc/passwd");
	d->policy.root.fd = d->tree.root;
	d->policy.index = "index.html";
	cache_init(&d->cache, &d->policy);
	return d;
}

void desk_free(struct desk *d)
{
	answer_finish(d->answer, &d->cache);
	cache_done(&d->cache);
	tree_done(&d->tree);
	free(d->answer);
	free(d);
}

static void show(struct desk *d)
{
	memcpy(d->head, d->answer->head.at, d->answer->head.len);
	d->head[d->answer->head.len] = '\0';
}

int ask(struct desk *d, const char *request)
{
	struct head head;
	int r;

	answer_finish(d->answer, &d->cache);
	cache_empty(&d->cache);
	head_init(&head);
	r = head_parse(&head, request, strlen(request));
	answer_begin(d->answer, "Sat, 21 Nov 2026 19:40:02 GMT", false);
	if (r == 0)
		answer_request(d->answer, &d->cache, &head);
	else
		answer_refuse(d->answer, r);
	show(d);
	return d->answer->status;
}

bool says(const struct desk *d, const char *line)
{
	char wanted[512];

	(void)snprintf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
	return strstr(d->head, wanted) != NULL;
}

/* SPDX-License-Identifier: MIT */
/* Suffix to type: see mime.h. */
#include "http/mime.h"
#include <stddef.h>
#include <string.h>
#include <strings.h>
static const char *const t[][2] = {
	{"html", "text/html; charset=utf-8" },
	{ "txt", "text/plain; charset=utf-8"},
	{ "css", "text/css; charset=utf-8"  }
};
int mime_new(struct mime **ret, const char *path)
{
	(void)path;
	*ret = NULL;
	return 0;
}
struct mime *mime_free(struct mime *m)
{
	(void)m;
	return NULL;
}
const char *mime_of(const struct mime *m, const char *name)
{
	(void)m;
	const char *d = strrchr(name, '.');
	for (size_t i = 0; d && i < 3; i++)
		if (!strcasecmp(d + 1, t[i][0]))
			return t[i][1];
	return "application/octet-stream";
}

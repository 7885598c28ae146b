/* SPDX-License-Identifier: MIT */
/* Suffix to type: the system's table, a built-in one behind it. */
#ifndef HTTP_MIME_H
#define HTTP_MIME_H

struct mime;

/*
 * Reads the table (NULL: /etc/mime.types); a file that cannot be read leaves
 * the built-in one. Read-only afterwards, so threads may share it. 0 or
 * -ENOMEM.
 */
int mime_new(struct mime **ret, const char *path);
struct mime *mime_free(struct mime *m);
/*
 * The type for a file name, with "; charset=utf-8" for text;
 * "application/octet-stream" when nothing is known. Lives as long as m; a NULL
 * m has the built-in table alone.
 */
const char *mime_of(const struct mime *m, const char *name);
/* The same, but NULL where the name says nothing. */
const char *mime_known(const struct mime *m, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/* The types that a server without a system's table should know. */
#ifndef HTTP_MIME_BUILTIN_H
#define HTTP_MIME_BUILTIN_H

/* The type for a suffix in lower case, or NULL. */
const char *mime_builtin(const char *suffix);

#endif

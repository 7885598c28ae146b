/* SPDX-License-Identifier: MIT */
/*
 * The type of a file whose name does not say it, by how it begins. Only types
 * that no client runs: a picture, a sound, an archive, plain text; never HTML,
 * XML, PDF or a script, whatever it looks like, so that nothing which somebody
 * put there as data begins to act.
 */
#ifndef HTTP_SNIFF_H
#define HTTP_SNIFF_H

#include <stdbool.h>

#include "base/slice.h"

enum { SNIFF_SIZE = 512 };

/*
 * From the first bytes of it, SNIFF_SIZE or all. Text is "text/plain", with
 * its charset where that is certain; the rest "application/octet-stream".
 */
const char *sniff_type(struct slice first);

#endif

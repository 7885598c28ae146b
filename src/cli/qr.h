/* SPDX-License-Identifier: MIT */
/* A text as a QR code, for a telephone to read off a terminal. */
#ifndef CLI_QR_H
#define CLI_QR_H

#include <stdio.h>

/*
 * Draws it, black on white whatever the terminal's colours are, two rows of
 * squares to a line. 0; columns it needs, when there are fewer; -ENOSYS: this
 * build draws none; or another negative errno.
 */
int qr_draw(FILE *out, const char *text, int columns);

#endif

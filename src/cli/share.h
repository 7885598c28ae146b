/* SPDX-License-Identifier: MIT */
/*
 * Where others in the network find a server: every URL on standard output, and
 * the first as a QR code when that is a terminal.
 *
 *      *:8080 ──► addresses of the interfaces ──► http://192.168.1.7:8080/ …
 */
#ifndef CLI_SHARE_H
#define CLI_SHARE_H

struct serve;

void share_say(const struct serve *s);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A conversation as one line of the log, and in the numbers:
 *
 *      [21/Nov/2026:19:40:02 +0000] 10.0.0.9:51234 10.0.0.1:80 > 10.0.0.2:80
 *              -- 0.412 connect=0.001 tries=1 active=3
 *              up=12 copy=12/1 down=1073741824 copy=65536/1 splice=1073676288/…
 *
 * When it ended; the client, where it came in, the target ("-": it got none);
 * how it ended; how long it took; then both directions with what moved them, in
 * bytes and calls. How it ended is two letters, those of HAProxy:
 *
 *      who or what                        when
 *      -  both sides said all they had    -  at the end
 *      C  the client broke it off         Q  waiting for a place
 *      S  the target did, or refused      C  connecting to a target
 *      c  the client was silent           D  while data passed
 *      s  the target was, or was late
 *      R  something is lacking here      R  in a client's first bytes
 *      P  it was not allowed, or wrong
 *      K  it was cut when the proxy stopped
 */
#ifndef PROXY_LINE_H
#define PROXY_LINE_H

struct talk;

/* It is over: counts it, and writes the line. */
void line_note(struct talk *t);

#endif

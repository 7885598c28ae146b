/* SPDX-License-Identifier: MIT */
/* What those who watch are told: a head to a reply. */
#ifndef HTTP_PROBE_ANSWER_H
#define HTTP_PROBE_ANSWER_H

#include <stddef.h>

struct head;
struct probe_source;
struct text;

enum { PROBE_HEAD_SIZE = 512 };

/*
 * Writes head and page of the answer; status 0: the request was understood,
 * otherwise it is refused with that. How many bytes of the page to send.
 */
size_t probe_answer(const struct probe_source *source, const struct head *head,
		    int status, struct text *ret_head, struct text *ret_page);

#endif

/* SPDX-License-Identifier: MIT */
/* Pages of members, merged: see watch_page.h. */
#include "cli/watch_page.h"

#include <stdlib.h>

#include "base/text.h"
#include "net/metrics_merge.h"

enum { PAGE_MAX = 4 << 20 };

static void write_merged(struct text *page, const struct members *m)
{
	struct metrics_page *pages = calloc(m->n, sizeof(*pages));

	if (pages == NULL) {
		page->full = true;
		return;
	}
	for (uint32_t i = 0; i < m->n; i++) {
		pages[i] = (struct metrics_page){
			.kind = service_word(&m->at[i].service),
			.name = m->at[i].name,
			.text = text_heap(PAGE_MAX),
		};
		service_numbers(&m->at[i].service, &pages[i].text);
	}
	metrics_merge(page, pages, m->n);
	for (uint32_t i = 0; i < m->n; i++)
		text_free(&pages[i].text);
	free(pages);
}

void members_numbers(const struct members *m, struct text *page)
{
	if (m->n == 1 && m->at[0].name[0] == '\0')
		service_numbers(&m->at[0].service, page);
	else if (m->n > 0)
		write_merged(page, m);
}

static bool is_member_ready(const struct watched *one, struct text *why)
{
	const char *reason = service_unready(&one->service);

	if (reason == NULL)
		return true;
	if (one->name[0] != '\0') {
		text_str(why, one->name);
		text_str(why, ": ");
	}
	text_str(why, reason);
	text_char(why, '\n');
	return false;
}

bool members_are_ready(const struct members *m, struct text *ret_why)
{
	bool ready = m->n > 0;

	for (uint32_t i = 0; i < m->n; i++)
		ready = is_member_ready(&m->at[i], ret_why) && ready;
	return ready;
}

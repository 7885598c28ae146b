/* SPDX-License-Identifier: MIT */
/* Sentences that would come in crowds: see log.h. */
#include "net/log.h"

void log_say_rarely(const struct log *l, const char *sentence, uint64_t now_ms,
		    uint64_t *said_ms)
{
	if (*said_ms != 0 && now_ms - *said_ms < 1000)
		return;
	*said_ms = now_ms;
	log_say(l, sentence);
}

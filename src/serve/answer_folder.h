/* SPDX-License-Identifier: MIT */
/* What a folder without an index is answered with. */
#ifndef SERVE_ANSWER_FOLDER_H
#define SERVE_ANSWER_FOLDER_H

struct answer;
struct cache;
struct head;

/*
 * Lists a->file. Either the answer is whole then, or a->listing says that the
 * folder is still being read: answer_folder_go_on() in the next turn.
 */
void answer_folder(struct answer *a, struct cache *cache, const struct head *h);
void answer_folder_go_on(struct answer *a);

#endif

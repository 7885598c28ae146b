/* SPDX-License-Identifier: MIT */
/* A fan with four branches of different kinds, and somebody behind each. */
#ifndef TESTS_CORE_FAN_KIT_H
#define TESTS_CORE_FAN_KIT_H

#include <pour.h>

#include "ends.h"

enum { BRANCHES = 4 };

/* The source is that of ends[0]; each has a destination. */
struct tree {
	struct ends ends[BRANCHES];
	struct pour_fan *fan;
};

/* The first branch waits, the others as lag says. */
void tree_open(struct tree *t, enum ends_kind src, enum pour_lag lag,
	       const struct pour_opts *opts);
void tree_close(struct tree *t);
/* Steps until it ended; the branches of the set are not drained. */
int tree_run(struct tree *t, unsigned stuck);
const struct pour_account *tree_branch(const struct tree *t, unsigned i);
/* The branches of that set have got all of the source. */
void tree_check(struct tree *t, unsigned which);

#endif

/* SPDX-License-Identifier: MIT */
/* The targets that a proxy was told of, kept for when names lead elsewhere. */
#ifndef PROXY_WISH_H
#define PROXY_WISH_H

#include "proxy/proxy.h"

struct wish {
	/* Only what says where connections go. */
	struct proxy_opts opts;
	struct proxy_target *to;
	struct proxy_name *names;
};

/* 0, or -ENOMEM and there is nothing to be done with *ret. */
int wish_init(struct wish *ret, const struct proxy_opts *opts);
/* Safe on all zero. */
void wish_done(struct wish *w);

/* Each target, those of names too; stops at what is not 0, and answers it. */
typedef int wish_each_target(void *context, const struct proxy_target *to);
int wish_each(const struct wish *w, wish_each_target *each, void *context);

#endif

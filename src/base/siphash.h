/* SPDX-License-Identifier: MIT */
/* SipHash-2-4: a hash that nobody can foresee who does not have the key. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stdint.h>

#include "base/slice.h"

uint64_t siphash(const uint64_t key[2], struct slice data);

#endif

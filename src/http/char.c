/* SPDX-License-Identifier: MIT */
/* The classes of all bytes: see char.h. */
#include "http/char.h"

#define TOKEN  CHAR_TOKEN
#define TARGET CHAR_TARGET
#define VALUE  CHAR_VALUE

const uint8_t char_classes[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | TARGET | VALUE,
	['"'] = TARGET | VALUE,
	['#' ... '\''] = TOKEN | TARGET | VALUE,
	['(' ... ')'] = TARGET | VALUE,
	['*' ... '+'] = TOKEN | TARGET | VALUE,
	[','] = TARGET | VALUE,
	['-' ... '.'] = TOKEN | TARGET | VALUE,
	['/'] = TARGET | VALUE,
	['0' ... '9'] = TOKEN | TARGET | VALUE,
	[':' ... '@'] = TARGET | VALUE,
	['A' ... 'Z'] = TOKEN | TARGET | VALUE,
	['[' ... ']'] = TARGET | VALUE,
	['^' ... 'z'] = TOKEN | TARGET | VALUE,
	['{'] = TARGET | VALUE,
	['|'] = TOKEN | TARGET | VALUE,
	['}'] = TARGET | VALUE,
	['~'] = TOKEN | TARGET | VALUE,
	[0x80 ... 0xff] = VALUE,
};

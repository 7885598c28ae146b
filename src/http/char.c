/* SPDX-License-Identifier: MIT */
/* The classes of all bytes: see char.h. */
#include "http/char.h"

#define TOKEN   CHAR_TOKEN
#define TARGET  CHAR_TARGET
#define VALUE   CHAR_VALUE
#define HOST    CHAR_HOST
#define ADDRESS CHAR_ADDRESS

const uint8_t char_classes[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | TARGET | VALUE | HOST,
	['"'] = TARGET | VALUE,
	['#'] = TOKEN | TARGET | VALUE,
	['$'] = TOKEN | TARGET | VALUE | HOST,
	['%'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['&' ... '\''] = TOKEN | TARGET | VALUE | HOST,
	['(' ... ')'] = TARGET | VALUE | HOST,
	['*' ... '+'] = TOKEN | TARGET | VALUE | HOST,
	[','] = TARGET | VALUE | HOST,
	['-' ... '.'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['/'] = TARGET | VALUE,
	['0' ... '9'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	[':'] = TARGET | VALUE | ADDRESS,
	[';'] = TARGET | VALUE | HOST,
	['<'] = TARGET | VALUE,
	['='] = TARGET | VALUE | HOST,
	['>' ... '@'] = TARGET | VALUE,
	['A' ... 'Z'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['[' ... ']'] = TARGET | VALUE,
	['^'] = TOKEN | TARGET | VALUE,
	['_'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['`'] = TOKEN | TARGET | VALUE,
	['a' ... 'z'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['{'] = TARGET | VALUE,
	['|'] = TOKEN | TARGET | VALUE,
	['}'] = TARGET | VALUE,
	['~'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	[0x80 ... 0xff] = VALUE,
};

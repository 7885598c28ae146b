/* SPDX-License-Identifier: MIT */
/* The classes of all bytes: see char.h. */
#include "http/char.h"

#define TOKEN   CHAR_TOKEN
#define TARGET  CHAR_TARGET
#define VALUE   CHAR_VALUE
#define HOST    CHAR_HOST
#define ADDRESS CHAR_ADDRESS
#define SEGMENT CHAR_SEGMENT

const uint8_t char_classes[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | TARGET | SEGMENT | VALUE | HOST,
	['"'] = TARGET | SEGMENT | VALUE,
	['#'] = TOKEN | TARGET | SEGMENT | VALUE,
	['$'] = TOKEN | TARGET | SEGMENT | VALUE | HOST,
	['%'] = TOKEN | TARGET | VALUE | HOST | ADDRESS,
	['&' ... '\''] = TOKEN | TARGET | SEGMENT | VALUE | HOST,
	['(' ... ')'] = TARGET | SEGMENT | VALUE | HOST,
	['*' ... '+'] = TOKEN | TARGET | SEGMENT | VALUE | HOST,
	[','] = TARGET | SEGMENT | VALUE | HOST,
	['-' ... '.'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	['/'] = TARGET | VALUE,
	['0' ... '9'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	[':'] = TARGET | SEGMENT | VALUE | ADDRESS,
	[';'] = TARGET | SEGMENT | VALUE | HOST,
	['<'] = TARGET | SEGMENT | VALUE,
	['='] = TARGET | SEGMENT | VALUE | HOST,
	['>' ... '@'] = TARGET | SEGMENT | VALUE,
	['A' ... 'Z'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	['[' ... ']'] = TARGET | SEGMENT | VALUE,
	['^'] = TOKEN | TARGET | SEGMENT | VALUE,
	['_'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	['`'] = TOKEN | TARGET | SEGMENT | VALUE,
	['a' ... 'z'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	['{'] = TARGET | SEGMENT | VALUE,
	['|'] = TOKEN | TARGET | SEGMENT | VALUE,
	['}'] = TARGET | SEGMENT | VALUE,
	['~'] = TOKEN | TARGET | SEGMENT | VALUE | HOST | ADDRESS,
	[0x80 ... 0xff] = VALUE,
};

/* SPDX-License-Identifier: MIT */
/* What a client accepts, and in which order it is offered. */
#include "http/coding.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "http/head.h"
#include "test.h"

static void accepted(const char *fields, char *ret, size_t size)
{
	static char text[1024];
	static struct head h;
	struct codings c;
	size_t len = 0;

	(void)snprintf(text, sizeof(text),
		       "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
	head_init(&h);
	assert_int_equal(head_parse(&h, text, strlen(text)), 0);
	coding_accepted(&h, &c);
	ret[0] = '\0';
	for (uint32_t i = 0; i < c.n; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s%s",
					i > 0 ? " " : "", coding_name(c.at[i]));
}

#define AE "Accept-Encoding: "

static const struct {
	const char *fields, *want;
} vectors[] = {
	{"",					      ""            },
	{ AE "\r\n",				      ""            },
	{ AE "gzip\r\n",				  "gzip"        },
	{ AE "GZIP\r\n",				  "gzip"        },
	{ AE "x-gzip\r\n",				"gzip"        },
	{ "accept-encoding: gzip, deflate, br, zstd\r\n", "br zstd gzip"},
	{ AE "gzip,br\r\n",			       "br gzip"     },
	{ AE "gzip\r\n" AE "br\r\n",                      "br gzip"     },
	{ AE "br;q=0.5, gzip\r\n",                        "gzip br"     },
	{ AE "br;q=0.5, gzip;q=0.50\r\n",                 "br gzip"     },
	{ AE "br;q=0.001, gzip;q=0.002, zstd;q=1\r\n",    "zstd gzip br"},
	{ AE "br ; q=0.1 , gzip\t;\tq=0.2\r\n",           "gzip br"     },
	{ AE "br;Q=0.1, gzip;q=0.2\r\n",                  "gzip br"     },
	{ AE "br;q=1.000, gzip;q=1., zstd;q=0.999\r\n",   "br gzip zstd"},
 /* What is refused. */
	{ AE "gzip;q=0\r\n",			      ""            },
	{ AE "gzip;q=0.000, br\r\n",                      "br"          },
	{ AE "*\r\n",				     "br zstd gzip"},
	{ AE "*;q=0\r\n",				 ""            },
	{ AE "*;q=0.5, br;q=0\r\n",                       "zstd gzip"   },
	{ AE "*;q=0.5, gzip\r\n",                         "gzip br zstd"},
	{ AE "gzip, *;q=0\r\n",                           "gzip"        },
 /* The plain bytes are wanted more, as much, or not at all. */
	{ AE "identity, gzip;q=0.5\r\n",                  ""            },
	{ AE "identity, gzip\r\n",                        "gzip"        },
	{ AE "identity;q=0.5, gzip;q=0.4, br;q=0.6\r\n",  "br"          },
	{ AE "identity;q=0\r\n",                          ""            },
	{ AE "identity;q=0, gzip\r\n",                    "gzip"        },
 /* What nobody here knows, and what is no list. */
	{ AE "deflate, compress\r\n",                     ""            },
	{ AE "gzipx, brr, xgzip\r\n",                     ""            },
	{ AE ",, gzip ,\r\n",                             "gzip"        },
	{ AE "gzip br\r\n",			       ""            },
	{ AE ";q=1, gzip\r\n",                            "gzip"        },
	{ AE "gzip;q=2, br\r\n",                          "br"          },
	{ AE "gzip;q=1.001, br\r\n",                      "br"          },
	{ AE "gzip;q=0.1234, br\r\n",                     "br"          },
	{ AE "gzip;q=-1, br\r\n",                         "br"          },
	{ AE "gzip;q=, br\r\n",                           "br"          },
	{ AE "gzip;q, br\r\n",                            "br"          },
	{ AE "gzip;q=.5, br\r\n",                         "br"          },
	{ AE "gzip;q=01, br\r\n",                         "br"          },
	{ AE "gzip;x=1, br\r\n",                          "br gzip"     },
	{ AE "gzip;, br\r\n",                             "br gzip"     },
	{ AE "gzip;q=0.5;x=1, br\r\n",                    "br gzip"     },
	{ AE "gzip;q=0, gzip\r\n",                        "gzip"        },
};

TEST(codings)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		char got[64];

		accepted(vectors[i].fields, got, sizeof(got));
		if (strcmp(got, vectors[i].want) != 0)
			fail_msg("%s: %s", vectors[i].fields, got);
	}
}

TEST(names_and_suffixes)
{
	assert_string_equal(coding_name(CODING_ZSTD), "zstd");
	assert_string_equal(coding_suffix(CODING_ZSTD), ".zst");
	assert_string_equal(coding_suffix(CODING_BROTLI), ".br");
	assert_string_equal(coding_suffix(CODING_GZIP), ".gz");
}

TEST(types_that_are_compressed)
{
	static const char *const yes[] = {
		"text/html; charset=utf-8",
		"text/css",
		"image/svg+xml",
		"application/json",
		"application/wasm",
		"application/atom+xml",
		"application/manifest+json",
		"application/javascript; charset=utf-8",
	};
	static const char *const no[] = {
		"image/png",
		"application/gzip",
		"video/mp4",
		"text",
		"",
		"application/octet-stream",
		"application/jsonx",
		"application/x-brotli",
	};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (!coding_suits(slice_of(yes[i])))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		if (coding_suits(slice_of(no[i])))
			fail_msg("%s", no[i]);
}

TEST_MAIN()

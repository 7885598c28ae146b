/* SPDX-License-Identifier: MIT */
/* Types by how a file begins: what is told, and what is never told. */
#include "http/sniff.h"

#include <string.h>

#include "base/base.h"
#include "http/mime.h"
#include "test.h"

#define BINARY "application/octet-stream"
#define UTF8   "text/plain; charset=utf-8"

static const struct {
	struct slice first;
	const char *type;
} vectors[] = {
	{SLICE("\x89PNG\r\n\x1a\n...."),                       "image/png"                   },
	{ SLICE("\xff\xd8\xff\xe0"),                           "image/jpeg"                  },
	{ SLICE("GIF89a.."),				   "image/gif"                   },
	{ SLICE("RIFF\1\2\3\4WEBPVP8 "),                       "image/webp"                  },
	{ SLICE("RIFF\1\2\3\4WAVEfmt "),                       "audio/x-wav"                 },
	{ SLICE("\0\0\0\x20"
		"ftypavif"),
         "image/avif"									},
	{ SLICE("\0\0\0\x20"
		"ftypisom"),
         "video/mp4"									 },
	{ SLICE("OggS\0\2"),				   "application/ogg"             },
	{ SLICE("ID3\4\0"),				    "audio/mpeg"                  },
	{ SLICE("\x1f\x8b\x08\0"),                             "application/gzip"            },
	{ SLICE("\x28\xb5\x2f\xfd."),                          "application/zstd"            },
	{ SLICE("\xfd"
		"7zXZ\0"),
         "application/x-xz"								  },
	{ SLICE("BZh91AY&SY"),				 "application/x-bzip2"         },
	{ SLICE("PK\3\4."),				    "application/zip"             },
 /* Text. */
	{ SLICE("hello\n"),				    UTF8                          },
	{ SLICE("a\tb\r\n\f\x1b[31m"),                         UTF8                          },
	{ SLICE("h\xc3\xa4llo \xe2\x82\xac \xf0\x9f\x98\x80"), UTF8                          },
	{ SLICE("\xef\xbb\xbfhello"),                          UTF8                          },
	{ SLICE("cut \xe2\x82"),                               UTF8                          },
	{ SLICE("h\xe4llo"),				   "text/plain"                  },
	{ SLICE("\xc0\xaf"),				   "text/plain"                  },
	{ SLICE("\xed\xa0\x80"),                               "text/plain"                  },
	{ SLICE("\xf4\x90\x80\x80"),                           "text/plain"                  },
	{ SLICE("\xff\xfeh\0i\0"),                             "text/plain; charset=utf-16le"},
	{ SLICE("\xfe\xff\0h\0i"),                             "text/plain; charset=utf-16be"},
 /* Whatever it would be elsewhere, here it is only text. */
	{ SLICE("<!doctype html><script>alert(1)</script>"),   UTF8                          },
	{ SLICE("<html>"),				     UTF8                          },
	{ SLICE("<?xml version=\"1.0\"?><svg onload=\"x\"/>"), UTF8                          },
	{ SLICE("#!/bin/sh\n"),				UTF8                          },
	{ SLICE("%PDF-1.7\n"),				 UTF8                          },
	{ SLICE("GIF of a cat"),                               UTF8                          },
	{ SLICE("BM is short"),				UTF8                          },
	{ SLICE("ID3 is a tag"),                               UTF8                          },
	{ SLICE("PK"),					 UTF8                          },
 /* Neither. */
	{ SLICE(""),					   BINARY                        },
	{ SLICE("\0"),					 BINARY                        },
	{ SLICE("text\0"),				     BINARY                        },
	{ SLICE("\x7f"
		"ELF\2\1\1"),
         BINARY									      },
	{ SLICE("RIFF\1\2\3\4XXXX"),                           BINARY                        },
	{ SLICE("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0"),            BINARY                        },
};

TEST(types)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const char *type = sniff_type(vectors[i].first);

		if (strcmp(type, vectors[i].type) != 0)
			fail_msg("%zu, %.*s: %s", i, (int)vectors[i].first.len,
				 vectors[i].first.at, type);
	}
}

TEST(a_tar_has_its_mark_far_behind)
{
	char block[SNIFF_SIZE] = "name";

	memcpy(block + 257, "ustar", 6);
	assert_string_equal(sniff_type((struct slice){ block, sizeof(block) }),
			    "application/x-tar");
	assert_string_equal(sniff_type((struct slice){ block, 260 }), BINARY);
}

TEST(every_byte_alone)
{
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		const char *type = sniff_type((struct slice){ &byte, 1 });

		assert_true(strncmp(type, "text/plain", 10) == 0 ||
			    strcmp(type, BINARY) == 0);
	}
}

TEST(names_that_say_nothing)
{
	assert_null(mime_known(NULL, "README"));
	assert_null(mime_known(NULL, "a.unheard-of"));
	assert_null(mime_known(NULL, ".bashrc"));
	assert_string_equal(mime_known(NULL, "a.bin"), BINARY);
	assert_string_equal(mime_known(NULL, "a.txt"), UTF8);
}

TEST_MAIN()

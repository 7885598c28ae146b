/* SPDX-License-Identifier: MIT */
/* How files begin: see sniff.h. */
#include "http/sniff.h"

#include <stddef.h>

#include "base/base.h"
#include "base/text.h"
#include "http/char.h"

/* ── What begins with a mark of its own ── */

/* Bytes at an offset, and more at another; what is too short to be no chance
 * in a text (BM of a bitmap, ID3 of a song) is not here. */
struct mark {
	size_t at;
	struct slice bytes;
	size_t more_at;
	struct slice more;
	const char *type;
};

#define MARK(bytes, type)                                                      \
	{                                                                      \
		0, { (bytes), sizeof(bytes) - 1 }, 0, { "", 0 }, (type)        \
	}
#define MARK_AT(at, bytes, type)                                               \
	{                                                                      \
		(at), { (bytes), sizeof(bytes) - 1 }, 0, { "", 0 }, (type)     \
	}
#define MARKS(at, bytes, more_at, more, type)                                  \
	{                                                                      \
		(at), { (bytes), sizeof(bytes) - 1 }, (more_at),               \
			{ (more), sizeof(more) - 1 }, (type)                   \
	}

static const struct mark marks[] = {
	MARK("\x89PNG\r\n\x1a\n", "image/png"),
	MARK("\xff\xd8\xff", "image/jpeg"),
	MARK("GIF87a", "image/gif"),
	MARK("GIF89a", "image/gif"),
	MARKS(0, "RIFF", 8, "WEBPVP", "image/webp"),
	MARKS(0, "RIFF", 8, "WAVE", "audio/x-wav"),
	MARKS(0, "RIFF", 8, "AVI ", "video/x-msvideo"),
	MARKS(4, "ftyp", 8, "avif", "image/avif"),
	MARKS(4, "ftyp", 8, "heic", "image/heic"),
	MARKS(4, "ftyp", 8, "M4A ", "audio/mp4"),
	MARKS(4, "ftyp", 8, "qt  ", "video/quicktime"),
	MARKS(0, "\0\0\0", 4, "ftyp", "video/mp4"),
	MARK("OggS\0", "application/ogg"),
	MARK("fLaC\0", "audio/flac"),
	MARKS(0, "ID3", 4, "\0", "audio/mpeg"),
	MARKS(0, "\x1a\x45\xdf\xa3", 24, "webm", "video/webm"),
	MARKS(0, "\x1a\x45\xdf\xa3", 31, "webm", "video/webm"),
	MARK("\x1a\x45\xdf\xa3", "video/x-matroska"),
	MARK("\x1f\x8b\x08", "application/gzip"),
	MARK("\x28\xb5\x2f\xfd", "application/zstd"),
	MARK("\xfd"
	     "7zXZ\0",
	     "application/x-xz"),
	MARK("7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
	MARKS(0, "BZh", 4, "1AY&SY", "application/x-bzip2"),
	MARK("PK\x03\x04", "application/zip"),
	MARK("Rar!\x1a\x07", "application/vnd.rar"),
	MARK_AT(257, "ustar", "application/x-tar"),
	MARK("wOFF\0", "font/woff"),
	MARK("wOF2\0", "font/woff2"),
};

static bool has(struct slice s, size_t at, struct slice bytes)
{
	return s.len >= at + bytes.len &&
	       memcmp(s.at + at, bytes.at, bytes.len) == 0;
}

static const char *marked(struct slice s)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (has(s, marks[i].at, marks[i].bytes) &&
		    has(s, marks[i].more_at, marks[i].more))
			return marks[i].type;
	return NULL;
}

/* ── Text or not ── */

/* No text has these: controls but tab, line feed, form feed, CR and escape. */
static bool is_binary(unsigned char c)
{
	return c < 0x20 && (c < '\t' || c == 0x0b || c > '\r') && c != 0x1b;
}

/* What may stand in a field's value is looked at eight bytes at once. */
static bool has_binary(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		i += char_span(s, i, CHAR_VALUE);
		if (i < s.len && is_binary((unsigned char)s.at[i]))
			return true;
	}
	return false;
}

/* A character that would go on behind the end; it is none that is wrong. */
static bool is_cut_off(struct slice s)
{
	unsigned char first = (unsigned char)s.at[0];
	size_t whole = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	for (size_t i = 1; i < s.len; i++)
		if ((s.at[i] & 0xc0) != 0x80)
			return false;
	return first >= 0xc2 && first <= 0xf4 && s.len < whole;
}

static size_t ascii_span(struct slice s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)s.at[n] < 0x80)
		n++;
	return n;
}

static bool is_utf8(struct slice s)
{
	while (s.len > 0) {
		size_t n = ascii_span(s);

		if (n == 0)
			n = text_utf8(s);
		if (n == 0)
			return is_cut_off(s);
		s.at += n;
		s.len -= n;
	}
	return true;
}

static const char *text_type(struct slice s)
{
	if (has(s, 0, SLICE("\xfe\xff")))
		return "text/plain; charset=utf-16be";
	if (has(s, 0, SLICE("\xff\xfe")))
		return "text/plain; charset=utf-16le";
	if (has_binary(s))
		return NULL;
	return is_utf8(s) ? "text/plain; charset=utf-8" : "text/plain";
}

const char *sniff_type(struct slice first)
{
	const char *type = NULL;

	if (first.len > 0)
		type = marked(first);
	if (type == NULL && first.len > 0)
		type = text_type(first);
	return type != NULL ? type : "application/octet-stream";
}

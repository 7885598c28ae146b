/* SPDX-License-Identifier: MIT */
/*
 * Squares by libqrencode, drawn as half blocks. The library is loaded when a
 * code is wanted, so that no other command looks for it at its start.
 */
#include <dlfcn.h>
#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>

#include "cli/qr.h"

/* White around the code, in squares, that readers ask for. */
enum { QUIET = 4 };

static bool is_black(const QRcode *code, int x, int y)
{
	x -= QUIET;
	y -= QUIET;
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

/* Two squares, one above the other; the upper half is what a block has. */
static const char *pair(bool upper, bool lower)
{
	if (upper)
		return lower ? "█" : "▀";
	return lower ? "▄" : " ";
}

static void draw(FILE *out, const QRcode *code)
{
	int size = code->width + 2 * QUIET;

	for (int y = 0; y < size; y += 2) {
		(void)fputs("\033[38;5;16;48;5;231m", out);
		for (int x = 0; x < size; x++)
			(void)fputs(pair(is_black(code, x, y),
					 is_black(code, x, y + 1)),
				    out);
		(void)fputs("\033[0m\n", out);
	}
}

typedef QRcode *encoder(const char *text, int version, QRecLevel level,
			QRencodeMode mode, int with_case);
typedef void freer(QRcode *code);

static void *find(void *library, const char *name)
{
	return library != NULL ? dlsym(library, name) : NULL;
}

static int draw_with(FILE *out, const QRcode *code, int columns)
{
	int needed = code->width + 2 * QUIET;

	if (needed > columns)
		return needed;
	draw(out, code);
	return 0;
}

int qr_draw(FILE *out, const char *text, int columns)
{
	void *library = dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL);
	encoder *encode;
	freer *drop;
	QRcode *code;
	int r = -ENOSYS;

	*(void **)&encode = find(library, "QRcode_encodeString");
	*(void **)&drop = find(library, "QRcode_free");
	if (encode != NULL && drop != NULL) {
		code = encode(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
		r = code != NULL ? draw_with(out, code, columns) : -errno;
		drop(code);
	}
	if (library != NULL)
		(void)dlclose(library);
	return r;
}

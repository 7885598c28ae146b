/* SPDX-License-Identifier: MIT */
/* Feeds a target the files of the folders given: what fuzzing once found. */
#include <dirent.h>
#include <stdio.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static int replay(const char *folder, const char *name)
{
	static uint8_t data[INPUT_MAX];
	char path[4096];
	uint8_t *exact;
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	n = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	/* Exactly as large as what is there, so that a sanitizer sees more. */
	exact = malloc(n ? n : 1);
	if (exact == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		exact[i] = data[i];
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

int main(int argc, char **argv)
{
	int passed = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		const struct dirent *e;

		while (dir != NULL && (e = readdir(dir)) != NULL)
			if (e->d_name[0] != '.')
				passed += replay(argv[i], e->d_name);
		if (dir != NULL)
			(void)closedir(dir);
	}
	(void)printf("%d passed, 0 failed, 0 skipped\n", passed);
	return passed == 0;
}

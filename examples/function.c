/* SPDX-License-Identifier: MIT */
/* function FILE... - a checksum as a destination: Adler-32 of each file. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct adler {
	uint32_t a, b;
};

/* Takes all it is given; never has to wait, so ret_poll is left alone. */
static int64_t add(void *context, const void *buf, size_t size, short *ret_poll)
{
	const unsigned char *byte = buf;
	struct adler *sum = context;

	(void)ret_poll;
	for (size_t i = 0; i < size; i++) {
		sum->a = (sum->a + byte[i]) % 65521;
		sum->b = (sum->b + sum->a) % 65521;
	}
	return (int64_t)size;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
		struct adler sum = { 1, 0 };
		struct pour_end src;
		struct pour p = { .limit = 0 };
		int r = pour_end_of(&src, fd);

		if (r == 0)
			r = pour_begin(&p, pour_to(add, &sum, -1), src,
				       POUR_ALL, NULL);
		if (r == 0)
			r = pour_run(&p);
		if (r == 0)
			printf("%08x  %s\n", sum.b << 16 | sum.a, argv[i]);
		else
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
		pour_finish(&p);
		(void)close(fd);
	}
	return 0;
}

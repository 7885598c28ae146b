/* SPDX-License-Identifier: MIT */
/* file_with_header PORT FILE - answers with a file and an HTTP head before it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = { AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int s = socket(AF_INET, SOCK_STREAM, 0), c;
	int file = argc == 3 ? open(argv[2], O_RDONLY) : -1;
	struct pour_opts opts = { .flags = POUR_EXACT };
	char head[128], line[256];
	struct stat st;
	struct pour p;

	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[1]) : 0);
	if (bind(s, (void *)&a, sizeof(a)) < 0 || listen(s, 64) < 0)
		return perror(argv[0]), 1;
	while (fstat(file, &st) == 0 && (c = accept(s, NULL, NULL)) >= 0) {
		opts.head = head;
		opts.head_size = (size_t)snprintf(
			head, sizeof(head),
			"HTTP/1.0 200 OK\r\nContent-Length: %lld\r\n\r\n",
			(long long)st.st_size);
		(void)recv(c, line, sizeof(line), 0); /* whatever it asks */
		(void)pour_begin(&p, pour_socket(c), pour_file_at(file, 0),
				 (uint64_t)st.st_size, &opts);
		(void)pour_run(&p);
		pour_explain(pour_account(&p), line, sizeof(line));
		puts(line);
		pour_finish(&p);
		close(c);
	}
}

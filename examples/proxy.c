/* SPDX-License-Identifier: MIT */
/* proxy PORT TO - passes connections on to port TO of this machine. */
#include <arpa/inet.h>
#include <pour.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = { AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int s = socket(AF_INET, SOCK_STREAM, 0), from, to;
	struct pour_account account;
	struct pour_relay relay;
	char line[256];

	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[1]) : 0);
	if (bind(s, (void *)&a, sizeof(a)) < 0 || listen(s, 64) < 0)
		return perror(argv[0]), 1;
	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[2]) : 0);
	(void)signal(SIGCHLD, SIG_IGN); /* nobody waits for the children */
	while ((from = accept4(s, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (fork() > 0 && close(from) == 0)
			continue; /* each has a process of its own */
		/* It may connect while the first bytes are on their way. */
		to = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(to, (void *)&a, sizeof(a));
		struct pour_duplex side[] = { pour_duplex(from),
					      pour_duplex(to) };
		if (pour_relay_begin(&relay, side, NULL) == 0)
			(void)pour_relay_run(&relay);
		for (unsigned i = 0; i < 2; i++) {
			pour_relay_account(&relay, i, &account);
			pour_explain(&account, line, 256), puts(line);
		}
		return pour_relay_finish(&relay), 0;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * A command line of the shell that reads what we write.
 *
 *      shell_start ──► fd ══► standard input of sh -c    close(fd): its end
 *                                      └── shell_wait ◄── exit status
 *
 * It gets standard output and standard error as we have them, SIGPIPE as every
 * program expects it, and no other descriptor.
 */
#ifndef CLI_SHELL_H
#define CLI_SHELL_H

#include <sys/types.h>

enum { SHELL_WHY_SIZE = 64 };

/* 0, or -errno of the pipe or of starting it. */
int shell_start(const char *line, pid_t *ret_pid, int *ret_fd);
/*
 * Waits until it ended. 0: with status 0; otherwise -ECHILD, and why says how:
 * "exit status 3", "killed by SIGTERM".
 */
int shell_wait(pid_t pid, char ret_why[SHELL_WHY_SIZE]);

#endif

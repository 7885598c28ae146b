/* SPDX-License-Identifier: MIT */
/* Loop mounts for tests: see mounts.h. */
#include "mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "test.h"

/* Enough for the smallest xfs; sparse, so it costs what is written. */
enum { IMAGE_MIB = 512 };

static int has_file_system(const char *type)
{
	char line[128], want[32];
	FILE *f = fopen("/proc/filesystems", "re");
	int found = 0;

	(void)snprintf(want, sizeof(want), "\t%s\n", type);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		found |= strcmp(line, want) == 0;
	if (f != NULL)
		(void)fclose(f);
	return found;
}

static int run(const char *command)
{
	return system(command); /* words of our own making only */
}

static void make_image(const char *type, char *path)
{
	char command[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)IMAGE_MIB << 20), 0);
	assert_int_equal(close(fd), 0);
	(void)snprintf(command, sizeof(command),
		       "mkfs.%s -q %s >/dev/null 2>&1", type, path);
	assert_int_equal(run(command), 0);
}

static void need(const char *type)
{
	char tool[64];

	(void)snprintf(tool, sizeof(tool), "/sbin/mkfs.%s", type);
	if (geteuid() != 0)
		TEST_SKIP("mounting needs root");
	if (!has_file_system(type))
		TEST_SKIP("this kernel does not have the file system");
	if (access(tool, X_OK) != 0)
		TEST_SKIP("its mkfs is not installed");
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		TEST_SKIP("no mount namespace of its own here");
}

/* Over /mnt, as only this process sees it; the image loses its name. */
void mounts_enter(const char *type, const char *options)
{
	char path[] = "/var/tmp/pour-mount-XXXXXX", command[256];
	int status;

	need(type);
	make_image(type, path);
	(void)snprintf(command, sizeof(command),
		       "mount -o loop%s%s %s /mnt 2>/dev/null",
		       *options != '\0' ? "," : "", options, path);
	status = run(command);
	assert_int_equal(unlink(path), 0);
	if (status != 0)
		TEST_SKIP("no loop device here");
	assert_int_equal(chdir("/mnt"), 0);
}

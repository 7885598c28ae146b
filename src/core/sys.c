/* SPDX-License-Identifier: MIT */
/* The one seam to the kernel: system calls that answer >= 0 or -errno. */
#include "core/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

static int64_t answer(ssize_t n)
{
	return n < 0 ? -errno : n;
}

/* NULL for the descriptor's own position, as the calls want it. */
static off_t *position(uint64_t offset, off_t *at)
{
	*at = (off_t)offset;
	return offset == POUR_HERE ? NULL : at;
}

int64_t pour_sys_read(int fd, void *buf, size_t len, uint64_t offset)
{
	if (offset == POUR_HERE)
		return answer(read(fd, buf, len));
	return answer(pread(fd, buf, len, (off_t)offset));
}

int64_t pour_sys_write(int fd, const void *buf, size_t len, uint64_t offset)
{
	if (offset == POUR_HERE)
		return answer(write(fd, buf, len));
	return answer(pwrite(fd, buf, len, (off_t)offset));
}

int64_t pour_sys_send(int fd, const void *buf, size_t len, int flags)
{
	return answer(send(fd, buf, len, flags | MSG_NOSIGNAL));
}

int64_t pour_sys_recv(int fd, void *buf, size_t len, int flags)
{
	return answer(recv(fd, buf, len, flags));
}

int64_t pour_sys_sendfile(int out, int in, uint64_t offset, size_t len)
{
	off_t at;

	return answer(sendfile(out, in, position(offset, &at), len));
}

int64_t pour_sys_splice(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len)
{
	off_t in_at, out_at;

	return answer(splice(in, position(in_offset, &in_at), out,
			     position(out_offset, &out_at), len,
			     SPLICE_F_NONBLOCK));
}

int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len)
{
	off_t in_at, out_at;

	return answer(copy_file_range(in, position(in_offset, &in_at), out,
				      position(out_offset, &out_at), len, 0));
}

int pour_sys_pipe(int ret[2])
{
	return (int)answer(pipe2(ret, O_NONBLOCK | O_CLOEXEC));
}

int64_t pour_sys_pipe_size(int fd, uint32_t want)
{
	/* Refused past pipe-max-size, or past the user's soft limit. */
	(void)fcntl(fd, F_SETPIPE_SZ, (int)want);
	return answer(fcntl(fd, F_GETPIPE_SZ));
}

int64_t pour_sys_waiting(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) < 0 ? -errno : n;
}

int pour_sys_close(int fd)
{
	return (int)answer(close(fd));
}

int pour_sys_stat(int fd, struct stat *ret)
{
	return (int)answer(fstat(fd, ret));
}

int64_t pour_sys_position(int fd)
{
	return answer(lseek(fd, 0, SEEK_CUR));
}

int64_t pour_sys_fs_type(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 ? -errno : (int64_t)(uint32_t)fs.f_type;
}

int pour_sys_sock_type(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return -errno;
	return type;
}

int pour_sys_poll(struct pollfd *fds, unsigned n, int timeout_ms)
{
	return (int)answer(poll(fds, n, timeout_ms));
}

int pour_sys_sigmask(int how, const sigset_t *set, sigset_t *ret_old)
{
	return -pthread_sigmask(how, set, ret_old);
}

int pour_sys_sigpending(sigset_t *ret)
{
	return (int)answer(sigpending(ret));
}

int pour_sys_sigtake(const sigset_t *set)
{
	const struct timespec no_wait = { 0, 0 };

	return (int)answer(sigtimedwait(set, NULL, &no_wait));
}

/* SPDX-License-Identifier: MIT */
/* The one seam to the kernel: calls that ask and set, >= 0 or -errno. */
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "core/line.h"
#include "core/sys.h"

/* Its number is missing from older headers; one for every architecture. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static int64_t answer(ssize_t n)
{
	return n < 0 ? -errno : n;
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

int64_t pour_sys_unsent(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCOUTQ, &n) < 0 ? -errno : n;
}

int64_t pour_sys_acked(int fd, uint64_t *ret_ago_ns)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return -errno;
	*ret_ago_ns = info.tcpi_last_ack_recv * UINT64_C(1000000);
	return (int64_t)info.tcpi_bytes_acked;
}

int pour_sys_close(int fd)
{
	return (int)answer(close(fd));
}

int pour_sys_stat(int fd, struct stat *ret)
{
	return (int)answer(fstat(fd, ret));
}

int64_t pour_sys_seek(int fd, int64_t offset, int whence)
{
	return answer(lseek(fd, offset, whence));
}

int pour_sys_reopen(int fd)
{
	char path[32];
	struct line l = { path, sizeof(path), 0 };

	pour_line_put(&l, "/proc/self/fd/");
	pour_line_number(&l, (uint64_t)fd);
	return (int)answer(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

int pour_sys_punch(int fd, uint64_t offset, uint64_t len)
{
	return (int)answer(fallocate(fd,
				     FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				     (off_t)offset, (off_t)len));
}

int pour_sys_truncate(int fd, uint64_t size)
{
	return (int)answer(ftruncate(fd, (off_t)size));
}

int pour_sys_map(int fd, uint64_t offset, size_t len, void **ret)
{
	void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)offset);

	if (map == MAP_FAILED)
		return -errno;
	*ret = map;
	return 0;
}

void pour_sys_unmap(void *map, size_t len)
{
	(void)munmap(map, len);
}

int64_t pour_sys_missing(int fd, uint64_t offset, uint64_t len)
{
	struct {
		uint64_t offset, len;
	} range = { offset, len };
	struct {
		uint64_t cached, dirty, writeback, evicted, recently_evicted;
	} pages = { 0 };
	uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE), all;

	if (syscall(SYS_cachestat, fd, &range, &pages, 0) < 0)
		return -errno;
	all = (offset + len - 1) / size - offset / size + 1;
	return (int64_t)(all - pages.cached);
}

int64_t pour_sys_fs_type(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 ? -errno : (int64_t)(uint32_t)fs.f_type;
}

int64_t pour_sys_fs_block(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 ? -errno : (int64_t)fs.f_bsize;
}

int pour_sys_flags(int fd)
{
	return (int)answer(fcntl(fd, F_GETFL));
}

int pour_sys_seals(int fd)
{
	return (int)answer(fcntl(fd, F_GET_SEALS));
}

int pour_sys_sockopt(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, name, &value, &len) < 0)
		return -errno;
	return value;
}

bool pour_sys_has_timeout(int fd, int name)
{
	struct timeval t = { 0, 0 };
	socklen_t len = sizeof(t);

	return getsockopt(fd, SOL_SOCKET, name, &t, &len) == 0 &&
	       (t.tv_sec != 0 || t.tv_usec != 0);
}

int pour_sys_linger_none(int fd)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	return (int)answer(
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
}

int pour_sys_shutdown_write(int fd)
{
	return (int)answer(shutdown(fd, SHUT_WR));
}

/* The answer among the control messages; false: none is one. */
static bool find_ack(struct msghdr *m, struct pour_sys_ack *ret)
{
	struct sock_extended_err e;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_len < CMSG_LEN(sizeof(e)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		if (e.ee_errno != 0 || e.ee_origin != SO_EE_ORIGIN_ZEROCOPY)
			continue;
		ret->first = e.ee_info;
		ret->last = e.ee_data;
		ret->copied = e.ee_code & SO_EE_CODE_ZEROCOPY_COPIED;
		return true;
	}
	return false;
}

/* Messages of another kind on that queue are read past. */
int pour_sys_ack(int fd, struct pour_sys_ack *ret)
{
	for (;;) {
		_Alignas(struct cmsghdr) char control[128];
		struct msghdr m = { .msg_control = control,
				    .msg_controllen = sizeof(control) };

		if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (find_ack(&m, ret))
			return 1;
	}
}

uint64_t pour_sys_now(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
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

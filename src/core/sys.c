/* SPDX-License-Identifier: MIT */
/* The one seam to the kernel: calls that move bytes, >= 0 or -errno. */
#include "core/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pour.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
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

int64_t pour_sys_splice_more(int in, int out, size_t len)
{
	return answer(splice(in, NULL, out, NULL, len,
			     SPLICE_F_NONBLOCK | SPLICE_F_MORE));
}

int64_t pour_sys_tee(int in, int out, size_t len)
{
	return answer(tee(in, out, len, SPLICE_F_NONBLOCK));
}

int64_t pour_sys_vmsplice(int out, const void *buf, size_t len)
{
	struct iovec v;

	/* The kernel only reads what vmsplice() into a pipe names. */
	memcpy(&v.iov_base, &buf, sizeof(buf));
	v.iov_len = len;
	return answer(vmsplice(out, &v, 1, SPLICE_F_NONBLOCK));
}

int64_t pour_sys_clone(int in, uint64_t in_offset, int out, uint64_t out_offset,
		       size_t len)
{
	struct file_clone_range range = { .src_fd = in,
					  .src_offset = in_offset,
					  .src_length = len,
					  .dest_offset = out_offset };

	return ioctl(out, FICLONERANGE, &range) < 0 ? -errno : (int64_t)len;
}

int64_t pour_sys_read_cached(int fd, void *buf, size_t len, uint64_t offset)
{
	struct iovec v = { buf, len };

	return answer(preadv2(fd, &v, 1, (off_t)offset, RWF_NOWAIT));
}

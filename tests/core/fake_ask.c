/* SPDX-License-Identifier: MIT */
/* The stand-in for what the engine asks and sets: see fake_sys.c. */
#include <string.h>
#include <sys/socket.h>

#include "fake_real.h"
#include "fake_sys.h"

int pour_sys_pipe(int ret[2])
{
	struct fake_entry e = { FAKE_PIPE, -1, -1, 0, 0, 0 };

	if (!fake_decide(FAKE_PIPE, &e.len, &e.result))
		e.result = real_pipe(ret);
	return (int)fake_note(e);
}

int64_t pour_sys_pipe_size(int fd, uint32_t want)
{
	return fake.pipe_size > 0 ? fake.pipe_size : real_pipe_size(fd, want);
}

int pour_sys_map(int fd, uint64_t offset, size_t len, void **ret)
{
	struct fake_entry e = { FAKE_MAP, fd, -1, len, 0, 0 };
	size_t whole = len;

	if (!fake_decide(FAKE_MAP, &whole, &e.result))
		e.result = real_map(fd, offset, len, ret);
	return (int)fake_note(e);
}

int64_t pour_sys_missing(int fd, uint64_t offset, uint64_t len)
{
	struct fake_entry e = { FAKE_MISSING, fd, -1, len, 0, 0 };
	size_t whole = len;

	if (!fake_decide(FAKE_MISSING, &whole, &e.result))
		e.result = real_missing(fd, offset, len);
	return fake_note(e);
}

int pour_sys_punch(int fd, uint64_t offset, uint64_t len)
{
	struct fake_entry e = { FAKE_PUNCH, -1, fd, len, 0, 0 };
	size_t whole = len;

	if (!fake_decide(FAKE_PUNCH, &whole, &e.result))
		e.result = real_punch(fd, offset, len);
	return (int)fake_note(e);
}

int pour_sys_truncate(int fd, uint64_t size)
{
	struct fake_entry e = { FAKE_TRUNCATE, -1, fd, size, 0, 0 };
	size_t whole = size;

	if (!fake_decide(FAKE_TRUNCATE, &whole, &e.result))
		e.result = real_truncate(fd, size);
	return (int)fake_note(e);
}

int64_t pour_sys_seek(int fd, int64_t offset, int whence)
{
	struct fake_entry e = { FAKE_SEEK, fd, -1, 0, whence, 0 };

	if (!fake_decide(FAKE_SEEK, &e.len, &e.result))
		e.result = real_seek(fd, offset, whence);
	return fake_note(e);
}

int pour_sys_reopen(int fd)
{
	struct fake_entry e = { FAKE_REOPEN, fd, -1, 0, 0, 0 };

	if (!fake_decide(FAKE_REOPEN, &e.len, &e.result))
		e.result = real_reopen(fd);
	return (int)fake_note(e);
}

int pour_sys_ack(int fd, struct pour_sys_ack *ret)
{
	struct fake_entry e = { FAKE_ACK, fd, -1, 0, 0, 0 };

	if (fake_decide(FAKE_ACK, &e.len, &e.result))
		return (int)fake_note(e);
	if (!fake.zerocopy)
		return (int)(e.result = real_ack(fd, ret));
	if (fake.n_acks == 0)
		return 0;
	*ret = fake.acks[0];
	memmove(fake.acks, fake.acks + 1, --fake.n_acks * sizeof(*ret));
	return 1;
}

int64_t pour_sys_acked(int fd, uint64_t *ret_ago_ns)
{
	if (fake.acks_to_come > 0)
		*ret_ago_ns = fake.ack_ago;
	if (fake.acks_to_come > 0)
		return 1000000 - --fake.acks_to_come;
	return real_acked(fd, ret_ago_ns);
}

int64_t pour_sys_waiting(int fd)
{
	fake.calls[FAKE_WAITING]++;
	return real_waiting(fd);
}

uint64_t pour_sys_now(void)
{
	return fake.now > 0 ? fake.now : real_now();
}

int pour_sys_sockopt(int fd, int name)
{
	return fake.zerocopy && name == SO_ZEROCOPY ? 1
						    : real_sockopt(fd, name);
}

int pour_sys_stat(int fd, struct stat *ret)
{
	fake.calls[FAKE_STAT]++;
	return real_stat(fd, ret);
}

int64_t pour_sys_fs_type(int fd)
{
	fake.calls[FAKE_FS_TYPE]++;
	return fake.fs_type != 0 ? fake.fs_type : real_fs_type(fd);
}

int pour_sys_flags(int fd)
{
	fake.calls[FAKE_FLAGS]++;
	return real_flags(fd);
}

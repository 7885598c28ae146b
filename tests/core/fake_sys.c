/* SPDX-License-Identifier: MIT */
/* The stand-in: the real seam under other names, and wrappers around it. */
#define pour_sys_read       real_read
#define pour_sys_write      real_write
#define pour_sys_send       real_send
#define pour_sys_sendfile   real_sendfile
#define pour_sys_splice     real_splice
#define pour_sys_copy_range real_copy_range
#define pour_sys_pipe       real_pipe
#include "../../src/core/sys.c"
#undef pour_sys_read
#undef pour_sys_write
#undef pour_sys_send
#undef pour_sys_sendfile
#undef pour_sys_splice
#undef pour_sys_copy_range
#undef pour_sys_pipe

int64_t pour_sys_read(int fd, void *buf, size_t len, uint64_t offset);
int64_t pour_sys_write(int fd, const void *buf, size_t len, uint64_t offset);
int64_t pour_sys_send(int fd, const void *buf, size_t len, int flags);
int64_t pour_sys_sendfile(int out, int in, uint64_t offset, size_t len);
int64_t pour_sys_splice(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len);
int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len);
int pour_sys_pipe(int ret[2]);

#include <stdbool.h>
#include <string.h>

#include "base/base.h"
#include "fake_sys.h"

struct fake fake;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
}

static unsigned next_random(void)
{
	fake.seed = fake.seed * 1103515245 + 12345;
	return fake.seed >> 8;
}

/* True: the call is not made, *ret is its answer. */
static bool decide(enum fake_call call, size_t *len, int64_t *ret)
{
	bool counts = fake.fail_call == FAKE_ANY || fake.fail_call == call;

	fake.calls[call]++;
	if (fake.answers_set && fake.answers_call == call) {
		*ret = fake.answers;
		return true;
	}
	if (fake.fail_at > 0 && counts && ++fake.seen == fake.fail_at) {
		*ret = -fake.fail_errno;
		return true;
	}
	if (fake.eagain && call != FAKE_PIPE && next_random() % 4 == 0) {
		*ret = -EAGAIN;
		return true;
	}
	if (fake.short_counts && *len > 1)
		*len = 1 + next_random() % MIN(*len, (size_t)100000);
	return false;
}

static int64_t note(struct fake_entry e)
{
	if (fake.n_log < FAKE_LOG_SIZE)
		fake.log[fake.n_log++] = e;
	return e.result;
}

int64_t pour_sys_read(int fd, void *buf, size_t len, uint64_t offset)
{
	struct fake_entry e = { FAKE_READ, fd, -1, len, 0, 0 };

	if (!decide(FAKE_READ, &len, &e.result))
		e.result = real_read(fd, buf, len, offset);
	return note(e);
}

int64_t pour_sys_write(int fd, const void *buf, size_t len, uint64_t offset)
{
	struct fake_entry e = { FAKE_WRITE, -1, fd, len, 0, 0 };

	if (!decide(FAKE_WRITE, &len, &e.result))
		e.result = real_write(fd, buf, len, offset);
	return note(e);
}

int64_t pour_sys_send(int fd, const void *buf, size_t len, int flags)
{
	struct fake_entry e = { FAKE_SEND, -1, fd, len, flags, 0 };

	if (!decide(FAKE_SEND, &len, &e.result))
		e.result = real_send(fd, buf, len, flags);
	return note(e);
}

int64_t pour_sys_sendfile(int out, int in, uint64_t offset, size_t len)
{
	struct fake_entry e = { FAKE_SENDFILE, in, out, len, 0, 0 };

	if (!decide(FAKE_SENDFILE, &len, &e.result))
		e.result = real_sendfile(out, in, offset, len);
	return note(e);
}

int64_t pour_sys_splice(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len)
{
	struct fake_entry e = { FAKE_SPLICE, in, out, len, 0, 0 };

	if (!decide(FAKE_SPLICE, &len, &e.result))
		e.result = real_splice(in, in_offset, out, out_offset, len);
	return note(e);
}

int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len)
{
	struct fake_entry e = { FAKE_RANGE, in, out, len, 0, 0 };

	if (!decide(FAKE_RANGE, &len, &e.result))
		e.result = real_copy_range(in, in_offset, out, out_offset, len);
	return note(e);
}

int pour_sys_pipe(int ret[2])
{
	struct fake_entry e = { FAKE_PIPE, -1, -1, 0, 0, 0 };
	size_t len = 0;

	if (!decide(FAKE_PIPE, &len, &e.result))
		e.result = real_pipe(ret);
	return (int)note(e);
}

/* SPDX-License-Identifier: MIT */
/* The stand-in: wrappers around the real seam. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "fake_real.h"

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

/* Calls of which a part can be done, or nothing for now. */
static bool is_movement(enum fake_call call)
{
	return call <= FAKE_RANGE || call == FAKE_TEE || call == FAKE_VMSPLICE;
}

bool fake_decide(enum fake_call call, size_t *len, int64_t *ret)
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
	if (fake.eagain && is_movement(call) && next_random() % 4 == 0) {
		*ret = -EAGAIN;
		return true;
	}
	if (fake.short_counts && is_movement(call) && *len > 1)
		*len = 1 + next_random() % MIN(*len, (size_t)100000);
	return false;
}

int64_t fake_note(struct fake_entry e)
{
	if (fake.raises > 0 && e.result > 0 && --fake.raises == 0)
		(void)raise(SIGPIPE);
	if (e.call < FAKE_CACHED && fake.n_log < FAKE_LOG_SIZE)
		fake.log[fake.n_log++] = e;
	return e.result;
}

int64_t pour_sys_read(int fd, void *buf, size_t len, uint64_t offset)
{
	struct fake_entry e = { FAKE_READ, fd, -1, len, 0, 0 };

	if (!fake_decide(FAKE_READ, &len, &e.result))
		e.result = real_read(fd, buf, len, offset);
	return fake_note(e);
}

int64_t pour_sys_write(int fd, const void *buf, size_t len, uint64_t offset)
{
	struct fake_entry e = { FAKE_WRITE, -1, fd, len, 0, 0 };

	if (!fake_decide(FAKE_WRITE, &len, &e.result))
		e.result = real_write(fd, buf, len, offset);
	return fake_note(e);
}

int64_t pour_sys_send(int fd, const void *buf, size_t len, int flags)
{
	struct fake_entry e = { FAKE_SEND, -1, fd, len, flags, 0 };

	if (!fake_decide(FAKE_SEND, &len, &e.result))
		e.result = real_send(fd, buf, len,
				     fake.zerocopy ? flags & ~MSG_ZEROCOPY
						   : flags);
	return fake_note(e);
}

int64_t pour_sys_sendfile(int out, int in, uint64_t offset, size_t len)
{
	struct fake_entry e = { FAKE_SENDFILE, in, out, len, 0, 0 };

	if (!fake_decide(FAKE_SENDFILE, &len, &e.result))
		e.result = real_sendfile(out, in, offset, len);
	return fake_note(e);
}

int64_t pour_sys_splice(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len)
{
	struct fake_entry e = { FAKE_SPLICE, in, out, len, 0, 0 };

	if (!fake_decide(FAKE_SPLICE, &len, &e.result))
		e.result = real_splice(in, in_offset, out, out_offset, len);
	return fake_note(e);
}

int64_t pour_sys_splice_more(int in, int out, size_t len)
{
	struct fake_entry e = { FAKE_SPLICE, in, out, len, SPLICE_F_MORE, 0 };

	if (!fake_decide(FAKE_SPLICE, &len, &e.result))
		e.result = real_splice_more(in, out, len);
	return fake_note(e);
}

int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len)
{
	struct fake_entry e = { FAKE_RANGE, in, out, len, 0, 0 };

	if (!fake_decide(FAKE_RANGE, &len, &e.result))
		e.result = real_copy_range(in, in_offset, out, out_offset, len);
	return fake_note(e);
}

int64_t pour_sys_tee(int in, int out, size_t len)
{
	struct fake_entry e = { FAKE_TEE, in, out, len, 0, 0 };

	if (!fake_decide(FAKE_TEE, &len, &e.result))
		e.result = real_tee(in, out, len);
	return fake_note(e);
}

int64_t pour_sys_vmsplice(int out, const void *buf, size_t len)
{
	struct fake_entry e = { FAKE_VMSPLICE, -1, out, len, 0, 0 };

	if (!fake_decide(FAKE_VMSPLICE, &len, &e.result))
		e.result = real_vmsplice(out, buf, len);
	return fake_note(e);
}

int64_t pour_sys_clone(int in, uint64_t in_offset, int out, uint64_t out_offset,
		       size_t len)
{
	struct fake_entry e = { FAKE_CLONE, in, out, len, 0, 0 };
	size_t whole = len; /* a clone is all or nothing */

	if (!fake_decide(FAKE_CLONE, &whole, &e.result))
		e.result = real_clone(in, in_offset, out, out_offset, len);
	return fake_note(e);
}

int64_t pour_sys_read_cached(int fd, void *buf, size_t len, uint64_t offset)
{
	struct fake_entry e = { FAKE_CACHED, fd, -1, len, 0, 0 };

	if (!fake_decide(FAKE_CACHED, &len, &e.result))
		e.result = real_read_cached(fd, buf, len, offset);
	return fake_note(e);
}

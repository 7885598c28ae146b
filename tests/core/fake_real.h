/* SPDX-License-Identifier: MIT */
/* The real seam under other names, and what the two halves of the stand-in
 * share. */
#ifndef TESTS_CORE_FAKE_REAL_H
#define TESTS_CORE_FAKE_REAL_H

#include "fake_sys.h"

int64_t real_read(int fd, void *buf, size_t len, uint64_t offset);
int64_t real_write(int fd, const void *buf, size_t len, uint64_t offset);
int64_t real_send(int fd, const void *buf, size_t len, int flags);
int64_t real_sendfile(int out, int in, uint64_t offset, size_t len);
int64_t real_splice(int in, uint64_t in_offset, int out, uint64_t out_offset,
		    size_t len);
int64_t real_splice_more(int in, int out, size_t len);
int64_t real_copy_range(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len);
int64_t real_tee(int in, int out, size_t len);
int64_t real_vmsplice(int out, const void *buf, size_t len);
int64_t real_clone(int in, uint64_t in_offset, int out, uint64_t out_offset,
		   size_t len);
int64_t real_read_cached(int fd, void *buf, size_t len, uint64_t offset);

int64_t real_acked(int fd, uint64_t *ret_ago_ns);
int real_pipe(int ret[2]);
int64_t real_pipe_size(int fd, uint32_t want);
int real_map(int fd, uint64_t offset, size_t len, void **ret);
int64_t real_missing(int fd, uint64_t offset, uint64_t len);
int real_punch(int fd, uint64_t offset, uint64_t len);
int real_truncate(int fd, uint64_t size);
int64_t real_seek(int fd, int64_t offset, int whence);
int real_reopen(int fd);
int64_t real_waiting(int fd);
int real_ack(int fd, struct pour_sys_ack *ret);
uint64_t real_now(void);
int real_sockopt(int fd, int name);
int real_stat(int fd, struct stat *ret);
int64_t real_fs_type(int fd);
int real_flags(int fd);

/* True: the call is not made, *ret is its answer. */
bool fake_decide(enum fake_call call, size_t *len, int64_t *ret);
/* Into the log; hands the result on. */
int64_t fake_note(struct fake_entry e);

#endif

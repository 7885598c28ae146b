/* SPDX-License-Identifier: MIT */
/* Before src/core/sys*.c: the real seam gets other names, so that a stand-in
 * can have its own. */
#ifndef TESTS_CORE_REAL_NAMES_H
#define TESTS_CORE_REAL_NAMES_H

/* clang-format off */
#define pour_sys_acked real_acked
#define pour_sys_read real_read
#define pour_sys_write real_write
#define pour_sys_send real_send
#define pour_sys_sendfile real_sendfile
#define pour_sys_splice real_splice
#define pour_sys_splice_more real_splice_more
#define pour_sys_copy_range real_copy_range
#define pour_sys_tee real_tee
#define pour_sys_vmsplice real_vmsplice
#define pour_sys_clone real_clone
#define pour_sys_read_cached real_read_cached
#define pour_sys_pipe real_pipe
#define pour_sys_pipe_size real_pipe_size
#define pour_sys_map real_map
#define pour_sys_missing real_missing
#define pour_sys_punch real_punch
#define pour_sys_waiting real_waiting
#define pour_sys_truncate real_truncate
#define pour_sys_seek real_seek
#define pour_sys_reopen real_reopen
#define pour_sys_ack real_ack
#define pour_sys_now real_now
#define pour_sys_sockopt real_sockopt
#define pour_sys_stat real_stat
#define pour_sys_fs_type real_fs_type
#define pour_sys_flags real_flags
/* clang-format on */

#endif

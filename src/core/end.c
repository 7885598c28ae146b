/* SPDX-License-Identifier: MIT */
/* What is this descriptor? Ends, asked for and made. */
#include <errno.h>
#include <pour.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/end.h"
#include "core/sys.h"

/* Bytes from the file's position to its end, 0 where nobody knows. */
static uint64_t bytes_ahead(int fd, const struct stat *st)
{
	int64_t at;

	if (!S_ISREG(st->st_mode) || st->st_size <= 0)
		return 0;
	at = pour_sys_seek(fd, 0, SEEK_CUR);
	return at >= 0 && at < st->st_size ? (uint64_t)(st->st_size - at) : 0;
}

static int end_of_socket(struct pour_end *ret, int fd)
{
	int type = pour_sys_sockopt(fd, SO_TYPE);

	if (type < 0)
		return type;
	if (type != SOCK_STREAM)
		return -EOPNOTSUPP;
	*ret = pour_socket(fd);
	return 0;
}

/* As the kernel has it: 12 bits and 20. */
static uint32_t number_of(dev_t device)
{
	return (uint32_t)(major(device) << 20 | minor(device));
}

/* That of a descriptor never changes; its size does, and is a hint. */
static void keep(struct pour_end *e, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return;
	e->inode = st->st_ino;
	e->device = number_of(st->st_dev);
	if (e->size == 0 && e->offset != POUR_HERE && st->st_size > 0 &&
	    (uint64_t)st->st_size > e->offset)
		e->size = (uint64_t)st->st_size - e->offset;
}

int pour_end_ask(struct pour_end *e)
{
	struct stat st;
	int r = pour_sys_stat(e->fd, &st);

	if (r == 0)
		keep(e, &st);
	return r;
}

int pour_end_of(struct pour_end *ret, int fd)
{
	struct stat st;
	int r = pour_sys_stat(fd, &st);

	if (r < 0)
		return r;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISSOCK(st.st_mode))
		return end_of_socket(ret, fd);
	if (S_ISFIFO(st.st_mode)) {
		*ret = pour_pipe(fd);
		return 0;
	}
	*ret = pour_file_known(fd, POUR_HERE, &st);
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		ret->size = bytes_ahead(fd, &st);
	else
		ret->kind = POUR_DEVICE;
	return 0;
}

struct pour_end pour_file_at(int fd, uint64_t offset)
{
	return (struct pour_end){ .kind = POUR_FILE,
				  .fd = fd,
				  .offset = offset };
}

struct pour_end pour_file_known(int fd, uint64_t offset, const struct stat *st)
{
	struct pour_end e = pour_file_at(fd, offset);

	keep(&e, st);
	return e;
}

struct pour_end pour_socket(int fd)
{
	return (struct pour_end){ .kind = POUR_SOCKET, .fd = fd };
}

struct pour_end pour_pipe(int fd)
{
	return (struct pour_end){ .kind = POUR_PIPE, .fd = fd };
}

struct pour_end pour_memory(const void *memory, size_t size)
{
	return (struct pour_end){
		.kind = POUR_MEMORY, .fd = -1, .memory = memory, .size = size
	};
}

struct pour_end pour_from(int64_t (*reader)(void *context, void *buf,
					    size_t size, short *ret_poll),
			  void *context, int fd)
{
	return (struct pour_end){ .kind = POUR_CALL,
				  .fd = fd,
				  .reader = reader,
				  .context = context };
}

struct pour_end pour_to(int64_t (*writer)(void *context, const void *buf,
					  size_t size, short *ret_poll),
			void *context, int fd)
{
	return (struct pour_end){ .kind = POUR_CALL,
				  .fd = fd,
				  .writer = writer,
				  .context = context };
}

struct pour_duplex pour_duplex(int fd)
{
	return (struct pour_duplex){ .in = pour_socket(fd),
				     .out = pour_socket(fd) };
}

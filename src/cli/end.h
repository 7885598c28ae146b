/* SPDX-License-Identifier: MIT */
/*
 * One end: from what was written on the command line to a descriptor.
 *
 *      -                         standard input, output
 *      fd:N                      a descriptor that the program was given
 *      tcp:HOST:PORT             connects        (end_dial.c)
 *      unix:PATH, unix:@NAME     connects
 *      tcp-listen:[HOST:]PORT    takes one connection  (end_listen.c)
 *      unix-listen:PATH          takes one connection
 *      anything else             a path; ./tcp:x is one
 */
#ifndef CLI_END_H
#define CLI_END_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum end_how {
	END_PATH,
	END_STANDARD,
	END_FD,
	END_TCP,
	END_TCP_LISTEN,
	END_UNIX,
	END_UNIX_LISTEN,
};

enum { END_WHY_SIZE = 256 };

struct end {
	const char *name; /* for messages: as it was written */
	enum end_how how;
	const char *where; /* what follows the prefix */
	int fd;
	struct stat st;
	bool blocked;         /* until end_unblock(), and others have it too */
	uint64_t patience_ms; /* of end_close(); 0: for ever */
	uint64_t unsent;      /* and what a peer lacked then */
	char why[END_WHY_SIZE]; /* what an errno does not say, or "" */
};

struct end_opts {
	uint64_t connect_ms; /* for a connection, or the reader of a FIFO */
	/* Told where it listens, as it would be written; may be NULL. */
	void (*listening)(const char *where);
};

/*
 * Reads text; standard is the descriptor that "-" means. Opens nothing, so all
 * ends are spelled before the first is opened: what fd:N names then, the
 * program was given. 0, -EBADF for a descriptor that it was not given, or
 * -EINVAL with why: what was written is not an end.
 */
int end_spell(struct end *ret, const char *text, int standard);
/* Opens it, O_RDONLY or O_WRONLY, and fills st. 0 or -errno. */
int end_open(struct end *e, int flags, const struct end_opts *opts);
/*
 * A pipe becomes larger, for fewer and larger calls. What was set larger stays,
 * and one that may not grow, because its user has too many, moves the same.
 */
void end_widen(const struct end *e);
/*
 * From now on neither reading nor writing waits, where that can be had without
 * a change to what others see; a socket that we were given waits again after
 * end_restore(), which end_close() calls. What we were given stays open, and
 * gets another number here.
 */
void end_unblock(struct end *e);
void end_restore(struct end *e);
/* Bytes that will come of a source, at most limit; 0: nobody knows. */
uint64_t end_to_come(const struct end *src, uint64_t limit);
/*
 * The bytes were moved: whether the source, of which so many were promised, has
 * become shorter than what was taken, or promised, of it; then it was said.
 * What went by reference may have turned into zeros on its way.
 */
bool end_shrank(const struct end *src, const struct pour_account *a,
		uint64_t promised);
/*
 * Every byte was written to it: closes it and finds out whether they arrived.
 * A peer that we connected to is told the end, and has to have taken all;
 * -ETIMEDOUT for one that took nothing for patience_ms.
 */
int end_close(struct end *e);
/* Says "name: why", or the errno. Answers EXIT_FAILED. */
int end_error(const struct end *e, int error);

/* A stream socket that is ours: what is sent is to be handed over. */
bool end_is_peer(const struct end *e);

/* Of end_open(), by what the end is: a descriptor or -errno. */
int end_dial(struct end *e, uint64_t connect_ms);
int end_listen(struct end *e, void (*listening)(const char *where));
/* "HOST:PORT" apart: brackets around HOST go. False: it is something else. */
enum { END_HOST_SIZE = 256 };
bool end_split(const char *where, char host[END_HOST_SIZE],
	       const char **ret_port);
/* Of end_close(): 0 once the peer has all of it, or -errno. */
int end_hand_over(struct end *e);

#endif

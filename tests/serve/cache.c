/* SPDX-License-Identifier: MIT */
/* What the answers of one turn share, and that the next one forgets it. */
#include "serve/cache.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "http/mime.h"
#include "test.h"
#include "tree.h"

struct desk_of_files {
	struct tree tree;
	struct mime *mime;
	struct policy policy;
	struct cache cache;
};

static void begin(struct desk_of_files *d)
{
	tree_init(&d->tree);
	assert_int_equal(mime_new(&d->mime, NULL), 0);
	d->policy = (struct policy){ .root = { .fd = d->tree.root },
				     .index = "",
				     .mime = d->mime };
	cache_init(&d->cache, &d->policy);
}

static void end(struct desk_of_files *d)
{
	cache_done(&d->cache);
	mime_free(d->mime);
	tree_done(&d->tree);
}

static struct opened *take(struct desk_of_files *d, const char *name)
{
	struct opened *o = cache_take(&d->cache, name, strlen(name));

	assert_non_null(o);
	assert_int_equal(o->status, 0);
	return o;
}

/* The file stays the same one. */
static void overwrite(struct desk_of_files *d, const char *name,
		      const char *text)
{
	int fd = openat(d->tree.root, name, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

/* Whoever is alone reads from the descriptor; all others share one reading. */
TEST(a_small_file_is_read_once_for_a_turn)
{
	struct desk_of_files d;
	struct opened *first, *second;

	begin(&d);
	tree_file(&d.tree, "a.txt", "hello");
	first = take(&d, "a.txt");
	assert_null(opened_bytes(first));
	second = take(&d, "a.txt");
	assert_ptr_equal(first, second);
	assert_non_null(opened_bytes(second));
	assert_memory_equal(opened_bytes(second), "hello", 5);
	cache_give(&d.cache, first);
	cache_give(&d.cache, second);
	end(&d);
}

TEST(the_next_turn_reads_again)
{
	struct desk_of_files d;
	struct opened *old, *new;

	begin(&d);
	tree_file(&d.tree, "a.txt", "hello");
	cache_give(&d.cache, take(&d, "a.txt"));
	old = take(&d, "a.txt");
	assert_memory_equal(opened_bytes(old), "hello", 5);
	cache_empty(&d.cache);
	overwrite(&d, "a.txt", "world");
	new = take(&d, "a.txt");
	assert_null(opened_bytes(new));
	cache_give(&d.cache, take(&d, "a.txt"));
	assert_memory_equal(opened_bytes(new), "world", 5);
	/* An answer that is still on its way keeps what it began with. */
	assert_memory_equal(opened_bytes(old), "hello", 5);
	cache_give(&d.cache, old);
	cache_give(&d.cache, new);
	end(&d);
}

/* Its length was promised already: what is there is sent, and found short. */
TEST(a_file_that_shrank_is_not_shared)
{
	struct desk_of_files d;
	struct opened *o;

	begin(&d);
	tree_file(&d.tree, "a.txt", "hello");
	cache_give(&d.cache, take(&d, "a.txt"));
	o = take(&d, "a.txt");
	overwrite(&d, "a.txt", "he");
	assert_null(opened_bytes(o));
	cache_give(&d.cache, o);
	end(&d);
}

TEST(a_large_file_is_not_held)
{
	static char text[OPENED_BYTES_SIZE + 2];
	struct desk_of_files d;
	struct opened *o;

	begin(&d);
	/* Written, so that they are in memory: nobody waits for a disk here. */
	memset(text, 'x', sizeof(text) - 1);
	tree_file(&d.tree, "a.bin", text);
	text[OPENED_BYTES_SIZE] = '\0';
	tree_file(&d.tree, "b.bin", text);
	/* One after the other: both may have the same slot. */
	cache_give(&d.cache, take(&d, "a.bin"));
	o = take(&d, "a.bin");
	assert_null(opened_bytes(o));
	cache_give(&d.cache, o);
	cache_give(&d.cache, take(&d, "b.bin"));
	o = take(&d, "b.bin");
	assert_non_null(opened_bytes(o));
	cache_give(&d.cache, o);
	end(&d);
}

TEST_MAIN()

/* SPDX-License-Identifier: MIT */
/*
 * files.c - reading files: of the initrd or a disk (disk.c), an archive of cpio's format "newc", or
 * else of those that were linked into the program (builtin.S).
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "guests/lib/lock.h"
#include "guests/libos/libos.h"

#define OPEN_MAX 8U

/* The head of a member: 110 characters, numbers of 8 hexadecimal digits; name and data follow. */
#define NEWC_BYTES     110U
#define NEWC_FILE_SIZE 54U
#define NEWC_NAME_SIZE 94U

struct builtin {
	const char *name;
	const char *begin;
	const char *end;
};

extern const struct builtin libos_builtin[]; /* builtin.S; the last has no name */

static struct {
	struct lock lock;
	const char *archive;
	const char *archive_end;
	struct {
		const char *next; /* NULL: free */
		const char *end;
	} open[OPEN_MAX];
} files;

void libos_files_start(const struct libos_boot *boot)
{
	files.archive = boot->archive;
	files.archive_end = boot->archive_end;
}

static uint32_t read_hex(const char *text)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 8; i++) {
		char c = text[i];
		uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);

		value = value << 4 | (digit & 15U);
	}
	return value;
}

/* The archive may hold anything: nothing behind its end is looked at. */
static bool find_in_archive(const char *path, const char **begin, const char **end)
{
	const char *at = files.archive;

	while (at != NULL && (uint32_t)(files.archive_end - at) >= NEWC_BYTES &&
	       memcmp(at, LIBOS_ARCHIVE_MAGIC, 6) == 0) {
		uint32_t left = (uint32_t)(files.archive_end - at);
		uint32_t name_bytes = read_hex(at + NEWC_NAME_SIZE);
		uint32_t bytes = read_hex(at + NEWC_FILE_SIZE);
		uint32_t data = (NEWC_BYTES + name_bytes + 3) & ~3U;

		if (name_bytes == 0 || name_bytes > left || data > left || bytes > left - data ||
		    at[NEWC_BYTES + name_bytes - 1] != '\0') {
			break;
		}
		if (strcmp(at + NEWC_BYTES, path + (*path == '/')) == 0) {
			*begin = at + data;
			*end = at + data + bytes;
			return true;
		}
		at += (data + bytes + 3) & ~3U;
	}
	return false;
}

static bool find(const char *path, const char **begin, const char **end)
{
	if (find_in_archive(path, begin, end)) {
		return true;
	}
	for (const struct builtin *file = libos_builtin; file->name != NULL; file++) {
		if (strcmp(file->name, path) == 0) {
			*begin = file->begin;
			*end = file->end;
			return true;
		}
	}
	return false;
}

int open(const char *path, int flags)
{
	const char *begin;
	const char *end;
	int result = -1;

	if (flags != O_RDONLY || !find(path, &begin, &end)) {
		return -1;
	}
	lock_acquire(&files.lock);
	for (unsigned i = 0; i < OPEN_MAX && result < 0; i++) {
		if (files.open[i].next == NULL) {
			files.open[i].next = begin;
			files.open[i].end = end;
			result = (int)i;
		}
	}
	lock_release(&files.lock);
	return result;
}

static bool is_open(int file)
{
	return file >= 0 && file < (int)OPEN_MAX && files.open[file].next != NULL;
}

ssize_t read(int file, void *buffer, size_t size)
{
	size_t left;

	if (!is_open(file)) {
		return -1;
	}
	left = (size_t)(files.open[file].end - files.open[file].next);
	if (size > left) {
		size = left;
	}
	memcpy(buffer, files.open[file].next, size);
	files.open[file].next += size;
	return (ssize_t)size;
}

int close(int file)
{
	if (!is_open(file)) {
		return -1;
	}
	files.open[file].next = NULL;
	return 0;
}

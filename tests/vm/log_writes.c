/* SPDX-License-Identifier: MIT */
/*
 * log_writes.c - a library for LD_PRELOAD that logs what a program writes to one file and when it
 * syncs it, with the size that its standard output has then (tests/vm/crash_states.c reads the
 * log).
 *
 * LOG_WRITES_OF names the file, by the end of its path, LOG_WRITES_TO the log.
 */
#include "tests/vm/log_writes.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_watched(int fd)
{
	const char *end = getenv("LOG_WRITES_OF");
	char link[64];
	char path[4096];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	if (end == NULL || size < (ssize_t)strlen(end)) {
		return false;
	}
	path[size] = '\0';
	return strcmp(path + size - strlen(end), end) == 0;
}

static void *real(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL) {
		abort();
	}
	return function;
}

/* One write() each, so that a kill leaves no half of an entry but at the end. */
static void add(enum log_kind kind, uint64_t offset, const void *data, size_t size)
{
	static int log = -1;
	struct log_entry entry = { .kind = kind, .offset = offset, .size = size };
	struct stat output;
	char *bytes = malloc(sizeof(entry) + size);

	if (log < 0) {
		log = open(getenv("LOG_WRITES_TO"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			   0666);
	}
	if (log < 0 || bytes == NULL || fstat(STDOUT_FILENO, &output) != 0) {
		abort();
	}
	entry.output = (uint64_t)output.st_size;
	memcpy(bytes, &entry, sizeof(entry));
	if (size != 0) {
		memcpy(bytes + sizeof(entry), data, size);
	}
	if (write(log, bytes, sizeof(entry) + size) != (ssize_t)(sizeof(entry) + size)) {
		abort();
	}
	free(bytes);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	ssize_t (*function)(int, const void *, size_t, off64_t) = real("pwrite64");
	ssize_t done;

	if (is_watched(fd)) {
		add(LOG_WRITE, (uint64_t)offset, data, size);
	}
	done = function(fd, data, size, offset);
	return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return pwrite64(fd, data, size, offset);
}

int ftruncate64(int fd, off64_t size)
{
	int (*function)(int, off64_t) = real("ftruncate64");

	if (is_watched(fd)) {
		add(LOG_RESIZE, (uint64_t)size, NULL, 0);
	}
	return function(fd, size);
}

int ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

static int sync_with(int fd, const char *name)
{
	int (*function)(int) = real(name);
	int result = function(fd);

	if (is_watched(fd)) {
		add(LOG_SYNC, 0, NULL, 0);
	}
	return result;
}

int fsync(int fd)
{
	return sync_with(fd, "fsync");
}

int fdatasync(int fd)
{
	return sync_with(fd, "fdatasync");
}

/* SPDX-License-Identifier: MIT */
/*
 * hostio.h - every file of a disk is opened, read, written and brought to stable storage here.
 *
 * Nothing else in sim/disk/ and in `mirrorball image` calls write, fsync or rename: so a test that
 * watches this module sees all that a crash of the host could drop, reorder or tear
 * (tests/disk/crash.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

#define HOST_PATH_BYTES 1088U /* a name of DISK_PATH_BYTES and what is put behind it */

struct host_watch;

/* What a sync is for; a test leaves out one kind at a time. */
enum host_sync_reason {
	HOST_SYNC_CONTENT, /* what a root is about to name */
	HOST_SYNC_ROOT,    /* the root itself */
	HOST_SYNC_NEW,     /* a new file, before it gets its name */
	HOST_SYNC_NAME,    /* the folder */
	HOST_SYNC_REASONS
};

struct host_file {
	int fd;       /* -1: not open */
	bool is_full; /* the last write or sync failed because the host has no room */
	struct host_watch *watch;
	char path[HOST_PATH_BYTES]; /* for messages */
};

/* What a test may hook in. Each is called before the host is; false: it fails with errno. */
struct host_watch_ops {
	bool (*created)(struct host_watch *watch, struct host_file *file);
	bool (*write)(struct host_watch *watch, const struct host_file *file, uint64_t offset,
		      const void *data, size_t size);
	bool (*resize)(struct host_watch *watch, const struct host_file *file, uint64_t size);
	bool (*sync)(struct host_watch *watch, const struct host_file *file,
		     enum host_sync_reason reason);
	bool (*rename)(struct host_watch *watch, const struct host_file *file, const char *to);
};

struct host_watch {
	const struct host_watch_ops *ops;
};

enum host_mode {
	HOST_READ,
	HOST_WRITE, /* and read; the file exists */
	HOST_CREATE /* and read; it does not */
};

/* A file that is not open. */
void host_file_init(struct host_file *file);

bool host_open(struct host_file *file, const char *path, enum host_mode mode,
	       struct host_watch *watch, struct error *err);
void host_close(struct host_file *file);

/*
 * Locks it against other runs until it is closed. False if somebody else has it, or if the file
 * system has no locks and the lock is to be exclusive.
 */
bool host_lock(struct host_file *file, bool is_exclusive, struct error *err);

/* Is the open file the one that the name leads to? Not so when it was replaced meanwhile. */
bool host_is_current(const struct host_file *file);

bool host_size(const struct host_file *file, uint64_t *size, struct error *err);
bool host_resize(struct host_file *file, uint64_t size, struct error *err);

/* All of it or an error; a file that ends before is one that was cut off. */
bool host_read(const struct host_file *file, uint64_t offset, void *data, size_t size,
	       struct error *err);
bool host_write(struct host_file *file, uint64_t offset, const void *data, size_t size,
		struct error *err);

/* What was written is on stable storage when this returns true. */
bool host_sync(struct host_file *file, enum host_sync_reason reason, struct error *err);

/* Gives a file that is synced its final name, for good; what had that name is gone. */
bool host_publish(struct host_file *file, const char *path, struct error *err);

/* The temporary name of a file that will be `path`. */
void host_temporary(const char *path, char *name, size_t size);

/* Removes a file that was created and not published; harmless otherwise. */
void host_discard(struct host_file *file);

/* SPDX-License-Identifier: MIT */
/*
 * crash.h - what a host may leave behind when it crashes: every write and sync of sim/disk/hostio.h
 * is logged, and from the log the files are made as they could be after a crash at any point.
 *
 * What was synced is there. Of what was not, any write may be missing, whole or torn between
 * sectors of 512 bytes, in any order; a file that a lost write had extended may have its new size
 * and zeroes; names that were given and not synced may be missing from the last ones on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/disk/hostio.h"

#define CRASH_FILES_MAX 8U

enum crash_kind {
	CRASH_CREATE,
	CRASH_WRITE,
	CRASH_RESIZE,
	CRASH_SYNC,
	CRASH_RENAME,
	CRASH_SYNC_NAMES
};

struct crash_event {
	enum crash_kind kind;
	unsigned file;   /* in the order of their creation */
	uint64_t offset; /* or the size */
	uint8_t *data;
	size_t size;
	char *name;
};

struct crash_log {
	struct host_watch watch;
	struct crash_event *event;
	size_t count;
	size_t capacity;
	char *name[CRASH_FILES_MAX]; /* of each file, now */
	unsigned files;
	unsigned left_out;   /* a bit for each enum host_sync_reason: such syncs do nothing */
	uint64_t calls_left; /* until the host fails with ENOSPC; UINT64_MAX: never */
};

void crash_begin(struct crash_log *log);
void crash_release(struct crash_log *log);

/* What becomes of writes that are not synced. */
enum crash_fate {
	CRASH_ALL,   /* they are there */
	CRASH_NONE,  /* they are lost */
	CRASH_RANDOM /* each has its own fate */
};

/*
 * Makes the file `name` as a crash before event `count` may leave it, at `path`. False: there is no
 * such file then.
 */
bool crash_make(const struct crash_log *log, size_t count, enum crash_fate fate, uint64_t seed,
		const char *name, const char *path);

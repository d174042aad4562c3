/* SPDX-License-Identifier: MIT */
/* crash.c - see crash.h. A test: it aborts where the host has no memory. */
#include "tests/disk/crash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512U

struct crash_file {
	uint8_t *bytes;
	size_t size;
	size_t capacity;
	/* Events that are not synced, in their order. */
	size_t *pending;
	size_t pending_count;
};

/* A sync of names makes those before it permanent. */
struct crash_state {
	struct crash_file file[CRASH_FILES_MAX];
	char *name[CRASH_FILES_MAX]; /* those that are permanent */
};

static void *checked(void *memory)
{
	if (memory == NULL) {
		fputs("no memory\n", stderr);
		abort();
	}
	return memory;
}

static struct crash_log *log_of(struct host_watch *watch)
{
	return (struct crash_log *)watch;
}

static struct crash_event *add(struct crash_log *log, enum crash_kind kind,
			       const struct host_file *file)
{
	struct crash_event *event;

	if (log->count == log->capacity) {
		log->capacity = log->capacity * 2 + 256;
		log->event = checked(realloc(log->event, log->capacity * sizeof(*log->event)));
	}
	event = &log->event[log->count++];
	*event = (struct crash_event){ .kind = kind };
	for (unsigned i = 0; i < log->files; i++) {
		if (strcmp(log->name[i], file->path) == 0) {
			event->file = i; /* the last one that was called so */
		}
	}
	return event;
}

/* False when the host is to fail at this call. */
static bool count_call(struct crash_log *log)
{
	if (log->calls_left == 0) {
		errno = ENOSPC;
		return false;
	}
	if (log->calls_left != UINT64_MAX) {
		log->calls_left--;
	}
	return true;
}

static bool on_created(struct host_watch *watch, struct host_file *file)
{
	struct crash_log *log = log_of(watch);

	if (!count_call(log) || log->files == CRASH_FILES_MAX) {
		return false;
	}
	log->name[log->files++] = checked(strdup(file->path));
	add(log, CRASH_CREATE, file)->name = checked(strdup(file->path));
	return true;
}

static bool on_write(struct host_watch *watch, const struct host_file *file, uint64_t offset,
		     const void *data, size_t size)
{
	struct crash_event *event;

	if (!count_call(log_of(watch))) {
		return false;
	}
	event = add(log_of(watch), CRASH_WRITE, file);
	event->offset = offset;
	event->size = size;
	event->data = checked(malloc(size));
	memcpy(event->data, data, size);
	return true;
}

static bool on_resize(struct host_watch *watch, const struct host_file *file, uint64_t size)
{
	if (!count_call(log_of(watch))) {
		return false;
	}
	add(log_of(watch), CRASH_RESIZE, file)->offset = size;
	return true;
}

static bool on_sync(struct host_watch *watch, const struct host_file *file,
		    enum host_sync_reason reason)
{
	struct crash_log *log = log_of(watch);

	if (!count_call(log)) {
		return false;
	}
	if ((log->left_out & (1U << reason)) == 0) {
		add(log, reason == HOST_SYNC_NAME ? CRASH_SYNC_NAMES : CRASH_SYNC, file);
	}
	return true;
}

static bool on_rename(struct host_watch *watch, const struct host_file *file, const char *to)
{
	struct crash_log *log = log_of(watch);
	struct crash_event *event;

	if (!count_call(log)) {
		return false;
	}
	event = add(log, CRASH_RENAME, file);
	event->name = checked(strdup(to));
	free(log->name[event->file]);
	log->name[event->file] = checked(strdup(to));
	return true;
}

void crash_begin(struct crash_log *log)
{
	static const struct host_watch_ops ops = {
		.created = on_created,
		.write = on_write,
		.resize = on_resize,
		.sync = on_sync,
		.rename = on_rename,
	};

	memset(log, 0, sizeof(*log));
	log->watch.ops = &ops;
	log->calls_left = UINT64_MAX;
}

void crash_release(struct crash_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		free(log->event[i].data);
		free(log->event[i].name);
	}
	for (unsigned i = 0; i < log->files; i++) {
		free(log->name[i]);
	}
	free(log->event);
}

/* splitmix64 */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void set_size(struct crash_file *file, size_t size)
{
	if (size > file->capacity) {
		uint8_t *larger = realloc(file->bytes, size * 2);

		file->bytes = checked(larger);
		file->capacity = size * 2;
	}
	if (size > file->size) {
		memset(file->bytes + file->size, 0, size - file->size);
	}
	file->size = size;
}

/* Applies the part [from, to) of a write. */
static void apply_part(struct crash_file *file, const struct crash_event *event, size_t from,
		       size_t to)
{
	size_t begin = event->offset + from;
	size_t end = event->offset + to;

	if (end > file->size) {
		set_size(file, end);
	}
	memcpy(file->bytes + begin, event->data + from, to - from);
}

static void apply(struct crash_file *file, const struct crash_event *event)
{
	if (event->kind == CRASH_RESIZE) {
		set_size(file, event->offset);
	} else {
		apply_part(file, event, 0, event->size);
	}
}

/* A write that was not synced: lost, whole or torn. */
static void apply_fate(struct crash_file *file, const struct crash_event *event, uint64_t *seed)
{
	uint64_t fate = next(seed) % 4;
	size_t end = event->offset + event->size;

	if (event->kind == CRASH_RESIZE || fate == 0) {
		if (fate != 1) {
			apply(file, event);
		}
		return;
	}
	if (next(seed) % 4 == 0 && end > file->size) {
		set_size(file, end);
	}
	if (fate == 1) {
		return;
	}
	for (size_t at = 0; at < event->size; at += SECTOR) {
		size_t to = at + SECTOR < event->size ? at + SECTOR : event->size;

		if (next(seed) % 2 == 0) {
			apply_part(file, event, at, to);
		}
	}
}

/* All that is pending is there. */
static void settle(const struct crash_log *log, struct crash_file *file)
{
	for (size_t i = 0; i < file->pending_count; i++) {
		apply(file, &log->event[file->pending[i]]);
	}
	file->pending_count = 0;
}

static void settle_randomly(const struct crash_log *log, struct crash_file *file, uint64_t *seed)
{
	while (file->pending_count > 0) {
		size_t i = next(seed) % file->pending_count;

		apply_fate(file, &log->event[file->pending[i]], seed);
		memmove(&file->pending[i], &file->pending[i + 1],
			(file->pending_count - i - 1) * sizeof(*file->pending));
		file->pending_count--;
	}
}

/* Gives names as of the events before `count`. */
static void apply_names(const struct crash_log *log, size_t count, struct crash_state *state)
{
	for (size_t i = 0; i < count; i++) {
		const struct crash_event *event = &log->event[i];

		if (event->kind != CRASH_CREATE && event->kind != CRASH_RENAME) {
			continue;
		}
		for (unsigned j = 0; j < CRASH_FILES_MAX; j++) {
			if (state->name[j] != NULL && strcmp(state->name[j], event->name) == 0) {
				state->name[j] = NULL;
			}
		}
		state->name[event->file] = event->name;
	}
}

/* How many events have given names that last. */
static size_t lasting_names(const struct crash_log *log, size_t count, enum crash_fate fate,
			    uint64_t *seed)
{
	size_t synced = 0;

	if (fate == CRASH_ALL) {
		return count;
	}
	for (size_t i = 0; i < count; i++) {
		if (log->event[i].kind == CRASH_SYNC_NAMES) {
			synced = i;
		}
	}
	return fate == CRASH_NONE ? synced : synced + next(seed) % (count - synced + 1);
}

static void replay(const struct crash_log *log, size_t count, struct crash_state *state)
{
	for (size_t i = 0; i < count; i++) {
		const struct crash_event *event = &log->event[i];
		struct crash_file *file = &state->file[event->file];

		if (event->kind == CRASH_SYNC) {
			settle(log, file);
		} else if (event->kind == CRASH_WRITE || event->kind == CRASH_RESIZE) {
			file->pending[file->pending_count++] = i;
		}
	}
}

static void write_out(const struct crash_file *file, const char *path)
{
	FILE *stream = fopen(path, "wb");

	if (stream == NULL || fwrite(file->bytes, 1, file->size, stream) != file->size ||
	    fclose(stream) != 0) {
		perror(path);
		abort();
	}
}

bool crash_make(const struct crash_log *log, size_t count, enum crash_fate fate, uint64_t seed,
		const char *name, const char *path)
{
	struct crash_state state = { 0 };
	bool is_there = false;
	size_t *pending = checked(malloc((log->count + 1) * CRASH_FILES_MAX * sizeof(*pending)));

	remove(path);
	for (unsigned i = 0; i < CRASH_FILES_MAX; i++) {
		state.file[i].pending = pending + i * log->count;
	}
	apply_names(log, lasting_names(log, count, fate, &seed), &state);
	replay(log, count, &state);
	for (unsigned i = 0; i < CRASH_FILES_MAX; i++) {
		struct crash_file *file = &state.file[i];

		if (fate == CRASH_ALL) {
			settle(log, file);
		} else if (fate == CRASH_RANDOM) {
			settle_randomly(log, file, &seed);
		}
		if (state.name[i] != NULL && strcmp(state.name[i], name) == 0) {
			is_there = true;
			set_size(file, file->size);
			write_out(file, path);
		}
		free(file->bytes);
	}
	free(pending);
	return is_there;
}

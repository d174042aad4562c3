/* SPDX-License-Identifier: MIT */
/*
 * crash_states.c - from the log of a machine's writes (log_writes.c), the overlay as a crash of the
 * host could have left it: the states of tests/disk/crash.h.
 *
 *   crash_states LOG BEGIN OVERLAY NUMBER [nosync]
 *
 * BEGIN is the overlay as it was before the run. State NUMBER has its own point of the log and its
 * own seed; prints how many bytes the machine had printed then: what it said till there must be
 * kept. "nosync" makes a state as if no sync had ever been made.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/disk/crash.h"
#include "tests/vm/log_writes.h"

#define NAME "overlay"

static void give_up(const char *what)
{
	fprintf(stderr, "crash_states: %s\n", what);
	exit(2);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *stream = fopen(path, "rb");
	char *bytes = NULL;
	long end = -1;

	if (stream != NULL && fseek(stream, 0, SEEK_END) == 0) {
		end = ftell(stream);
	}
	if (end < 0) {
		give_up(path);
	}
	rewind(stream);
	*size = (size_t)end;
	bytes = malloc(*size + 1);
	if (bytes == NULL || fread(bytes, 1, *size, stream) != *size) {
		give_up(path);
	}
	fclose(stream);
	return bytes;
}

/* The file as it was when the run began, on stable storage. */
static void begin(struct crash_log *log, struct host_file *file, const char *path, bool is_synced)
{
	const struct host_watch_ops *ops;
	size_t size;
	char *bytes = read_file(path, &size);

	crash_begin(log);
	ops = log->watch.ops;
	if (!ops->created(&log->watch, file) || !ops->write(&log->watch, file, 0, bytes, size) ||
	    !ops->sync(&log->watch, file, HOST_SYNC_NEW) ||
	    !ops->sync(&log->watch, file, HOST_SYNC_NAME)) {
		give_up("the log does not take the beginning");
	}
	log->left_out = is_synced ? 0 : 1U << HOST_SYNC_CONTENT;
	free(bytes);
}

/* Entries of the log become events; `printed` has what was printed before each. */
static void replay(struct crash_log *log, struct host_file *file, const char *path,
		   uint64_t *printed, size_t most)
{
	const struct host_watch_ops *ops = log->watch.ops;
	size_t size;
	char *bytes = read_file(path, &size);
	size_t at = 0;

	while (size - at >= sizeof(struct log_entry)) {
		struct log_entry entry;
		const char *data = bytes + at + sizeof(entry);

		memcpy(&entry, bytes + at, sizeof(entry));
		if (entry.size > size - at - sizeof(entry) || log->count >= most) {
			break; /* it was killed there */
		}
		printed[log->count] = entry.output;
		if (entry.kind == LOG_WRITE) {
			ops->write(&log->watch, file, entry.offset, data, entry.size);
		} else if (entry.kind == LOG_RESIZE) {
			ops->resize(&log->watch, file, entry.offset);
		} else {
			ops->sync(&log->watch, file, HOST_SYNC_CONTENT);
		}
		at += sizeof(entry) + entry.size;
	}
	free(bytes);
}

#define EVENTS_MAX 100000U

int main(int argc, char **argv)
{
	static const enum crash_fate fates[] = { CRASH_NONE, CRASH_RANDOM, CRASH_RANDOM,
						 CRASH_ALL };
	struct host_file file = { .fd = -1, .path = NAME };
	uint64_t *printed = calloc(EVENTS_MAX, sizeof(*printed));
	struct crash_log log;
	uint64_t number;
	size_t first;
	size_t point;

	if ((argc != 5 && argc != 6) || printed == NULL) {
		give_up("LOG BEGIN OVERLAY NUMBER [nosync]");
	}
	number = strtoull(argv[4], NULL, 10);
	begin(&log, &file, argv[2], argc == 5);
	first = log.count;
	replay(&log, &file, argv[1], printed, EVENTS_MAX);
	if (log.count == first) {
		give_up("nothing was written");
	}
	/* Points all over the log, every one with its own fates. */
	point = first + (size_t)(number * 7919 % (log.count - first));
	if (!crash_make(&log, point, fates[number % 4], number, NAME, argv[3])) {
		give_up("the file is gone");
	}
	printf("%" PRIu64 "\n", printed[point]);
	crash_release(&log);
	free(printed);
	return 0;
}

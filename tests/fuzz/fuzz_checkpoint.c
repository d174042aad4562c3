/* SPDX-License-Identifier: MIT */
/*
 * fuzz_checkpoint.c - libFuzzer on checkpoints: header, parts, and the state of all devices.
 *
 * Sums and compression would stop nearly every change at the door: the input is a list of changes
 * to what the parts of a checkpoint hold, which is made here once and written anew: part, place
 * (two bytes, from the end if the highest bit is set), what is there then. An input that begins
 * with 0xff is a file as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/checkpoint/checkpoint.h"
#include "sim/checkpoint/container.h"

#define PARTS_MAX 64U
#define CHANGE    4U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	enum container_kind kind;
	uint8_t *bytes;
	size_t size;
} parts[PARTS_MAX];
static size_t part_count;
static uint64_t state_hash;

static FILE *open_memory(int *fd, char path[64])
{
	*fd = memfd_create("checkpoint", 0);
	snprintf(path, 64, "/proc/self/fd/%d", *fd);
	FILE *stream = *fd < 0 ? NULL : fdopen(dup(*fd), "w+");

	if (stream == NULL) {
		abort();
	}
	return stream;
}

/* A machine of two CPUs with a disk, in parts. */
static void make(void)
{
	struct machine_config config = machine_config_default();
	const struct checkpoint_extra extra = { .origin = (char *)"{}", .origin_bytes = 2 };
	struct container container;
	struct error err;
	char path[64];
	int fd;
	FILE *stream = open_memory(&fd, path);
	uint8_t *bytes;

	config.cpus = 2;
	config.memory_bytes = 1U << 20;
	struct machine *machine = machine_create(&config, &err);

	if (machine == NULL || !checkpoint_write(machine, &extra, stream, path, &err)) {
		abort();
	}
	machine_destroy(machine);
	rewind(stream);
	if (!container_open(&container, stream, path, &err)) {
		abort();
	}
	state_hash = container.state_hash;
	do {
		if (part_count == PARTS_MAX ||
		    !container_read(&container, &parts[part_count].kind, &bytes,
				    &parts[part_count].size, &err)) {
			abort();
		}
		parts[part_count].bytes = malloc(parts[part_count].size + 1);
		memcpy(parts[part_count].bytes, bytes, parts[part_count].size);
		part_count++;
	} while (parts[part_count - 1].kind != CONTAINER_END);
	container_release(&container);
	fclose(stream);
	close(fd);
}

static void write_part(struct container *container, size_t number, const uint8_t *data, size_t size)
{
	size_t bytes = parts[number].size;
	uint8_t *changed = malloc(bytes + 1);
	struct error err;

	memcpy(changed, parts[number].bytes, bytes);
	for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
		size_t place = (size_t)(data[i + 1] & 0x7f) << 8 | data[i + 2];

		if (data[i] % part_count == number && place < bytes) {
			changed[data[i + 1] & 0x80 ? bytes - 1 - place : place] = data[i + 3];
		}
	}
	if (!container_write(container, parts[number].kind, changed, bytes, &err)) {
		abort();
	}
	free(changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct checkpoint_extra extra = { 0 };
	struct container container;
	struct error err;
	char path[64];
	int fd;

	if (part_count == 0) {
		make();
	}
	FILE *stream = open_memory(&fd, path);

	if (size > 0 && data[0] == 0xff) {
		fwrite(data + 1, 1, size - 1, stream);
	} else if (container_create(&container, stream, path, state_hash, &err)) {
		for (size_t i = 0; i < part_count; i++) {
			write_part(&container, i, data, size);
		}
		container_release(&container);
	}
	fclose(stream);
	struct machine *machine = checkpoint_read(path, &extra, &err);

	if (machine != NULL) {
		(void)machine_state_hash(machine);
		machine_destroy(machine);
	}
	checkpoint_release_extra(&extra);
	close(fd);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* checkpoint.c - the parts of a machine, chunk by chunk. */
#include "sim/checkpoint/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checkpoint/config_state.h"
#include "sim/checkpoint/container.h"
#include "sim/core/core_state.h"
#include "sim/machine_state.h"
#include "sim/memsys/archive.h"
#include "sim/state_io.h"
#include "sim/timing.h"

/* Pages of RAM in a chunk. */
#define PAGES_MAX 256U

static void input_state(struct console_input *input, struct state_io *io)
{
	state_io_index(io, &input->first, CONSOLE_INPUT_BYTES);
	state_io_index(io, &input->count, CONSOLE_INPUT_BYTES + 1);
	state_io_bytes(io, input->byte, sizeof(input->byte));
}

/* The clock, whose turn it is, and what waits to be typed. */
static void machine_state(struct machine *machine, struct state_io *io)
{
	state_io_u64(io, &machine->slice_begin);
	state_io_u64(io, &machine->slice_end);
	state_io_index(io, &machine->turn, machine->config.cpus + 1);
	state_io_u32(io, &machine->boot_status);
	state_io_bool(io, &machine->timing);
	state_io_bool(io, &machine->timing_wanted);
	input_state(&machine->input, io);
}

static void cores_state(struct machine *machine, struct state_io *io)
{
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		core_state(machine->core[i], io);
	}
}

static void devices_state(struct machine *machine, struct state_io *io)
{
	for (unsigned i = 0; i < machine->device_count; i++) {
		struct device *device = machine->device[i];

		state_io_u64(io, &device->due);
		if (device->ops->state != NULL) {
			device->ops->state(device, io);
		}
	}
	machine_update_due(machine);
}

static void extra_numbers(struct checkpoint_extra *extra, struct state_io *io)
{
	state_io_u64(io, &extra->input_bytes);
	state_io_u64(io, &extra->input_given);
	state_io_u64(io, &extra->input_next_cycle);
	state_io_u64(io, &extra->script_bytes);
	state_io_u64(io, &extra->typed_entries);
}

static void save_extra(const struct checkpoint_extra *extra, struct state_io *io)
{
	struct checkpoint_extra numbers = *extra;

	extra_numbers(&numbers, io);
	state_io_bytes(io, numbers.input, numbers.input_bytes);
	state_io_bytes(io, numbers.script, numbers.script_bytes);
}

static void load_extra(struct checkpoint_extra *extra, struct state_io *io)
{
	extra_numbers(extra, io);
	uint64_t left = io->size - io->at;

	if (io->has_failed || extra->input_bytes > left ||
	    extra->script_bytes != left - extra->input_bytes ||
	    extra->input_given > extra->input_bytes) {
		io->has_failed = true;
		return;
	}
	extra->input = malloc(extra->input_bytes + 1);
	extra->script = malloc(extra->script_bytes + 1);
	if (extra->input == NULL || extra->script == NULL) {
		io->has_failed = true;
		return;
	}
	state_io_bytes(io, extra->input, extra->input_bytes);
	state_io_bytes(io, extra->script, extra->script_bytes);
	extra->script[extra->script_bytes] = '\0';
}

/* Writes what `io` has collected, and empties it. */
static bool write_part(struct container *container, enum container_kind kind, struct state_io *io,
		       struct error *err)
{
	bool done = io->has_failed ? error_set(err, EXIT_HOST_IO, "the host is out of memory")
				   : container_write(container, kind, io->bytes, io->size, err);

	state_io_release(io);
	return done;
}

static bool is_zero(const uint8_t *page)
{
	return page[0] == 0 && memcmp(page, page + 1, RAM_PAGE_BYTES - 1) == 0;
}

static bool stream_write(void *context, const void *data, size_t bytes)
{
	struct state_io *io = context;

	state_io_bytes(io, (void *)(uintptr_t)data, bytes);
	return !io->has_failed;
}

static bool stream_read(void *context, void *data, size_t bytes)
{
	struct state_io *io = context;

	state_io_bytes(io, data, bytes);
	return !io->has_failed;
}

/* Whether there is a memory system, and if so, all of it. */
static bool write_memory(struct container *container, const struct machine *machine,
			 struct error *err)
{
	struct state_io io = { 0 };
	struct memsys_stream stream = { .context = &io, .write = stream_write };
	bool is_there = machine->memsys != NULL;

	state_io_bool(&io, &is_there);
	if (!timing_save(machine, &stream, err)) {
		state_io_release(&io);
		return false;
	}
	return write_part(container, CONTAINER_MEMORY, &io, err);
}

/* Pages that hold something, in the order of their numbers. */
static bool write_pages(struct container *container, const struct ram *ram, struct error *err)
{
	struct state_io io = { 0 };
	unsigned count = 0;

	for (uint64_t page = 0; page < ram->pages; page++) {
		uint8_t *host = ram_frame_host(ram, page);

		if (!(ram->flags[page] & RAM_WRITTEN) || is_zero(host)) {
			continue;
		}
		uint64_t number = page;

		state_io_u64(&io, &number);
		state_io_bytes(&io, host, RAM_PAGE_BYTES);
		if (++count == PAGES_MAX) {
			count = 0;
			if (!write_part(container, CONTAINER_PAGES, &io, err)) {
				return false;
			}
		}
	}
	return count == 0 || write_part(container, CONTAINER_PAGES, &io, err);
}

static bool write_parts(struct container *container, struct machine *machine,
			const struct checkpoint_extra *extra, struct error *err)
{
	struct state_io io = { 0 };

	config_state(&machine->config, &io);
	if (!write_part(container, CONTAINER_CONFIG, &io, err) ||
	    !container_write(container, CONTAINER_ORIGIN, extra->origin, extra->origin_bytes,
			     err)) {
		return false;
	}
	save_extra(extra, &io);
	if (!write_part(container, CONTAINER_INPUT, &io, err)) {
		return false;
	}
	machine_state(machine, &io);
	if (!write_part(container, CONTAINER_MACHINE, &io, err)) {
		return false;
	}
	cores_state(machine, &io);
	if (!write_part(container, CONTAINER_CORES, &io, err)) {
		return false;
	}
	devices_state(machine, &io);
	if (io.has_failed && machine->error.code != EXIT_DONE) {
		*err = machine->error;
		state_io_release(&io);
		return false;
	}
	return write_part(container, CONTAINER_DEVICES, &io, err) &&
	       write_memory(container, machine, err) &&
	       write_pages(container, &machine->ram, err) &&
	       container_write(container, CONTAINER_END, "", 0, err);
}

bool checkpoint_write(struct machine *machine, const struct checkpoint_extra *extra, FILE *stream,
		      const char *name, struct error *err)
{
	struct container container = { 0 };
	bool done = container_create(&container, stream, name, machine_state_hash(machine), err) &&
		    write_parts(&container, machine, extra, err);

	container_release(&container);
	return done;
}

/* A checkpoint that is being read. */
struct loading {
	struct container container;
	struct machine *machine;
	struct checkpoint_extra *extra;
	enum container_kind last;
};

static bool damaged(const struct loading *loading, const char *what, struct error *err)
{
	return error_set(err, EXIT_HOST_IO, "%s: damaged checkpoint: %s", loading->container.name,
			 what);
}

static bool load_config(struct loading *loading, struct state_io *io, struct error *err)
{
	struct machine_config config = machine_config_default();

	memsys_config_default(&config.memory, 1, 0);
	config_state(&config, io);
	if (!state_io_is_complete(io)) {
		return damaged(loading, "its configuration", err);
	}
	for (unsigned i = 0; i < config.disks; i++) {
		config.disk[i].is_resumed = true;
	}
	loading->machine = machine_create(&config, err);
	return loading->machine != NULL;
}

static bool load_origin(struct loading *loading, const uint8_t *bytes, size_t size,
			struct error *err)
{
	loading->extra->origin = malloc(size + 1);
	if (loading->extra->origin == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	memcpy(loading->extra->origin, bytes, size);
	loading->extra->origin[size] = '\0';
	loading->extra->origin_bytes = size;
	return true;
}

static bool load_memory(struct loading *loading, struct state_io *io, struct error *err)
{
	struct memsys_stream stream = { .context = io, .read = stream_read };
	struct error inner;
	bool is_there = false;

	state_io_bool(io, &is_there);
	if (is_there && !io->has_failed && !timing_load(loading->machine, &stream, &inner)) {
		return damaged(loading, inner.text, err);
	}
	/* A machine in timing mode has one. */
	return (state_io_is_complete(io) && (is_there || !loading->machine->timing)) ||
	       damaged(loading, "its memory system", err);
}

static void load_pages(struct machine *machine, struct state_io *io)
{
	struct ram *ram = &machine->ram;

	while (!io->has_failed && io->at < io->size) {
		uint64_t page = 0;

		state_io_u64(io, &page);
		if (io->has_failed || page >= ram->pages) {
			io->has_failed = true;
			return;
		}
		state_io_bytes(io, ram_frame_host(ram, page), RAM_PAGE_BYTES);
		ram->flags[page] |= RAM_WRITTEN;
	}
}

/* What follows from the state, and whether it is the one that was saved. */
static bool complete(struct loading *loading, struct error *err)
{
	struct machine *machine = loading->machine;

	for (unsigned i = 0; i < machine->config.cpus; i++) {
		core_restore(machine->core[i]);
	}
	if (machine_state_hash(machine) != loading->container.state_hash) {
		return damaged(loading, "its state is not the one that was saved", err);
	}
	return true;
}

static bool load_chunk(struct loading *loading, enum container_kind kind, uint8_t *bytes,
		       size_t size, struct error *err)
{
	struct state_io io = { .is_loading = true, .bytes = bytes, .size = size };

	switch (kind) {
	case CONTAINER_CONFIG:
		return load_config(loading, &io, err);
	case CONTAINER_ORIGIN:
		return load_origin(loading, bytes, size, err);
	case CONTAINER_INPUT:
		load_extra(loading->extra, &io);
		break;
	case CONTAINER_MACHINE:
		machine_state(loading->machine, &io);
		break;
	case CONTAINER_CORES:
		cores_state(loading->machine, &io);
		break;
	case CONTAINER_DEVICES:
		devices_state(loading->machine, &io);
		if (io.has_failed && loading->machine->error.code != EXIT_DONE) {
			*err = loading->machine->error;
			return false;
		}
		break;
	case CONTAINER_MEMORY:
		return load_memory(loading, &io, err);
	case CONTAINER_PAGES:
		load_pages(loading->machine, &io);
		break;
	case CONTAINER_END:
		return complete(loading, err);
	}
	return state_io_is_complete(&io) || damaged(loading, "values in it", err);
}

/* Chunks come in their order, none is left out but PAGES. */
static bool is_next(enum container_kind last, enum container_kind kind)
{
	return kind == last + 1 || (kind == CONTAINER_PAGES && last == CONTAINER_PAGES) ||
	       (kind == CONTAINER_END && last == CONTAINER_MEMORY);
}

static bool load_all(struct loading *loading, struct error *err)
{
	enum container_kind kind;
	uint8_t *bytes;
	size_t size;

	while (loading->last != CONTAINER_END) {
		if (!container_read(&loading->container, &kind, &bytes, &size, err)) {
			return false;
		}
		if (!is_next(loading->last, kind)) {
			return damaged(loading, "the order of its parts", err);
		}
		loading->last = kind;
		if (!load_chunk(loading, kind, bytes, size, err)) {
			return false;
		}
	}
	return true;
}

struct machine *checkpoint_read(const char *path, struct checkpoint_extra *extra, struct error *err)
{
	struct loading loading = { .extra = extra };
	FILE *stream = fopen(path, "re");

	*extra = (struct checkpoint_extra){ 0 };
	if (stream == NULL) {
		error_set(err, EXIT_HOST_IO, "cannot open %s: %s", path, strerror(errno));
		return NULL;
	}
	if (!container_open(&loading.container, stream, path, err) || !load_all(&loading, err)) {
		machine_destroy(loading.machine);
		loading.machine = NULL;
	}
	container_release(&loading.container);
	fclose(stream);
	return loading.machine;
}

void checkpoint_release_extra(struct checkpoint_extra *extra)
{
	free(extra->origin);
	free(extra->input);
	free(extra->script);
	*extra = (struct checkpoint_extra){ 0 };
}

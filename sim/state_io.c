/* SPDX-License-Identifier: MIT */
/* state_io.c - bytes to and from a growing buffer. */
#include "sim/state_io.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 4096U

void state_io_release(struct state_io *io)
{
	if (!io->is_loading) {
		free(io->bytes);
	}
	*io = (struct state_io){ 0 };
}

static bool make_room(struct state_io *io, size_t size)
{
	size_t capacity = io->capacity != 0 ? io->capacity : CAPACITY_FIRST;

	while (capacity - io->size < size) {
		capacity *= 2;
	}
	if (capacity != io->capacity) {
		uint8_t *larger = realloc(io->bytes, capacity);

		if (larger == NULL) {
			return false;
		}
		io->bytes = larger;
		io->capacity = capacity;
	}
	return true;
}

void state_io_bytes(struct state_io *io, void *data, size_t size)
{
	if (io->has_failed || size == 0) {
		return;
	}
	if (io->is_loading) {
		if (io->size - io->at < size) {
			io->has_failed = true;
			return;
		}
		memcpy(data, io->bytes + io->at, size);
		io->at += size;
		return;
	}
	if (!make_room(io, size)) {
		io->has_failed = true;
		return;
	}
	memcpy(io->bytes + io->size, data, size);
	io->size += size;
}

/* `width` bytes of a number, the lowest first. */
static uint64_t number(struct state_io *io, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++) {
		bytes[i] = (uint8_t)(value >> (8 * i));
	}
	state_io_bytes(io, bytes, width);
	value = 0;
	for (size_t i = 0; i < width; i++) {
		value |= (uint64_t)bytes[i] << (8 * i);
	}
	return value;
}

void state_io_u64(struct state_io *io, uint64_t *value)
{
	*value = number(io, *value, 8);
}

void state_io_u32(struct state_io *io, uint32_t *value)
{
	*value = (uint32_t)number(io, *value, 4);
}

void state_io_u16(struct state_io *io, uint16_t *value)
{
	*value = (uint16_t)number(io, *value, 2);
}

void state_io_u8(struct state_io *io, uint8_t *value)
{
	*value = (uint8_t)number(io, *value, 1);
}

void state_io_bool(struct state_io *io, bool *value)
{
	uint64_t found = number(io, *value, 1);

	io->has_failed = io->has_failed || found > 1;
	*value = found == 1;
}

void state_io_unsigned(struct state_io *io, unsigned *value)
{
	*value = (unsigned)number(io, *value, 4);
}

void state_io_index(struct state_io *io, unsigned *value, unsigned limit)
{
	state_io_unsigned(io, value);
	if (*value >= limit) {
		io->has_failed = true;
		*value = 0;
	}
}

bool state_io_is_complete(const struct state_io *io)
{
	return !io->has_failed && io->at == io->size;
}

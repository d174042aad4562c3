/* SPDX-License-Identifier: MIT */
/*
 * state_io.h - saving and loading state by the same functions.
 *
 * A part of the machine has one function that names all its members; `is_loading` says which way
 * they go. Numbers are little-endian and of fixed width, so that a checkpoint is the same on every
 * host. A failure stays and makes all further calls idle.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_io {
	bool is_loading;
	bool has_failed; /* loading: too short, or a value that cannot be; saving: no memory */
	uint8_t *bytes;
	size_t size; /* loading: of all; saving: so far */
	size_t at;
	size_t capacity;
};

/* Saving: frees what was collected. */
void state_io_release(struct state_io *io);

void state_io_bytes(struct state_io *io, void *data, size_t size);
void state_io_u64(struct state_io *io, uint64_t *value);
void state_io_u32(struct state_io *io, uint32_t *value);
void state_io_u16(struct state_io *io, uint16_t *value);
void state_io_u8(struct state_io *io, uint8_t *value);
void state_io_bool(struct state_io *io, bool *value);
void state_io_unsigned(struct state_io *io, unsigned *value);

/* A number that is less than `limit`. */
void state_io_index(struct state_io *io, unsigned *value, unsigned limit);

/* Loading: is all of it read, and nothing wrong? */
bool state_io_is_complete(const struct state_io *io);

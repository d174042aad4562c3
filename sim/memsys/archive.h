/* SPDX-License-Identifier: MIT */
/*
 * archive.h - all state of a memory system as a stream of bytes, for checkpoints.
 *
 * The same walk writes and reads. Numbers are 64-bit little-endian, so that an archive written on
 * one host is read on any other. Everything is in it, also what is under way: saved between any two
 * quanta, loaded into a memory system of the same configuration, it goes on as if nothing had been.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

struct memsys;

/* Bytes in or out; false if there are no more, or no room. */
struct memsys_stream {
	void *context;
	bool (*write)(void *context, const void *data, size_t bytes);
	bool (*read)(void *context, void *data, size_t bytes);
};

bool memsys_archive_save(const struct memsys *memsys, const struct memsys_stream *stream,
			 struct error *err);
/*
 * False for what memsys_archive_save() has not written for such a memory system, as far as that can
 * be seen; the memory system is then as after creation. What passes does not make it crash.
 */
bool memsys_archive_load(struct memsys *memsys, const struct memsys_stream *stream,
			 struct error *err);

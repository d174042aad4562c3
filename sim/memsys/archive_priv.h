/* SPDX-License-Identifier: MIT */
/* archive_priv.h - numbers of an archive, for archive.c and misscount.c. */
#pragma once

#include "sim/memsys/archive.h"
#include "sim/memsys/memsys_priv.h"
#include "sim/state_io.h"

/* Saves `value`, or loads one, which must be at most `max`; returns what it now is. */
uint64_t archive_number(struct state_io *io, uint64_t value, uint64_t max);
/* While loading: gives up unless `good`. */
void archive_expect(struct state_io *io, bool good);

#define ARCHIVE_U64(io, field) ((field) = archive_number(io, field, UINT64_MAX))
#define ARCHIVE_U32(io, field) ((field) = (uint32_t)archive_number(io, field, UINT32_MAX))
/* A field of 8 bits, less than `limit`. */
#define ARCHIVE_U8(io, field, limit) \
	((field) = (uint8_t)archive_number(io, field, (uint64_t)(limit)-1))
#define ARCHIVE_BOOL(io, field) ((field) = archive_number(io, field, 1) != 0)

void archive_miss_counters(struct state_io *io, struct memsys *memsys);

/* SPDX-License-Identifier: MIT */
/* archive_priv.h - the walk over a memory system's state, for archive.c and the parts it visits. */
#pragma once

#include "sim/memsys/archive.h"
#include "sim/memsys/memsys_priv.h"

/* One walk. After `has_failed` nothing is read or written any more, and numbers read as 0. */
struct archive {
	const struct memsys_stream *stream;
	bool is_loading;
	bool has_failed;
	bool is_damaged; /* not the stream's fault */
};

/* Writes `value`, or reads one, which must be at most `max`; returns what it now is. */
uint64_t archive_number(struct archive *archive, uint64_t value, uint64_t max);
/* While loading: gives up unless `good`. */
void archive_expect(struct archive *archive, bool good);

#define ARCHIVE_U64(archive, field) ((field) = archive_number(archive, field, UINT64_MAX))
#define ARCHIVE_U32(archive, field) ((field) = (uint32_t)archive_number(archive, field, UINT32_MAX))
/* A field of 8 bits, less than `limit`. */
#define ARCHIVE_U8(archive, field, limit) \
	((field) = (uint8_t)archive_number(archive, field, (uint64_t)(limit)-1))
#define ARCHIVE_BOOL(archive, field) ((field) = archive_number(archive, field, 1) != 0)

void archive_miss_counters(struct archive *archive, struct memsys *memsys);

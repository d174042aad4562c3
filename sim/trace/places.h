/* SPDX-License-Identifier: MIT */
/*
 * places.h - misses by place: by the function that was executing, by the object that was missed,
 * and by ranges of physical addresses.
 *
 * Counts what blocks a CPU of timing mode: misses of the second level, upgrades, uncached accesses,
 * when they end. Each belongs to the innermost symbol around its address; what belongs to none is
 * counted under a name of NULL. Observes the machine; changes no result.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sim/elf/elf_load.h"
#include "sim/machine.h"

#define PLACES_RANGES_MAX 64U

struct places_range {
	const char *name;
	size_t name_bytes;
	uint64_t address; /* physical */
	uint64_t size;
};

struct places_counts {
	uint64_t misses_local; /* fetches, loads and stores that missed; upgrades among them */
	uint64_t misses_remote;
	uint64_t upgrades; /* of both */
	uint64_t three_hop;
	uint64_t cold;
	uint64_t replacement;
	uint64_t true_sharing;
	uint64_t false_sharing;
	uint64_t uncached;
	uint64_t stall_local; /* cycles */
	uint64_t stall_remote;
	uint64_t stall_uncached;
};

enum places_kind {
	PLACES_CODE,
	PLACES_DATA,
	PLACES_RANGES
};

struct places_entry {
	const char *name; /* NULL: no symbol */
	size_t name_bytes;
	uint64_t address;
	uint64_t size;
	struct places_counts counts;
};

struct places;

/* Starts counting; NULL when the host is out of memory. `symbols` may be NULL; ranges are copied.
 */
struct places *places_begin(struct machine *machine, const struct elf_file *symbols,
			    const struct places_range *ranges, size_t range_count);

/*
 * The places of one kind with their counts, those that cost most cycles first; of code and data
 * only those where anything happened. To be freed; NULL when the host is out of memory.
 */
struct places_entry *places_list(const struct places *places, enum places_kind kind, size_t *count);

void places_end(struct places *places);

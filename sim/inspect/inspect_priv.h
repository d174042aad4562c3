/* SPDX-License-Identifier: MIT */
/* inspect_priv.h - shared between the files of this folder. */
#pragma once

#include "isa/cp0.h"
#include "machine/map.h"
#include "machine/vm.h"
#include "sim/inspect/inspect.h"

/* `value` as `size` bytes in the machine's byte order. */
void inspect_bytes(const struct machine *machine, uint64_t value, uint8_t *bytes, unsigned size);

/* Where struct inspect_vcpu is. */
bool inspect_vcpu_paddr(const struct inspect *view, uint32_t index, uint64_t *paddr);

/* The members of a structure: runs of `count` numbers of `bytes` bytes; 0 ends the list. */
struct inspect_run {
	uint8_t bytes;
	uint8_t count;
};
/* Reads the structure at `paddr` and brings it to the host's byte order, in place. */
bool inspect_structure(const struct machine *machine, uint64_t paddr,
		       const struct inspect_run *layout, void *out, size_t size);
/* Number `index` of a table of addresses. */
bool inspect_table(const struct inspect *view, uint64_t table, uint64_t index, uint64_t *paddr);

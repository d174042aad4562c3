/* SPDX-License-Identifier: MIT */
/*
 * timing.h - the two speeds of a machine: fast, and timing with caches, directory and network.
 *
 * Between sim/machine.c, control.c and sim/memsys. The architectural state is the same in both;
 * caches are cold whenever timing begins.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"

struct machine;
struct state_hash;

struct memsys;

/* The machine's memory system, made if need be. NULL when the host is out of memory. */
struct memsys *timing_memory(struct machine *machine);

/* Can the machine's memory system be built? */
bool timing_check(const struct machine *machine, struct error *err);
void timing_destroy(struct machine *machine);

struct memsys_stream;

/*
 * For checkpoints: the memory system, if there is one, as memsys/archive.h has it. Only between two
 * quanta, unless the machine is in fast mode. Loading follows that of the cores.
 */
bool timing_save(const struct machine *machine, const struct memsys_stream *stream,
		 struct error *err);
bool timing_load(struct machine *machine, const struct memsys_stream *stream, struct error *err);

/* Between two quanta: changes the speed if that was asked for, and does what the CPUs posted. */
void timing_boundary(struct machine *machine);

/* Is no CPU's or device's access under way in the memory system? */
bool timing_is_quiet(const struct machine *machine);

/* Cycles of the next quantum in timing mode. */
uint64_t timing_quantum(const struct machine *machine);

/* What the memory system adds to the state. */
void timing_hash(const struct machine *machine, struct state_hash *hash);

/* SPDX-License-Identifier: MIT */
/*
 * trace.h - writing what a machine does to a file, by category, with symbols.
 *
 * An observer of the cores (core_hooks): costs nothing when off, changes no result when on.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "sim/elf/elf_load.h"
#include "sim/error.h"
#include "sim/machine.h"

#define TRACE_INSN 0x01U /* every instruction, disassembled */
#define TRACE_EXC  0x02U /* exceptions and interrupts */
#define TRACE_TLB  0x04U /* TLB writes */
#define TRACE_MEM  0x08U /* data accesses */
#define TRACE_DEV  0x10U /* device accesses */

struct trace;

/* "insn,exc,tlb,mem,dev", any of them, or "all". False: usage error naming the unknown word. */
bool trace_parse(const char *text, unsigned *categories, struct error *err);

/*
 * Starts tracing `machine` to `stream`; `symbols` may be NULL. The trace stays the machine's
 * observer until trace_end().
 */
struct trace *trace_begin(struct machine *machine, unsigned categories, FILE *stream,
			  const struct elf_file *symbols);

/* Adds to hooks that another observer may complete (profile.h). */
struct core_hooks;
void trace_add_hooks(struct trace *trace, struct core_hooks *hooks);

/* A write failed: the run was interrupted, and the stream's error is set. */
bool trace_failed(const struct trace *trace);

void trace_end(struct trace *trace);

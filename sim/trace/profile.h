/* SPDX-License-Identifier: MIT */
/*
 * profile.h - where a program spends its instructions: flat by symbol, and folded call stacks.
 *
 * Exact, not sampled: every straight run of instructions is counted. Calls are followed by their
 * link register (jal, jalr, bgezal; jr to a return address), exceptions by their vector and return,
 * so frames come without any help from the program. Observes the cores; changes no result.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/elf/elf_load.h"
#include "sim/machine.h"

struct profile;
struct core_hooks;

/* Starts counting; NULL when the host is out of memory. */
struct profile *profile_begin(struct machine *machine, const struct elf_file *symbols);

void profile_add_hooks(struct profile *profile, struct core_hooks *hooks);

/* Instructions by symbol, most first: "count percent symbol". */
void profile_write_flat(struct profile *profile, FILE *stream);

/* One line per distinct stack: "cpu0;main;work 1234", what flame graph tools read. */
void profile_write_folded(struct profile *profile, FILE *stream);

void profile_end(struct profile *profile);

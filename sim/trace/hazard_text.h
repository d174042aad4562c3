/* SPDX-License-Identifier: MIT */
/* hazard_text.h - CP0 hazards (sim/core/hazards.h) in words. Called by the command. */
#pragma once

#include <stdio.h>

struct elf_file;
struct hazards_found;

/* A few lines: both instructions, where they stand, how far apart they should; symbols or NULL. */
void hazard_print(FILE *stream, const struct hazards_found *found, const struct elf_file *symbols);

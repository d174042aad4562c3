/* SPDX-License-Identifier: MIT */
/*
 * boot.h - from the first instruction to the first guest.
 */
#pragma once

#include "src/include/types.h"

struct cpu;

/* Called by entry.S on CPU 0 with the device tree, or NULL. */
__attribute__((noreturn)) void boot_first_cpu(const void *tree);
/* Called by entry.S on every other CPU. */
__attribute__((noreturn)) void boot_other_cpu(struct cpu *cpu);
/* cpu_self() can be used. */
bool boot_is_done(void);
/* The tree asks for something that cannot be: says so, and the run ends with exit code 2. */
__attribute__((noreturn, format(printf, 1, 2))) void boot_refuse(const char *format, ...);

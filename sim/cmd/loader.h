/* SPDX-License-Identifier: MIT */
/* loader.h - bringing a program into a machine that has just been built. */
#pragma once

#include <stdbool.h>

#include "sim/elf/elf_load.h"
#include "sim/machine.h"

struct boot;

struct loader {
	const struct elf_file *elf;
	const char *name; /* of its file, for messages */
	struct machine *machine;
	const struct boot *boot; /* device tree and modules, or NULL */
	bool is_quiet;           /* no hints on stderr */
};

/* Loads segments and the loader's own data; CPU 0 stands at the entry. */
bool loader_load(const struct loader *loader, struct error *err);

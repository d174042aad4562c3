/* SPDX-License-Identifier: MIT */
/* symbols.h - more symbols than the program's own: --symbols, and `symbols` of the configuration.
 */
#pragma once

#include <jansson.h>

#include "sim/cmd/options.h"
#include "sim/elf/elf_load.h"
#include "sim/error.h"

/*
 * Opens the files and adds their symbols to *elf, which may be NULL; `first` is one more file, or
 * "" or NULL. All of them are closed with *elf.
 */
bool symbols_add(struct elf_file **elf, const char *first, const struct option_list *list,
		 struct error *err);

/* " (symbol+0x10)"; empty where no symbol is known. */
void symbols_describe(const struct elf_file *elf, uint64_t address, char *text, size_t size);

/*
 * The program of a run, by the `origin` that a checkpoint has of it (config.json); NULL if it is
 * gone, or another one by now.
 */
struct elf_file *symbols_open_program(const json_t *origin);

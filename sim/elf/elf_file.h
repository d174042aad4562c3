/* SPDX-License-Identifier: MIT */
/* elf_file.h - the inside of struct elf_file, for the files of this folder. */
#pragma once

#include <gelf.h>

#include "sim/elf/elf_load.h"

struct elf_file {
	int fd;
	Elf *elf;
	GElf_Ehdr header;
	char *path;
	struct elf_symbol *symbol; /* by address */
	size_t symbol_count;
};

/* Sign-extends an address of a 32-bit file. */
uint64_t elf_address(const struct elf_file *file, uint64_t address);

/* Reads the symbol table; damaged tables give fewer symbols, never an error. */
void elf_read_symbols(struct elf_file *file);

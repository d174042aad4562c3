/* SPDX-License-Identifier: MIT */
/* elf_file.h - the inside of struct elf_file, for the files of this folder. */
#pragma once

#include <gelf.h>

#include "sim/elf/elf_load.h"

struct symbol_entry {
	struct elf_symbol symbol;
	uint64_t end;   /* first address that it does not cover */
	uint32_t outer; /* the innermost symbol with a size around it; SYMBOL_NONE */
};

#define SYMBOL_NONE UINT32_MAX

/*
 * An open file. Invariants: I1 `symbol` is sorted by address; among equals, functions come first,
 * then the larger, then by name. I2 `name` of every symbol ends inside `image` and has no control
 * characters. I3 all section contents lie inside `image`.
 */
struct elf_file {
	char *path;
	uint8_t *image; /* a copy: nothing that happens to the file later can hurt */
	size_t image_bytes;
	Elf *elf;
	GElf_Ehdr header;

	struct symbol_entry *symbol;
	size_t symbol_count;

	struct elf_code *code;
	size_t code_count;

	struct elf_file *more; /* owned: where symbols are looked for that this one does not have */
};

/* Sign-extends an address of a 32-bit file. */
uint64_t elf_address(const struct elf_file *file, uint64_t address);

/* Reads section headers, executable sections and symbols. Damaged symbols are left out. */
bool elf_read_sections(struct elf_file *file, struct error *err);
bool elf_read_symbols(struct elf_file *file, Elf_Scn *section, const GElf_Shdr *header,
		      struct error *err);

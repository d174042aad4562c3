/* SPDX-License-Identifier: MIT */
/*
 * elf_load.h - MIPS executables and their symbols. Files are hostile input.
 *
 * ELF32 and ELF64, both byte orders. The load address is physical: p_paddr, with an address in an
 * unmapped segment (KSEG0, KSEG1, XKPHYS), which is what linkers for MIPS leave there, reduced to
 * the physical address it names.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

struct elf_file;

/* Opens and checks an executable: EM_MIPS, ET_EXEC, whole headers. NULL after an error. */
struct elf_file *elf_open(const char *path, struct error *err);
void elf_close(struct elf_file *file);

bool elf_is_big_endian(const struct elf_file *file);
bool elf_is_64(const struct elf_file *file);

/* n32 or n64: the registers 8 to 15 have other names than in o32. */
bool elf_is_new_abi(const struct elf_file *file);

/* Does the ABI take 32 double registers (Status.FR) for granted? (machine/boot.h) */
bool elf_wants_fr(const struct elf_file *file);

/* Entry point, sign-extended from 32 bits for ELF32. */
uint64_t elf_entry(const struct elf_file *file);

/* Stores `size` bytes at physical address `paddr`; false if that is not RAM. */
typedef bool elf_store_fn(void *context, uint64_t paddr, const void *data, size_t size);

/*
 * Loads every PT_LOAD segment: file bytes, then zeroes up to p_memsz. Refuses segments that overlap
 * or that `store` refuses. On error some of it may have been stored.
 */
bool elf_load(const struct elf_file *file, elf_store_fn *store, void *context, struct error *err);

/* A function or object of the symbol table. */
struct elf_symbol {
	uint64_t address; /* sign-extended from 32 bits for ELF32 */
	uint64_t size;
	const char *name; /* valid while the file is open */
	bool is_function;
};

/* All symbols with a name that are functions, objects or untyped labels, by address, then name. */
size_t elf_symbol_count(const struct elf_file *file);
const struct elf_symbol *elf_symbol(const struct elf_file *file, size_t index);

/* The symbol that holds `address`, or the nearest one below it without a size; NULL if none. */
const struct elf_symbol *elf_find_symbol(const struct elf_file *file, uint64_t address);

/* The symbol of this name, NULL if there is none. */
const struct elf_symbol *elf_find_name(const struct elf_file *file, const char *name);

/* Executable sections, for disassembly. `data` is valid while the file is open. */
struct elf_code {
	const char *name;
	uint64_t address;
	const uint8_t *data;
	size_t size;
};

/* The index-th section with executable contents; false when there are no more. */
bool elf_code_section(const struct elf_file *file, size_t index, struct elf_code *out);

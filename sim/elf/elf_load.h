/* SPDX-License-Identifier: MIT */
/*
 * elf_load.h - MIPS executables and their symbols. Files are hostile input: whatever they hold,
 * the answer is an error, and memory and time stay in proportion to their size.
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

/*
 * Opens and checks an executable: EM_MIPS, ET_EXEC, all of it there. NULL after an error:
 * EXIT_USAGE for a file that is none of ours, EXIT_HOST_IO for one that cannot be read, is cut off
 * or damaged.
 */
struct elf_file *elf_open(const char *path, struct error *err);

/* The same for bytes in memory, which are copied; `name` is for messages. */
struct elf_file *elf_open_memory(const char *name, const void *bytes, size_t size,
				 struct error *err);
void elf_close(struct elf_file *file);

/* Size, and 64-bit hash (XXH3) of the file's bytes. */
uint64_t elf_content_bytes(const struct elf_file *file);
uint64_t elf_content_hash(const struct elf_file *file);

bool elf_is_big_endian(const struct elf_file *file);
bool elf_is_64(const struct elf_file *file);

/* n32 or n64: the registers 8 to 15 have other names than in o32. */
bool elf_is_new_abi(const struct elf_file *file);

/* Does the ABI take 32 double registers (Status.FR) for granted? (machine/boot.h) */
bool elf_wants_fr(const struct elf_file *file);

/* The instruction set that the file asks for, if it is more than MIPS III; otherwise NULL. */
const char *elf_foreign_isa(const struct elf_file *file);

/* Entry point, sign-extended from 32 bits for ELF32. */
uint64_t elf_entry(const struct elf_file *file);

/*
 * Stores `size` bytes at physical address `paddr`; false if that is not RAM. `data` is NULL for
 * bytes that stay zero, as they are in a machine that has just been built: only their being there
 * is asked for.
 */
typedef bool elf_store_fn(void *context, uint64_t paddr, const void *data, size_t size);

/*
 * Loads every PT_LOAD segment. Refuses segments that overlap or that `store` refuses, and an entry
 * outside of them or outside the unmapped kernel segments (of a VM's guest if `vm_segments`),
 * before anything is stored.
 */
bool elf_load(const struct elf_file *file, bool vm_segments, elf_store_fn *store, void *context,
	      struct error *err);

/* A function, object or label of the symbol table. */
struct elf_symbol {
	uint64_t address; /* sign-extended from 32 bits for ELF32 */
	uint64_t size;    /* 0: unknown */
	const char *name; /* valid while the file is open; no control characters */
	bool is_function;
};

/* All symbols with a name that are functions, objects or untyped labels, by address. */
size_t elf_symbol_count(const struct elf_file *file);
const struct elf_symbol *elf_symbol(const struct elf_file *file, size_t index);

/*
 * The innermost symbol that covers `address`; NULL if there is none. One without a size covers what
 * is between it and the next symbol or the end of its section.
 */
const struct elf_symbol *elf_find_symbol(const struct elf_file *file, uint64_t address);

/*
 * From now on elf_find_symbol() looks into `more`, too, where `file` has none. `more` belongs to
 * `file` then: the program of a kernel's user, a kernel on a monitor.
 */
void elf_add_symbols(struct elf_file *file, struct elf_file *more);
/* What was added to `file` first; NULL: nothing. */
const struct elf_file *elf_more_symbols(const struct elf_file *file);

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

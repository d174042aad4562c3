/* SPDX-License-Identifier: MIT */
/* fuzz_elf.c - libFuzzer on the loader of programs: header, segments, symbols, code sections. */
#include <stdint.h>
#include <stdlib.h>

#include "sim/elf/elf_load.h"

#define RAM_BYTES (64ULL << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RAM from 0 on; every byte given to it must be readable. */
static bool store(void *context, uint64_t paddr, const void *data, size_t size)
{
	uint64_t *sum = context;

	for (size_t i = 0; data != NULL && i < size; i++) {
		*sum += ((const uint8_t *)data)[i];
	}
	return paddr <= RAM_BYTES && size <= RAM_BYTES - paddr;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err;
	struct elf_file *file = elf_open_memory("fuzz", data, size, &err);
	struct elf_code code;
	uint64_t sum = 0;

	if (file == NULL) {
		return err.text[0] != '\0' ? 0 : -1;
	}
	(void)elf_foreign_isa(file);
	(void)elf_find_symbol(file, elf_entry(file));
	(void)elf_find_name(file, "main");
	for (size_t i = 0; i < elf_symbol_count(file); i++) {
		const struct elf_symbol *symbol = elf_symbol(file, i);
		const struct elf_symbol *found = elf_find_symbol(file, symbol->address);

		/*
		 * Each symbol's first byte belongs to some symbol, perhaps to one inside it; but
		 * the last byte of all belongs to none, since no address is behind it.
		 */
		if (found == NULL && symbol->size > 0 && symbol->address != UINT64_MAX) {
			abort();
		}
	}
	for (size_t i = 0; elf_code_section(file, i, &code); i++) {
		for (size_t at = 0; at < code.size; at++) {
			sum += code.data[at];
		}
	}
	if (!elf_load(file, size % 2 != 0, store, &sum, &err) && err.text[0] == '\0') {
		abort(); /* refused without a word */
	}
	elf_close(file);
	return 0;
}

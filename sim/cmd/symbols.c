/* SPDX-License-Identifier: MIT */
/* symbols.c - opening files for their symbols, and naming addresses. */
#include "sim/cmd/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/cmd/report.h"

static bool add(struct elf_file **elf, const char *path, struct error *err)
{
	struct elf_file *more = elf_open(path, err);

	if (more == NULL) {
		return false;
	}
	if (elf_symbol_count(more) == 0) {
		elf_close(more);
		return error_set(err, EXIT_USAGE, "%s has no symbols: was it stripped?", path);
	}
	if (*elf == NULL) {
		*elf = more;
	} else {
		elf_add_symbols(*elf, more);
	}
	return true;
}

bool symbols_add(struct elf_file **elf, const char *first, const struct option_list *list,
		 struct error *err)
{
	if (first != NULL && first[0] != '\0' && !add(elf, first, err)) {
		return false;
	}
	for (unsigned i = 0; i < list->count; i++) {
		if (!add(elf, list->value[i], err)) {
			return false;
		}
	}
	return true;
}

void symbols_describe(const struct elf_file *elf, uint64_t address, char *text, size_t size)
{
	const struct elf_symbol *symbol = elf != NULL ? elf_find_symbol(elf, address) : NULL;

	text[0] = '\0';
	if (symbol != NULL) {
		snprintf(text, size, " (%s+0x%" PRIx64 ")", symbol->name,
			 address - symbol->address);
	}
}

struct elf_file *symbols_open_program(const json_t *origin)
{
	const json_t *program = json_object_get(origin, "program");
	struct error ignored;

	if (program == NULL) {
		program = json_array_get(json_object_get(origin, "files"), 0);
	}
	const char *name = json_string_value(json_object_get(program, "file"));
	const char *hash = json_string_value(json_object_get(program, "xxh3"));
	struct elf_file *elf = name != NULL && hash != NULL ? elf_open(name, &ignored) : NULL;

	if (elf == NULL) {
		return NULL;
	}
	json_t *file = report_file(name, 0, elf_content_hash(elf));

	if (strcmp(json_string_value(json_object_get(file, "xxh3")), hash) != 0) {
		elf_close(elf);
		elf = NULL;
	}
	json_decref(file);
	return elf;
}

/* SPDX-License-Identifier: MIT */
/* elf_symbols.c - symbols by address and name, executable sections. */
#include <stdlib.h>
#include <string.h>

#include "sim/elf/elf_file.h"

/* More than any program of ours has; a damaged file must not ask for all of the host's memory. */
#define SYMBOLS_MAX 4000000U

static int compare_symbols(const void *left, const void *right)
{
	const struct elf_symbol *a = left;
	const struct elf_symbol *b = right;

	if (a->address != b->address) {
		return a->address < b->address ? -1 : 1;
	}
	/* Functions first: they name code better than labels do. */
	if (a->is_function != b->is_function) {
		return a->is_function ? -1 : 1;
	}
	return strcmp(a->name, b->name);
}

static void add_symbol(struct elf_file *file, const GElf_Sym *symbol, const char *name)
{
	unsigned type = GELF_ST_TYPE(symbol->st_info);

	if (name == NULL || name[0] == '\0' || symbol->st_shndx == SHN_UNDEF ||
	    (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE)) {
		return;
	}
	file->symbol[file->symbol_count++] = (struct elf_symbol){
		.address = elf_address(file, symbol->st_value),
		.size = symbol->st_size,
		.name = name,
		.is_function = type == STT_FUNC,
	};
}

static void read_table(struct elf_file *file, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);

	if (data == NULL || header->sh_entsize == 0) {
		return;
	}
	size_t count = header->sh_size / header->sh_entsize;

	if (count == 0 || count > SYMBOLS_MAX || count > data->d_size / header->sh_entsize) {
		return;
	}
	file->symbol = calloc(count, sizeof(*file->symbol));
	if (file->symbol == NULL) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(data, (int)i, &symbol) != NULL) {
			add_symbol(file, &symbol,
				   elf_strptr(file->elf, header->sh_link, symbol.st_name));
		}
	}
	qsort(file->symbol, file->symbol_count, sizeof(*file->symbol), compare_symbols);
}

void elf_read_symbols(struct elf_file *file)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(file->elf, section)) != NULL) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB) {
			read_table(file, section, &header);
			return;
		}
	}
}

size_t elf_symbol_count(const struct elf_file *file)
{
	return file->symbol_count;
}

const struct elf_symbol *elf_symbol(const struct elf_file *file, size_t index)
{
	return index < file->symbol_count ? &file->symbol[index] : NULL;
}

const struct elf_symbol *elf_find_symbol(const struct elf_file *file, uint64_t address)
{
	size_t low = 0;
	size_t high = file->symbol_count;

	/* The first symbol above `address`. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->symbol[middle].address <= address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == 0) {
		return NULL;
	}
	/* Of several at one address the first is the best. */
	size_t found = low - 1;

	while (found > 0 && file->symbol[found - 1].address == file->symbol[found].address) {
		found--;
	}
	const struct elf_symbol *symbol = &file->symbol[found];

	return symbol->size == 0 || address - symbol->address < symbol->size ? symbol : NULL;
}

const struct elf_symbol *elf_find_name(const struct elf_file *file, const char *name)
{
	for (size_t i = 0; i < file->symbol_count; i++) {
		if (strcmp(file->symbol[i].name, name) == 0) {
			return &file->symbol[i];
		}
	}
	return NULL;
}

bool elf_code_section(const struct elf_file *file, size_t index, struct elf_code *out)
{
	Elf_Scn *section = NULL;
	size_t names = 0;

	if (elf_getshdrstrndx(file->elf, &names) != 0) {
		return false;
	}
	while ((section = elf_nextscn(file->elf, section)) != NULL) {
		GElf_Shdr header;
		Elf_Data *data;

		if (gelf_getshdr(section, &header) == NULL || header.sh_type != SHT_PROGBITS ||
		    !(header.sh_flags & SHF_EXECINSTR)) {
			continue;
		}
		data = elf_rawdata(section, NULL);
		if (data == NULL || data->d_buf == NULL) {
			continue;
		}
		if (index-- == 0) {
			const char *name = elf_strptr(file->elf, names, header.sh_name);

			*out = (struct elf_code){ .name = name != NULL ? name : "?",
						  .address = elf_address(file, header.sh_addr),
						  .data = data->d_buf,
						  .size = data->d_size };
			return true;
		}
	}
	return false;
}

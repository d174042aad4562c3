/* SPDX-License-Identifier: MIT */
/* elf_symbols.c - the symbol table, by address and by name. */
#include <stdlib.h>
#include <string.h>

#include "sim/elf/elf_file.h"

/* More than any program of ours has; a damaged file must not ask for all of the host's memory. */
#define SYMBOLS_MAX 4000000U
/* A longer name is damage; many symbols may share one name, so that its length counts often. */
#define NAME_BYTES_MAX 1024U

/* Names go to terminals and into files of lines: no control characters, no blanks. */
static bool is_printable(const char *name)
{
	size_t length = 0;

	for (; name[length] != '\0'; length++) {
		unsigned char byte = (unsigned char)name[length];

		if (byte <= ' ' || byte == 0x7f || length == NAME_BYTES_MAX) {
			return false;
		}
	}
	return length > 0;
}

static int compare_symbols(const void *left, const void *right)
{
	const struct elf_symbol *a = &((const struct symbol_entry *)left)->symbol;
	const struct elf_symbol *b = &((const struct symbol_entry *)right)->symbol;

	if (a->address != b->address) {
		return a->address < b->address ? -1 : 1;
	}
	/* Functions first: they name code better than labels do. */
	if (a->is_function != b->is_function) {
		return a->is_function ? -1 : 1;
	}
	if (a->size != b->size) {
		return a->size > b->size ? -1 : 1;
	}
	return strcmp(a->name, b->name);
}

/* The string table of a symbol table; NULL unless every name in it ends there. */
static const char *string_table(const struct elf_file *file, const GElf_Shdr *symbols, size_t *size)
{
	/* Section 0 is none; elf_read_sections() has checked all the others. */
	Elf_Scn *section =
		symbols->sh_link != SHN_UNDEF ? elf_getscn(file->elf, symbols->sh_link) : NULL;
	GElf_Shdr header;

	if (section == NULL || gelf_getshdr(section, &header) == NULL ||
	    header.sh_type != SHT_STRTAB || header.sh_size == 0) {
		return NULL;
	}
	const char *strings = (const char *)file->image + header.sh_offset;

	*size = header.sh_size;
	return strings[*size - 1] == '\0' ? strings : NULL;
}

static bool is_wanted(const GElf_Sym *symbol)
{
	unsigned type = GELF_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE);
}

/* First address behind a symbol: by its size, or its section's. */
static uint64_t symbol_end(const struct elf_file *file, const GElf_Sym *symbol)
{
	uint64_t address = elf_address(file, symbol->st_value);
	uint64_t end = address + symbol->st_size;
	GElf_Shdr header;

	if (symbol->st_size != 0) {
		return end > address ? end : UINT64_MAX;
	}
	/* An absolute one is a number of the linker script more often than a place. */
	if (symbol->st_shndx >= SHN_LORESERVE ||
	    gelf_getshdr(elf_getscn(file->elf, symbol->st_shndx), &header) == NULL) {
		return address + 1;
	}
	end = elf_address(file, header.sh_addr) + header.sh_size;
	return end > address ? end : address + 1;
}

static void fill_symbols(struct elf_file *file, Elf_Data *data, size_t count, const char *strings,
			 size_t strings_size)
{
	for (size_t i = 0; i < count; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(data, (int)i, &symbol) == NULL || !is_wanted(&symbol) ||
		    symbol.st_name >= strings_size || !is_printable(strings + symbol.st_name)) {
			continue;
		}
		file->symbol[file->symbol_count++] = (struct symbol_entry){
			.symbol = {
				.address = elf_address(file, symbol.st_value),
				.size = symbol.st_size,
				.name = strings + symbol.st_name,
				.is_function = GELF_ST_TYPE(symbol.st_info) == STT_FUNC,
			},
			.end = symbol_end(file, &symbol),
		};
	}
}

/* Finds what surrounds each symbol. Those around an address are linked through `outer`. */
static void nest_symbols(struct elf_file *file)
{
	uint32_t around = SYMBOL_NONE;

	for (size_t i = 0; i < file->symbol_count; i++) {
		struct symbol_entry *entry = &file->symbol[i];

		while (around != SYMBOL_NONE && file->symbol[around].end <= entry->symbol.address) {
			around = file->symbol[around].outer;
		}
		entry->outer = around;
		/* Of several at one address only the best counts. */
		if (entry->symbol.size != 0 &&
		    (i == 0 || file->symbol[i - 1].symbol.address != entry->symbol.address)) {
			around = (uint32_t)i;
		}
	}
}

bool elf_read_symbols(struct elf_file *file, Elf_Scn *section, const GElf_Shdr *header,
		      struct error *err)
{
	size_t entry_bytes = gelf_fsize(file->elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t count = header->sh_size / entry_bytes;
	size_t strings_size = 0;
	const char *strings = string_table(file, header, &strings_size);
	Elf_Data *data = elf_getdata(section, NULL);

	if (strings == NULL || data == NULL || header->sh_entsize != entry_bytes || count == 0 ||
	    count > SYMBOLS_MAX) {
		return true;
	}
	file->symbol = calloc(count, sizeof(*file->symbol));
	if (file->symbol == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	fill_symbols(file, data, count, strings, strings_size);
	qsort(file->symbol, file->symbol_count, sizeof(*file->symbol), compare_symbols);
	nest_symbols(file);
	return true;
}

size_t elf_symbol_count(const struct elf_file *file)
{
	return file->symbol_count;
}

const struct elf_symbol *elf_symbol(const struct elf_file *file, size_t index)
{
	return index < file->symbol_count ? &file->symbol[index].symbol : NULL;
}

static const struct elf_symbol *find_own_symbol(const struct elf_file *file, uint64_t address)
{
	size_t low = 0;
	size_t high = file->symbol_count;

	/* The first symbol above `address`. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->symbol[middle].symbol.address <= address) {
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

	while (found > 0 &&
	       file->symbol[found - 1].symbol.address == file->symbol[found].symbol.address) {
		found--;
	}
	while (found != SYMBOL_NONE) {
		const struct symbol_entry *entry = &file->symbol[found];

		if (address < entry->end) {
			return &entry->symbol;
		}
		found = entry->outer;
	}
	return NULL;
}

const struct elf_symbol *elf_find_symbol(const struct elf_file *file, uint64_t address)
{
	const struct elf_symbol *found = NULL;

	for (; file != NULL && found == NULL; file = file->more) {
		found = find_own_symbol(file, address);
	}
	return found;
}

void elf_add_symbols(struct elf_file *file, struct elf_file *more)
{
	while (file->more != NULL) {
		file = file->more;
	}
	file->more = more;
}

const struct elf_file *elf_more_symbols(const struct elf_file *file)
{
	return file->more;
}

const struct elf_symbol *elf_find_name(const struct elf_file *file, const char *name)
{
	for (size_t i = 0; i < file->symbol_count; i++) {
		if (strcmp(file->symbol[i].symbol.name, name) == 0) {
			return &file->symbol[i].symbol;
		}
	}
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * guest_elf.c - ELF32 and ELF64, both byte orders (System V gABI, chapters 4 and 5).
 */
#include "src/platform/guest_elf.h"

#include "src/lib/string.h"

/* e_ident. */
#define IDENT_BYTES     16
#define IDENT_CLASS     4
#define IDENT_DATA      5
#define CLASS_32        1
#define CLASS_64        2
#define DATA_LITTLE     1
#define DATA_BIG        2
#define TYPE_EXECUTABLE 2
#define MACHINE_MIPS    8

/* Offsets of the fields we read, and the length of a program header. */
struct layout {
	uint8_t table;
	uint8_t entry_bytes;
	uint8_t entry_count;
	uint8_t segment_offset;
	uint8_t segment_address;
	uint8_t segment_file_bytes;
	uint8_t segment_memory_bytes;
	uint8_t segment_entry_bytes;
};

static const struct layout layouts[2] = {
	{ 28, 42, 44, 4, 8, 16, 20, 32 },  /* ELF32 */
	{ 32, 54, 56, 8, 16, 32, 40, 56 }, /* ELF64 */
};

#define HEADER_ENTRY   24
#define HEADER_TYPE    16
#define HEADER_MACHINE 18
#define SEGMENT_TYPE   0

static bool contains(const struct guest_elf *elf, uint64_t offset, uint64_t bytes)
{
	return offset <= elf->size && bytes <= elf->size - offset;
}

/* A number of `bytes` bytes at `offset`; 0 if it is not in the file. */
static uint64_t number(const struct guest_elf *elf, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;
	unsigned i;

	if (!contains(elf, offset, bytes)) {
		return 0;
	}
	for (i = 0; i < bytes; i++) {
		unsigned at = elf->is_big ? i : bytes - 1 - i;

		value = value << 8 | elf->bytes[offset + at];
	}
	return value;
}

/* An Elf32_Addr or Elf64_Addr, Off, Xword. */
static uint64_t word(const struct guest_elf *elf, uint64_t offset)
{
	return number(elf, offset, elf->is_64 ? 8 : 4);
}

static uint64_t address(const struct guest_elf *elf, uint64_t offset)
{
	uint64_t value = word(elf, offset);

	return elf->is_64 ? value : (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

enum status guest_elf_open(struct guest_elf *elf, const void *bytes, uint64_t size)
{
	static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };
	const struct layout *layout;

	memset(elf, 0, sizeof(*elf));
	elf->bytes = bytes;
	elf->size = size;
	if (size < IDENT_BYTES || memcmp(bytes, magic, sizeof(magic)) != 0) {
		return ERR_INVALID;
	}
	if ((elf->bytes[IDENT_CLASS] != CLASS_32 && elf->bytes[IDENT_CLASS] != CLASS_64) ||
	    (elf->bytes[IDENT_DATA] != DATA_LITTLE && elf->bytes[IDENT_DATA] != DATA_BIG)) {
		return ERR_INVALID;
	}
	elf->is_64 = elf->bytes[IDENT_CLASS] == CLASS_64;
	elf->is_big = elf->bytes[IDENT_DATA] == DATA_BIG;
	if (number(elf, HEADER_TYPE, 2) != TYPE_EXECUTABLE ||
	    number(elf, HEADER_MACHINE, 2) != MACHINE_MIPS) {
		return ERR_INVALID;
	}
	layout = &layouts[elf->is_64];
	elf->entry = address(elf, HEADER_ENTRY);
	elf->table = word(elf, layout->table);
	elf->segment_bytes = (uint32_t)number(elf, layout->entry_bytes, 2);
	elf->segment_count = (uint32_t)number(elf, layout->entry_count, 2);
	if (elf->segment_bytes < layout->segment_entry_bytes ||
	    !contains(elf, elf->table, (uint64_t)elf->segment_count * elf->segment_bytes)) {
		return ERR_INVALID;
	}
	return elf->segment_count == 0 ? ERR_INVALID : OK;
}

bool guest_elf_segment(const struct guest_elf *elf, uint32_t which, struct guest_segment *segment)
{
	const struct layout *layout = &layouts[elf->is_64];
	uint64_t at = elf->table + (uint64_t)which * elf->segment_bytes;

	if (which >= elf->segment_count) {
		return false;
	}
	segment->type = (uint32_t)number(elf, at + SEGMENT_TYPE, 4);
	segment->offset = word(elf, at + layout->segment_offset);
	segment->address = address(elf, at + layout->segment_address);
	segment->file_bytes = word(elf, at + layout->segment_file_bytes);
	segment->memory_bytes = word(elf, at + layout->segment_memory_bytes);
	return contains(elf, segment->offset, segment->file_bytes) &&
	       segment->file_bytes <= segment->memory_bytes;
}

/* Notes are words: sizes of name and description, type; then both, padded to 4 bytes. */
static bool find_note(const struct guest_elf *elf, const struct guest_segment *notes,
		      struct vm_boot_header *header)
{
	static const char name[] = VM_BOOT_NOTE_NAME;
	uint64_t end = notes->offset + notes->file_bytes;
	uint64_t at = notes->offset;

	while (at + 12 <= end) {
		uint64_t name_bytes = number(elf, at, 4);
		uint64_t bytes = number(elf, at + 4, 4);
		uint64_t type = number(elf, at + 8, 4);
		uint64_t description = at + 12 + ((name_bytes + 3) & ~(uint64_t)3);

		if (description + bytes > end) {
			return false;
		}
		if (type == VM_BOOT_NOTE_TYPE && name_bytes == sizeof(name) &&
		    bytes >= VM_BOOT_HEADER_BYTES &&
		    memcmp(elf->bytes + at + 12, name, sizeof(name)) == 0) {
			at = description;
			header->version = (uint32_t)number(elf, at + VM_BOOT_HEADER_VERSION, 4);
			header->flags = (uint32_t)number(elf, at + VM_BOOT_HEADER_FLAGS, 4);
			header->user_base = (uint32_t)number(elf, at + VM_BOOT_HEADER_USER_BASE, 4);
			return true;
		}
		at = description + ((bytes + 3) & ~(uint64_t)3);
	}
	return false;
}

bool guest_elf_header(const struct guest_elf *elf, struct vm_boot_header *header)
{
	struct guest_segment segment;
	uint32_t i;

	for (i = 0; i < elf->segment_count; i++) {
		if (guest_elf_segment(elf, i, &segment) && segment.type == GUEST_ELF_NOTE &&
		    find_note(elf, &segment, header)) {
			return true;
		}
	}
	return false;
}

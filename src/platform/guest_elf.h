/* SPDX-License-Identifier: MIT */
/*
 * guest_elf.h - reads a guest kernel's ELF file: segments, entry and the note of machine/vm.h.
 *
 * The file is input from outside: every offset is checked against its size, and nothing outside is
 * ever read. Plain code without memory of its own; compiles for the host, where it is tested.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/vm.h"

#include "src/lib/status.h"

struct guest_elf {
	const uint8_t *bytes;
	uint64_t size;
	bool is_64;
	bool is_big;
	uint64_t entry; /* addresses of 32-bit files are sign-extended */
	uint64_t table; /* offset of the program headers */
	uint32_t segment_count;
	uint32_t segment_bytes;
};

struct guest_segment {
	uint32_t type; /* GUEST_ELF_LOAD, ... */
	uint64_t address;
	uint64_t offset;
	uint64_t file_bytes;
	uint64_t memory_bytes;
};

#define GUEST_ELF_LOAD 1
#define GUEST_ELF_NOTE 4

/* An executable for MIPS with program headers; else ERR_INVALID. */
MUST_CHECK enum status guest_elf_open(struct guest_elf *elf, const void *bytes, uint64_t size);
/* Segment `number`; false if its contents are not in the file or it is larger there than in memory.
 */
bool guest_elf_segment(const struct guest_elf *elf, uint32_t number, struct guest_segment *segment);
/* The boot header; false if the file has none. Later notes of the name are not looked at. */
bool guest_elf_header(const struct guest_elf *elf, struct vm_boot_header *header);

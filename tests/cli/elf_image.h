/* SPDX-License-Identifier: MIT */
/*
 * elf_image.h - makes small ELF files, right and wrong ones, without a cross compiler.
 *
 * By libelf, into memory: for the unit tests, the tool make_elf and the fuzzers' first inputs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_IMAGE_SEGMENTS_MAX 8U
#define ELF_IMAGE_SYMBOLS_MAX  16U
#define ELF_IMAGE_WORDS_MAX    64U

struct elf_image_segment {
	uint64_t paddr;
	uint64_t vaddr;
	uint64_t file_bytes; /* the first one's are the program's */
	uint64_t memory_bytes;
};

struct elf_image_symbol {
	const char *name;
	uint64_t address;
	uint64_t size;
	unsigned char type; /* STT_* */
	bool is_absolute;   /* or of the section .text, which is the first segment */
};

struct elf_image_spec {
	unsigned char class; /* ELFCLASS32, ELFCLASS64 */
	unsigned char data;  /* ELFDATA2MSB, ELFDATA2LSB */
	uint16_t machine;
	uint16_t type;
	uint32_t flags;
	uint64_t entry;
	struct elf_image_segment segment[ELF_IMAGE_SEGMENTS_MAX];
	unsigned segment_count;
	struct elf_image_symbol symbol[ELF_IMAGE_SYMBOLS_MAX];
	unsigned symbol_count;
	uint32_t program[ELF_IMAGE_WORDS_MAX]; /* instructions, in host order */
	unsigned program_words;
	bool has_interpreter; /* a PT_INTERP header */
};

/* A big-endian ELF64 program that halts: one segment at KSEG0 0x80100000, symbol "_start". */
struct elf_image_spec elf_image_default(void);

/* Replaces the program by one of elf_image_program_names; false if there is no such. */
bool elf_image_set_program(struct elf_image_spec *spec, const char *name);

/* NULL-terminated. */
extern const char *const elf_image_program_names[];

/* The file's bytes, to be freed; aborts on an impossible specification. */
uint8_t *elf_image_make(const struct elf_image_spec *spec, size_t *size);

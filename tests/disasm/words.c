/* SPDX-License-Identifier: MIT */
/*
 * words.c - instruction words for comparing our disassembler with objdump.
 *
 *   words generate SEED   writes big-endian words: every row of mips3.def with every value of each
 *                         field and with random fields, and random words
 *   words text ABI FILE   prints "word<TAB>text" for each word of FILE, as objdump's columns are;
 *                         ABI is o32 or n64
 *   words classes FILE    prints how many words of FILE fall into each row
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"

#define PER_ROW      200
#define RANDOM_WORDS 40000
#define BASE         0xffffffff80000000ULL /* of the words, for targets */

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void put_word(uint32_t word)
{
	putchar((int)(word >> 24));
	putchar((int)(word >> 16) & 0xff);
	putchar((int)(word >> 8) & 0xff);
	putchar((int)word & 0xff);
}

#define FIELDS 5
static const uint32_t fields[FIELDS] = { 0x03e00000, 0x001f0000, 0x0000f800, 0x000007c0,
					 0x0000003f };

/*
 * Random bits would leave most rows with set bits in fields that must be zero, so each field of a
 * word is random, zero or all ones on its own.
 */
static uint32_t random_fields(uint64_t *state)
{
	uint32_t word = 0;

	for (size_t i = 0; i < FIELDS; i++) {
		uint64_t random = next_random(state);

		if ((random & 3) == 0) {
			continue;
		}
		word |= fields[i] & ((random & 3) == 1 ? ~0U : (uint32_t)(random >> 32));
	}
	return word;
}

/* Each value of each field by itself: all names of registers. */
static void generate_fields(const struct isa_desc *desc)
{
	for (size_t i = 0; i < FIELDS; i++) {
		uint32_t lowest = fields[i] & (~fields[i] + 1);

		for (uint32_t value = lowest; value != 0 && value <= fields[i]; value += lowest) {
			put_word(desc->match | (value & ~desc->mask));
		}
	}
}

static void generate(uint64_t seed)
{
	for (unsigned id = 1; id < ISA_COUNT; id++) {
		const struct isa_desc *desc = &isa_descs[id];

		if (desc->mask != 0) {
			generate_fields(desc);
		}
		for (unsigned i = 0; desc->mask != 0 && i < PER_ROW; i++) {
			uint32_t bits = i == 0 ? 0 : i == 1 ? ~0U : random_fields(&seed);

			put_word(desc->match | (bits & ~desc->mask));
		}
	}
	for (unsigned i = 0; i < RANDOM_WORDS; i++) {
		put_word((uint32_t)next_random(&seed));
	}
}

static int read_word(FILE *file, uint32_t *word)
{
	uint8_t bytes[4];

	if (fread(bytes, 1, sizeof(bytes), file) != sizeof(bytes)) {
		return 0;
	}
	*word = ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) |
		((uint32_t)bytes[2] << 8) | bytes[3];
	return 1;
}

static void print_text(FILE *file, bool n64)
{
	uint64_t pc = BASE;
	uint32_t word;
	char text[128];

	for (; read_word(file, &word); pc += 4) {
		isa_disasm(word, pc, n64, text, sizeof(text));
		printf("%08" PRIx32 "\t%s\n", word, text);
	}
}

static void print_classes(FILE *file)
{
	unsigned count[ISA_COUNT] = { 0 };
	uint32_t word;

	while (read_word(file, &word)) {
		count[isa_decode(word)]++;
	}
	for (unsigned id = 0; id < ISA_COUNT; id++) {
		printf("%u %s\n", count[id], isa_descs[id].text);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: words generate SEED | text o32|n64 FILE | classes FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		return usage();
	}
	if (strcmp(argv[1], "generate") == 0) {
		generate(strtoull(argv[2], NULL, 0));
		return 0;
	}
	FILE *file = fopen(argv[argc - 1], "rb");

	if (file == NULL) {
		perror(argv[argc - 1]);
		return 2;
	}
	if (argc == 4 && strcmp(argv[1], "text") == 0) {
		print_text(file, strcmp(argv[2], "n64") == 0);
	} else if (argc == 3 && strcmp(argv[1], "classes") == 0) {
		print_classes(file);
	} else {
		fclose(file);
		return usage();
	}
	fclose(file);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * make_elf.c - a tool of the tests: writes an ELF file that is right or wrong in a chosen way.
 *
 *     make_elf FILE [PROGRAM] [KEY=VALUE...]
 *
 * Keys: class 32|64, endian big|little, machine, type, flags, entry, interpreter 0|1, and
 * segment=PADDR:VADDR:FILEBYTES:MEMORYBYTES for the first and each further segment ("-" keeps the
 * first one's value). Numbers are as in C.
 */
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/elf_image.h"

static void usage(const char *word)
{
	fprintf(stderr, "make_elf: %s? make_elf FILE [PROGRAM] [KEY=VALUE...]\n", word);
	exit(2);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (*text == '\0' || *end != '\0') {
		usage(text);
	}
	return value;
}

/* A field of a segment, "-" for the value it has. */
static uint64_t field(char **rest, uint64_t value)
{
	const char *text = strsep(rest, ":");

	if (text == NULL) {
		usage("segment");
		return 0;
	}
	return strcmp(text, "-") == 0 ? value : number(text);
}

static void set_segment(struct elf_image_spec *spec, char *value, bool *first_is_set)
{
	if (*first_is_set) {
		if (spec->segment_count == ELF_IMAGE_SEGMENTS_MAX) {
			usage("another segment");
		}
		spec->segment_count++;
	}
	struct elf_image_segment *segment = &spec->segment[spec->segment_count - 1];

	segment->paddr = field(&value, segment->paddr);
	segment->vaddr = field(&value, segment->vaddr);
	segment->file_bytes = field(&value, segment->file_bytes);
	segment->memory_bytes = field(&value, segment->memory_bytes);
	*first_is_set = true;
}

static void set(struct elf_image_spec *spec, char *key, char *value, bool *first_is_set)
{
	if (strcmp(key, "class") == 0) {
		spec->class = number(value) == 32 ? ELFCLASS32 : ELFCLASS64;
	} else if (strcmp(key, "endian") == 0) {
		spec->data = strcmp(value, "little") == 0 ? ELFDATA2LSB : ELFDATA2MSB;
	} else if (strcmp(key, "machine") == 0) {
		spec->machine = (uint16_t)number(value);
	} else if (strcmp(key, "type") == 0) {
		spec->type = (uint16_t)number(value);
	} else if (strcmp(key, "flags") == 0) {
		spec->flags = (uint32_t)number(value);
	} else if (strcmp(key, "entry") == 0) {
		spec->entry = number(value);
	} else if (strcmp(key, "interpreter") == 0) {
		spec->has_interpreter = number(value) != 0;
	} else if (strcmp(key, "segment") == 0) {
		set_segment(spec, value, first_is_set);
	} else {
		usage(key);
	}
}

int main(int argc, char **argv)
{
	struct elf_image_spec spec = elf_image_default();
	bool first_is_set = false;

	if (argc < 2) {
		usage("FILE");
	}
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals != NULL) {
			*equals = '\0';
			set(&spec, argv[i], equals + 1, &first_is_set);
		} else if (!elf_image_set_program(&spec, argv[i])) {
			usage(argv[i]);
		}
	}
	size_t size;
	uint8_t *image = elf_image_make(&spec, &size);
	FILE *file = fopen(argv[1], "we");

	if (file == NULL || fwrite(image, 1, size, file) != size || fclose(file) != 0) {
		perror(argv[1]);
		return 1;
	}
	free(image);
	return 0;
}

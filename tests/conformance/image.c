/* SPDX-License-Identifier: MIT */
/*
 * image.c - writes programs into a copy of the runtime's ELF.
 *
 * The runtime has a section .image of IMAGE_BYTES; libelf finds where it lies in the file, and
 * that part of the copy is overwritten. Layout: image.h.
 */
#include "tests/conformance/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/image_file.h"

struct image {
	uint8_t bytes[IMAGE_BYTES];
	bool big;
};

static void put64(struct image *image, size_t at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned shift = image->big ? 56 - 8 * i : 8 * i;

		image->bytes[at + i] = (uint8_t)(value >> shift);
	}
}

static void put32(struct image *image, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned shift = image->big ? 24 - 8 * i : 8 * i;

		image->bytes[at + i] = (uint8_t)(value >> shift);
	}
}

static size_t put_words(struct image *image, size_t at, const uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put64(image, at + 8 * i, words[i]);
	}
	return at + 8 * count;
}

static void put_program(struct image *image, size_t slot, const struct program *program)
{
	uint64_t header[HDR_WORDS] = {
		[HDR_NUMBER] = program->number,
		[HDR_PLATFORMS] = program->platforms,
		[HDR_STATUS] = program->status,
		[HDR_CODE_VADDR] = program->code_vaddr,
		[HDR_CODE_OFFSET] = slot + PROGRAM_HEADER_BYTES,
		[HDR_CODE_BYTES] = 4 * (uint64_t)program->code_count,
		[HDR_DATA_SEED] = program->data_seed,
		[HDR_FCR31] = program->fcr31,
		[HDR_ENTRYHI] = program->entryhi,
		[HDR_WIRED] = program->wired,
		[HDR_TLB_COUNT] = program->tlb_count,
		[HDR_PAGE_COUNT] = program->page_count,
		[HDR_STATUS_COUNT] = program->status_count,
		[HDR_REFILL_FIRST] = program->refill_first,
		[HDR_REFILL_LAST] = program->refill_last,
		[HDR_FLAGS] = program->flags,
		[HDR_HI] = program->hi,
		[HDR_LO] = program->lo,
	};
	size_t at;

	_Static_assert(8 * (HDR_WORDS + PROGRAM_TLB_ENTRIES * TLB_ENTRY_WORDS +
			    PROGRAM_PAGES * PAGE_ENTRY_WORDS + PROGRAM_STATUSES) <=
			       PROGRAM_HEADER_BYTES,
		       "a header fits into its page");
	_Static_assert((PROGRAMS_PER_IMAGE + 1) * PROGRAM_SLOT_BYTES == IMAGE_BYTES, "");
	_Static_assert(4 * PROGRAM_CODE_WORDS <= PROGRAM_SLOT_BYTES - PROGRAM_HEADER_BYTES, "");
	memcpy(header + HDR_GPR, program->gpr, sizeof(program->gpr));
	memcpy(header + HDR_FPR, program->fpr, sizeof(program->fpr));
	at = put_words(image, slot, header, HDR_WORDS);
	at = put_words(image, at, program->tlb[0], program->tlb_count * (size_t)TLB_ENTRY_WORDS);
	at = put_words(image, at, program->pages[0],
		       program->page_count * (size_t)PAGE_ENTRY_WORDS);
	(void)put_words(image, at, program->statuses, program->status_count);
	for (unsigned i = 0; i < program->code_count; i++) {
		put32(image, slot + PROGRAM_HEADER_BYTES + 4 * (size_t)i, program->code[i]);
	}
}

/* Where section .image lies in the file; false with a message if there is none. */
static bool find_section(int fd, const char *path, size_t *offset, bool *big)
{
	Elf *elf;
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Ehdr ehdr;
	bool found = false;

	if (elf_version(EV_CURRENT) == EV_NONE) {
		return false;
	}
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf == NULL || gelf_getehdr(elf, &ehdr) == NULL ||
	    elf_getshdrstrndx(elf, &names) != 0) {
		fprintf(stderr, "conformance: %s: %s\n", path, elf_errmsg(-1));
		elf_end(elf);
		return false;
	}
	*big = ehdr.e_ident[EI_DATA] == ELFDATA2MSB;
	while ((section = elf_nextscn(elf, section)) != NULL) {
		GElf_Shdr header;
		const char *name;

		if (gelf_getshdr(section, &header) == NULL) {
			continue;
		}
		name = elf_strptr(elf, names, header.sh_name);
		if (name != NULL && strcmp(name, ".image") == 0 && header.sh_size >= IMAGE_BYTES) {
			*offset = header.sh_offset;
			found = true;
		}
	}
	if (!found) {
		fprintf(stderr, "conformance: %s: no section .image\n", path);
	}
	elf_end(elf);
	return found;
}

static void *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long length;

	if (file == NULL) {
		fprintf(stderr, "conformance: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) > 0 &&
	    fseek(file, 0, SEEK_SET) == 0) {
		*size = (size_t)length;
		bytes = malloc(*size);
		if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(file);
	return bytes;
}

static bool write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	bool done;

	if (file == NULL) {
		fprintf(stderr, "conformance: %s: %s\n", path, strerror(errno));
		return false;
	}
	done = fwrite(bytes, 1, size, file) == size;
	done = fclose(file) == 0 && done;
	if (!done) {
		fprintf(stderr, "conformance: %s: %s\n", path, strerror(errno));
	}
	return done;
}

bool image_write(const char *runtime, const char *path, struct program *const *programs,
		 unsigned count)
{
	struct image *image = calloc(1, sizeof(*image));
	uint8_t *elf = NULL;
	size_t size = 0;
	size_t offset = 0;
	bool done = false;
	int fd = open(runtime, O_RDONLY | O_CLOEXEC);

	if (image == NULL || fd < 0 || !find_section(fd, runtime, &offset, &image->big)) {
		goto out;
	}
	elf = read_file(runtime, &size);
	if (elf == NULL || offset + IMAGE_BYTES > size) {
		goto out;
	}
	put64(image, 0, IMAGE_MAGIC);
	put64(image, 8, count);
	for (unsigned i = 0; i < count; i++) {
		size_t slot = program_slot(programs[i]->number);

		put64(image, 16 + 8 * (size_t)i, slot);
		put_program(image, slot, programs[i]);
	}
	memcpy(elf + offset, image->bytes, IMAGE_BYTES);
	done = write_file(path, elf, size);
out:
	if (fd >= 0) {
		close(fd);
	}
	free(elf);
	free(image);
	return done;
}

/* SPDX-License-Identifier: MIT */
/* elf_load.c - checking and loading executables, by libelf. */
#include "sim/elf/elf_load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "isa/segment.h"
#include "machine/boot.h"
#include "sim/elf/elf_file.h"

#define ZERO_BYTES 4096U
#define PADDR_BITS 36

/* One PT_LOAD segment: [first, first + bytes) of physical memory. */
struct load_segment {
	uint64_t first;
	uint64_t bytes;
	uint64_t file_bytes;
	const uint8_t *data;
	size_t number; /* of the program header */
};

static bool check_header(struct elf_file *file, struct error *err)
{
	const char *path = file->path;

	if (elf_kind(file->elf) != ELF_K_ELF) {
		return error_set(err, EXIT_USAGE, "%s: not an ELF file", path);
	}
	if (gelf_getehdr(file->elf, &file->header) == NULL) {
		return error_set(err, EXIT_HOST_IO, "%s: damaged ELF header: %s", path,
				 elf_errmsg(-1));
	}
	if (file->header.e_machine != EM_MIPS) {
		return error_set(err, EXIT_USAGE, "%s: made for machine %u, expected MIPS (%u)",
				 path, file->header.e_machine, EM_MIPS);
	}
	if (file->header.e_type != ET_EXEC) {
		return error_set(err, EXIT_USAGE,
				 "%s: ELF type %u, expected a statically linked executable (%u)",
				 path, file->header.e_type, ET_EXEC);
	}
	return true;
}

static bool open_elf(struct elf_file *file, struct error *err)
{
	struct stat status;

	file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0) {
		return error_set(err, EXIT_HOST_IO, "%s: %s", file->path, strerror(errno));
	}
	if (fstat(file->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		return error_set(err, EXIT_HOST_IO, "%s: not a regular file", file->path);
	}
	if (elf_version(EV_CURRENT) == EV_NONE) {
		return error_set(err, EXIT_HOST_IO, "libelf does not know the current ELF version");
	}
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (file->elf == NULL) {
		return error_set(err, EXIT_HOST_IO, "%s: %s", file->path, elf_errmsg(-1));
	}
	return check_header(file, err);
}

struct elf_file *elf_open(const char *path, struct error *err)
{
	struct elf_file *file = calloc(1, sizeof(*file));

	if (file == NULL) {
		error_set(err, EXIT_HOST_IO, "the host is out of memory");
		return NULL;
	}
	file->fd = -1;
	file->path = strdup(path);
	if (file->path == NULL || !open_elf(file, err)) {
		elf_close(file);
		return NULL;
	}
	elf_read_symbols(file);
	return file;
}

void elf_close(struct elf_file *file)
{
	if (file == NULL) {
		return;
	}
	free(file->symbol);
	if (file->elf != NULL) {
		elf_end(file->elf);
	}
	if (file->fd >= 0) {
		close(file->fd);
	}
	free(file->path);
	free(file);
}

bool elf_is_big_endian(const struct elf_file *file)
{
	return file->header.e_ident[EI_DATA] == ELFDATA2MSB;
}

bool elf_is_64(const struct elf_file *file)
{
	return file->header.e_ident[EI_CLASS] == ELFCLASS64;
}

bool elf_is_new_abi(const struct elf_file *file)
{
	return elf_is_64(file) || (file->header.e_flags & EF_MIPS_ABI2) != 0;
}

uint64_t elf_address(const struct elf_file *file, uint64_t address)
{
	return elf_is_64(file) ? address : (uint64_t)(int64_t)(int32_t)(uint32_t)address;
}

bool elf_wants_fr(const struct elf_file *file)
{
	return elf_is_64(file) || (file->header.e_flags & BOOT_ELF32_FLAGS_FR1) != 0;
}

uint64_t elf_entry(const struct elf_file *file)
{
	return elf_address(file, file->header.e_entry);
}

/* The physical address that a load address stands for. */
static bool physical_address(const struct elf_file *file, uint64_t address, uint64_t *paddr)
{
	uint64_t vaddr = elf_address(file, address);
	struct isa_segment_result segment = isa_segment(vaddr, ISA_MODE_KERNEL, true, false);

	if (segment.kind == ISA_SEGMENT_UNMAPPED) {
		*paddr = segment.paddr;
		return true;
	}
	*paddr = address;
	return (address >> PADDR_BITS) == 0;
}

static bool read_segment(const struct elf_file *file, size_t number, const GElf_Phdr *header,
			 struct load_segment *segment, struct error *err)
{
	size_t file_size;
	const char *raw = elf_rawfile(file->elf, &file_size);

	if (raw == NULL || header->p_offset > file_size ||
	    header->p_filesz > file_size - header->p_offset) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: truncated: segment %zu has bytes %" PRIu64 " to %" PRIu64
				 " of a file of %zu",
				 file->path, number, header->p_offset,
				 header->p_offset + header->p_filesz, raw == NULL ? 0 : file_size);
	}
	if (header->p_filesz > header->p_memsz) {
		return error_set(
			err, EXIT_HOST_IO,
			"%s: damaged: segment %zu has more bytes in the file than in memory",
			file->path, number);
	}
	if (!physical_address(file, header->p_paddr, &segment->first) ||
	    header->p_memsz > (1ULL << PADDR_BITS)) {
		return error_set(err, EXIT_USAGE,
				 "%s: segment %zu is at 0x%" PRIx64
				 ", which is no physical address",
				 file->path, number, header->p_paddr);
	}
	segment->bytes = header->p_memsz;
	segment->file_bytes = header->p_filesz;
	segment->data = (const uint8_t *)raw + header->p_offset;
	segment->number = number;
	return true;
}

static bool overlaps(const struct load_segment *a, const struct load_segment *b)
{
	return a->first < b->first + b->bytes && b->first < a->first + a->bytes;
}

/* The loadable segments; the caller frees *segments. */
static bool read_segments(const struct elf_file *file, struct load_segment **segments,
			  size_t *count, struct error *err)
{
	size_t headers = 0;

	*count = 0;
	*segments = NULL;
	if (elf_getphdrnum(file->elf, &headers) != 0 || headers == 0) {
		return error_set(err, EXIT_HOST_IO, "%s: truncated, or without program headers",
				 file->path);
	}
	*segments = calloc(headers, sizeof(**segments));
	if (*segments == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	for (size_t i = 0; i < headers; i++) {
		GElf_Phdr header;

		if (gelf_getphdr(file->elf, (int)i, &header) == NULL) {
			return error_set(err, EXIT_HOST_IO, "%s: damaged program header %zu: %s",
					 file->path, i, elf_errmsg(-1));
		}
		if (header.p_type != PT_LOAD || header.p_memsz == 0) {
			continue;
		}
		struct load_segment *segment = &(*segments)[*count];

		if (!read_segment(file, i, &header, segment, err)) {
			return false;
		}
		for (size_t j = 0; j < *count; j++) {
			if (overlaps(segment, &(*segments)[j])) {
				return error_set(err, EXIT_USAGE,
						 "%s: segments %zu and %zu overlap in memory",
						 file->path, (*segments)[j].number, i);
			}
		}
		(*count)++;
	}
	if (*count == 0) {
		return error_set(err, EXIT_USAGE, "%s: nothing to load", file->path);
	}
	return true;
}

static bool store_segment(const struct load_segment *segment, elf_store_fn *store, void *context)
{
	static const uint8_t zero[ZERO_BYTES];
	uint64_t done = segment->file_bytes;

	if (done > 0 && !store(context, segment->first, segment->data, (size_t)done)) {
		return false;
	}
	while (done < segment->bytes) {
		uint64_t part = segment->bytes - done;

		part = part < ZERO_BYTES ? part : ZERO_BYTES;
		if (!store(context, segment->first + done, zero, (size_t)part)) {
			return false;
		}
		done += part;
	}
	return true;
}

bool elf_load(const struct elf_file *file, elf_store_fn *store, void *context, struct error *err)
{
	struct load_segment *segments;
	size_t count;
	bool done = read_segments(file, &segments, &count, err);

	for (size_t i = 0; done && i < count; i++) {
		if (!store_segment(&segments[i], store, context)) {
			done = error_set(err, EXIT_USAGE,
					 "%s: segment %zu (0x%" PRIx64 " to 0x%" PRIx64
					 ") lies outside RAM; use more --memory or link it lower",
					 file->path, segments[i].number, segments[i].first,
					 segments[i].first + segments[i].bytes - 1);
		}
	}
	free(segments);
	return done;
}

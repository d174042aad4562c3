/* SPDX-License-Identifier: MIT */
/* elf_load.c - putting a program's segments into physical memory. */
#include "sim/elf/elf_load.h"

#include <inttypes.h>

#include "isa/segment.h"
#include "sim/elf/elf_file.h"

#define PADDR_BITS 36
/* Linkers make a handful; all of them are compared with each other. */
#define SEGMENTS_MAX 1024U

/* One PT_LOAD segment: [first, first + bytes) of physical memory. */
struct load_segment {
	uint64_t first;
	uint64_t bytes;
	uint64_t file_bytes;
	const uint8_t *data;
	unsigned number; /* of the program header */
};

struct load_plan {
	const struct elf_file *file;
	struct load_segment segment[SEGMENTS_MAX];
	unsigned count;
	bool by_vaddr; /* p_paddr was never filled in */
	bool vm_segments;
};

/* The physical address that an address in an unmapped kernel segment names. */
static bool unmapped(const struct load_plan *plan, uint64_t vaddr, uint64_t *paddr)
{
	struct isa_segment_result segment =
		plan->vm_segments ? isa_segment_vm(vaddr, ISA_MODE_KERNEL, true)
				  : isa_segment(vaddr, ISA_MODE_KERNEL, true, false);

	*paddr = segment.paddr;
	return segment.kind == ISA_SEGMENT_UNMAPPED;
}

/* The physical address that a load address stands for. */
static bool physical_address(const struct load_plan *plan, uint64_t address, uint64_t *paddr)
{
	if (unmapped(plan, elf_address(plan->file, address), paddr)) {
		return true;
	}
	*paddr = address;
	return (address >> PADDR_BITS) == 0;
}

static bool read_header(const struct elf_file *file, unsigned number, GElf_Phdr *header,
			struct error *err)
{
	if (gelf_getphdr(file->elf, (int)number, header) != NULL) {
		return true;
	}
	return error_set(err, EXIT_HOST_IO, "%s: damaged program header %u: %s", file->path, number,
			 elf_errmsg(-1));
}

static bool check_segment(const struct elf_file *file, unsigned number, const GElf_Phdr *header,
			  struct error *err)
{
	if (header->p_offset > file->image_bytes ||
	    header->p_filesz > file->image_bytes - header->p_offset) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: truncated or damaged: segment %u takes %" PRIu64
				 " bytes from %" PRIu64 ", the file has %zu",
				 file->path, number, header->p_filesz, header->p_offset,
				 file->image_bytes);
	}
	if (header->p_filesz > header->p_memsz) {
		return error_set(
			err, EXIT_HOST_IO,
			"%s: damaged: segment %u has more bytes in the file than in memory",
			file->path, number);
	}
	return true;
}

static bool overlaps(const struct load_segment *a, const struct load_segment *b)
{
	return a->first < b->first + b->bytes && b->first < a->first + a->bytes;
}

static bool add_segment(struct load_plan *plan, unsigned number, const GElf_Phdr *header,
			struct error *err)
{
	const struct elf_file *file = plan->file;
	struct load_segment *segment = &plan->segment[plan->count];
	uint64_t address = plan->by_vaddr ? header->p_vaddr : header->p_paddr;

	if (!check_segment(file, number, header, err)) {
		return false;
	}
	if (!physical_address(plan, address, &segment->first) ||
	    header->p_memsz > (1ULL << PADDR_BITS)) {
		return error_set(err, EXIT_USAGE,
				 "%s: segment %u (0x%" PRIx64 " bytes at 0x%" PRIx64
				 ") is not in physical memory, KSEG0, KSEG1 or XKPHYS",
				 file->path, number, header->p_memsz, address);
	}
	segment->bytes = header->p_memsz;
	segment->file_bytes = header->p_filesz;
	segment->data = file->image + header->p_offset;
	segment->number = number;
	for (unsigned i = 0; i < plan->count; i++) {
		if (overlaps(segment, &plan->segment[i])) {
			return error_set(err, EXIT_USAGE,
					 "%s: segments %u and %u overlap at physical 0x%" PRIx64,
					 file->path, plan->segment[i].number, number,
					 segment->first > plan->segment[i].first
						 ? segment->first
						 : plan->segment[i].first);
		}
	}
	plan->count++;
	return true;
}

/* Linkers that know nothing of load addresses leave all of them zero. */
static bool find_addressing(struct load_plan *plan, struct error *err)
{
	plan->by_vaddr = true;
	for (unsigned i = 0; i < plan->file->header.e_phnum; i++) {
		GElf_Phdr header;

		if (!read_header(plan->file, i, &header, err)) {
			return false;
		}
		if (header.p_type == PT_INTERP) {
			return error_set(err, EXIT_USAGE,
					 "%s: dynamically linked, expected a bare-metal program",
					 plan->file->path);
		}
		if (header.p_type == PT_LOAD && header.p_memsz != 0 && header.p_paddr != 0) {
			plan->by_vaddr = false;
		}
	}
	return true;
}

static bool make_plan(struct load_plan *plan, struct error *err)
{
	const struct elf_file *file = plan->file;

	if (file->header.e_phnum > SEGMENTS_MAX) {
		return error_set(err, EXIT_USAGE, "%s: %u program headers, expected at most %u",
				 file->path, file->header.e_phnum, SEGMENTS_MAX);
	}
	if (!find_addressing(plan, err)) {
		return false;
	}
	for (unsigned i = 0; i < file->header.e_phnum; i++) {
		GElf_Phdr header;

		if (!read_header(file, i, &header, err)) {
			return false;
		}
		if (header.p_type == PT_LOAD && header.p_memsz != 0 &&
		    !add_segment(plan, i, &header, err)) {
			return false;
		}
	}
	if (plan->count == 0) {
		return error_set(err, EXIT_USAGE, "%s: nothing to load", file->path);
	}
	return true;
}

static bool check_entry(const struct load_plan *plan, struct error *err)
{
	const struct elf_file *file = plan->file;
	uint64_t entry = elf_entry(file);
	uint64_t paddr;

	if (!unmapped(plan, entry, &paddr) && plan->vm_segments) {
		return error_set(err, EXIT_USAGE,
				 "%s: entry 0x%016" PRIx64
				 " is not in the window of a virtual machine (machine/vm.h)",
				 file->path, entry);
	}
	if (!unmapped(plan, entry, &paddr)) {
		return error_set(
			err, EXIT_USAGE,
			"%s: entry 0x%016" PRIx64
			" is in %s; expected kernel mode without TLB: KSEG0, KSEG1, XKPHYS",
			file->path, entry, isa_segment_name(entry, ISA_MODE_KERNEL, true));
	}
	if (entry % 4 != 0) {
		return error_set(err, EXIT_USAGE,
				 "%s: entry 0x%016" PRIx64 " is not a multiple of 4", file->path,
				 entry);
	}
	for (unsigned i = 0; i < plan->count; i++) {
		if (paddr >= plan->segment[i].first &&
		    paddr - plan->segment[i].first < plan->segment[i].bytes) {
			return true;
		}
	}
	return error_set(err, EXIT_USAGE, "%s: nothing is loaded at the entry 0x%016" PRIx64,
			 file->path, entry);
}

bool elf_load(const struct elf_file *file, bool vm_segments, elf_store_fn *store, void *context,
	      struct error *err)
{
	struct load_plan plan = { .file = file, .vm_segments = vm_segments };

	if (!make_plan(&plan, err)) {
		return false;
	}
	for (unsigned i = 0; i < plan.count; i++) {
		const struct load_segment *segment = &plan.segment[i];

		if (!store(context, segment->first, NULL, segment->bytes)) {
			return error_set(err, EXIT_USAGE,
					 "%s: segment %u (0x%" PRIx64 " to 0x%" PRIx64
					 ") lies outside RAM; use more --memory or link it lower",
					 file->path, segment->number, segment->first,
					 segment->first + segment->bytes - 1);
		}
	}
	if (!check_entry(&plan, err)) {
		return false;
	}
	for (unsigned i = 0; i < plan.count; i++) {
		const struct load_segment *segment = &plan.segment[i];

		if (segment->file_bytes > 0 &&
		    !store(context, segment->first, segment->data, segment->file_bytes)) {
			return error_set(err, EXIT_HOST_IO, "%s: segment %u could not be stored",
					 file->path, segment->number);
		}
	}
	return true;
}

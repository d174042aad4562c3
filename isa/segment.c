/* SPDX-License-Identifier: MIT */
/*
 * segment.c - the segment table. A range that no row of a mode covers is an address error.
 *
 * With 32-bit addressing only sign-extended 32-bit addresses exist; others, which the manual leaves
 * undefined, are address errors here. xkphys repeats physical memory once for each cache attribute;
 * bits 58..36 of an address in it must be zero.
 */
#include "isa/segment.h"

#include <stddef.h>

#define WIDTH_32   1U
#define WIDTH_64   2U
#define USER       (1U << ISA_MODE_USER)
#define SUPERVISOR (1U << ISA_MODE_SUPERVISOR)
#define KERNEL     (1U << ISA_MODE_KERNEL)

#define XKPHYS_BASE        0x8000000000000000ULL
#define XKPHYS_LAST        0xbfffffffffffffffULL
#define XKPHYS_MUST_ZERO   0x07fffff000000000ULL
#define XKPHYS_PADDR       0x0000000fffffffffULL
#define XKPHYS_CACHE_SHIFT 59
#define CACHE_COHERENT     5

struct segment {
	uint64_t first;
	uint64_t last;
	const char *name;
	uint8_t modes;
	uint8_t widths;
	uint8_t kind;  /* enum isa_segment_kind */
	uint8_t cache; /* ISA_CACHE_* */
};

#define MAPPED(first, last, name, modes, widths)                                    \
	{                                                                           \
		first, last, name, modes, widths, ISA_SEGMENT_MAPPED, ISA_CACHE_TLB \
	}
#define UNMAPPED(first, last, name, modes, widths, cache)                     \
	{                                                                     \
		first, last, name, modes, widths, ISA_SEGMENT_UNMAPPED, cache \
	}

/* clang-format off */
static const struct segment segments[] = {
	/* 32-bit addressing: figures 4-3, 4-4, 4-6. */
	MAPPED(0x0000000000000000, 0x000000007fffffff, "useg",  USER, WIDTH_32),
	MAPPED(0x0000000000000000, 0x000000007fffffff, "suseg", SUPERVISOR, WIDTH_32),
	MAPPED(0xffffffffc0000000, 0xffffffffdfffffff, "sseg",  SUPERVISOR, WIDTH_32),
	MAPPED(0x0000000000000000, 0x000000007fffffff, "kuseg", KERNEL, WIDTH_32),
	UNMAPPED(0xffffffff80000000, 0xffffffff9fffffff, "kseg0", KERNEL, WIDTH_32, ISA_CACHE_CONFIG),
	UNMAPPED(0xffffffffa0000000, 0xffffffffbfffffff, "kseg1", KERNEL, WIDTH_32, ISA_CACHE_UNCACHED),
	MAPPED(0xffffffffc0000000, 0xffffffffdfffffff, "ksseg", KERNEL, WIDTH_32),
	MAPPED(0xffffffffe0000000, 0xffffffffffffffff, "kseg3", KERNEL, WIDTH_32),
	/* 64-bit addressing. */
	MAPPED(0x0000000000000000, 0x000000ffffffffff, "xuseg",  USER, WIDTH_64),
	MAPPED(0x0000000000000000, 0x000000ffffffffff, "xsuseg", SUPERVISOR, WIDTH_64),
	MAPPED(0x4000000000000000, 0x400000ffffffffff, "xsseg",  SUPERVISOR, WIDTH_64),
	MAPPED(0xffffffffc0000000, 0xffffffffdfffffff, "csseg",  SUPERVISOR, WIDTH_64),
	MAPPED(0x0000000000000000, 0x000000ffffffffff, "xkuseg", KERNEL, WIDTH_64),
	MAPPED(0x4000000000000000, 0x400000ffffffffff, "xksseg", KERNEL, WIDTH_64),
	UNMAPPED(XKPHYS_BASE, XKPHYS_LAST, "xkphys", KERNEL, WIDTH_64, 0),
	MAPPED(0xc000000000000000, 0xc00000ff7fffffff, "xkseg",  KERNEL, WIDTH_64),
	UNMAPPED(0xffffffff80000000, 0xffffffff9fffffff, "ckseg0", KERNEL, WIDTH_64, ISA_CACHE_CONFIG),
	UNMAPPED(0xffffffffa0000000, 0xffffffffbfffffff, "ckseg1", KERNEL, WIDTH_64, ISA_CACHE_UNCACHED),
	MAPPED(0xffffffffc0000000, 0xffffffffdfffffff, "cksseg", KERNEL, WIDTH_64),
	MAPPED(0xffffffffe0000000, 0xffffffffffffffff, "ckseg3", KERNEL, WIDTH_64),
};

/* A guest's (machine/vm.h; isa/ includes nothing else, so a test compares the numbers). */
static const struct segment vm_segments[] = {
	MAPPED(0x0000000000000000, 0x000000007fffffff, "useg", USER | SUPERVISOR, WIDTH_32),
	MAPPED(0x0000000000000000, 0x000000007fffffff, "kuseg", KERNEL, WIDTH_32),
	MAPPED(0x0000000000000000, 0x000000ffffffffff, "xuseg", USER | SUPERVISOR, WIDTH_64),
	MAPPED(0x0000000000000000, 0x000000ffffffffff, "xkuseg", KERNEL, WIDTH_64),
	MAPPED(0x4000000000000000, 0x400000ffffffffff, "xksseg", KERNEL, WIDTH_64),
	UNMAPPED(0xffffffffc0000000, 0xffffffffcfffffff, "window", KERNEL, WIDTH_32 | WIDTH_64, CACHE_COHERENT),
	MAPPED(0xffffffffd0000000, 0xffffffffddffffff, "mapped", KERNEL, WIDTH_32 | WIDTH_64),
	UNMAPPED(0xffffffffdf000000, 0xffffffffdfffffff, "devices", KERNEL, WIDTH_32 | WIDTH_64, ISA_CACHE_UNCACHED),
};
/* clang-format on */

#define SEGMENTS       (sizeof(segments) / sizeof(segments[0]))
#define VM_SEGMENTS    (sizeof(vm_segments) / sizeof(vm_segments[0]))
#define LOW_2GB        0x80000000ULL
#define LOW_512MB_MASK 0x1fffffffULL

static const struct segment *find_in(const struct segment *table, size_t count, uint64_t vaddr,
				     enum isa_mode mode, bool x64)
{
	for (size_t i = 0; i < count; i++) {
		const struct segment *segment = &table[i];

		if ((segment->modes & (1U << mode)) &&
		    (segment->widths & (x64 ? WIDTH_64 : WIDTH_32)) && vaddr >= segment->first &&
		    vaddr <= segment->last) {
			return segment;
		}
	}
	return NULL;
}

static const struct segment *find(uint64_t vaddr, enum isa_mode mode, bool x64)
{
	return find_in(segments, SEGMENTS, vaddr, mode, x64);
}

static struct isa_segment_result xkphys(uint64_t vaddr)
{
	struct isa_segment_result result = { .kind = ISA_SEGMENT_ERROR };

	if ((vaddr & XKPHYS_MUST_ZERO) == 0) {
		result.kind = ISA_SEGMENT_UNMAPPED;
		result.cache = (uint8_t)((vaddr >> XKPHYS_CACHE_SHIFT) & 7);
		result.paddr = vaddr & XKPHYS_PADDR;
	}
	return result;
}

struct isa_segment_result isa_segment(uint64_t vaddr, enum isa_mode mode, bool x64, bool erl)
{
	const struct segment *segment = find(vaddr, mode, x64);

	if (segment == NULL) {
		return (struct isa_segment_result){ .kind = ISA_SEGMENT_ERROR };
	}
	if (segment->first == XKPHYS_BASE) {
		return xkphys(vaddr);
	}
	if (erl && mode == ISA_MODE_KERNEL && vaddr < LOW_2GB) {
		return (struct isa_segment_result){ .kind = ISA_SEGMENT_UNMAPPED,
						    .cache = ISA_CACHE_UNCACHED,
						    .paddr = vaddr };
	}
	return (struct isa_segment_result){ .kind = (enum isa_segment_kind)segment->kind,
					    .cache = segment->cache,
					    .paddr = vaddr & LOW_512MB_MASK };
}

struct isa_segment_result isa_segment_vm(uint64_t vaddr, enum isa_mode mode, bool x64)
{
	const struct segment *segment = find_in(vm_segments, VM_SEGMENTS, vaddr, mode, x64);

	if (segment == NULL) {
		return (struct isa_segment_result){ .kind = ISA_SEGMENT_ERROR };
	}
	/* Window and devices: guest physical 0 up and MAP_IO_BASE up, both by the low 29 bits. */
	return (struct isa_segment_result){ .kind = (enum isa_segment_kind)segment->kind,
					    .cache = segment->cache,
					    .paddr = vaddr & LOW_512MB_MASK };
}

const char *isa_segment_name(uint64_t vaddr, enum isa_mode mode, bool x64)
{
	const struct segment *segment = find(vaddr, mode, x64);

	return segment == NULL ? "error" : segment->name;
}

/* SPDX-License-Identifier: MIT */
/*
 * segment.h - the address segments of the R4000 (R4000 UM 4.2, figures 4-3 to 4-7), as a table.
 *
 * Pure and freestanding: used by the simulator, the monitor and the tests.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum isa_mode {
	ISA_MODE_USER,
	ISA_MODE_SUPERVISOR,
	ISA_MODE_KERNEL
};

enum isa_segment_kind {
	ISA_SEGMENT_ERROR,   /* address error */
	ISA_SEGMENT_MAPPED,  /* through the TLB */
	ISA_SEGMENT_UNMAPPED /* `paddr` is the address */
};

/* Cache attributes (R4000 UM table 4-6); a mapped segment takes the TLB entry's. */
#define ISA_CACHE_UNCACHED 2
#define ISA_CACHE_CONFIG   8 /* kseg0: Config.K0 */
#define ISA_CACHE_TLB      9

struct isa_segment_result {
	enum isa_segment_kind kind;
	uint8_t cache;  /* ISA_CACHE_*, or 0..7 in xkphys */
	uint64_t paddr; /* when unmapped */
};

/*
 * The segment of `vaddr` in `mode`. `x64`: 64-bit addressing (UX, SX or KX of that mode). `erl`:
 * Status.ERL, which makes the lowest 2 GB unmapped and uncached in kernel mode (R4000 UM 5.3).
 */
struct isa_segment_result isa_segment(uint64_t vaddr, enum isa_mode mode, bool x64, bool erl);

/*
 * The same for the guest of a virtual machine (machine/vm.h): ISA_MODE_KERNEL is its kernel mode,
 * whichever mode executes it; the others are its user mode. The window and the devices are
 * unmapped; the monitor's area, kseg0, kseg1, kseg3 and xkphys are address errors. No effect of
 * Status.ERL.
 */
struct isa_segment_result isa_segment_vm(uint64_t vaddr, enum isa_mode mode, bool x64);

/* Name of the segment for people: "kseg0", "xsuseg", ... */
const char *isa_segment_name(uint64_t vaddr, enum isa_mode mode, bool x64);

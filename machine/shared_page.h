/* SPDX-License-Identifier: MIT */
/*
 * shared_page.h - the page that a VCPU and the monitor share: virtual CP0 registers in memory.
 *
 * At VM_SHARED_PAGE, and for rewritten instructions at VM_SHARED_PAGE_LOW (vm.h). Numbers are in
 * CPU byte order. Of a 64-bit register a guest in 32-bit addressing uses the low word alone, at
 * + SHARED_PAGE_LOW_WORD; the monitor sign-extends it. Whatever the guest writes is input that the
 * monitor checks. Only #define, and a struct for C. Manual page: docs/machine/shared_page.md, which
 * says for each register what is a load, what a store, and what still traps.
 */
#pragma once

#define SHARED_PAGE_BYTES   0x1000
#define SHARED_PAGE_VERSION 1
#define SHARED_PAGE_MAGIC   0x4d425350 /* "MBSP" */

/* Written by the monitor alone; what the guest stores here is overwritten or ignored. */
#define SHARED_PAGE_ID           0x000 /* 32: SHARED_PAGE_MAGIC */
#define SHARED_PAGE_ID_VERSION   0x004 /* 32: SHARED_PAGE_VERSION */
#define SHARED_PAGE_VM           0x008 /* 32: number of the VM */
#define SHARED_PAGE_VCPU         0x00c /* 32: number of the VCPU in it */
#define SHARED_PAGE_PENDING      0x010 /* 32: bits of Cause.IP that are up; 0 = none */
#define SHARED_PAGE_CAUSE        0x014 /* 32 */
#define SHARED_PAGE_COUNT_OFFSET 0x018 /* 32: Count = low half of (clock / 2) + this */
#define SHARED_PAGE_COMPARE      0x01c /* 32 */
#define SHARED_PAGE_WIRED        0x020 /* 32 */
#define SHARED_PAGE_CONFIG       0x024 /* 32 */
#define SHARED_PAGE_PRID         0x028 /* 32 */
#define SHARED_PAGE_SWITCHES     0x02c /* 32: how often another VCPU has run in between */
#define SHARED_PAGE_BADVADDR     0x030 /* 64 */
#define SHARED_PAGE_ENTRYHI      0x038 /* 64 */
#define SHARED_PAGE_STOLEN       0x040 /* 64: cycles in which the VCPU was ready and did not run */

/* Written by both: the guest with stores, the monitor when it emulates. */
#define SHARED_PAGE_STATUS   0x080 /* 32 */
#define SHARED_PAGE_INDEX    0x084 /* 32 */
#define SHARED_PAGE_PAGEMASK 0x088 /* 32 */
#define SHARED_PAGE_EPC      0x090 /* 64 */
#define SHARED_PAGE_ERROREPC 0x098 /* 64 */
#define SHARED_PAGE_ENTRYLO0 0x0a0 /* 64 */
#define SHARED_PAGE_ENTRYLO1 0x0a8 /* 64 */
#define SHARED_PAGE_CONTEXT  0x0b0 /* 64: PTEBase; BadVPN2 is the monitor's */
#define SHARED_PAGE_XCONTEXT 0x0b8 /* 64: PTEBase; R and BadVPN2 are the monitor's */

/* Written by the guest alone: words for its own use. */
#define SHARED_PAGE_SCRATCH       0x0c0 /* 64 each */
#define SHARED_PAGE_SCRATCH_COUNT 8

/* The rest of the page is 0 and kept for later versions. */
#define SHARED_PAGE_END 0x100

#if defined(__mips__)
#if defined(__MIPSEB__)
#define SHARED_PAGE_LOW_WORD 4
#else
#define SHARED_PAGE_LOW_WORD 0
#endif
#endif

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct shared_page {
	/* The monitor's. */
	uint32_t id;
	uint32_t id_version;
	uint32_t vm;
	uint32_t vcpu;
	uint32_t pending;
	uint32_t cause;
	uint32_t count_offset;
	uint32_t compare;
	uint32_t wired;
	uint32_t config;
	uint32_t prid;
	uint32_t switches;
	uint64_t badvaddr;
	uint64_t entryhi;
	uint64_t stolen_cycles;
	uint64_t reserved0[7];
	/* Both write. */
	uint32_t status;
	uint32_t index;
	uint32_t pagemask;
	uint32_t reserved1;
	uint64_t epc;
	uint64_t errorepc;
	uint64_t entrylo0;
	uint64_t entrylo1;
	uint64_t context;
	uint64_t xcontext;
	/* The guest's. */
	uint64_t scratch[SHARED_PAGE_SCRATCH_COUNT];
};

#define SHARED_PAGE_AT(member, offset) \
	_Static_assert(offsetof(struct shared_page, member) == (offset), #member)

SHARED_PAGE_AT(id, SHARED_PAGE_ID);
SHARED_PAGE_AT(id_version, SHARED_PAGE_ID_VERSION);
SHARED_PAGE_AT(vm, SHARED_PAGE_VM);
SHARED_PAGE_AT(vcpu, SHARED_PAGE_VCPU);
SHARED_PAGE_AT(pending, SHARED_PAGE_PENDING);
SHARED_PAGE_AT(cause, SHARED_PAGE_CAUSE);
SHARED_PAGE_AT(count_offset, SHARED_PAGE_COUNT_OFFSET);
SHARED_PAGE_AT(compare, SHARED_PAGE_COMPARE);
SHARED_PAGE_AT(wired, SHARED_PAGE_WIRED);
SHARED_PAGE_AT(config, SHARED_PAGE_CONFIG);
SHARED_PAGE_AT(prid, SHARED_PAGE_PRID);
SHARED_PAGE_AT(switches, SHARED_PAGE_SWITCHES);
SHARED_PAGE_AT(badvaddr, SHARED_PAGE_BADVADDR);
SHARED_PAGE_AT(entryhi, SHARED_PAGE_ENTRYHI);
SHARED_PAGE_AT(stolen_cycles, SHARED_PAGE_STOLEN);
SHARED_PAGE_AT(status, SHARED_PAGE_STATUS);
SHARED_PAGE_AT(index, SHARED_PAGE_INDEX);
SHARED_PAGE_AT(pagemask, SHARED_PAGE_PAGEMASK);
SHARED_PAGE_AT(epc, SHARED_PAGE_EPC);
SHARED_PAGE_AT(errorepc, SHARED_PAGE_ERROREPC);
SHARED_PAGE_AT(entrylo0, SHARED_PAGE_ENTRYLO0);
SHARED_PAGE_AT(entrylo1, SHARED_PAGE_ENTRYLO1);
SHARED_PAGE_AT(context, SHARED_PAGE_CONTEXT);
SHARED_PAGE_AT(xcontext, SHARED_PAGE_XCONTEXT);
SHARED_PAGE_AT(scratch, SHARED_PAGE_SCRATCH);
_Static_assert(sizeof(struct shared_page) == SHARED_PAGE_END, "size");

#undef SHARED_PAGE_AT
#endif

/* SPDX-License-Identifier: MIT */
/*
 * guest_tlb.h - what tests of the virtual TLB do all the time: VCPU 0 of VM 0 writes entries and
 * uses addresses.
 */
#pragma once

#include "isa/cp0.h"
#include "tests/monitor/model.h"

/* Virtual addresses of a process. */
#define TEXT  0x00400000
#define HEAP  0x10000000
#define OTHER 0x20000000
#define RO    ENTRYLO_V
#define RW    (ENTRYLO_V | ENTRYLO_D)
#define GLO   ENTRYLO_G

static inline struct vtlb_registers registers(uint64_t vaddr, uint8_t asid, uint32_t gpn,
					      uint32_t bits)
{
	return (struct vtlb_registers){
		.entryhi = (vaddr & ~(uint64_t)0x1fff) | asid,
		.entrylo0 = gpn << 6 | 5 << 3 | bits,
		.entrylo1 = (gpn + 1) << 6 | 5 << 3 | bits,
	};
}

/* tlbwr of a 4 KB pair: `gpn` and the page behind it. */
static inline void refill(uint64_t vaddr, uint8_t asid, uint32_t gpn, uint32_t bits)
{
	struct vtlb_registers r = registers(vaddr, asid, gpn, bits);

	vtlb_write_random(&model.vtlb[0][0], &r);
}

static inline void refill_large(uint64_t vaddr, uint8_t asid, uint32_t gpn, uint32_t bits,
				uint32_t mask)
{
	struct vtlb_registers r = registers(vaddr, asid, gpn, bits);

	r.pagemask = mask;
	r.entrylo1 = (gpn + (mask >> 13) + 1) << 6 | 5 << 3 | bits;
	vtlb_write_random(&model.vtlb[0][0], &r);
}

static inline enum vtlb_result load_from(uint64_t vaddr, uint8_t asid)
{
	uint64_t paddr;

	return model_access(vaddr, asid, false, &paddr);
}

static inline enum vtlb_result store_to(uint64_t vaddr, uint8_t asid)
{
	uint64_t paddr;

	return model_access(vaddr, asid, true, &paddr);
}

/* Guest page that a load reaches, or UINT32_MAX. */
static inline uint32_t gpn_at(uint64_t vaddr, uint8_t asid)
{
	uint64_t paddr;

	if (model_access(vaddr, asid, false, &paddr) != VTLB_MAPPED) {
		return UINT32_MAX;
	}
	for (uint32_t gpn = 0; gpn < model.pmap[0].frame_count; gpn++) {
		if ((pmap_ready(&model.pmap[0], gpn) & ENTRYLO_PFN) >> 6 == paddr >> 12) {
			return gpn;
		}
	}
	return UINT32_MAX;
}

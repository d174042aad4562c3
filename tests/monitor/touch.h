/* SPDX-License-Identifier: MIT */
/*
 * touch.h - what tests of guest memory do all the time: CPUs of the model load and store bytes of
 * the VCPU that they run, with ASID 1, and VCPUs of VM 0 map pages.
 */
#pragma once

#include <check.h>

#include "isa/cp0.h"
#include "tests/monitor/model.h"

#define WINDOW 0xffffffffc0000000
#define HEAP   0x10000000
#define RW     (ENTRYLO_V | ENTRYLO_D)

static inline uint8_t *at(uint64_t paddr)
{
	return (uint8_t *)machine_page((uint32_t)(paddr >> 12)) + paddr % MAP_PAGE_BYTES;
}

static inline enum vtlb_result access_on(uint32_t cpu, uint64_t vaddr, bool write, uint64_t *paddr)
{
	enum vtlb_result result;

	model.current = cpu;
	result = model_access(vaddr, 1, write, paddr);
	model.current = 0;
	return result;
}

static inline uint8_t load_on(uint32_t cpu, uint64_t vaddr)
{
	uint64_t paddr;

	ck_assert_int_eq(access_on(cpu, vaddr, false, &paddr), VTLB_MAPPED);
	return *at(paddr);
}

static inline void store_on(uint32_t cpu, uint64_t vaddr, uint8_t value)
{
	uint64_t paddr;

	ck_assert_int_eq(access_on(cpu, vaddr, true, &paddr), VTLB_MAPPED);
	*at(paddr) = value;
}

/* The guest maps `gpn` (and the page behind it) at `vaddr`, ASID 1, on this VCPU. */
static inline void map(uint32_t vcpu, uint64_t vaddr, uint32_t gpn)
{
	struct vtlb_registers r = {
		.entryhi = vaddr | 1,
		.entrylo0 = gpn << 6 | RW,
		.entrylo1 = (gpn + 1) << 6 | RW,
	};

	model.current = vcpu;
	vtlb_write_random(&model.vtlb[0][vcpu], &r);
	model.current = 0;
}

static inline uint64_t window(uint32_t gpn)
{
	return WINDOW + (uint64_t)gpn * MAP_PAGE_BYTES;
}

static inline uint32_t mpn_of(uint32_t vm, uint32_t gpn)
{
	return (pmap_ready(&model.pmap[vm], gpn) & ENTRYLO_PFN) >> 6;
}

static inline void sound(void)
{
	const char *broken = model_check();

	if (broken) {
		ck_abort_msg("%s", broken);
	}
}

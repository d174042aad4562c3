/* SPDX-License-Identifier: MIT */
/*
 * memory.h - machine memory and device registers through XKPHYS (R4000 UM 4.2, table 4-4).
 *
 * XKPHYS reaches all 36 physical bits with the cache attribute in the address. The monitor has no
 * other map: it uses no TLB entry but the per-CPU one (src/cpu/cpu.h).
 */
#pragma once

#include <stdint.h>

#include "src/include/types.h"

#define XKPHYS_BASE            0x8000000000000000
#define XKPHYS_ATTRIBUTE_SHIFT 59
#define XKPHYS_PADDR           0x0000000fffffffff

/* Cached and coherent. */
static inline void *memory_at(uint64_t paddr)
{
	return (void *)(uintptr_t)(XKPHYS_BASE |
				   (uint64_t)CACHE_COHERENT << XKPHYS_ATTRIBUTE_SHIFT | paddr);
}

/* Uncached: the address of device registers, as struct machine and the functions below have it. */
static inline uint64_t memory_uncached(uint64_t paddr)
{
	return XKPHYS_BASE | (uint64_t)CACHE_UNCACHED << XKPHYS_ATTRIBUTE_SHIFT | paddr;
}

/* Machine address of what XKPHYS or CKSEG0 `pointer` points to. */
static inline uint64_t memory_paddr(const void *pointer)
{
	uint64_t address = (uint64_t)(uintptr_t)pointer;

	if (address >> 62 == 2) {
		return address & XKPHYS_PADDR;
	}
	return address & 0x1fffffff;
}

static inline uint32_t device_read32(uint64_t address)
{
	return *(volatile uint32_t *)(uintptr_t)address;
}

static inline uint64_t device_read64(uint64_t address)
{
	return *(volatile uint64_t *)(uintptr_t)address;
}

static inline void device_write32(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)address = value;
}

static inline void device_write64(uint64_t address, uint64_t value)
{
	*(volatile uint64_t *)(uintptr_t)address = value;
}

/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - CP0 registers, interrupts and the unmapped segments, as C sees them.
 *
 * Each accessor carries the CP0 hazard of its instruction (R4000 UM appendix F): after a write at
 * most six instructions may still see the old value, so a write ends with that many nops.
 */
#pragma once

#include <stdint.h>

#include "isa/cp0.h"
#include "machine/map.h"
#include "machine/vm.h"

#define CPU_STRING_(x) #x
#define CPU_STRING(x)  CPU_STRING_(x)

#define cp0_read(number)                                                              \
	({                                                                            \
		uint32_t cp0_value_;                                                  \
		__asm__ volatile("mfc0 %0, $" CPU_STRING(number) : "=r"(cp0_value_)); \
		cp0_value_;                                                           \
	})

#define CPU_HAZARD "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop"

#define cp0_write(number, value)                                           \
	__asm__ volatile("mtc0 %0, $" CPU_STRING(number) "\n\t" CPU_HAZARD \
			 :                                                 \
			 : "r"((uint32_t)(value))                          \
			 : "memory")

/* An address register (EntryHi, EPC, Context ...): as wide as a pointer. */
#if _MIPS_SIM == _ABI64
#define cp0_write_address(number, value)                                    \
	__asm__ volatile("dmtc0 %0, $" CPU_STRING(number) "\n\t" CPU_HAZARD \
			 :                                                  \
			 : "r"((unsigned long)(value))                      \
			 : "memory")
#else
#define cp0_write_address(number, value) cp0_write(number, (uint32_t)(value))
#endif

#ifdef GUEST_IN_VM
/*
 * In a virtual machine the kernel has supervisor mode (docs/machine/vm.md): its memory in the
 * window, its devices in an area of their own.
 */
static inline void *cpu_kseg0(uint32_t paddr)
{
	return (void *)(intptr_t)(int32_t)(VM_WINDOW_BASE + paddr);
}

static inline volatile void *cpu_kseg1(uint32_t paddr)
{
	if (paddr - MAP_IO_BASE < VM_DEVICES_BYTES) {
		paddr += VM_DEVICES_BASE - VM_WINDOW_BASE - MAP_IO_BASE;
	}
	return cpu_kseg0(paddr);
}

static inline uint32_t cpu_physical(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer - VM_WINDOW_BASE;
}
#else
/* Physical addresses below 512 MB: KSEG0 is cached, KSEG1 uncached. */
static inline void *cpu_kseg0(uint32_t paddr)
{
	return (void *)(intptr_t)(int32_t)(0x80000000U | paddr);
}

static inline volatile void *cpu_kseg1(uint32_t paddr)
{
	return (volatile void *)(intptr_t)(int32_t)(0xa0000000U | paddr);
}

/* The physical address of something that the program holds in KSEG0. */
static inline uint32_t cpu_physical(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer & 0x1fffffffU;
}
#endif

static inline uint32_t cpu_count(void)
{
	return cp0_read(CP0_COUNT);
}

/* Turns interrupts off and returns Status as it was, for cpu_interrupts_restore(). */
static inline uint32_t cpu_interrupts_off(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	cp0_write(CP0_STATUS, status & ~(uint32_t)STATUS_IE);
	return status;
}

static inline void cpu_interrupts_restore(uint32_t status)
{
	cp0_write(CP0_STATUS, status);
}

/* Lets the interrupt lines of `mask` (bits STATUS_IM) in, and interrupts as such on. */
static inline void cpu_interrupts_on(uint32_t mask)
{
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | mask | STATUS_IE);
}

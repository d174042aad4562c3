/* SPDX-License-Identifier: MIT */
/*
 * encode.h - the few instructions that the monitor writes itself (R4000 UM appendix A). A test
 * compares them with isa_decode().
 *
 * Pure and freestanding.
 */
#pragma once

#include <stdint.h>

#define ISA_ENCODE_NOP 0U

/* rt, offset($zero). */
static inline uint32_t isa_encode_lw_zero(unsigned rt, int16_t offset)
{
	return 0x8c000000U | rt << 16 | (uint16_t)offset;
}

static inline uint32_t isa_encode_sw_zero(unsigned rt, int16_t offset)
{
	return 0xac000000U | rt << 16 | (uint16_t)offset;
}

static inline uint32_t isa_encode_ld_zero(unsigned rt, int16_t offset)
{
	return 0xdc000000U | rt << 16 | (uint16_t)offset;
}

static inline uint32_t isa_encode_sd_zero(unsigned rt, int16_t offset)
{
	return 0xfc000000U | rt << 16 | (uint16_t)offset;
}

/* bne rs, $zero, over `count` instructions behind the delay slot. */
static inline uint32_t isa_encode_bnez(unsigned rs, int16_t count)
{
	return 0x14000000U | rs << 21 | (uint16_t)(count + 1);
}

/* j to `target`, in the 256 MB region of its delay slot. */
static inline uint32_t isa_encode_j(uint64_t target)
{
	return 0x08000000U | (uint32_t)(target >> 2 & 0x03ffffffU);
}

static inline uint32_t isa_encode_syscall(uint32_t code)
{
	return 0x0000000cU | (code & 0xfffffU) << 6;
}

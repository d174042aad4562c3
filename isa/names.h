/* SPDX-License-Identifier: MIT */
/*
 * names.h - CP0 registers and exceptions by number, expanded from cp0.def and exc.def.
 *
 * Freestanding: used by the simulator, the monitor, the disassembler and the tests.
 */
#pragma once

#include <stdint.h>

struct isa_cp0_register {
	const char *name; /* the manual's; NULL: the number is reserved */
	const char *description;
	uint64_t reset;
	uint64_t writable; /* bits that MTC0 or DMTC0 sets */
	uint8_t width;     /* 32 or 64 */
};

struct isa_exception {
	const char *name; /* the manual's; NULL: the code is reserved */
	const char *description;
};

extern const struct isa_cp0_register isa_cp0_registers[32];
extern const struct isa_exception isa_exceptions[32];

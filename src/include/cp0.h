/* SPDX-License-Identifier: MIT */
/*
 * cp0.h - the processor's CP0 registers, as C sees them.
 *
 * CP0 registers are not interlocked (R4000 UM appendix F; isa/hazard.def). A write is seen by
 * everything from the eighth instruction on, by mfc0 from the third: writers here end with the
 * nops that their users need, named by user, and the plain ones with all of them.
 */
#pragma once

#include <stdint.h>

#include "isa/cp0.h"

#define CP0_STRING_(x) #x
#define CP0_STRING(x)  CP0_STRING_(x)

/* Instructions between a write and whatever comes: the longest delay of the table. */
#define CP0_HAZARD "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop"

#define cp0_read(number)                                                              \
	({                                                                            \
		uint32_t cp0_value_;                                                  \
		__asm__ volatile("mfc0 %0, $" CP0_STRING(number) : "=r"(cp0_value_)); \
		cp0_value_;                                                           \
	})

#define cp0_read64(number)                                                             \
	({                                                                             \
		uint64_t cp0_value_;                                                   \
		__asm__ volatile("dmfc0 %0, $" CP0_STRING(number) : "=r"(cp0_value_)); \
		cp0_value_;                                                            \
	})

#define cp0_write(number, value)                                                 \
	__asm__ volatile(".set push\n\t.set noreorder\n\tmtc0 %0, $" CP0_STRING( \
				 number) "\n\t" CP0_HAZARD "\n\t.set pop"        \
			 :                                                       \
			 : "r"((uint32_t)(value))                                \
			 : "memory")

#define cp0_write64(number, value)                                                \
	__asm__ volatile(".set push\n\t.set noreorder\n\tdmtc0 %0, $" CP0_STRING( \
				 number) "\n\t" CP0_HAZARD "\n\t.set pop"         \
			 :                                                        \
			 : "r"((uint64_t)(value))                                 \
			 : "memory")

/* Without delay: for registers whose next user is far away (Compare, WatchLo before an eret). */
#define cp0_write_later(number, value) \
	__asm__ volatile("mtc0 %0, $" CP0_STRING(number) : : "r"((uint32_t)(value)) : "memory")

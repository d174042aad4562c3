/* SPDX-License-Identifier: MIT */
/*
 * chase_refill.S - the TLB refill handler: ten instructions, copied to vector 0x000.
 *
 * Context = address of the pair's table entry (R4000 UM 4.3), EntryHi is set by hardware. One
 * instruction between mtc0 and tlbwr, three between tlbwr and the load that uses the entry (appendix F).
 */
#include "isa/cp0.h"

	.set	noreorder
	.text
	.globl	chase_refill, chase_refill_end
chase_refill:
	mfc0	$k0, $CP0_CONTEXT
	lw	$k1, 0($k0)
	lw	$k0, 8($k0)
	mtc0	$k1, $CP0_ENTRYLO0
	mtc0	$k0, $CP0_ENTRYLO1
	nop
	tlbwr
	nop
	nop
	eret
chase_refill_end:

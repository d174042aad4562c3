/* SPDX-License-Identifier: MIT */
/*
 * tlb_hw.S - the processor's TLB, for src/mips_tlb and src/cpu (hooks.h). R4000 UM chapter 4.
 *
 * Each function leaves the guest's ASID in EntryHi and 0 in PageMask. The nops keep the distances of
 * isa/hazard.def: a CP0 write is seen by tlbp from the fourth instruction on, by tlbw from the
 * second; mfc0 sees the Index of tlbp from the third; tlbw reads for two cycles more, and a mapped
 * access (the per-CPU page) must keep three instructions from it.
 */
#include "src/cpu/asm-offsets.h"

#include "isa/cp0.h"
#include "src/cpu/cpu.h"
#include "src/include/asm.h"

	.set	noreorder
	.set	noat
	.text

/* An EntryHi for slot `index` that nothing matches: KSEG0 never goes through the TLB. */
.macro	UNMATCHABLE to, index
	dsll	\to, \index, 13
	lui	$at, 0x8000
	daddu	\to, \to, $at
.endm

/* void tlb_hw_enter(uint64_t entryhi, uint32_t lo0, uint32_t lo1) */
FUNCTION(tlb_hw_enter)
	dmfc0	$t0, $CP0_ENTRYHI
	dmtc0	$a0, $CP0_ENTRYHI
	mtc0	$a1, $CP0_ENTRYLO0
	mtc0	$a2, $CP0_ENTRYLO1
	nop
	tlbp
	nop
	nop
	mfc0	$t1, $CP0_INDEX
	bltz	$t1, 1f
	 nop
	b	2f
	 tlbwi
	/*
	 * Random counts cycles: a loop of two misses that needs both entries at once could replace one by
	 * the other for ever. So the time to here is never the same twice.
	 */
1:	lw	$t1, (CPU_SELF + CPU_TLB_WRITES)($zero)
	addiu	$t1, $t1, 1
	sw	$t1, (CPU_SELF + CPU_TLB_WRITES)($zero)
	andi	$t1, $t1, 7
3:	bnez	$t1, 3b
	 addiu	$t1, $t1, -1
	tlbwr
2:	nop
	nop
	dmtc0	$t0, $CP0_ENTRYHI
	nop
	jr	$ra
	 nop
END(tlb_hw_enter)

/* void tlb_hw_remove(uint64_t entryhi) */
FUNCTION(tlb_hw_remove)
	dmfc0	$t0, $CP0_ENTRYHI
	dmtc0	$a0, $CP0_ENTRYHI
	nop
	nop
	nop
	tlbp
	nop
	nop
	mfc0	$t1, $CP0_INDEX
	bltz	$t1, 1f
	 nop
	UNMATCHABLE $t2, $t1
	dmtc0	$t2, $CP0_ENTRYHI
	mtc0	$zero, $CP0_ENTRYLO0
	mtc0	$zero, $CP0_ENTRYLO1
	nop
	nop
	tlbwi
	nop
	nop
1:	dmtc0	$t0, $CP0_ENTRYHI
	nop
	jr	$ra
	 nop
END(tlb_hw_remove)

/* void tlb_hw_flush_from(uint32_t first, uint32_t count): empties slots first to count - 1. */
FUNCTION(tlb_hw_flush_from)
	dmfc0	$t0, $CP0_ENTRYHI
	mtc0	$zero, $CP0_ENTRYLO0
	mtc0	$zero, $CP0_ENTRYLO1
	mtc0	$zero, $CP0_PAGEMASK
1:	UNMATCHABLE $t2, $a0
	dmtc0	$t2, $CP0_ENTRYHI
	mtc0	$a0, $CP0_INDEX
	daddiu	$a0, $a0, 1
	nop
	tlbwi
	nop
	bne	$a0, $a1, 1b
	 nop
	dmtc0	$t0, $CP0_ENTRYHI
	nop
	jr	$ra
	 nop
END(tlb_hw_flush_from)

/*
 * void tlb_hw_drop_overlaps(uint32_t first, uint32_t count, uint64_t entryhi, uint64_t fields): empties
 * those of the slots first to count - 1 whose EntryHi is `entryhi` in these fields, less their masks.
 */
FUNCTION(tlb_hw_drop_overlaps)
	dmfc0	$t0, $CP0_ENTRYHI
	mtc0	$a0, $CP0_INDEX
1:	daddiu	$a0, $a0, 1
	nop
	tlbr
	nop
	nop
	nop
	dmfc0	$t1, $CP0_ENTRYHI
	mfc0	$t2, $CP0_PAGEMASK
	xor	$t1, $t1, $a2
	and	$t1, $t1, $a3
	not	$t2
	and	$t1, $t1, $t2
	beqz	$t1, 3f
	 nop
2:	bne	$a0, $a1, 1b
	 mtc0	$a0, $CP0_INDEX
	mtc0	$zero, $CP0_PAGEMASK
	dmtc0	$t0, $CP0_ENTRYHI
	nop
	jr	$ra
	 nop
3:	daddiu	$t1, $a0, -1
	UNMATCHABLE $t2, $t1
	dmtc0	$t2, $CP0_ENTRYHI
	mtc0	$zero, $CP0_ENTRYLO0
	mtc0	$zero, $CP0_ENTRYLO1
	mtc0	$zero, $CP0_PAGEMASK
	nop
	tlbwi
	nop
	b	2b
	 nop
END(tlb_hw_drop_overlaps)

/* uint64_t tlb_hw_read(uint32_t index, uint32_t *pagemask): EntryHi and PageMask of a slot. */
FUNCTION(tlb_hw_read)
	dmfc0	$t0, $CP0_ENTRYHI
	mtc0	$a0, $CP0_INDEX
	nop
	nop
	tlbr
	nop
	nop
	nop
	dmfc0	$v0, $CP0_ENTRYHI
	mfc0	$t1, $CP0_PAGEMASK
	mtc0	$zero, $CP0_PAGEMASK
	dmtc0	$t0, $CP0_ENTRYHI
	sw	$t1, 0($a1)
	nop
	jr	$ra
	 nop
END(tlb_hw_read)

/* void tlb_hw_write(uint32_t index, uint64_t entryhi, uint32_t pagemask, const uint32_t lo[2]):
 * an index of -1 is Random. */
FUNCTION(tlb_hw_write)
	lw	$t1, 0($a3)
	lw	$t2, 4($a3)
	dmfc0	$t0, $CP0_ENTRYHI
	dmtc0	$a1, $CP0_ENTRYHI
	mtc0	$a2, $CP0_PAGEMASK
	mtc0	$t1, $CP0_ENTRYLO0
	mtc0	$t2, $CP0_ENTRYLO1
	mtc0	$a0, $CP0_INDEX
	bltz	$a0, 1f
	 nop
	b	2f
	 tlbwi
1:	tlbwr
2:	nop
	nop
	mtc0	$zero, $CP0_PAGEMASK
	dmtc0	$t0, $CP0_ENTRYHI
	nop
	nop
	jr	$ra
	 nop
END(tlb_hw_write)

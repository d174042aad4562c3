/* SPDX-License-Identifier: MIT */
/*
 * rows.S - every row of isa/hazard.def, one sequence each. Built twice: MISSING = 1 leaves out one of
 * the instructions that must lie between, or all of them where nothing can; with MISSING = 0 nothing
 * is missing. `check` compares what is reported with expected.txt, where w_<name> is what is named
 * here: the earlier of the two instructions.
 *
 * A fetch is tried by jumping: the jump, its slot and the two instructions that a taken branch kills
 * count as well.
 */
#include "tests/isa/harness.h"

#define JUMPED 4
#define KSEG1_OFFSET 0x20000000

/* Pages of this program's own, 16 MB from physical 0. */
#define ASID_CODE  0x04000000
#define FETCH_CODE 0x06000000
#define DATA       0x08000000
#define END_CODE   0x0a000000
#define NOWHERE    0x0c000000

#define LO_CODE PTE(0, V | D)

.macro gap needed
	.if	(\needed) > MISSING
	.rept	(\needed) - MISSING
	nop
	.endr
	.endif
.endm

.macro settle
	.rept	10
	nop
	.endr
.endm

/* `reg` = where `label` is seen at `base`, which shows physical memory from 0. */
.macro address reg, label, base
	dla	\reg, \label
	dsll32	\reg, \reg, 3
	dsrl32	\reg, \reg, 3
	dli	$t8, \base
	daddu	\reg, \reg, $t8
.endm

/* Goes on at the next instruction as it is seen at `base`. */
.macro go_on_at base
	address	$t9, 8900f, \base
	jr	$t9
	 nop
8900:
.endm

#define KSEG0 0xffffffff80000000
#define KSEG1 0xffffffffa0000000

/* EntryHi and the rest for a TLB write; PageMask and Index stay for the next one. */
.macro prepare index, hi, lo0, lo1, mask
	dli	$k0, \hi
	dmtc0	$k0, $CP0_ENTRYHI
	li	$k0, \lo0
	dmtc0	$k0, $CP0_ENTRYLO0
	li	$k0, \lo1
	dmtc0	$k0, $CP0_ENTRYLO1
	li	$k0, \mask
	mtc0	$k0, $CP0_PAGEMASK
	li	$k0, \index
	mtc0	$k0, $CP0_INDEX
	settle
.endm

TEST_BEGIN
	/* Registers. */
	li	$t0, 0x1234
w_mfc0:	dmtc0	$t0, $CP0_EPC
	gap	2
	dmfc0	$t1, $CP0_EPC
	settle
	/* A load that misses the caches is one instruction, too. */
	dli	$t1, KSEG0 + SCRATCH + 0x10000
	li	$t0, 0x4321
	settle
w_load_between:
	dmtc0	$t0, $CP0_EPC
	gap	2 - 1
	lw	$t2, 0($t1)
	dmfc0	$t1, $CP0_EPC
	settle
	li	$t0, 5
	mtc0	$t0, $CP0_INDEX
	settle
w_tlbr_entry:
	tlbr
	gap	3
	dmfc0	$t1, $CP0_ENTRYHI
	settle
	li	$t0, 6
w_tlbr_index:
	mtc0	$t0, $CP0_INDEX
	gap	1
	tlbr
	settle

	/* TLB instructions. */
	prepare	5, NOWHERE, 0, 0, MASK_4K
w_tlbr_tlb:
	tlbwi
	gap	2
	tlbr
	settle
	li	$t0, 0x55
w_tlbw_entry:
	dmtc0	$t0, $CP0_ENTRYLO0
	gap	1
	tlbwi
	settle
	prepare	5, NOWHERE + 0x2000, 0, 0, MASK_4K
	li	$t0, 6
w_tlbw_index:
	mtc0	$t0, $CP0_INDEX
	gap	1
	tlbwi
	settle
	dli	$t0, NOWHERE + 0x4000
	dmtc0	$t0, $CP0_ENTRYHI
	settle
w_tlbp_index:
	tlbp
	gap	2
	mfc0	$t1, $CP0_INDEX
	settle
	prepare	7, NOWHERE + 0x6000, 0, 0, MASK_4K
w_tlbp_index_tlbw:
	tlbp				/* nothing found: Index 0, entry 0 is written */
	gap	1
	tlbwi
	settle
	dli	$t0, NOWHERE + 0x8000
w_tlbp_entry_hi:
	dmtc0	$t0, $CP0_ENTRYHI
	gap	3
	tlbp
	settle
	prepare	8, NOWHERE + 0xa000, 0, 0, MASK_4K
w_tlbp_tlb:
	tlbwi
	gap	4
	tlbp
	settle
	prepare	8, NOWHERE + 0xa000, 0, 0, MASK_4K
	dli	$t0, NOWHERE + 0xc000
w_overwritten:
	tlbwi
	gap	1
	dmtc0	$t0, $CP0_ENTRYHI
	settle

	/* ERET. */
	dla	$t0, 1f
	dmtc0	$t0, $CP0_EPC
	li	$t0, TEST_STATUS | STATUS_EXL
	settle
w_eret_status:
	mtc0	$t0, $CP0_STATUS
	gap	3
	eret
	nop
1:	settle
	SET_STATUS(TEST_STATUS | STATUS_EXL)
	dla	$t0, 1f
	settle
w_eret_pc:
	dmtc0	$t0, $CP0_EPC
	gap	2
	eret
	nop
1:	settle
	SET_STATUS(TEST_STATUS | STATUS_EXL)
	address	$t0, 1f, USER_BASE
	dmtc0	$t0, $CP0_EPC
	prepare	10, USER_BASE, PTE(0, G | V | D), PTE(0, G), MASK_16M
w_eret_tlb:
	tlbwi
	gap	3
	eret
	nop
1:	settle
	go_on_at KSEG0

	/* CACHE. */
	dla	$t0, cached
w_cache_load_tag:
	cache	0x05, 0($t0)
	gap	3
	mfc0	$t1, $CP0_TAGLO
	settle
	li	$t1, 0x100
w_cache_store_tag:
	mtc0	$t1, $CP0_TAGLO
	gap	3
	cache	0x09, 0($t0)
	settle
w_store_line:
	sw	$t1, 0($t0)
	gap	2
	cache	0x15, 0($t0)
	settle

	/* Coprocessors. */
	SET_STATUS(TEST_STATUS & ~STATUS_CU1)
	li	$t0, TEST_STATUS
	settle
w_usable:
	mtc0	$t0, $CP0_STATUS
	gap	4
	mov.s	$f0, $f2
	settle

	/* Fetches. */
	SET_STATUS(TEST_STATUS & ~STATUS_KX)
	li	$t0, TEST_STATUS
	address	$t9, 1f, 0x9800000000000000
	settle
w_fetch_mode:
	mtc0	$t0, $CP0_STATUS
	gap	6 - JUMPED
	jr	$t9
	 nop
1:	settle
	go_on_at KSEG0
	TLB_ENTRY(11, ASID_CODE | 1, LO_CODE, 0, MASK_16M)
	TLB_ENTRY(12, ASID_CODE | 2, LO_CODE, 0, MASK_16M)
	li	$t0, 1
	dmtc0	$t0, $CP0_ENTRYHI
	li	$t0, 2
	address	$t9, 1f, ASID_CODE
	settle
w_fetch_asid:
	dmtc0	$t0, $CP0_ENTRYHI
	gap	6 - JUMPED
	jr	$t9
	 nop
1:	settle
	go_on_at KSEG0
	prepare	13, FETCH_CODE, LO_CODE, 0, MASK_16M
	address	$t9, 1f, FETCH_CODE
	settle
w_fetch_tlb:
	tlbwi
	gap	5 - JUMPED
	jr	$t9
	 nop
1:	settle
	go_on_at KSEG1
	mfc0	$s0, $CP0_CONFIG
	xori	$t0, $s0, 6		/* 5: exclusive on write, 3: noncoherent */
	address	$t9, 1f, KSEG0
	settle
w_fetch_k0:
	mtc0	$t0, $CP0_CONFIG
	gap	6 - JUMPED
	jr	$t9
	 nop
1:	settle
#if MISSING
	xori	$t0, $t0, CONFIG_IB
w_fetch_ib:
	mtc0	$t0, $CP0_CONFIG
	settle
#endif
	go_on_at KSEG1
	mtc0	$s0, $CP0_CONFIG
	settle
	go_on_at KSEG0
#if MISSING
	li	$t0, STATUS_KSU_USER | STATUS_EXL
w_fetch_ksu:
	mtc0	$t0, $CP0_STATUS
	settle
	SET_STATUS(TEST_STATUS)
	/* Behind the write the two words of each doubleword have changed places. */
	li	$t0, STATUS_KSU_USER | STATUS_CU0 | STATUS_RE
	ENTER(STATUS_KSU_USER | STATUS_CU0)
	TRAP_AT(EXC_SYS, 0, order_end, 0x180, .balign 8; nop; w_fetch_order: mtc0 $t0, $CP0_STATUS; \
		nop; nop; nop; nop; order_end: syscall; syscall)
#endif
	settle

	/* Loads and stores. */
	SET_STATUS(TEST_STATUS)
	li	$t0, TEST_STATUS | STATUS_ERL
	li	$t1, SCRATCH
	settle
w_access_mode:
	mtc0	$t0, $CP0_STATUS
	gap	2
	lw	$t2, 0($t1)
	settle
	SET_STATUS(TEST_STATUS)
	TLB_ENTRY(14, DATA | 1, PTE(SCRATCH, V | D), 0, MASK_4K)
	TLB_ENTRY(15, DATA | 2, PTE(SCRATCH, V | D), 0, MASK_4K)
	li	$t0, 1
	dmtc0	$t0, $CP0_ENTRYHI
	li	$t0, 2
	li	$t1, DATA
	settle
w_access_asid:
	dmtc0	$t0, $CP0_ENTRYHI
	gap	2
	lw	$t2, 0($t1)
	settle
	go_on_at KSEG1
	xori	$t0, $s0, 6
	dla	$t1, cached
	settle
w_access_k0:
	mtc0	$t0, $CP0_CONFIG
	gap	2
	lw	$t2, 0($t1)
	settle
	mtc0	$s0, $CP0_CONFIG
	settle
	go_on_at KSEG0
	prepare	16, DATA + 0x2000, PTE(SCRATCH, V | D), 0, MASK_4K
	li	$t1, DATA + 0x2000
w_access_tlb:
	tlbwi
	gap	3
	lw	$t2, 0($t1)
	settle
	li	$t0, SCRATCH | WATCHLO_W
	dli	$t1, KSEG0 + SCRATCH
	TRAP_AT(EXC_WATCH, 0, watched, 0x180, w_access_watch: mtc0 $t0, $CP0_WATCHLO; gap 2; \
		watched: sw $t2, 0($t1))
	mtc0	$zero, $CP0_WATCHLO
	settle

	/* Interrupts that come early are not told: the program need not be wrong. */
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	li	$t0, TEST_STATUS | STATUS_IE | 0x100
	settle
	TRAP_AT(EXC_INT, 0, early_status, 0x180, mtc0 $t0, $CP0_STATUS; early_status: nop)
	mtc0	$zero, $CP0_CAUSE
	settle
	SET_STATUS(TEST_STATUS | STATUS_IE | 0x100)
	li	$t0, 0x100
	settle
	TRAP_AT(EXC_INT, 0, early_cause, 0x180, mtc0 $t0, $CP0_CAUSE; early_cause: nop)
	mtc0	$zero, $CP0_CAUSE
	settle

	/* A fetch that fails writes EntryHi earlier than other exceptions. */
	dla	$t0, end_code		/* its frame, even half; the odd one is invalid */
	dsll32	$t0, $t0, 3
	dsrl32	$t0, $t0, 3 + 12
	dsll	$t0, $t0, ENTRYLO_PFN_SHIFT
	ori	$t0, $t0, V | D
	prepare	17, END_CODE, 0, 0, MASK_4K
	dmtc0	$t0, $CP0_ENTRYLO0
	settle
	tlbwi
	settle
	prepare	18, NOWHERE + 0xe000, 0, 0, MASK_4K
	li	$t9, END_CODE
	TRAP_AT(EXC_TLBL, 0, END_CODE + 0x1000, 0x180, jr $t9; nop)
	settle
	TEST_PASS

	.balign	4096
end_code:
	b	1f
	 nop
	.space	4096 - 8 - 4 * (5 - MISSING)
1:
w_fetch_fault:
	tlbwi
	gap	4

	.data
	.balign	32
cached:	.word	0

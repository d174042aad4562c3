/* SPDX-License-Identifier: MIT */
/*
 * rule: Of several exceptions of one instruction the manual's order decides: NMI; fetch:
 *       address error, TLB refill, invalid, bus error; what the operation raises; data: address error,
 *       TLB refill, invalid, modified, Watch, bus error; interrupt (R4000 UM table 5-13).
 */
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

TEST_BEGIN
	/* Fetch: unaligned and unmapped. */
	li	$t0, 0x20002
	TRAP_AT(EXC_ADEL, 0, 0x20002, 0x180, jr $t0; nop)
	/* Invalid before a bus error: nothing is at physical 0x1d000000. */
	TLB_ENTRY(1, 0x20000, PTE(0x1d000000, G), PTE(0x1d000000, G | V), MASK_4K)
	li	$t0, 0x20000
	TRAP_AT(EXC_TLBL, 0, 0x20000, 0x180, jr $t0; nop)
	li	$t0, 0x21000
	TRAP_AT(EXC_IBE, 0, 0x21000, 0x180, jr $t0; nop)
	/* Unusable before a data address error. */
	set_status STATUS_KX
	TRAP(EXC_CPU, lwc1 $f0, 1($zero))
	/* Reserved in 32-bit user mode before a data address error. */
	MAP_CODE
	ENTER(STATUS_KSU_USER)
	TRAP(EXC_RI, ld $t0, 1($zero))
	/* Unaligned before unmapped. */
	dli	$t1, 0x30000
	TRAP(EXC_ADES, sw $t0, 1($t1))
	/* Invalid before modified; both before Watch, which looks at the physical address. */
	TLB_ENTRY(1, 0x20000, PTE(SCRATCH, G), PTE(SCRATCH, G | V), MASK_4K)
	li	$t1, SCRATCH | WATCHLO_R | WATCHLO_W
	mtc0	$t1, $CP0_WATCHLO
	hazard
	dli	$t1, 0x20000
	TRAP(EXC_TLBS, sw $t0, 0($t1))
	TRAP(EXC_TLBL, lw $t0, 0($t1))
	daddiu	$t1, $t1, 0x1000
	TRAP(EXC_MOD, sw $t0, 0($t1))
	TRAP(EXC_WATCH, lw $t0, 0($t1))
	mtc0	$zero, $CP0_WATCHLO
	hazard
	TRAP(EXC_MOD, sw $t0, 0($t1))
	/* Watch before bus error: physical 0x1d000000 is nothing. */
	li	$t1, 0x1d000000 | WATCHLO_R | WATCHLO_W
	mtc0	$t1, $CP0_WATCHLO
	hazard
	dli	$t2, 0xffffffffbd000000
	TRAP(EXC_WATCH, lw $t3, 0($t2))
	TRAP(EXC_ADEL, lw $t3, 2($t2))
	mtc0	$zero, $CP0_WATCHLO
	hazard
	TRAP(EXC_DBE, lw $t3, 0($t2))
	/* Bus error before an interrupt; the rest of them is in interrupt_priority. */
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	dli	$t0, TEST_STATUS | STATUS_IE | 0x100
	TRAP_AT(EXC_DBE, 0, 1b, 0x180, mtc0 $t0, $CP0_STATUS; 1: lw $t3, 0($t2))
	TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t0, $CP0_STATUS; 1: nop)
	mtc0	$zero, $CP0_CAUSE
	/* NMI before the address error of a fetch: the jump's slot asks for it. */
	dli	$t0, VECTOR_RESET
	dla	$t1, stub
	.irp	i, 0, 1, 2, 3
	lw	$t2, 4 * \i($t1)
	sw	$t2, 4 * \i($t0)
	.endr
	dli	$t0, 0xffffffffa0000000 + MAP_CPUCTL_BASE
	li	$t1, CPUCTL_NMI
	li	$t2, 0x20002
	EXPECT_RECORD(COUNT, 16)
	jr	$t2
	 sw	$t1, CPUCTL_COMMAND($t0)

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	dmfc0	$t3, $CP0_ERROREPC
	set_status TEST_STATUS
	EXPECT($t3, 0x20002)
	EXPECT_RECORD(COUNT, 16)
	TEST_PASS

/* SPDX-License-Identifier: MIT */
/*
 * rule: Soft reset and NMI keep all registers but ErrorEPC, PC and Status, of which ERL, SR and BEV
 *       are set, TS is cleared and the rest is kept (R4000 UM 5.2, figure 5-16; 5.3, Soft Reset).
 */
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

/* What must be in the registers again. */
.macro for_each_kept what
	.irp	n, 1, 4, 5, 6, 7, 8, 9, 10, 11, 14, 17, 19, 20, 21, 24, 25, 28, 29, 30, 31
	\what	\n
	.endr
.endm

.macro set_kept n
	dli	$\n, 0x1122334455667700 + \n
.endm

/* t0 counts the wrong ones. */
.macro check_kept n
	dli	$k0, 0x1122334455667700 + \n
	beq	$\n, $k0, 1f
	 nop
	daddiu	$t0, $t0, 1
1:
.endm

.macro set_cp0 reg, value
	dli	$k0, \value
	dmtc0	$k0, \reg
.endm

.macro check_cp0 reg, value
	dmfc0	$t3, \reg
	EXPECT($t3, \value)
.endm

TEST_BEGIN
	dli	$t0, VECTOR_RESET
	dla	$t1, stub
	.irp	i, 0, 1, 2, 3
	lw	$t2, 4 * \i($t1)
	sw	$t2, 4 * \i($t0)
	.endr
	/* Two entries for one address: TS. */
	TLB_ENTRY(5, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	TLB_ENTRY(6, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x20000
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	mfc0	$t1, $CP0_STATUS
	li	$t2, STATUS_TS
	and	$t1, $t1, $t2
	EXPECT($t1, STATUS_TS)

.macro reset command
	set_cp0	$CP0_EPC, 0x123456789abcdef0
	set_cp0	$CP0_ENTRYHI, 0x4000000000abe0cd
	set_cp0	$CP0_ENTRYLO0, 0x15
	set_cp0	$CP0_CONTEXT, 0xffffffffff800000
	set_cp0	$CP0_COMPARE, 0x76543210
	set_cp0	$CP0_CAUSE, 0x200
	set_cp0	$CP0_WIRED, 3
	dli	$k0, 0x0102030405060708
	dmtc1	$k0, $f9
	li	$k0, FCSR_C | 2
	ctc1	$k0, $31
	dli	$k0, 0xfedcba9876543210
	mthi	$k0
	dli	$k0, 0xfedcba9876543211
	mtlo	$k0
	dli	$s0, 0xffffffffa0000000 + MAP_CPUCTL_BASE
	li	$s2, \command
	for_each_kept set_kept
	SET_STATUS(STATUS_KX | STATUS_CU1 | STATUS_FR | STATUS_UX | 0xff00)
1:	b	2f
	 sw	$s2, CPUCTL_COMMAND($s0)
2:	b	2b
	 nop
	move	$t0, $zero
	for_each_kept check_kept
	EXPECT($t0, 0)
	mfhi	$t3
	EXPECT($t3, 0xfedcba9876543210)
	mflo	$t3
	EXPECT($t3, 0xfedcba9876543211)
	dmfc1	$t3, $f9
	EXPECT($t3, 0x0102030405060708)
	cfc1	$t3, $31
	EXPECT($t3, FCSR_C | 2)
	ctc1	$zero, $31
	check_cp0 $CP0_EPC, 0x123456789abcdef0
	check_cp0 $CP0_ENTRYHI, 0x4000000000abe0cd
	check_cp0 $CP0_ENTRYLO0, 0x15
	check_cp0 $CP0_CONTEXT, 0xffffffffff800000 | 0x20000 >> 13 << 4
	check_cp0 $CP0_COMPARE, 0x76543210
	check_cp0 $CP0_WIRED, 3
	mfc0	$t3, $CP0_CAUSE
	andi	$t3, $t3, 0x300
	EXPECT($t3, 0x200)
	EXPECT($v0, STATUS_KX|STATUS_CU1|STATUS_FR|STATUS_UX|0xff00|STATUS_ERL|STATUS_SR|STATUS_BEV)
	EXPECT_LABEL($v1, 2b)
	EXPECT_RECORD(COUNT, 1)
.endm
	reset	CPUCTL_SOFT_RESET
	reset	CPUCTL_NMI
	TEST_PASS

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	mfc0	$v0, $CP0_STATUS
	dmfc0	$v1, $CP0_ERROREPC
	set_status TEST_STATUS
	daddiu	$k0, $v1, 8
	jr	$k0			# behind the loop
	 nop

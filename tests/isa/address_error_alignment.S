/* SPDX-License-Identifier: MIT */
/*
 * rule: Unaligned LH, LHU, LW, LWU, LD, SH, SW, SD raise Address Error (load or store) with
 *       BadVAddr, registers and memory unchanged (R4000 UM 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, data
	li	$t1, 0x55
.macro bad_load insn, offset
	TRAP(EXC_ADEL, \insn $t1, \offset($t0))
	EXPECT($t1, 0x55)
	EXPECT_RECORD_LABEL(BADVADDR, data + \offset)
.endm
.macro bad_store insn, offset
	TRAP(EXC_ADES, \insn $t1, \offset($t0))
	EXPECT_RECORD_LABEL(BADVADDR, data + \offset)
.endm
	bad_load lh, 1
	bad_load lhu, 3
	bad_load lw, 1
	bad_load lw, 2
	bad_load lwu, 3
	bad_load ld, 1
	bad_load ld, 2
	bad_load ld, 4
	bad_store sh, 1
	bad_store sw, 1
	bad_store sw, 2
	bad_store sd, 1
	bad_store sd, 2
	bad_store sd, 4
	TRAP(EXC_ADEL, lwc1 $f0, 2($t0))
	TRAP(EXC_ADEL, ldc1 $f0, 4($t0))
	TRAP(EXC_ADES, swc1 $f0, 2($t0))
	TRAP(EXC_ADES, sdc1 $f0, 4($t0))
	ld	$t2, 0($t0)
	EXPECT($t2, 0x0102030405060708)
	/* TLB registers stay: an address error is not a TLB exception. */
	EXPECT_RECORD(ENTRYHI, 0)
	/* Alignment comes before translation: no refill for an unmapped odd address. */
	TRAP(EXC_ADEL, lw $t1, 0x4001($zero))
	TEST_PASS

	.data
	.balign	8
data:	.dword	0x0102030405060708

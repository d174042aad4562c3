/* SPDX-License-Identifier: MIT */
/*
 * rule: An exception in a branch delay slot sets BD and EPC to the branch, taken or not;
 *       outside BD is clear (R4000 UM 5.3, Cause and EPC).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 0x7fffffff
	li	$t1, 7
	TRAP_AT(EXC_OV, 1, 1b, 0x180, 1: beq $zero, $zero, 2f; add $t1, $t0, $t0; 2: nop)
	EXPECT($t1, 7)
	TRAP_AT(EXC_OV, 1, 1b, 0x180, 1: bne $zero, $zero, 2f; add $t1, $t0, $t0; 2: nop)
	TRAP_AT(EXC_OV, 1, 1b, 0x180, 1: j 2f; add $t1, $t0, $t0; 2: nop)
	TRAP_AT(EXC_SYS, 1, 1b, 0x180, 1: beql $zero, $zero, 2f; syscall; 2: nop)
	TRAP_AT(EXC_BP, 1, 1b, 0x180, 1: bgezal $zero, 2f; break; 2: nop)
	/* The branch before it was complete: no BD. */
	TRAP_AT(EXC_OV, 0, 2b, 0x180, 1: beq $zero, $zero, 2f; nop; 2: add $t1, $t0, $t0)
	TRAP_AT(EXC_OV, 0, 2b, 0x180, 1: bne $zero, $zero, 2f; nop; 2: add $t1, $t0, $t0)
	EXPECT($t1, 7)
	/* Memory faults and a reserved instruction as well. */
	TRAP_AT(EXC_ADEL, 1, 1b, 0x180, 1: b 2f; lw $t1, 2($zero); 2: nop)
	EXPECT_RECORD(BADVADDR, 2)
	TRAP_AT(EXC_ADES, 1, 1b, 0x180, 1: b 2f; sw $t1, 3($zero); 2: nop)
	EXPECT_RECORD(BADVADDR, 3)
	TRAP_AT(EXC_RI, 1, 1b, 0x180, 1: b 2f; .word 0x7c000000; 2: nop)
	TRAP_AT(EXC_TLBL, 1, 1b, 0x080, 1: b 2f; lw $t1, 0x4000($zero); 2: nop)
	TEST_PASS

/* SPDX-License-Identifier: MIT */
/*
 * rule: A branch-likely that is not taken nullifies its delay slot; taken, it executes it
 *       (R4000 UM A, BEQL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	li	$t0, 1
	li	$t1, -1
	li	$t2, 0
.macro not_taken branch:vararg
	\branch
	addiu	$t2, $t2, 1
.endm
	not_taken beql $t0, $zero, fail
	not_taken bnel $zero, $zero, fail
	not_taken blezl $t0, fail
	not_taken bgtzl $zero, fail
	not_taken bltzl $zero, fail
	not_taken bgezl $t1, fail
	not_taken bltzall $zero, fail
	not_taken bgezall $t1, fail
	EXPECT($t2, 0)
	/* An exception in a nullified slot does not happen. */
	bnel	$zero, $zero, fail
	 syscall
	ctc1	$zero, $31
	bc1tl	fail
	 syscall
	/* Taken: the slot is executed. */
.macro is_taken branch:vararg
	\branch , 1f
	 addiu	$t2, $t2, 1
	b	fail
	 nop
1:
.endm
	is_taken beql $zero, $zero
	is_taken bnel $t0, $zero
	is_taken blezl $zero
	is_taken bgtzl $t0
	is_taken bltzl $t1
	is_taken bgezl $zero
	is_taken bltzall $t1
	is_taken bgezall $zero
	bc1fl	1f
	 addiu	$t2, $t2, 1
	b	fail
	 nop
1:	EXPECT($t2, 9)
	TEST_PASS
fail:	EXPECT($zero, 1)

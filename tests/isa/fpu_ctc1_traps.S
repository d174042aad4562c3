/* SPDX-License-Identifier: MIT */
/*
 * rule: CTC1 that sets a cause bit together with its enable, or the unimplemented cause,
 *       raises the exception at once, FCR31 written (R4000 UM 6.4, 7.2).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
.macro traps value
	li	$t0, \value
	TRAP(EXC_FPE, ctc1 $t0, $31)
	cfc1	$t1, $31
	EXPECT($t1, \value)
	ctc1	$zero, $31
.endm
	traps	0x00001080		# inexact
	traps	0x00002100		# underflow
	traps	0x00004200		# overflow
	traps	0x00008400		# division by zero
	traps	0x00010800		# invalid
	traps	0x00020000		# unimplemented: no enable needed
	li	$t0, 0x00001f00 - 0x1000	# other enables than the cause's
	ctc1	$t0, $31
	li	$t0, 0x0001e080		# causes V Z O U, enable I
	ctc1	$t0, $31
	cfc1	$t1, $31
	EXPECT($t1, 0x0001e080)
	/* In a delay slot: BD. */
	ctc1	$zero, $31
	li	$t0, 0x00010800
	TRAP_AT(EXC_FPE, 1, 1b, 0x180, 1: b 2f; ctc1 $t0, $31; 2: nop)
	TEST_PASS

/* SPDX-License-Identifier: MIT */
/*
 * rule: Random runs from 47 down to Wired; TLBWR never writes below Wired; writing Wired sets
 *       Random to 47 (R4000 UM 4.3, Random, Wired).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	/* At once behind the write: the upper bound. */
	li	$t0, 8
	mtc0	$t0, $CP0_WIRED
	mfc0	$t1, $CP0_RANDOM
	EXPECT($t1, 47)
	mfc0	$t1, $CP0_WIRED
	EXPECT($t1, 8)
	/* 200 readings, every value from 8 to 47 and no other; 40 entries, 7 instructions a turn. */
	li	$t0, 200
	move	$t2, $zero
1:	mfc0	$t1, $CP0_RANDOM
	li	$t3, 1
	dsllv	$t3, $t3, $t1
	or	$t2, $t2, $t3
	addiu	$t0, $t0, -1
	bnez	$t0, 1b
	 nop
	EXPECT($t2, 0x0000ffffffffff00)
	/* TLBWR writes the entry that Random names. */
	li	$k0, 46
	mtc0	$k0, $CP0_WIRED
	dli	$t0, 0x10000
	dmtc0	$t0, $CP0_ENTRYHI
	li	$t1, PTE(SCRATCH, G | V | D)
	dmtc0	$t1, $CP0_ENTRYLO0
	dmtc0	$t1, $CP0_ENTRYLO1
	mtc0	$zero, $CP0_PAGEMASK
	hazard
	tlbwr
	hazard
	tlbp
	hazard
	mfc0	$t1, $CP0_INDEX
	sltiu	$t2, $t1, 48
	EXPECT($t2, 1)
	sltiu	$t2, $t1, 46
	EXPECT($t2, 0)
	lw	$t2, 0($t0)
	/* Wired = 47: only the last is left. */
	li	$k0, 47
	mtc0	$k0, $CP0_WIRED
	nop
	mfc0	$t1, $CP0_RANDOM
	EXPECT($t1, 47)
	mfc0	$t1, $CP0_RANDOM
	EXPECT($t1, 47)
	TEST_PASS

/* SPDX-License-Identifier: MIT */
/*
 * rule: The instruction at which an interrupt is taken has no effect yet, on registers, memory or
 *       devices (R4000 UM 5.2, EPC; 5.3, Interrupt).
 */
#include "tests/isa/harness.h"

#define INSTEAD(...) TRAP_AT(EXC_INT, 0, 1b, 0x180, mtc0 $t0, $CP0_STATUS; 1: __VA_ARGS__)

TEST_BEGIN
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	dli	$t0, TEST_STATUS | STATUS_IE | 0x100
	li	$t1, 7
	INSTEAD(daddiu $t1, $t1, 1)
	EXPECT($t1, 7)
	mthi	$t1
	INSTEAD(mult $t1, $t1)
	mfhi	$t2
	EXPECT($t2, 7)

	dla	$t2, data
	sd	$t1, 0($t2)
	INSTEAD(sd $zero, 0($t2))
	ld	$t3, 0($t2)
	EXPECT($t3, 7)
	INSTEAD(lw $t1, 0($t2))
	EXPECT($t1, 7)
	INSTEAD(sdl $zero, 2($t2))
	ld	$t3, 0($t2)
	EXPECT($t3, 7)
	/* The handler ends with no ERET: a link would last. */
	INSTEAD(ll $t3, 0($t2))
	li	$t3, 5
	sc	$t3, 0($t2)
	EXPECT($t3, 0)
	ll	$t3, 0($t2)
	li	$t3, 9
	INSTEAD(sc $t3, 0($t2))
	EXPECT($t3, 9)
	ld	$t3, 0($t2)
	EXPECT($t3, 7)

	li	$t3, FCSR_C
	ctc1	$t3, $31
	dmtc1	$t1, $f2
	INSTEAD(c.eq.d $f4, $f2)
	INSTEAD(mov.d $f2, $f4)
	INSTEAD(ctc1 $zero, $31)
	dmfc1	$t3, $f2
	EXPECT($t3, 7)
	cfc1	$t3, $31
	EXPECT($t3, FCSR_C)

	mtc0	$zero, $CP0_TAGLO
	dmtc0	$t1, $CP0_CONTEXT
	mtc0	$t1, $CP0_WIRED
	dmtc0	$zero, $CP0_ENTRYHI
	li	$t3, 3
	mtc0	$t3, $CP0_INDEX
	hazard
	INSTEAD(mtc0 $zero, $CP0_WIRED)
	mfc0	$t3, $CP0_WIRED
	EXPECT($t3, 7)
	INSTEAD(tlbp)
	mfc0	$t3, $CP0_INDEX
	EXPECT($t3, 3)
	dli	$t3, 0x20000
	dmtc0	$t3, $CP0_ENTRYHI
	hazard
	INSTEAD(tlbwi)
	tlbp
	hazard
	mfc0	$t3, $CP0_INDEX
	bltz	$t3, 1f			# not found
	 nop
	li	$t3, -1
1:	srl	$t3, $t3, 31
	EXPECT($t3, 1)
	INSTEAD(b test_main)
	INSTEAD(jal test_main)

	/* An IPI to this CPU, which a read would take. */
	dli	$t2, MP
	lui	$t3, 5
	sw	$t3, TESTMIPS_MP_IPI_ONE($t2)
	INSTEAD(lw $t3, TESTMIPS_MP_IPI_READ($t2))
	lw	$t3, TESTMIPS_MP_IPI_READ($t2)
	EXPECT($t3, 5)
	dli	$t2, CONSOLE
	INSTEAD(sw $zero, TESTMIPS_CONSOLE_HALT($t2))
	TEST_PASS

	.data
	.balign	8
data:	.dword	0

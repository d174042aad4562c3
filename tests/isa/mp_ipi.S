/* SPDX-License-Identifier: MIT */
/*
 * rule: An IPI of the testmips mp device raises its line's IP bit in the target CPU only,
 *       until it is read; the numbers come in order (machine/testmips.h; interrupts as R4000 UM 15).
 * options: --cpus 2
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, MP
	dla	$t1, other
	dla	$t2, data
	lw	$t3, TESTMIPS_MP_NCPUS($t0)
	EXPECT($t3, 2)
	lw	$t3, TESTMIPS_MP_WHOAMI($t0)
	EXPECT($t3, 0)
	sd	$t1, TESTMIPS_MP_STARTUPADDR($t0)
	li	$t1, 1
	sw	$t1, TESTMIPS_MP_STARTUPCPU($t0)
	/* Waits with interrupts on; CPU 1 sends two. */
	set_status TEXT(TEST_STATUS | STATUS_IE | 0x100 << TESTMIPS_MP_IRQ)
	arm	2f
	li	$v0, 1
	sw	$v0, 0($t2)
1:	b	1b
	 nop
2:	EXPECT($s7, 0)
	EXPECT_CAUSE_BITS(CAUSE_EXCCODE | CAUSE_IP, 0x100 << TESTMIPS_MP_IRQ)
	/* Both have been sent when the flag says so. */
3:	lw	$v0, 4($t2)
	beqz	$v0, 3b
	 nop
	lw	$t3, TESTMIPS_MP_IPI_READ($t0)
	EXPECT($t3, 7)
	mfc0	$t3, $CP0_CAUSE
	andi	$t3, $t3, CAUSE_IP
	EXPECT($t3, 0x100 << TESTMIPS_MP_IRQ)
	lw	$t3, TESTMIPS_MP_IPI_READ($t0)
	EXPECT($t3, 9)
	mfc0	$t3, $CP0_CAUSE
	andi	$t3, $t3, CAUSE_IP
	EXPECT($t3, 0)
	/* CPU 1 saw none of them, and was CPU 1. */
	lw	$t3, 8($t2)
	EXPECT($t3, 0)
	lw	$t3, 12($t2)
	EXPECT($t3, 1)
	TEST_PASS

other:	dli	$t0, MP
	dla	$t2, data
	lw	$t3, TESTMIPS_MP_WHOAMI($t0)
	sw	$t3, 12($t2)
1:	lw	$v0, 0($t2)
	beqz	$v0, 1b
	 nop
	lui	$t3, 7			# number 7 to CPU 0
	sw	$t3, TESTMIPS_MP_IPI_ONE($t0)
	lui	$t3, 9
	ori	$t3, $t3, 1		# number 9 to all but CPU 1
	sw	$t3, TESTMIPS_MP_IPI_MANY($t0)
	mfc0	$t3, $CP0_CAUSE
	andi	$t3, $t3, CAUSE_IP
	sw	$t3, 8($t2)
	li	$v0, 1
	sw	$v0, 4($t2)
2:	b	2b
	 nop

	.data
	.balign	16
data:	.fill	16, 1, 0

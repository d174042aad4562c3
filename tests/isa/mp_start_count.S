/* SPDX-License-Identifier: MIT */
/*
 * rule: A CPU that is started finds Count in step with the machine's time, and no timer interrupt,
 *       however long the others have run and if it was started before (docs/machine/boot.md; Count and
 *       Compare as R4000 UM 5.2).
 * options: --cpus 2
 */
#include "machine/clock.h"
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, MP
	dla	$t1, other
	dla	$t2, data
	sd	$t1, TESTMIPS_MP_STARTUPADDR($t0)
	li	$s0, 2			# twice
again:
	li	$t3, 30000
1:	bnez	$t3, 1b
	 addiu	$t3, $t3, -1
	li	$t1, 1
	sw	$t1, TESTMIPS_MP_STARTUPCPU($t0)
2:	lw	$t3, 0($t2)
	beqz	$t3, 2b
	 nop
	sw	$zero, 0($t2)
	lw	$t3, 4($t2)		# Count, half the cycles, Count
	lw	$v0, 8($t2)
	lw	$v1, 12($t2)
	srl	$v0, $v0, 1
	subu	$t3, $v0, $t3
	sltiu	$t3, $t3, 3
	EXPECT($t3, 1)
	subu	$v1, $v1, $v0
	sltiu	$v1, $v1, 3
	EXPECT($v1, 1)
	/* It did not start before it was told to. */
	sltiu	$v0, $v0, 20000
	EXPECT($v0, 0)
	lw	$t3, 16($t2)
	EXPECT($t3, 0)
	/* Stop it, as it runs, and start it once more. */
	sw	$zero, TESTMIPS_MP_PAUSE_CPU($t0)
	daddiu	$s0, $s0, -1
	bnez	$s0, again
	 nop
	TEST_PASS

other:	dla	$t2, data
	dli	$t0, 0xffffffffa0000000 + MAP_CLOCK_BASE
	mfc0	$v0, $CP0_COUNT
	lw	$v1, CLOCK_CYCLES_LO($t0)
	mfc0	$a0, $CP0_COUNT
	mfc0	$a1, $CP0_CAUSE
	sw	$v0, 4($t2)
	sw	$v1, 8($t2)
	sw	$a0, 12($t2)
	sw	$a1, 16($t2)
	li	$t3, 1
	sw	$t3, 0($t2)
	/* Its own idea of the time must not outlive it. */
	mtc0	$zero, $CP0_COUNT
1:	b	1b
	 nop

	.data
	.balign	8
data:	.fill	24, 1, 0

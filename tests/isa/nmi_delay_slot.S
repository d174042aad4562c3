/* SPDX-License-Identifier: MIT */
/*
 * rule: After an NMI in a delay slot ErrorEPC is the branch, and execution can be resumed there
 *       (R4000 UM figure 5-16: RestartPC).
 * options: --cpus 2
 */
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

#define OTHER (0xffffffffa0000000 + MAP_CPUCTL_BASE + CPUCTL_CPU_STRIDE)
#define TIMES 30

#define FLAG_COUNT   0  /* NMIs of CPU 1 */
#define FLAG_FIRST   8  /* of these at the first instruction of its loop */
#define FLAG_BRANCH  16 /* at the branch, or in the slot */
#define FLAG_OTHER   24 /* elsewhere */
#define FLAG_READY   40 /* CPU 1 can take them */
#define FLAG_WRONG   32 /* the loop was not resumed as it was left */

TEST_BEGIN
	dli	$t0, VECTOR_RESET
	dla	$t1, stub
	.irp	i, 0, 1, 2, 3
	lw	$t2, 4 * \i($t1)
	sw	$t2, 4 * \i($t0)
	.endr
	dli	$t0, OTHER
	dla	$s0, flags
	dla	$t1, other
	sd	$t1, CPUCTL_PC($t0)
	li	$t1, CPUCTL_START
	sw	$t1, CPUCTL_COMMAND($t0)
3:	ld	$t3, FLAG_READY($s0)
	beqz	$t3, 3b
	 li	$t1, CPUCTL_NMI
	li	$t2, 0
1:	daddiu	$t2, $t2, 1
	sw	$t1, CPUCTL_COMMAND($t0)
2:	ld	$t3, FLAG_COUNT($s0)
	bne	$t3, $t2, 2b
	 nop
	li	$t3, TIMES
	bne	$t2, $t3, 1b
	 nop
	ld	$t3, FLAG_OTHER($s0)
	EXPECT($t3, 0)
	ld	$t3, FLAG_WRONG($s0)
	EXPECT($t3, 0)
	/* All three places of the loop come about equally often: a third, and two thirds. */
	ld	$t3, FLAG_FIRST($s0)
	sltiu	$v0, $t3, TIMES / 6
	EXPECT($v0, 0)
	ld	$t3, FLAG_BRANCH($s0)
	sltiu	$v0, $t3, TIMES / 2
	EXPECT($v0, 0)
	TEST_PASS

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	dmfc0	$k0, $CP0_ERROREPC
	dla	$k1, loop
	bne	$k0, $k1, 1f
	 li	$s1, FLAG_FIRST
	b	3f
	 nop
1:	daddiu	$k1, $k1, 4
	bne	$k0, $k1, 2f
	 li	$s1, FLAG_OTHER
	li	$s1, FLAG_BRANCH
2:
3:	daddu	$s1, $s1, $s0
	ld	$k0, 0($s1)
	daddiu	$k0, $k0, 1
	sd	$k0, 0($s1)
	ld	$k0, FLAG_COUNT($s0)
	daddiu	$k0, $k0, 1
	sd	$k0, FLAG_COUNT($s0)
	/* Another phase of the loop will meet the end of the quantum. */
	andi	$k0, $k0, 7
4:	bnez	$k0, 4b
	 daddiu	$k0, $k0, -1
	eret				# ERL is set: to ErrorEPC
other:	dla	$s0, flags
	li	$t0, 1
	sd	$t0, FLAG_READY($s0)
	move	$t0, $zero
	move	$t1, $zero
loop:	daddiu	$t0, $t0, 1
	bne	$t0, $t1, loop		/* always: t1 is one behind */
	 daddiu	$t1, $t1, 1
	sd	$s0, FLAG_WRONG($s0)
	move	$t1, $t0
	b	loop
	 nop

	.data
	.balign	8
flags:	.fill	48, 1, 0

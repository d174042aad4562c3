/* SPDX-License-Identifier: MIT */
/*
 * rule: Of the resets that a CPU has not taken yet the highest counts, and once: cold reset, soft reset,
 *       NMI; they wake a CPU that sleeps (R4000 UM table 5-13).
 * options: --cpus 2
 */
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

#define OTHER (0xffffffffa0000000 + MAP_CPUCTL_BASE + CPUCTL_CPU_STRIDE)

#define FLAG_COUNT  0 /* resets taken by CPU 1 */
#define FLAG_STATUS 4 /* its Status at the last one */
#define FLAG_READY  8 /* it loops, or is about to sleep */
#define FLAG_EPC    16

/* Both commands are there before CPU 1 has its turn. */
.macro command first, second, sr
	li	$t1, \first
	li	$t2, \second
	lw	$s1, FLAG_COUNT($s0)
1:	lw	$t3, FLAG_READY($s0)
	beqz	$t3, 1b
	 nop
	sw	$zero, FLAG_READY($s0)
	sw	$t1, CPUCTL_COMMAND($t0)
	sw	$t2, CPUCTL_COMMAND($t0)
2:	lw	$t3, FLAG_READY($s0)	/* it has taken what there was, and is back */
	beqz	$t3, 2b
	 nop
	lw	$t3, FLAG_COUNT($s0)
	subu	$t3, $t3, $s1
	EXPECT($t3, 1)
	lw	$t3, FLAG_STATUS($s0)
	EXPECT($t3, STATUS_ERL | STATUS_BEV | (\sr))
.endm

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
	command	CPUCTL_NMI, CPUCTL_NMI, STATUS_SR
	command	CPUCTL_NMI, CPUCTL_COLD_RESET, 0
	command	CPUCTL_COLD_RESET, CPUCTL_NMI, 0
	command	CPUCTL_SOFT_RESET, CPUCTL_COLD_RESET, 0
	command	CPUCTL_COLD_RESET, CPUCTL_SOFT_RESET, 0
	command	CPUCTL_SOFT_RESET, CPUCTL_NMI, STATUS_SR
	/* Now it sleeps. */
	li	$t1, 1
	sw	$t1, 12($s0)
	command	CPUCTL_NMI, CPUCTL_NMI, STATUS_SR
1:	lw	$t3, CPUCTL_STATE($t0)
	li	$t2, CPUCTL_STATE_SLEEPS
	bne	$t3, $t2, 1b
	 nop
	command	CPUCTL_SOFT_RESET, CPUCTL_NMI, STATUS_SR
	ld	$t3, FLAG_EPC($s0)
	EXPECT_LABEL($t3, asleep + 4)
	TEST_PASS

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	dla	$s0, flags
	lw	$k0, FLAG_COUNT($s0)
	addiu	$k0, $k0, 1
	sw	$k0, FLAG_COUNT($s0)
	mfc0	$k0, $CP0_STATUS
	sw	$k0, FLAG_STATUS($s0)
	dmfc0	$k0, $CP0_ERROREPC
	sd	$k0, FLAG_EPC($s0)
	/* For the next one: no bit but those that a reset sets. */
	mtc0	$zero, $CP0_STATUS
	hazard
other:	mtc0	$zero, $CP0_STATUS
	dla	$s0, flags
	li	$t0, 1
	sw	$t0, FLAG_READY($s0)
	lw	$t1, 12($s0)
	beqz	$t1, 1f
	 nop
	dli	$t1, POWER
asleep:	sw	$zero, POWER_SAVE($t1)
1:	b	1b
	 nop

	.data
	.balign	8
flags:	.fill	24, 1, 0

/* SPDX-License-Identifier: MIT */
/*
 * start.S - the first instructions of every CPU.
 *
 * All CPUs enter at _start, in kernel mode, with nothing else known: QEMU lets all of them in at
 * once, on testmips the first one starts the others through the multiprocessor device (smp.c).
 * Whoever draws ticket 0 prepares the program and calls main(); the others go to
 * smp_secondary(). Nothing here may rely on .bss before CPU 0 has cleared it.
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"

	.set	noreorder

	.section .text.start, "ax"
FUNCTION(_start)
	/*
	 * A known Status first: interrupts off, EXL = ERL = 0, vectors in RAM. Nothing below uses
	 * what it changes within the next four instructions (R4000 UM appendix F: CP0 hazards).
	 */
	li	$t0, STATUS_BOOT
	mtc0	$t0, $CP0_STATUS
	mtc0	$zero, $CP0_CAUSE	/* no software interrupt pending */

	/* Draw a ticket: it becomes this CPU's number. */
	PTR_LA	$t0, smp_tickets
1:	ll	$s0, 0($t0)
	addiu	$t1, $s0, 1
	sc	$t1, 0($t0)
	beqz	$t1, 1b
	 nop
	sltiu	$t1, $s0, SMP_CPUS_MAX
	beqz	$t1, smp_park		/* more CPUs than stacks: wait for ever */
	 nop
	ctc1	$zero, $31		/* FPU: round to nearest, no traps, no flags */

	/* $sp = top of stack number $s0; the CPU's number goes to its bottom. */
	PTR_LA	$sp, smp_stacks
	sll	$t1, $s0, STACK_SIZE_LOG2
	PTR_ADDU $sp, $sp, $t1
	sw	$s0, 0($sp)
	PTR_ADDIU $sp, $sp, STACK_SIZE - 64 /* o32 callees may store their arguments here */
	bnez	$s0, smp_secondary
	 move	$a0, $s0

	/* The first CPU: clear .bss, which link.ld aligns to 16 bytes at both ends. */
	PTR_LA	$t0, bss_start
	PTR_LA	$t1, bss_end
	beq	$t0, $t1, 3f
	 nop
2:	sw	$zero, 0($t0)
	sw	$zero, 4($t0)
	sw	$zero, 8($t0)
	PTR_ADDIU $t0, $t0, 16
	bne	$t0, $t1, 2b
	 sw	$zero, -4($t0)
3:	jal	trap_init
	 nop
	jal	platform_init
	 nop
	jal	main
	 nop
	jal	platform_exit
	 move	$a0, $v0
END(_start)

	.text
/* Ends the work of a CPU without ending the machine. */
FUNCTION(smp_park)
	b	smp_park
	 nop
END(smp_park)

	.data
	.globl	smp_tickets
	.balign	4
smp_tickets:
	.word	0

	.section .noinit.stacks, "aw", @nobits
	.globl	smp_stacks
	.balign	STACK_SIZE
smp_stacks:
	.space	STACK_SIZE * SMP_CPUS_MAX

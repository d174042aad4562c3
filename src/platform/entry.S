/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the monitor's first instructions on the first CPU and on all others.
 *
 * The first CPU enters at monitor_entry as docs/machine/boot.md says, a1 = the device tree; all
 * others at secondary_entry, started by smp.c with a stack and a1 = their struct cpu. A board that
 * has no device tree to give enters with one linked in (linked_tree.S).
 */
#include "isa/cp0.h"
#include "machine/boot.h"

#include "src/include/asm.h"
#include "src/platform/stack.h"

	.set	noreorder

	/*
	 * KX for XKPHYS; interrupts off, kernel mode, vectors in RAM. The FPU stays off: the monitor
	 * never uses it. ssnop-like distance until the first XKPHYS access: R4000 UM appendix F asks
	 * for 4 instructions after a change of KX.
	 */
	.macro	kernel_mode
	li	$t0, STATUS_KX
	mtc0	$t0, $CP0_STATUS
	nop
	nop
	nop
	nop
	.endm

	.section .text.entry, "ax"
FUNCTION(monitor_entry)
	kernel_mode
	/* .bss is not cleared: the loader does (p_memsz), QEMU too. */
	lui	$sp, %hi(boot_stack + STACK_BYTES - STACK_HEADROOM)
	daddiu	$sp, $sp, %lo(boot_stack + STACK_BYTES - STACK_HEADROOM)
	li	$t0, BOOT_A0_DEVICE_TREE & 0xffffffff
	beq	$a0, $t0, 1f
	 nop
	move	$a1, $zero		/* no tree: boot_first_cpu() says so */
1:	jal	boot_first_cpu
	 move	$a0, $a1
	b	.
	 nop
END(monitor_entry)

FUNCTION(secondary_entry)
	kernel_mode
	jal	boot_other_cpu
	 move	$a0, $a1
	b	.
	 nop
END(secondary_entry)

	.section .bss.stack, "aw", @nobits
	.globl	boot_stack
	.balign	4096
boot_stack:
	.space	STACK_BYTES

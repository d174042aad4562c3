/* SPDX-License-Identifier: MIT */
/*
 * entry.S - vectors that take every exception for the end of a batch: back to a sane state, on to
 * the next batch, on the VCPU's own stack. See main.c.
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"
#include "machine/cpuctl.h"
#include "machine/map.h"
#include "machine/shared_page.h"
#include "machine/vm.h"
#include "guests/vm/fuzz/stack.h"

	.set	noreorder
	.set	noat

#define STATUS_SANE (STATUS_CU1 | STATUS_FR | CAUSE_IP_TIMER | STATUS_IE)
#define SELF (VM_DEVICES_BASE + MAP_CPUCTL_BASE - MAP_IO_BASE + CPUCTL_SELF)

	.section .text.vectors, "ax"
	.balign	0x1000
	.org	VECTOR_TLB_REFILL
	b	caught
	 nop
	.org	VECTOR_XTLB_REFILL
	b	caught
	 nop
	.org	VECTOR_GENERAL
caught:
	li	$t0, STATUS_SANE | STATUS_EXL
	mtc0	$t0, $CP0_STATUS
	mtc0	$zero, $CP0_WATCHLO
	mtc0	$zero, $CP0_WIRED
	mtc0	$zero, $CP0_CAUSE
	mtc0	$zero, $CP0_COMPARE
	dla	$t0, next
	dmtc0	$t0, $CP0_EPC
	eret

	.text
/* The VCPU knows its number from the machine alone: everything else may be overwritten. */
next:
	li	$t0, SELF
	lw	$a0, 0($t0)
	sltiu	$t1, $a0, FUZZ_STACKS
	beqz	$t1, next
	 dla	$sp, stacks + FUZZ_STACK_BYTES - 64
	dsll	$t1, $a0, FUZZ_STACK_LOG2
	b	fuzz_next
	 daddu	$sp, $sp, $t1

FUNCTION(_start)
	li	$t0, STATUS_SANE
	mtc0	$t0, $CP0_STATUS
	nop
	nop
	nop
	b	next
	 nop
END(_start)

/* Where another VCPU is started. */
	.globl	fuzz_second
fuzz_second:
	b	_start
	 nop

.macro	LOAD_REGISTERS
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 27, 28, 29, 30, 31
	ld	$\n, 8 * \n($1)
	.endr
.endm

/* All but $1 and $26. */
FUNCTION(fuzz_run)
	move	$1, $a0
	move	$26, $a1
	LOAD_REGISTERS
	jr	$26
	 ld	$1, 8($1)
END(fuzz_run)

FUNCTION(fuzz_run_user)
	li	$t0, STATUS_SANE | STATUS_EXL | STATUS_KSU_USER
	mtc0	$t0, $CP0_STATUS
	dmtc0	$a1, $CP0_EPC
	move	$1, $a0
	LOAD_REGISTERS
	ld	$26, 8 * 26($1)
	ld	$1, 8($1)
	eret
END(fuzz_run_user)

/*
 * uint32_t fuzz_load_linked(volatile uint32_t *where, uint32_t value): LL, a privileged instruction
 * in between, SC; what SC says.
 */
FUNCTION(fuzz_load_linked)
	ll	$v0, 0($a0)
	mfc0	$t0, $CP0_STATUS
	move	$v0, $a1
	sc	$v0, 0($a0)
	jr	$ra
	 nop
END(fuzz_load_linked)

	.section .note.mirrorball, "a", %note
	.balign	4
	.word	11, VM_BOOT_HEADER_BYTES, VM_BOOT_NOTE_TYPE
	.asciz	VM_BOOT_NOTE_NAME
	.balign	4
	.word	VM_BOOT_VERSION, VM_BOOT_F_SHARED_PAGE | VM_BOOT_F_REWRITE | VM_BOOT_F_CALLS, 0x8000
	.word	SHARED_PAGE_VERSION

	.bss
	.balign	16
stacks:	.space	FUZZ_STACK_BYTES * FUZZ_STACKS

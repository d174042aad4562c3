/* SPDX-License-Identifier: MIT */
/*
 * entry.S - vectors that take every exception for the end of a batch: back to a sane state, on to
 * the next batch. See main.c.
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"
#include "machine/shared_page.h"
#include "machine/vm.h"

	.set	noreorder
	.set	noat

#define STATUS_SANE (STATUS_CU1 | STATUS_FR | CAUSE_IP_TIMER | STATUS_IE)

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
	dla	$t0, fuzz_next
	dmtc0	$t0, $CP0_EPC
	dla	$sp, stack + 8192 - 64
	eret

	.text
FUNCTION(_start)
	dla	$sp, stack + 8192 - 64
	li	$t0, STATUS_SANE
	mtc0	$t0, $CP0_STATUS
	nop
	nop
	nop
	b	fuzz_next
	 nop
END(_start)

/* void fuzz_run(const uint64_t registers[32], const void *code): all but $1 and $26 */
FUNCTION(fuzz_run)
	move	$1, $a0
	move	$26, $a1
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 27, 28, 29, 30, 31
	ld	$\n, 8 * \n($1)
	.endr
	jr	$26
	 ld	$1, 8($1)
END(fuzz_run)

	.section .note.mirrorball, "a", %note
	.balign	4
	.word	11, VM_BOOT_HEADER_BYTES, VM_BOOT_NOTE_TYPE
	.asciz	VM_BOOT_NOTE_NAME
	.balign	4
	.word	VM_BOOT_VERSION, VM_BOOT_F_SHARED_PAGE | VM_BOOT_F_REWRITE | VM_BOOT_F_CALLS, 0x8000
	.word	SHARED_PAGE_VERSION

	.bss
	.balign	16
stack:	.space	8192

/* SPDX-License-Identifier: MIT */
/* start.S - vectors, trap entry and exit, user mode: see guest.h. */
#include "guests/vm/cpu/guest.h"

#include "isa/cp0.h"
#include "machine/shared_page.h"
#include "machine/vm.h"

	.set	noreorder
	.set	noat

	.section .text.vectors, "ax"
	.balign	0x1000
	.org	VECTOR_TLB_REFILL
	b	refill
	 lui	$k1, %hi(refill_count)
	.org	VECTOR_XTLB_REFILL
	b	refill
	 lui	$k1, %hi(refill_count)
	.org	VECTOR_GENERAL
	b	trap_entry
	 nop
refill:
	lw	$k0, %lo(refill_count)($k1)
	addiu	$k0, $k0, 1
	sw	$k0, %lo(refill_count)($k1)
	mfc0	$k1, $CP0_CONTEXT
	ld	$k0, 0($k1)
	ld	$k1, 8($k1)
	dmtc0	$k0, $CP0_ENTRYLO0
	dmtc0	$k1, $CP0_ENTRYLO1
	nop
	nop
	tlbwr
	nop
	nop
	nop
	nop
	eret

trap_entry:
	mfc0	$k0, $CP0_STATUS
	andi	$k0, $k0, STATUS_KSU
	beqz	$k0, 1f
	 move	$k1, $sp
	dmfc0	$sp, $CP0_ERROREPC
1:	daddiu	$sp, $sp, -FRAME_SIZE
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 28, 30, 31
	sd	$\n, FRAME_GPR + 8 * \n($sp)
	.endr
	sd	$k1, FRAME_GPR + 8 * 29($sp)
	mfhi	$t0
	mflo	$t1
	sd	$t0, FRAME_HI($sp)
	sd	$t1, FRAME_LO($sp)
	dmfc0	$t0, $CP0_EPC
	dmfc0	$t1, $CP0_BADVADDR
	mfc0	$t2, $CP0_STATUS
	mfc0	$t3, $CP0_CAUSE
	sd	$t0, FRAME_EPC($sp)
	sd	$t1, FRAME_BADVADDR($sp)
	sd	$t2, FRAME_STATUS($sp)
	sd	$t3, FRAME_CAUSE($sp)
	jal	guest_trap
	 move	$a0, $sp
	move	$k1, $sp
	/* State: EXL = 1, k1 = frame. */
restore:
	ld	$t0, FRAME_HI($k1)
	ld	$t1, FRAME_LO($k1)
	ld	$t2, FRAME_EPC($k1)
	ld	$t3, FRAME_STATUS($k1)
	mthi	$t0
	mtlo	$t1
	dmtc0	$t2, $CP0_EPC
	mtc0	$t3, $CP0_STATUS
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 28, 29, 30, 31
	ld	$\n, FRAME_GPR + 8 * \n($k1)
	.endr
	eret

	.text
FUNCTION(_start)
	dla	$sp, stack + STACK_BYTES - 64
	dla	$t0, kernel_stack + STACK_BYTES - 64
	dmtc0	$t0, $CP0_ERROREPC
	jal	guest_main
	 nop
END(_start)

/* void enter_user(struct frame *frame): returns when leave_user() is called. */
FUNCTION(enter_user)
	daddiu	$sp, $sp, -112
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 28, 30, 31
	sd	$\n, 8 * (\n - 16)($sp)
	.endr
	lui	$t0, %hi(saved_sp)
	sd	$sp, %lo(saved_sp)($t0)
	mfc0	$t0, $CP0_STATUS
	ori	$t0, $t0, STATUS_EXL
	mtc0	$t0, $CP0_STATUS
	b	restore
	 move	$k1, $a0
END(enter_user)

FUNCTION(leave_user)
	lui	$t0, %hi(saved_sp)
	ld	$sp, %lo(saved_sp)($t0)
	mfc0	$t0, $CP0_STATUS
	li	$t1, ~(STATUS_EXL | STATUS_KSU | STATUS_IE)
	and	$t0, $t0, $t1
	mtc0	$t0, $CP0_STATUS
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 28, 30, 31
	ld	$\n, 8 * (\n - 16)($sp)
	.endr
	jr	$ra
	 daddiu	$sp, $sp, 112
END(leave_user)

FUNCTION(enable_interrupts)
	mfc0	$t0, $CP0_STATUS
	ori	$t0, $t0, STATUS_IE
	mtc0	$t0, $CP0_STATUS
	nop
	nop
	nop
	nop
	jr	$ra
	 nop
END(enable_interrupts)

	.section .note.mirrorball, "a", %note
	.balign	4
	.word	11, VM_BOOT_HEADER_BYTES, VM_BOOT_NOTE_TYPE
	.asciz	VM_BOOT_NOTE_NAME
	.balign	4
	.word	VM_BOOT_VERSION, VM_BOOT_F_SHARED_PAGE | VM_BOOT_F_REWRITE | VM_BOOT_F_CALLS, 0x8000
	.word	SHARED_PAGE_VERSION

	.bss
	.balign	16
saved_sp:
	.space	8
	.balign	16
stack:	.space	STACK_BYTES
kernel_stack:
	.space	STACK_BYTES

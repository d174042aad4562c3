/* SPDX-License-Identifier: MIT */
/*
 * trap.S - entry and exit of exceptions, and a load that may fail.
 *
 * trap.c copies trap_vector to the vectors; every exception goes to trap_entry, which saves all
 * registers in a struct trap_frame, calls trap_dispatch() and restores them. R4000 UM chapter 5.
 *
 * $k0 and $k1 belong to the exception code. An exception in user or supervisor mode finds its
 * kernel stack in ErrorEPC, which nothing else uses as long as no NMI, soft reset or cache error
 * comes (the R4000 has no scratch register; trap_enter_user() sets it).
 */
#include "guests/lib/asm.h"
#include "isa/cp0.h"

	.set	noreorder
	.set	noat
#if _MIPS_SIM == _ABIO32
	.set	gp=64		/* kernel mode: 64-bit registers even where the ABI has 32 bits */
#endif

	.text
/* Position-independent code of at most 0x80 bytes. State: EXL = 1, $k0 and $k1 free. */
	.globl	trap_vector, trap_vector_end
trap_vector:
	PTR_LA	$k0, trap_entry
	jr	$k0
	 nop
trap_vector_end:

FUNCTION(trap_entry)
	mfc0	$k0, $CP0_STATUS
	andi	$k0, $k0, STATUS_KSU
	beqz	$k0, 1f
	 move	$k1, $sp
	PTR_MFC0 $sp, $CP0_ERROREPC
1:	PTR_ADDIU $sp, $sp, -(FRAME_SIZE + 64)
	/* State: $sp is a kernel stack, $k1 the interrupted $sp, the frame lies 64 bytes above. */
#define SAVE(n)	sd	$n, 64 + FRAME_GPR + 8 * n($sp)
	SAVE(1)
	SAVE(2)
	SAVE(3)
	SAVE(4)
	SAVE(5)
	SAVE(6)
	SAVE(7)
	SAVE(8)
	SAVE(9)
	SAVE(10)
	SAVE(11)
	SAVE(12)
	SAVE(13)
	SAVE(14)
	SAVE(15)
	SAVE(16)
	SAVE(17)
	SAVE(18)
	SAVE(19)
	SAVE(20)
	SAVE(21)
	SAVE(22)
	SAVE(23)
	SAVE(24)
	SAVE(25)
	SAVE(28)
	SAVE(30)
	SAVE(31)
	sd	$k1, 64 + FRAME_GPR + 8 * 29($sp)
	mfhi	$t0
	mflo	$t1
	sd	$t0, 64 + FRAME_HI($sp)
	sd	$t1, 64 + FRAME_LO($sp)
	dmfc0	$t0, $CP0_EPC
	dmfc0	$t1, $CP0_BADVADDR
	mfc0	$t2, $CP0_STATUS
	mfc0	$t3, $CP0_CAUSE
	sd	$t0, 64 + FRAME_EPC($sp)
	sd	$t1, 64 + FRAME_BADVADDR($sp)
	sd	$t2, 64 + FRAME_STATUS($sp)
	sd	$t3, 64 + FRAME_CAUSE($sp)

	/* Handlers run in kernel mode with interrupts off; they must not use the FPU. */
	li	$t0, ~(STATUS_KSU | STATUS_EXL | STATUS_IE)
	and	$t0, $t0, $t2
	mtc0	$t0, $CP0_STATUS
	jal	trap_dispatch
	 PTR_ADDIU $a0, $sp, 64
	PTR_ADDIU $a0, $sp, 64
	/* Falls through: $a0 is the frame, which trap_dispatch() may have changed. */

/* void trap_return(const struct trap_frame *frame): continues as the frame says. */
	.globl	trap_return
trap_return:
	mfc0	$t0, $CP0_STATUS
	li	$t1, ~STATUS_IE
	and	$t2, $t0, $t1
	mtc0	$t2, $CP0_STATUS	/* interrupts off, effective three instructions later */
	ld	$t0, FRAME_HI($a0)
	ld	$t1, FRAME_LO($a0)
	ori	$t2, $t2, STATUS_EXL
	mthi	$t0
	mtlo	$t1
	/* Now EXL, alone: set together with KSU it might come too late (VR4100 UM, CP0 hazards). */
	mtc0	$t2, $CP0_STATUS
	move	$k1, $a0
#define LOAD(n)	ld	$n, FRAME_GPR + 8 * n($k1)
	LOAD(1)
	LOAD(2)
	LOAD(3)
	LOAD(4)
	LOAD(5)
	LOAD(6)
	LOAD(7)
	LOAD(8)
	LOAD(9)
	LOAD(10)
	LOAD(11)
	LOAD(12)
	LOAD(13)
	LOAD(14)
	LOAD(15)
	LOAD(16)
	LOAD(17)
	LOAD(18)
	LOAD(19)
	LOAD(20)
	LOAD(21)
	LOAD(22)
	LOAD(23)
	LOAD(24)
	LOAD(25)
	LOAD(28)
	LOAD(29)
	LOAD(30)
	LOAD(31)
	/* With EXL = 1 the CPU stays in kernel mode until eret, whatever KSU gets. */
	ld	$k0, FRAME_STATUS($k1)
	ori	$k0, $k0, STATUS_EXL
	mtc0	$k0, $CP0_STATUS
	ld	$k0, FRAME_EPC($k1)
	nop
	nop
	dmtc0	$k0, $CP0_EPC
	nop
	nop
	eret
END(trap_entry)

/*
 * void trap_enter_user(struct trap_frame *frame): as trap_return(), and the next exception from
 * user or supervisor mode starts on the stack as it is now. Never returns.
 */
FUNCTION(trap_enter_user)
	PTR_MTC0 $sp, $CP0_ERROREPC
	b	trap_return
	 nop
END(trap_enter_user)

/*
 * int trap_probe_load(const volatile void *address, unsigned size, uint32_t *value): loads 1 or 4
 * bytes; -1 if the access ends in a bus error, TLB or address exception, else 0.
 * trap_dispatch() continues at trap_probe_failed when such an exception comes from between the two
 * labels.
 */
FUNCTION(trap_probe_load)
	.globl	trap_probe_begin, trap_probe_end, trap_probe_failed
	xori	$t0, $a1, 4
	beqz	$t0, 1f
	 nop
trap_probe_begin:
	lbu	$t1, 0($a0)
	b	2f
	 nop
1:	lw	$t1, 0($a0)
2:	move	$v0, $zero		/* the loads have finished here: their data is not yet used */
	sw	$t1, 0($a2)
trap_probe_end:
	jr	$ra
	 nop
trap_probe_failed:
	jr	$ra
	 li	$v0, -1
END(trap_probe_load)

/* SPDX-License-Identifier: MIT */
/*
 * fpu.S - the FPU's registers to and from memory.
 *
 * With FR = 1, whatever the guest uses: with FR = 0 the even registers have both halves of a pair
 * (R4000 UM 6.3), so this keeps everything. Four instructions stand between mtc0 Status and the first use
 * of the coprocessor (isa/hazard.def: usable).
 */
#include "isa/cp0.h"
#include "src/include/asm.h"

	.set	noreorder
	.set	noat
	.text

#define STATUS_FPU (STATUS_KX | STATUS_CU1 | STATUS_FR)

.macro	FOR_REGISTERS operation
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 26, 27, 28, 29, 30, 31
	\operation $f\n, 8 * \n($a0)
	.endr
.endm

.macro	ENABLE
	mfc0	$t0, $CP0_STATUS
	li	$t1, STATUS_FPU
	mtc0	$t1, $CP0_STATUS
	nop
	nop
	nop
	nop
.endm

/* uint32_t fpu_save(uint64_t *registers): returns FCR31. */
FUNCTION(fpu_save)
	ENABLE
	FOR_REGISTERS sdc1
	cfc1	$v0, $31
	mtc0	$t0, $CP0_STATUS
	jr	$ra
	 nop
END(fpu_save)

/*
 * void fpu_restore(const uint64_t *registers, uint32_t fcr31). If the VCPU was stopped between its
 * floating-point exception and its handler, fcr31 has a cause whose enable is set: ctc1 writes it and
 * raises the exception (R4000 UM 6.4), which trap.S knows by its address.
 */
FUNCTION(fpu_restore)
	ENABLE
	.globl	fpu_restore_fcr31
fpu_restore_fcr31:
	ctc1	$a1, $31
	FOR_REGISTERS ldc1
	mtc0	$t0, $CP0_STATUS
	jr	$ra
	 nop
END(fpu_restore)

/* uint32_t fpu_read_fcr31(void) */
FUNCTION(fpu_read_fcr31)
	ENABLE
	cfc1	$v0, $31
	mtc0	$t0, $CP0_STATUS
	jr	$ra
	 nop
END(fpu_read_fcr31)

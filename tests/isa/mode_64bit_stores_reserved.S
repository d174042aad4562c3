/* SPDX-License-Identifier: MIT */
/*
 * rule: SD, SDL, SDR, SCD are reserved in 32-bit user and supervisor mode; the 64-bit moves
 *       of CP0 too, after the usability check (R4000 UM 4.2, 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G), MASK_4K)
	li	$t0, 0x10000
	dli	$t1, 0x1122334455667788
.macro reserved insn:vararg
	ENTER(STATUS_KSU_USER | STATUS_CU0)
	TRAP(EXC_RI, \insn)
	ENTER(STATUS_KSU_SUPERVISOR | STATUS_CU0)
	TRAP(EXC_RI, \insn)
.endm
	reserved sd $t1, 0($t0)
	reserved sdl $t1, 0($t0)
	reserved sdr $t1, 0($t0)
	reserved scd $t1, 0($t0)
	reserved dmfc0 $t2, $CP0_EPC
	reserved dmtc0 $t2, $CP0_COMPARE
	ld	$t2, 0($t0)
	EXPECT($t2, 0)
	ENTER(STATUS_KSU_USER | STATUS_UX)
	sd	$t1, 0($t0)
	CALL_KERNEL
	ld	$t2, 0($t0)
	EXPECT($t2, 0x1122334455667788)
	/* Not usable comes before not allowed. */
	ENTER(STATUS_KSU_USER)
	TRAP(EXC_CPU, dmfc0 $t2, $CP0_EPC)
	TEST_PASS

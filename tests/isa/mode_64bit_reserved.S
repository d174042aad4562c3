/* SPDX-License-Identifier: MIT */
/*
 * rule: 64-bit operations are reserved in user mode with UX = 0 and supervisor mode with SX =
 *       0, allowed with UX or SX = 1 and always in kernel mode (R4000 UM 4.2, 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	MAP_CODE
	li	$t0, 0x02000000
.macro reserved insn:vararg
	ENTER(STATUS_KSU_USER | STATUS_SX | STATUS_KX)
	TRAP(EXC_RI, \insn)
	ENTER(STATUS_KSU_SUPERVISOR | STATUS_UX | STATUS_KX)
	TRAP(EXC_RI, \insn)
	set_status 0
	\insn
	set_status TEST_STATUS
	ENTER(STATUS_KSU_USER | STATUS_UX)
	\insn
	CALL_KERNEL
	ENTER(STATUS_KSU_SUPERVISOR | STATUS_SX)
	\insn
	CALL_KERNEL
.endm
	reserved dadd $t1, $t0, $zero
	reserved daddi $t1, $t0, 1
	reserved daddiu $t1, $t0, 1
	reserved daddu $t1, $t0, $zero
	reserved dsub $t1, $t0, $zero
	reserved dsubu $t1, $t0, $zero
	reserved dsll $t1, $t0, 1
	reserved dsrl $t1, $t0, 1
	reserved dsra $t1, $t0, 1
	reserved dsll32 $t1, $t0, 1
	reserved dsrl32 $t1, $t0, 1
	reserved dsra32 $t1, $t0, 1
	reserved dsllv $t1, $t0, $t0
	reserved dsrlv $t1, $t0, $t0
	reserved dsrav $t1, $t0, $t0
	reserved dmult $t0, $t0
	reserved dmultu $t0, $t0
	reserved ddiv $zero, $t0, $t0
	reserved ddivu $zero, $t0, $t0
	reserved ld $t1, 0($t0)
	reserved lwu $t1, 0($t0)
	reserved ldl $t1, 0($t0)
	reserved ldr $t1, 0($t0)
	reserved lld $t1, 0($t0)
	TEST_PASS

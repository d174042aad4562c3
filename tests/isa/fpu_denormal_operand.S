/* SPDX-License-Identifier: MIT */
/*
 * rule: A denormal operand raises Unimplemented whatever FS is; so does a quiet NaN, compares
 *       excepted (R4000 UM 7.4, Unimplemented).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 1
	dli	$t1, 0x3ff0000000000000
	dmtc1	$t1, $f6
.macro unimplemented insn:vararg
	ctc1	$zero, $31
	dmtc1	$t0, $f4
	TRAP(EXC_FPE, \insn)
	cfc1	$t2, $31
	EXPECT($t2, FCSR_CAUSE_E)
	li	$t2, FCSR_FS
	ctc1	$t2, $31
	TRAP(EXC_FPE, \insn)
	cfc1	$t2, $31
	EXPECT($t2, FCSR_FS | FCSR_CAUSE_E)
.endm
	unimplemented add.d $f8, $f4, $f6
	unimplemented mul.d $f8, $f6, $f4
	unimplemented div.d $f8, $f4, $f6
	unimplemented sqrt.d $f8, $f4
	unimplemented cvt.s.d $f8, $f4
	unimplemented add.s $f8, $f4, $f6
	/* A quiet NaN. */
	dli	$t0, 0x7ff7ffffffffffff
	unimplemented add.d $f8, $f4, $f6
	/* MOV looks at nothing. */
	ctc1	$zero, $31
	mov.d	$f8, $f4
	TEST_PASS

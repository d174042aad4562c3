/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the segments in each mode have in common: a load and a store in the mode of
 * `status` at `address`, which is refused (address error) or mapped (a TLB miss, at `vector`).
 */
#ifndef TESTS_ISA_SEGMENTS_H
#define TESTS_ISA_SEGMENTS_H

#include "tests/isa/harness.h"

.macro refused status, address
	dli	$t0, \address
	ENTER(\status)
	TRAP(EXC_ADEL, lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, \address)
	ENTER(\status)
	TRAP(EXC_ADES, sw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, \address)
.endm
.macro mapped status, address, vector
	dli	$t0, \address
	ENTER(\status)
	TRAP_AT(EXC_TLBL, 0, 1b, \vector, 1: lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, \address)
	ENTER(\status)
	TRAP_AT(EXC_TLBS, 0, 1b, \vector, 1: sw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, \address)
.endm

#endif

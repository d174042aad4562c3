/* SPDX-License-Identifier: MIT */
/*
 * rule: JR and JALR to an unaligned address raise Address Error at the fetch: EPC and
 *       BadVAddr are the target (R4000 UM A, JR).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, target + 2
	TRAP_AT(EXC_ADEL, 0, target + 2, 0x180, jr $t0; nop)
	EXPECT_RECORD_LABEL(BADVADDR, target + 2)
	daddiu	$t0, $t0, -1
	TRAP_AT(EXC_ADEL, 0, target + 1, 0x180, jalr $t1, $t0; 1: nop; 2: nop)
	EXPECT_RECORD_LABEL(BADVADDR, target + 1)
	EXPECT_LABEL($t1, 2b)
	/* The same when the page's code has been executed already. */
	dla	$t0, target
	jalr	$t0
	 nop
	daddiu	$t0, $t0, 2
	TRAP_AT(EXC_ADEL, 0, target + 2, 0x180, jr $t0; nop)
	/* ERET to an unaligned EPC. */
	dla	$t0, target + 2
	TRAP_AT(EXC_ADEL, 0, target + 2, 0x180, li $k0, TEST_STATUS | STATUS_EXL; \
		mtc0 $k0, $CP0_STATUS; hazard; dmtc0 $t0, $CP0_EPC; hazard; eret)
	TEST_PASS
target:	nop
	jr	$ra
	 nop

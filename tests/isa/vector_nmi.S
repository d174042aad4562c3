/* SPDX-License-Identifier: MIT */
/*
 * rule: NMI goes to 0xbfc00000 with ERL, SR and BEV set and ErrorEPC at the interrupted
 *       instruction; neither IE nor EXL masks it; everything else is kept (R4000 UM 5.4, Soft
 *       Reset, NMI).
 */
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

TEST_BEGIN
	/* The reset vector jumps to the handler. */
	dli	$t0, VECTOR_RESET
	dla	$t1, stub
	.irp	i, 0, 1, 2, 3
	lw	$t2, 4 * \i($t1)
	sw	$t2, 4 * \i($t0)
	.endr
	dli	$t0, 0xffffffffa0000000 + MAP_CPUCTL_BASE
	li	$t1, CPUCTL_NMI
	dli	$t2, 0x123456789abcdef0
	dmtc0	$t2, $CP0_EPC
	dmtc0	$zero, $CP0_ERROREPC
	li	$t3, 0
.macro nmi status
	set_status "\status"
	li	$t3, 1
	sw	$t1, CPUCTL_COMMAND($t0)
1:	b	1b			# it comes within a few instructions
	 nop
2:
	EXPECT($t3, 2)
	EXPECT($v0, (\status) | STATUS_ERL | STATUS_SR | STATUS_BEV)
	/* ErrorEPC is the branch, where the loop goes on, or the store's successor: the same. */
	EXPECT_LABEL($v1, 1b)
	dmfc0	$t2, $CP0_EPC
	EXPECT($t2, 0x123456789abcdef0)
	EXPECT_RECORD(COUNT, 0)
.endm
	nmi	(STATUS_KX|STATUS_CU1)
	nmi	(STATUS_KX|STATUS_EXL)
	TEST_PASS

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	addiu	$t3, $t3, 1
	mfc0	$v0, $CP0_STATUS
	dmfc0	$v1, $CP0_ERROREPC
	set_status TEST_STATUS
	daddiu	$k0, $v1, 8
	jr	$k0			# behind the loop
	 nop

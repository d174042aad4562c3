/* SPDX-License-Identifier: MIT */
/*
 * rule: The R4000 asks for CACHE operations before modified code is executed (R4000 UM 11);
 *       here caches are coherent for fetches, so a store to the very next instruction is seen.
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dla	$t0, patch
	lw	$t1, 0($t0)		# addiu t2, t2, 7
	dla	$t0, 1f
	li	$t2, 0
	sw	$t1, 0($t0)
1:	addiu	$t2, $t2, 1
	EXPECT($t2, 7)
	/* In a loop that was executed before: a new immediate each time round. */
	li	$t2, 0
	li	$t3, 50
	dla	$t0, 1f
2:	addiu	$t1, $t1, 1		# addiu t2, t2, n + 1
	sw	$t1, 0($t0)
1:	addiu	$t2, $t2, 0
	addiu	$t3, $t3, -1
	bnez	$t3, 2b
	 nop
	EXPECT($t2, 50 * 7 + 50 * 51 / 2)
	/* Half of it by byte and by halfword. */
	dla	$t0, 1f
	li	$t2, 0
	li	$t1, 9
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	sb	$t1, 3($t0)
#else
	sb	$t1, 0($t0)
#endif
1:	addiu	$t2, $t2, 0
	EXPECT($t2, 9)
	/* By an unaligned and by a floating-point store. */
	lw	$t1, 0($t0)
	addiu	$t1, $t1, 1
	dla	$t0, 1f
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	swl	$t1, 0($t0)
#else
	swr	$t1, 0($t0)
#endif
1:	addiu	$t2, $t2, 0
	EXPECT($t2, 19)
	addiu	$t1, $t1, 1
	mtc1	$t1, $f4
	dla	$t0, 1f
	swc1	$f4, 0($t0)
1:	addiu	$t2, $t2, 0
	EXPECT($t2, 30)
	TEST_PASS
patch:	addiu	$t2, $t2, 7

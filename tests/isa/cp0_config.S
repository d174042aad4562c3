/* SPDX-License-Identifier: MIT */
/*
 * rule: Config: software writes K0 and the other five low bits (CU, DB, IB); BE tells the
 *       byte order; the rest describes the hardware (R4000 UM 4.3, Config).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	mfc0	$t0, $CP0_CONFIG
	move	$t2, $t0
	li	$t1, CONFIG_BE
	and	$t1, $t0, $t1
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($t1, CONFIG_BE)
#else
	EXPECT($t1, 0)
#endif
	/* Uncached, because K0 and IB concern the fetches themselves. */
	dla	$t9, 1f
	dli	$t8, 0x20000000
	daddu	$t9, $t9, $t8
	jr	$t9
	 nor	$t1, $t0, $zero		# try to invert everything
1:
	mtc0	$t1, $CP0_CONFIG
	hazard
	mfc0	$t1, $CP0_CONFIG
	mtc0	$t2, $CP0_CONFIG
	hazard
	xor	$t1, $t1, $t0
	/* Every attribute that K0 may have works. */
	ori	$t0, $t0, 7
	xori	$t3, $t0, 7 ^ 2		# uncached
	mtc0	$t3, $CP0_CONFIG
	hazard
	dla	$t3, test_main
	lw	$t3, 0($t3)
	mtc0	$t2, $CP0_CONFIG
	hazard
	mfc0	$t0, $CP0_CONFIG
	dla	$t9, 1f
	jr	$t9
	 nop
1:
	EXPECT($t1, 0x3f)
	subu	$t0, $t0, $t2
	EXPECT($t0, 0)
	TEST_PASS

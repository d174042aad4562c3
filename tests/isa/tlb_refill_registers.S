/* SPDX-License-Identifier: MIT */
/*
 * rule: A TLB miss sets BadVAddr, Context.BadVPN2, XContext.R and BadVPN2, EntryHi.R and
 *       VPN2, and keeps PTEBase and ASID (R4000 UM 4.3, 5.3, 5.4).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, 0x1234567890800000 | 0x7fffff
	dmtc0	$t0, $CP0_CONTEXT
	dli	$t0, 0x1234567a00000000
	dmtc0	$t0, $CP0_XCONTEXT
	li	$t0, 0x5a
	dmtc0	$t0, $CP0_ENTRYHI
	dli	$t0, 0x40000012345674bc
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, 0x40000012345674bc)
	EXPECT_RECORD(CONTEXT, 0x1234567890800000 | ((0x40000012345674bc >> 13 << 4) & 0x7ffff0))
	EXPECT_RECORD(XCONTEXT, 0x1234567a00000000 | (1 << 31) | (0x12345674bc >> 13 << 4))
	EXPECT_RECORD(ENTRYHI, 0x400000123456605a & ~0x1f00 | 0x5a)
	dli	$t0, 0xc00000ff7fffe00c
	TRAP_AT(EXC_TLBS, 0, 1b, 0x080, 1: sw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, 0xc00000ff7fffe00c)
	EXPECT_RECORD(XCONTEXT, 0x1234567a00000000 | (3 << 31) | (0xff7fffe00c >> 13 << 4))
	EXPECT_RECORD(ENTRYHI, 0xc00000ff7fffe05a)
	/* Upper address bits outside VPN2 do not appear in EntryHi: sign-extended kseg3. */
	dli	$t0, 0xffffffffe0000004
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	EXPECT_RECORD(BADVADDR, 0xffffffffe0000004)
	EXPECT_RECORD(ENTRYHI, 0xc00000ffe000005a)
	TEST_PASS

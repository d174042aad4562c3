/* SPDX-License-Identifier: MIT */
/*
 * rule: Kernel mode, KX = 1: xkuseg, xksseg, xkseg, cksseg, ckseg3 are mapped, refill vector
 *       0x080; gaps are address errors (R4000 UM 4.2, figure 4-6).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
#define STATUS_HERE STATUS_KX
	mapped	STATUS_HERE, 0, 0x80
	mapped	STATUS_HERE, 0xfffffffffc, 0x80
	refused	STATUS_HERE, 0x10000000000
	refused	STATUS_HERE, 0x3ffffffffffffffc
	mapped	STATUS_HERE, 0x4000000000000000, 0x80
	mapped	STATUS_HERE, 0x400000fffffffffc, 0x80
	refused	STATUS_HERE, 0x4000010000000000
	refused	STATUS_HERE, 0x7ffffffffffffffc
	mapped	STATUS_HERE, 0xc000000000000000, 0x80
	mapped	STATUS_HERE, 0xc00000ff7ffffffc, 0x80
	refused	STATUS_HERE, 0xc00000ff80000000
	refused	STATUS_HERE, 0xffffffff7ffffffc
	mapped	STATUS_HERE, 0xffffffffc0000000, 0x80
	mapped	STATUS_HERE, 0xffffffffdffffffc, 0x80
	mapped	STATUS_HERE, 0xffffffffe0000000, 0x80
	mapped	STATUS_HERE, 0xfffffffffffffffc, 0x80
	TEST_PASS

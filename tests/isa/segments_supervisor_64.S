/* SPDX-License-Identifier: MIT */
/*
 * rule: Supervisor mode, SX = 1: xsuseg, xsseg and csseg are mapped, refill vector 0x080; the
 *       rest are address errors (R4000 UM 4.2, figure 4-4).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
#define STATUS_HERE STATUS_KSU_SUPERVISOR | STATUS_SX
	mapped	STATUS_HERE, 0, 0x80
	mapped	STATUS_HERE, 0xfffffffffc, 0x80
	refused	STATUS_HERE, 0x10000000000
	refused	STATUS_HERE, 0x3ffffffffffffffc
	mapped	STATUS_HERE, 0x4000000000000000, 0x80
	mapped	STATUS_HERE, 0x400000fffffffffc, 0x80
	refused	STATUS_HERE, 0x4000010000000000
	refused	STATUS_HERE, 0x8000000000000000
	refused	STATUS_HERE, 0xc000000000000000
	refused	STATUS_HERE, 0xffffffff80000000
	refused	STATUS_HERE, 0xffffffffbffffffc
	mapped	STATUS_HERE, 0xffffffffc0000000, 0x80
	mapped	STATUS_HERE, 0xffffffffdffffffc, 0x80
	refused	STATUS_HERE, 0xffffffffe0000000
	TEST_PASS

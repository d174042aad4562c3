/* SPDX-License-Identifier: MIT */
/*
 * rule: User mode, UX = 1: xuseg of 2^40 bytes is mapped, refill vector 0x080; everything
 *       else is an address error (R4000 UM 4.2, figure 4-3).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
#define STATUS_HERE STATUS_KSU_USER | STATUS_UX
	mapped	STATUS_HERE, 0, 0x80
	mapped	STATUS_HERE, 0x80000000, 0x80
	mapped	STATUS_HERE, 0xfffffffffc, 0x80
	refused	STATUS_HERE, 0x10000000000
	refused	STATUS_HERE, 0x3ffffffffffffffc
	refused	STATUS_HERE, 0x4000000000000000
	refused	STATUS_HERE, 0x8000000000000000
	refused	STATUS_HERE, 0x9000000000000000
	refused	STATUS_HERE, 0xc000000000000000
	refused	STATUS_HERE, 0xffffffff80000000
	refused	STATUS_HERE, 0xffffffffc0000000
	refused	STATUS_HERE, 0xfffffffffffffffc
	TEST_PASS

/* SPDX-License-Identifier: MIT */
/*
 * rule: Supervisor mode, SX = 0: suseg and sseg (0xc0000000 to 0xdfffffff) are mapped; kseg0,
 *       kseg1, kseg3 are address errors (R4000 UM 4.2, figure 4-4).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
#define STATUS_HERE STATUS_KSU_SUPERVISOR
	mapped	STATUS_HERE, 0, 0
	mapped	STATUS_HERE, 0x7ffffffc, 0
	refused	STATUS_HERE, 0xffffffff80000000
	refused	STATUS_HERE, 0xffffffff9ffffffc
	refused	STATUS_HERE, 0xffffffffa0000000
	refused	STATUS_HERE, 0xffffffffbffffffc
	mapped	STATUS_HERE, 0xffffffffc0000000, 0
	mapped	STATUS_HERE, 0xffffffffdffffffc, 0
	refused	STATUS_HERE, 0xffffffffe0000000
	refused	STATUS_HERE, 0xfffffffffffffffc
	mapped	STATUS_HERE | STATUS_UX | STATUS_KX, 0xffffffffc0000000, 0
	TEST_PASS

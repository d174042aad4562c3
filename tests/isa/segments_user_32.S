/* SPDX-License-Identifier: MIT */
/*
 * rule: User mode, UX = 0: useg below 2 GB is mapped, refill vector 0x000; everything above
 *       is an address error (R4000 UM 4.2, figure 4-3).
 */
#include "tests/isa/segments.inc"

TEST_BEGIN
	MAP_CODE
	mapped	STATUS_KSU_USER, 0, 0
	mapped	STATUS_KSU_USER, 0x7ffffffc, 0
	refused	STATUS_KSU_USER, 0xffffffff80000000
	refused	STATUS_KSU_USER, 0xffffffffa0000000
	refused	STATUS_KSU_USER, 0xffffffffc0000000
	refused	STATUS_KSU_USER, 0xffffffffe0000000
	refused	STATUS_KSU_USER, 0xfffffffffffffffc
	/* The other modes' bits mean nothing here. */
	mapped	STATUS_KSU_USER | STATUS_KX | STATUS_SX, 0x7ffffffc, 0
	refused	STATUS_KSU_USER | STATUS_KX | STATUS_SX, 0xffffffffc0000000
	TEST_PASS

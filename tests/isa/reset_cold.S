/* SPDX-License-Identifier: MIT */
/*
 * rule: After a cold reset SR and TS are 0, ERL and BEV 1, Random has its upper bound, Wired is 0
 *       and Config as at power-on; nothing in the TLB matches. Count stays in step with the machine's time
 *       and general registers keep their values, which the manual leaves open (R4000 UM 5.3, Reset).
 */
#include "machine/boot.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "tests/isa/harness.h"

TEST_BEGIN
	dli	$t0, VECTOR_RESET
	dla	$t1, stub
	.irp	i, 0, 1, 2, 3
	lw	$t2, 4 * \i($t1)
	sw	$t2, 4 * \i($t0)
	.endr
	/* Two entries for one address: TS. */
	TLB_ENTRY(5, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	TLB_ENTRY(6, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	li	$t0, 0x20000
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	li	$t0, 5
	mtc0	$t0, $CP0_WIRED
	mfc0	$t0, $CP0_CONFIG
	xori	$t0, $t0, CONFIG_CU
	mtc0	$t0, $CP0_CONFIG
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	mtc0	$t0, $CP0_COUNT
	dli	$s0, 0x1122334455667788
	dli	$t0, 0xffffffffa0000000 + MAP_CPUCTL_BASE
	li	$t1, CPUCTL_COLD_RESET
	set_status TEXT(TEST_STATUS | STATUS_SR | STATUS_IE)
	sw	$t1, CPUCTL_COMMAND($t0)
	break				# never reached

stub:	dla	$k0, handler
	jr	$k0
	 nop
handler:
	mfc0	$v0, $CP0_RANDOM	/* the fifth instruction */
	mfc0	$v1, $CP0_STATUS
	dli	$t0, 0xffffffffa0000000 + MAP_CLOCK_BASE
	mfc0	$a0, $CP0_COUNT
	lw	$a1, CLOCK_CYCLES_LO($t0)
	mfc0	$a2, $CP0_COUNT
	mfc0	$a3, $CP0_WIRED
	mfc0	$a4, $CP0_CONFIG
	mfc0	$a5, $CP0_CAUSE
	set_status TEST_STATUS
	EXPECT($v0, 47 - 4)
	li	$t0, STATUS_SR | STATUS_TS | STATUS_ERL | STATUS_BEV
	and	$t0, $t0, $v1
	EXPECT($t0, STATUS_ERL | STATUS_BEV)
	srl	$a1, $a1, 1
	subu	$a0, $a1, $a0
	sltiu	$a0, $a0, 3
	EXPECT($a0, 1)
	subu	$a2, $a2, $a1
	sltiu	$a2, $a2, 3
	EXPECT($a2, 1)
	EXPECT($a3, 0)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	EXPECT($a4, BOOT_CONFIG | CONFIG_BE)
#else
	EXPECT($a4, BOOT_CONFIG)
#endif
	EXPECT($a5, 0)
	EXPECT($s0, 0x1122334455667788)
	EXPECT_RECORD(COUNT, 1)
	/* The TLB works again, and is empty. */
	li	$t0, 0x20000
	TRAP_AT(EXC_TLBL, 0, 1b, 0x080, 1: lw $t1, 0($t0))
	mfc0	$t1, $CP0_STATUS
	li	$t2, STATUS_TS
	and	$t1, $t1, $t2
	EXPECT($t1, 0)
	TLB_ENTRY(5, 0x20000, PTE(SCRATCH, G | V | D), PTE(SCRATCH, G | V | D), MASK_4K)
	lw	$t1, 0($t0)
	TEST_PASS

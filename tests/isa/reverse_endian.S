/* SPDX-License-Identifier: MIT */
/*
 * rule: Status.RE reverses the byte order of user mode: bytes, halfwords and words are
 *       exchanged within the doubleword, fetches too, the unaligned family follows; doublewords and
 *       other modes do not (R4000 UM 5.3, RE; A, LB, LWL, SWL).
 */
#include "tests/isa/harness.h"

TEST_BEGIN
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BY_ORDER(big, little) big
#else
#define BY_ORDER(big, little) little
#endif
	/* User code at 0x10000, its words swapped in each doubleword: fetches are reversed as well. */
	TLB_ENTRY(1, 0x10000, PTE(SCRATCH, G | V | D), PTE(SCRATCH + 0x1000, G | V | D), MASK_4K)
	li	$t0, 0x10000
	dla	$t1, code
	dla	$t2, code_end
1:	lw	$t3, 0($t1)
	sw	$t3, 4($t0)
	lw	$t3, 4($t1)
	sw	$t3, 0($t0)
	daddiu	$t1, $t1, 8
	bne	$t1, $t2, 1b
	 daddiu	$t0, $t0, 8
	li	$t0, 0x11000
	dli	$t1, 0x0102030405060708
	.irp	i, 0, 8, 16, 24
	sd	$t1, \i($t0)
	.endr
	/* In kernel mode RE means nothing. */
	set_status TEXT(TEST_STATUS | STATUS_RE)
	lb	$t2, 0($t0)
	set_status TEST_STATUS
	EXPECT($t2, BY_ORDER(1, 8))
	dli	$a6, 0xa0a1a2a3
	move	$a7, $a6
	SET_EXL
	li	$k0, 0x10000
	dmtc0	$k0, $CP0_EPC
	li	$k1, STATUS_KSU_USER | STATUS_UX | STATUS_RE | STATUS_EXL
	TRAP_AT(EXC_SYS, 0, 0x10060, 0x180, mtc0 $k1, $CP0_STATUS; hazard; eret)
	EXPECT($v0, BY_ORDER(8, 1))
	EXPECT($v1, BY_ORDER(5, 4))
	EXPECT($a0, BY_ORDER(0x0708, 0x0102))
	EXPECT($a1, BY_ORDER(0x0304, 0x0506))
	EXPECT($a2, BY_ORDER(0x05060708, 0x01020304))
	EXPECT($a3, 0x0102030405060708)
	dsll32	$a6, $a6, 0
	dsra32	$a6, $a6, 0
	EXPECT($a6, BY_ORDER(0x0708a2a3, 0x020304a3))
	dsll32	$a7, $a7, 0
	dsrl32	$a7, $a7, 0
	EXPECT($a7, BY_ORDER(0xa0050607, 0xa0a10102))
	EXPECT($t1, 7)
	ld	$t2, 0($t0)
	EXPECT($t2, BY_ORDER(0x010203040506aa08, 0x01aa030405060708))
	ld	$t2, 8($t0)
	EXPECT($t2, BY_ORDER(0x0102bbaa05060708, 0x01020304bbaa0708))
	ld	$t2, 16($t0)
	EXPECT($t2, BY_ORDER(0x0102030412345678, 0x1234567805060708))
	ld	$t2, 24($t0)
	EXPECT($t2, BY_ORDER(0x010203040506a0a1, 0x01a0a1a205060708))
	TEST_PASS

	.balign	8
code:	lb	$v0, 0($t0)
	lb	$v1, 3($t0)
	lh	$a0, 0($t0)
	lhu	$a1, 4($t0)
	lw	$a2, 0($t0)
	ld	$a3, 0($t0)
	lwl	$a6, 1($t0)
	lwr	$a7, 1($t0)
	li	$t3, 0xaa
	sb	$t3, 1($t0)
	li	$t3, 0xbbaa
	sh	$t3, 12($t0)
	lui	$t3, 0x1234
	ori	$t3, $t3, 0x5678
	sw	$t3, 16($t0)
	lui	$t3, 0xa0a1
	ori	$t3, $t3, 0xa2a3
	swl	$t3, 25($t0)
	li	$t1, 3
2:	addiu	$t1, $t1, 1
	sltiu	$t2, $t1, 6
	bnez	$t2, 2b
	 addiu	$t1, $t1, 0
	addiu	$t1, $t1, 1
	syscall			# the 25th instruction: 0x60
	nop
code_end:

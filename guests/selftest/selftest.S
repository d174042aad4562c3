/* SPDX-License-Identifier: MIT */
/*
 * selftest.S - the parts of the self-test that C cannot write.
 */
#include "guests/lib/asm.h"

	.set	noreorder
	.set	noat
#if _MIPS_SIM == _ABIO32
	.set	gp=64
#endif

	.text
/* The handler goes on behind the branch's delay slot. */
FUNCTION(selftest_break_in_delay_slot)
	b	1f
	 break
1:	jr	$ra
	 nop
END(selftest_break_in_delay_slot)

/*
 * unsigned selftest_mix_registers(void): takes an exception with a different 64-bit value in each
 * register that may be used, and returns 0 if all are as before.
 */
FUNCTION(selftest_mix_registers)
#define FOR_ALL(do)                                                                                \
	do(1) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)  \
	do(24) do(25)
#define FILL(n)                                                                                    \
	li	$n, 0x1234567;                                                                     \
	dsll	$n, $n, 32;                                                                        \
	ori	$n, $n, 0x100 + n;
#define TEST(n)                                                                                    \
	li	$2, 0x1234567;                                                                     \
	dsll	$2, $2, 32;                                                                        \
	ori	$2, $2, 0x100 + n;                                                                 \
	bne	$2, $n, 1f;                                                                        \
	 nop;
	FOR_ALL(FILL)
	mthi	$4
	mtlo	$5
	break
	FOR_ALL(TEST)
	mfhi	$2
	bne	$2, $4, 1f
	 mflo	$2
	bne	$2, $5, 1f
	 nop
	jr	$ra
	 move	$2, $0
1:	jr	$ra
	 li	$2, 1
END(selftest_mix_registers)

/* A page for user mode: asks the kernel to add, then reports the sum and ends. */
	.section .text.user, "ax"
	.balign	4096
	.globl	selftest_user
selftest_user:
	li	$v0, 1
	li	$a0, 40
	li	$a1, 2
	syscall
	move	$a0, $v0
	li	$v0, 2
	syscall
	.balign	4096

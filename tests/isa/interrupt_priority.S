/* SPDX-License-Identifier: MIT */
/*
 * rule: An interrupt has the lowest priority: if the instruction that it would be taken at raises any
 *       other exception, fetch included, that one is reported and the interrupt stays pending (R4000 UM
 *       table 5-13).
 */
#include "tests/isa/harness.h"

#define WITH_INTERRUPTS (TEST_STATUS | STATUS_IE | 0x100)

/* The interrupt is enabled right before the instruction, which must raise `code`. */
#define BOTH(code, vector, ...)                                                            \
	TRAP_AT(code, 0, 1b, vector, mtc0 $t0, $CP0_STATUS; 1: __VA_ARGS__);               \
	EXPECT_CAUSE_BITS(CAUSE_IP, 0x100)

/* The same with a fetch: the slot of the jump to t1 enables the interrupt. */
#define BOTH_FETCH(code, vector, address)                                                  \
	dli	$t1, address;                                                              \
	TRAP_AT(code, 0, address, vector, jr $t1; mtc0 $t0, $CP0_STATUS);                  \
	EXPECT_CAUSE_BITS(CAUSE_IP, 0x100)

/* The same in user mode. */
#define BOTH_USER(code, status, ...)                                                       \
	SET_EXL;                                                                           \
	dla	$t1, 1f + USER_OFFSET;                                                     \
	dsll32	$t1, $t1, 0;                                                               \
	dsrl32	$t1, $t1, 0;                                                               \
	dmtc0	$t1, $CP0_EPC;                                                             \
	li	$t2, (status) | STATUS_KSU_USER | STATUS_EXL | STATUS_IE | 0x100;          \
	TRAP_AT(code, 0, 1b + USER_OFFSET, 0x180, mtc0 $t2, $CP0_STATUS; hazard; eret;     \
		1: __VA_ARGS__)

TEST_BEGIN
	li	$t0, 0x100
	mtc0	$t0, $CP0_CAUSE
	dli	$t0, WITH_INTERRUPTS
	/* Alone it is taken. */
	BOTH(EXC_INT, 0x180, nop)

	BOTH(EXC_SYS, 0x180, syscall)
	BOTH(EXC_BP, 0x180, break)
	BOTH(EXC_TR, 0x180, teq $zero, $zero)
	BOTH(EXC_INT, 0x180, tne $zero, $zero)
	li	$t1, 0x7fffffff
	BOTH(EXC_OV, 0x180, addi $t2, $t1, 1)
	BOTH(EXC_INT, 0x180, addi $t2, $t1, 0)
	BOTH(EXC_RI, 0x180, .word 0x7c000000)
	BOTH(EXC_CPU, 0x180, mfc2 $t1, $0)
	li	$t1, 0x800			# enable V
	ctc1	$t1, $31
	dli	$t1, 0x7ffc000000000000		# signalling: on MIPS the bit is set
	dmtc1	$t1, $f2
	BOTH(EXC_FPE, 0x180, c.eq.d $f2, $f2)
	li	$t1, 0x10800
	BOTH(EXC_FPE, 0x180, ctc1 $t1, $31)
	ctc1	$zero, $31

	dli	$t1, 0xffffffff80000000 + SCRATCH
	BOTH(EXC_ADEL, 0x180, lw $t2, 1($t1))
	BOTH(EXC_ADES, 0x180, sd $t2, 4($t1))
	li	$t1, 0x20000
	BOTH(EXC_TLBL, 0x080, ld $t2, 0($t1))
	BOTH(EXC_TLBS, 0x080, sb $t2, 0($t1))
	BOTH(EXC_TLBL, 0x080, cache 0x15, 0($t1))
	TLB_ENTRY(1, 0x20000, PTE(SCRATCH, G), PTE(SCRATCH, G | V), MASK_4K)
	BOTH(EXC_TLBL, 0x180, lwc1 $f2, 0($t1))
	BOTH(EXC_TLBS, 0x180, swl $t2, 1($t1))
	daddiu	$t1, $t1, 0x1000
	BOTH(EXC_INT, 0x180, lw $t2, 0($t1))
	BOTH(EXC_MOD, 0x180, sw $t2, 0($t1))
	BOTH(EXC_MOD, 0x180, sc $t2, 0($t1))
	li	$t2, SCRATCH | WATCHLO_R
	mtc0	$t2, $CP0_WATCHLO
	hazard
	BOTH(EXC_WATCH, 0x180, lw $t2, 0($t1))
	mtc0	$zero, $CP0_WATCHLO
	hazard
	dli	$t1, 0xffffffffbd000000		# nothing is there
	BOTH(EXC_DBE, 0x180, lw $t2, 0($t1))


	BOTH_FETCH(EXC_ADEL, 0x180, 0x20002)
	BOTH_FETCH(EXC_TLBL, 0x180, 0x20000)
	BOTH_FETCH(EXC_TLBL, 0x080, 0x30000)
	BOTH_FETCH(EXC_IBE, 0x180, 0xffffffffbd000000)

	/* CP0 out of kernel mode, and what 32-bit user mode does not have. */
	MAP_CODE
	BOTH_USER(EXC_CPU, 0, mfc0 $t1, $CP0_STATUS)
	BOTH_USER(EXC_CPU, 0, tlbwi)
	BOTH_USER(EXC_INT, STATUS_CU0, mtc0 $zero, $CP0_STATUS)
	BOTH_USER(EXC_RI, STATUS_CU0, dmtc0 $zero, $CP0_STATUS)
	BOTH_USER(EXC_INT, STATUS_CU0 | STATUS_UX, dmtc0 $zero, $CP0_STATUS)
	BOTH_USER(EXC_RI, 0, daddu $t1, $t1, $t1)
	dli	$t3, 0xffffffff80000000
	BOTH_USER(EXC_ADEL, 0, lw $t1, 0($t3))

	/* In a slot: the timer comes at each cycle around it, both parities. */
	mtc0	$zero, $CP0_CAUSE
	HOOK(slot_handler)
	move	$s0, $zero		# SYSCALL with the timer's interrupt pending
	move	$s1, $zero		# without
	move	$s2, $zero		# anything wrong
	SET_STATUS(TEST_STATUS | STATUS_IE | CAUSE_IP_TIMER)
.macro sweep nops
	li	$t3, 20
1:	mtc0	$zero, $CP0_COUNT
	mtc0	$t3, $CP0_COMPARE
	.rept	\nops
	nop
	.endr
	b	2f
	 syscall
2:	daddiu	$t3, $t3, -1
	bnez	$t3, 1b
	 nop
.endm
	sweep	12
	sweep	13
	EXPECT($s2, 0)
	sltu	$v0, $zero, $s0
	EXPECT($v0, 1)
	sltu	$v0, $zero, $s1
	EXPECT($v0, 1)
	TEST_PASS

slot_handler:
	mfc0	$k0, $CP0_CAUSE
	andi	$k1, $k0, CAUSE_EXCCODE
	bnez	$k1, 1f
	 nop
	bltz	$k0, slot_wrong		# an interrupt between branch and slot
	 nop
	mtc0	$zero, $CP0_COMPARE	# clears IP7; the next match is far away
	hazard
	eret
1:	andi	$k1, $k0, CAUSE_EXCCODE
	xori	$k1, $k1, EXC_SYS << 2
	bnez	$k1, slot_wrong
	 nop
	bgez	$k0, slot_wrong		# BD
	 andi	$k0, $k0, CAUSE_IP_TIMER
	beqz	$k0, 2f
	 daddiu	$s1, $s1, 1
	daddiu	$s1, $s1, -1
	daddiu	$s0, $s0, 1
2:	mtc0	$zero, $CP0_COMPARE
	dmfc0	$k0, $CP0_EPC
	daddiu	$k0, $k0, 8
	dmtc0	$k0, $CP0_EPC
	hazard
	eret
slot_wrong:
	daddiu	$s2, $s2, 1
	mtc0	$zero, $CP0_COMPARE
	b	2b
	 nop

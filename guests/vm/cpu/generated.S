/* SPDX-License-Identifier: MIT */
/*
 * generated.S - words that test_generated.c puts together: branches to the third instruction
 * behind them, and privileged instructions for their delay slots.
 */
	.set	noreorder
	.set	noat
	.section .rodata
	.balign	4
	.globl	generated_branches, generated_slots

/* In the order of branches[] in test_generated.c. */
generated_branches:
	beq	$8, $9, .+12
	bne	$8, $9, .+12
	blez	$8, .+12
	bgtz	$8, .+12
	bltz	$8, .+12
	bgez	$8, .+12
	bltzal	$8, .+12
	bgezal	$8, .+12
	beql	$8, $9, .+12
	bnel	$8, $9, .+12
	blezl	$8, .+12
	bgtzl	$8, .+12
	bltzl	$8, .+12
	bgezl	$8, .+12
	bltzall	$8, .+12
	bgezall	$8, .+12
	bc1t	.+12
	bc1f	.+12
	bc1tl	.+12
	bc1fl	.+12
	jr	$12
	jalr	$12

/* In the order of slots[]. */
generated_slots:
	mfc0	$2, $15
	dmfc0	$2, $15
	mtc0	$10, $28
	dmtc0	$10, $28
	tlbp
	tlbr
	tlbwi
	tlbwr
	cache	1, 0($25)

/* SPDX-License-Identifier: MIT */
/*
 * harness.S - start, exception handler and reports for every case of tests/isa (harness.h).
 *
 * The handler records the exception (see RECORD_*), restores Status and goes on at s7. It clobbers
 * k0, k1 and s7 only.
 */
#include "tests/isa/harness.h"

	.section .text.start, "ax"
	.globl	_start
_start:
	/* Four vectors, 16 bytes of code each: offset in k0, then the handler. */
	dli	$t0, UNMAPPED
	dla	$t1, vector_code
	li	$t2, 4
1:	.rept	5
	lw	$t3, 0($t1)
	sw	$t3, 0($t0)
	addiu	$t1, $t1, 4
	addiu	$t0, $t0, 4
	.endr
	addiu	$t0, $t0, 0x80 - 20
	addiu	$t2, $t2, -1
	bnez	$t2, 1b
	 nop
	/* The entry state leaves Status to the ABI: take ours. */
	set_status TEST_STATUS
	move	$s6, $zero
	move	$s7, $zero
	j	test_main
	 nop

.macro vector offset
	li	$k0, \offset
	lui	$k1, %hi(exception)
	addiu	$k1, $k1, %lo(exception)
	jr	$k1
	 nop
.endm

vector_code:
	vector	0x000
	vector	0x080
	vector	0x100
	vector	0x180

	.text
exception:
	dla	$k1, record
	ld	$k1, RECORD_HOOK($k1)
	beqz	$k1, test_record
	 nop
	jr	$k1
	 nop

	.globl	test_record
test_record:
	dla	$k1, record
	sd	$k0, RECORD_VECTOR($k1)
	ld	$k0, RECORD_COUNT($k1)
	daddiu	$k0, $k0, 1
	sd	$k0, RECORD_COUNT($k1)
	mfc0	$k0, $CP0_STATUS
	sd	$k0, RECORD_STATUS($k1)
	mfc0	$k0, $CP0_CAUSE
	sd	$k0, RECORD_CAUSE($k1)
	dmfc0	$k0, $CP0_EPC
	sd	$k0, RECORD_EPC($k1)
	dmfc0	$k0, $CP0_BADVADDR
	sd	$k0, RECORD_BADVADDR($k1)
	dmfc0	$k0, $CP0_CONTEXT
	sd	$k0, RECORD_CONTEXT($k1)
	dmfc0	$k0, $CP0_XCONTEXT
	sd	$k0, RECORD_XCONTEXT($k1)
	dmfc0	$k0, $CP0_ENTRYHI
	sd	$k0, RECORD_ENTRYHI($k1)
	beqz	$s7, unexpected
	 nop
	set_status TEST_STATUS
	move	$k0, $s7
	move	$s7, $zero
	jr	$k0
	 nop

/* An exception without TRAP around it, or TRAP around code that raised none (BREAK). */
unexpected:
	set_status TEST_STATUS
	dla	$a0, text_unexpected
	jal	print
	 nop
	dla	$s0, record
	ld	$a0, RECORD_CAUSE($s0)
	jal	print_hex
	 nop
	dla	$a0, text_epc
	jal	print
	 nop
	ld	$a0, RECORD_EPC($s0)
	jal	print_hex
	 nop
	dla	$a0, text_badvaddr
	jal	print
	 nop
	ld	$a0, RECORD_BADVADDR($s0)
	jal	print_hex
	 nop
	b	report_line
	 nop

/* k0 = found, k1 = wanted, s6 = number << 16 | line. */
	.globl	test_fail
test_fail:
	move	$s0, $k0
	move	$s1, $k1
	dla	$a0, text_found
	jal	print
	 nop
	move	$a0, $s0
	jal	print_hex
	 nop
	dla	$a0, text_wanted
	jal	print
	 nop
	move	$a0, $s1
	jal	print_hex
	 nop
report_line:
	dla	$a0, text_line
	jal	print
	 nop
	andi	$a0, $s6, 0xffff
	jal	print_decimal
	 nop
	srl	$a0, $s6, 16
	bnez	$a0, test_exit
	 nop
	b	test_exit		# before the first check
	 li	$a0, 0xffff

	.globl	test_pass
test_pass:
	move	$a0, $zero
test_exit:
	dli	$t0, ANNOTATION
	sw	$a0, ANNOTATION_EXIT($t0)
1:	b	1b
	 nop

/* Prints the text at a0. */
print:
	dli	$t0, CONSOLE
1:	lbu	$t1, 0($a0)
	beqz	$t1, 2f
	 nop
	sb	$t1, 0($t0)
	b	1b
	 daddiu	$a0, $a0, 1
2:	jr	$ra
	 nop

/* Prints a0 as 16 digits. */
print_hex:
	dli	$t0, CONSOLE
	li	$t2, 16
1:	dsrl32	$t1, $a0, 28
	dsll	$a0, $a0, 4
	sltiu	$t3, $t1, 10
	bnez	$t3, 2f
	 addiu	$t1, $t1, 0x30
	addiu	$t1, $t1, 0x61 - 0x3a
2:	sb	$t1, 0($t0)
	addiu	$t2, $t2, -1
	bnez	$t2, 1b
	 nop
	jr	$ra
	 nop

/* Prints a0, below 100000, as five digits, and ends the line. */
print_decimal:
	dli	$t0, CONSOLE
	li	$t2, 10000
	li	$t3, 10
1:	divu	$zero, $a0, $t2
	mflo	$t1
	mfhi	$a0
	addiu	$t1, $t1, 0x30
	sb	$t1, 0($t0)
	divu	$zero, $t2, $t3
	mflo	$t2
	bnez	$t2, 1b
	 nop
	li	$t1, 0x0a
	jr	$ra
	 sb	$t1, 0($t0)

	.section .rodata, "a"
text_unexpected:
	.asciz	"FAIL: exception not as expected: Cause 0x"
text_epc:
	.asciz	" EPC 0x"
text_badvaddr:
	.asciz	" BadVAddr 0x"
text_found:
	.asciz	"FAIL: found 0x"
text_wanted:
	.asciz	" wanted 0x"
text_line:
	.asciz	" at line "

	.data
	.balign	8
	.globl	record
record:
	.fill	RECORD_BYTES, 1, 0

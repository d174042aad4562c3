/* SPDX-License-Identifier: MIT */
/*
 * hello.S - the smallest program: prints a line on the testmips console and halts.
 *
 *     mirrorball exec build/guests/hello.elf
 *
 * It uses nothing of guests/lib but the linker script, and runs on GXemul's testmips too. A CPU
 * starts at _start in kernel mode: no stack, no memory allocator, no other program on the machine.
 */
	.set	noreorder		# we fill the branch delay slots ourselves

	.section .text.start, "ax"	# link.ld puts this section first, at 0x80100000
	.globl	_start			# ... and makes this symbol the ELF entry
_start:
	lui	$t0, 0xb000		# KSEG1: physical 0x10000000, uncached = the console
	la	$t1, text		# the next character to print
next:
	lbu	$t2, 0($t1)		# load it
	addiu	$t1, $t1, 1		# step on while the load is under way
	beqz	$t2, done		# a zero byte ends the text
	 nop				# the delay slot: executed whether we branch or not
	b	next			# go round again,
	 sb	$t2, 0($t0)		# and on the way, in the delay slot, print it
done:
	sb	$zero, 0x10($t0)	# any store to 0x10000010 switches the machine off: exit code 0
	b	done			# never reached, but a CPU must always have a next instruction
	 nop

	.section .rodata, "a"
text:
	.asciz	"Hello from a MIPS R4000.\n"

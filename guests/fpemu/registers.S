/* SPDX-License-Identifier: MIT */
/*
 * registers.S - FPU registers by number.
 *
 * Each accessor jumps into a row of 32 pairs of instructions. Values go through memory, by loads
 * and stores that exist with FR = 0 and FR = 1 alike; a double with FR = 0 is an even-odd pair.
 * o32 has 64-bit values in two general registers, in the order of memory.
 */
#include "guests/lib/asm.h"

	.set	noreorder
	.set	noat
	.text

#define EACH(m) \
	m(0); m(1); m(2); m(3); m(4); m(5); m(6); m(7); \
	m(8); m(9); m(10); m(11); m(12); m(13); m(14); m(15); \
	m(16); m(17); m(18); m(19); m(20); m(21); m(22); m(23); \
	m(24); m(25); m(26); m(27); m(28); m(29); m(30); m(31)

#define STORE_DOUBLE(n)	jr $ra; .word 0xf4000000 | 29 << 21 | n << 16 | 8	/* sdc1 $f<n>, 8($sp) */
#define STORE_WORD(n)	jr $ra; .word 0xe4000000 | 29 << 21 | n << 16 | 8	/* swc1 */
#define LOAD_DOUBLE(n)	jr $ra; .word 0xd4000000 | 29 << 21 | n << 16 | 8	/* ldc1 */
#define LOAD_WORD(n)	jr $ra; .word 0xc4000000 | 29 << 21 | n << 16 | 8	/* lwc1 */

/* Calls entry $a0 of `row`, which moves the value at 8($sp); $t9 keeps the return address. */
#define CALL_ROW(row)			\
	move	$t9, $ra;		\
	PTR_LA	$t8, row;		\
	andi	$a0, $a0, 31;		\
	sll	$a0, $a0, 3;		\
	PTR_ADDU $t8, $t8, $a0;		\
	jalr	$t8;			\
	 nop

store_double:	EACH(STORE_DOUBLE)
store_word:	EACH(STORE_WORD)
load_double:	EACH(LOAD_DOUBLE)
load_word:	EACH(LOAD_WORD)

/* uint64_t fpemu_read_double(unsigned number) */
FUNCTION(fpemu_read_double)
	PTR_ADDIU $sp, $sp, -16
	CALL_ROW(store_double)
#if _MIPS_SIM == _ABIO32
	lw	$v0, 8($sp)
	lw	$v1, 12($sp)
#else
	ld	$v0, 8($sp)
#endif
	jr	$t9
	 PTR_ADDIU $sp, $sp, 16
END(fpemu_read_double)

/* uint32_t fpemu_read_word(unsigned number) */
FUNCTION(fpemu_read_word)
	PTR_ADDIU $sp, $sp, -16
	CALL_ROW(store_word)
	lw	$v0, 8($sp)
	jr	$t9
	 PTR_ADDIU $sp, $sp, 16
END(fpemu_read_word)

/* void fpemu_write_double(unsigned number, uint64_t value) */
FUNCTION(fpemu_write_double)
	PTR_ADDIU $sp, $sp, -16
#if _MIPS_SIM == _ABIO32
	sw	$a2, 8($sp)
	sw	$a3, 12($sp)
#else
	sd	$a1, 8($sp)
#endif
	CALL_ROW(load_double)
	jr	$t9
	 PTR_ADDIU $sp, $sp, 16
END(fpemu_write_double)

/* void fpemu_write_word(unsigned number, uint32_t value) */
FUNCTION(fpemu_write_word)
	PTR_ADDIU $sp, $sp, -16
	sw	$a1, 8($sp)
	CALL_ROW(load_word)
	jr	$t9
	 PTR_ADDIU $sp, $sp, 16
END(fpemu_write_word)

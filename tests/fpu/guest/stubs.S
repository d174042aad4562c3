/* SPDX-License-Identifier: MIT */
/*
 * stubs.S - every FPU operation as a function, alone and in delay slots, and operations that do not
 * exist. Operands are $f2 and $f6, the destination is $f4; $v0 comes back as $a0 plus
 * STUB_MARK, or the path behind the operation was wrong.
 *
 * stub_table[ISA id * STUB_FORMS + form]: 0 where the id is no operation of a format.
 */
#include "guests/lib/asm.h"
#include "tests/fpu/guest/stubs.h"

	.set	noreorder
	.set	noat
	.text

/* The word of an operation: fd = 4, fs = 2, ft = 6 where it has one. */
#define OPERANDS_FD_FS_FT (6 << 16 | 2 << 11 | 4 << 6)
#define OPERANDS_FD_FS	  (2 << 11 | 4 << 6)
#define OPERANDS_FS_FT	  (6 << 16 | 2 << 11)

/* Bodies of stubs: the operation, and what must be run around it. */
#define PLAIN(insn)	 .word insn; addiu $v0, $v0, STUB_MARK; jr $ra; nop
#define RETURN(insn)	 addiu $v0, $v0, STUB_MARK; jr $ra; .word insn
#define TAKEN(insn)	 beq $zero, $zero, 1f; .word insn; addiu $v0, $v0, 1; \
			 1: addiu $v0, $v0, STUB_MARK; jr $ra; nop
#define NOT_TAKEN(insn)	 bne $zero, $zero, 1f; .word insn; addiu $v0, $v0, STUB_MARK; \
			 jr $ra; nop; 1: addiu $v0, $v0, 1; jr $ra; nop
#define LIKELY(insn)	 bgezl $zero, 1f; .word insn; addiu $v0, $v0, 1; \
			 1: addiu $v0, $v0, STUB_MARK; jr $ra; nop
/* Whether C is set or not, the operation runs once in one of two slots. */
#define CONDITION(insn)	 bc1tl 1f; .word insn; bc1t 2f; nop; bc1f 1f; .word insn; \
			 2: addiu $v0, $v0, 1; 1: addiu $v0, $v0, STUB_MARK; jr $ra; nop
#define CALL(insn)	 move $t9, $ra; bgezal $zero, 1f; .word insn; addiu $v0, $v0, STUB_MARK; \
			 jr $t9; nop; 1: jr $ra; nop
#define JUMP(insn)	 move $t9, $ra; jal stub_return; .word insn; addiu $v0, $v0, STUB_MARK; \
			 jr $t9; nop

FUNCTION(stub_return)
	jr	$ra
	 nop
END(stub_return)

#define STUBS_OF(id, insn)             \
	stub_##id##_0: move $v0, $a0; PLAIN(insn);    \
	stub_##id##_1: move $v0, $a0; RETURN(insn);   \
	stub_##id##_2: move $v0, $a0; TAKEN(insn);    \
	stub_##id##_3: move $v0, $a0; NOT_TAKEN(insn); \
	stub_##id##_4: move $v0, $a0; LIKELY(insn);   \
	stub_##id##_5: move $v0, $a0; CONDITION(insn); \
	stub_##id##_6: move $v0, $a0; CALL(insn);     \
	stub_##id##_7: move $v0, $a0; JUMP(insn);

#define STUBS_COP1S(code, id, operands) STUBS_OF(id, 0x46000000 | OPERANDS_##operands | code)
#define STUBS_COP1D(code, id, operands) STUBS_OF(id, 0x46200000 | OPERANDS_##operands | code)
#define STUBS_COP1W(code, id, operands) STUBS_OF(id, 0x46800000 | OPERANDS_##operands | code)
#define STUBS_COP1L(code, id, operands) STUBS_OF(id, 0x46a00000 | OPERANDS_##operands | code)
#define STUBS_OPCODE(code, id, operands)
#define STUBS_SPECIAL(code, id, operands)
#define STUBS_REGIMM(code, id, operands)
#define STUBS_COP0(code, id, operands)
#define STUBS_COP0CO(code, id, operands)
#define STUBS_COP1(code, id, operands)
#define STUBS_COP1BC(code, id, operands)
#define STUBS_COP2(code, id, operands)
#define STUBS_COP2BC(code, id, operands)
#define STUBS_NONE(code, id, operands)

#define INSN(table, code, id, text, operands, class, flags) STUBS_##table(code, id, operands)
#include "isa/mips3.def"
#undef INSN

	.section .rodata
	.balign	8
	.globl	stub_table
stub_table:
#define EMPTY_ROW 0, 0, 0, 0, 0, 0, 0, 0
	PTR_WORD EMPTY_ROW		/* ISA_reserved */
#define ROW(id) stub_##id##_0, stub_##id##_1, stub_##id##_2, stub_##id##_3, \
		stub_##id##_4, stub_##id##_5, stub_##id##_6, stub_##id##_7
#define ROW_COP1S(id)	ROW(id)
#define ROW_COP1D(id)	ROW(id)
#define ROW_COP1W(id)	ROW(id)
#define ROW_COP1L(id)	ROW(id)
#define ROW_OPCODE(id)	EMPTY_ROW
#define ROW_SPECIAL(id)	EMPTY_ROW
#define ROW_REGIMM(id)	EMPTY_ROW
#define ROW_COP0(id)	EMPTY_ROW
#define ROW_COP0CO(id)	EMPTY_ROW
#define ROW_COP1(id)	EMPTY_ROW
#define ROW_COP1BC(id)	EMPTY_ROW
#define ROW_COP2(id)	EMPTY_ROW
#define ROW_COP2BC(id)	EMPTY_ROW
#define ROW_NONE(id)	EMPTY_ROW
#define INSN(table, code, id, text, operands, class, flags) PTR_WORD ROW_##table(id);
#include "isa/mips3.def"
#undef INSN

/*
 * Operations that a format does not have, functions and formats that do not exist (R4000 UM table
 * B-1): word by word, to be run as they stand with a return behind each.
 */
	.text
	.balign	8
#define RESERVED(format, function) \
	.word 0x44000000 | (format) << 21 | OPERANDS_FD_FS_FT | function; jr $ra; nop; nop
	.globl	reserved_stubs, reserved_stubs_end
reserved_stubs:
	RESERVED(16, 0x20)	/* cvt.s.s */
	RESERVED(17, 0x21)	/* cvt.d.d */
	RESERVED(20, 0x24)	/* cvt.w.w */
	RESERVED(21, 0x25)	/* cvt.l.l */
	RESERVED(20, 0x25)	/* cvt.l.w */
	RESERVED(21, 0x24)	/* cvt.w.l */
	RESERVED(20, 0x00)	/* add.w */
	RESERVED(21, 0x00)	/* add.l */
	RESERVED(20, 0x04)	/* sqrt.w */
	RESERVED(20, 0x06)	/* mov.w */
	RESERVED(21, 0x0d)	/* trunc.w.l */
	RESERVED(20, 0x32)	/* c.eq.w */
	RESERVED(16, 0x10)	/* functions that MIPS III does not have */
	RESERVED(16, 0x11)	/* movf.s of MIPS IV */
	RESERVED(17, 0x15)	/* recip.d of MIPS IV */
	RESERVED(17, 0x2f)
	RESERVED(18, 0x00)	/* formats that do not exist */
	RESERVED(19, 0x00)
	RESERVED(22, 0x00)	/* add.ps of MIPS V */
	RESERVED(31, 0x00)
reserved_stubs_end:

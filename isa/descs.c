/* SPDX-License-Identifier: MIT */
/*
 * descs.c - what each row of mips3.def says, text and encoding included: for the disassembler, the
 * simulator and the tests. The monitor does without it (isa_traits in decode.c).
 */
#include "isa/encoding.h"
#include "isa/isa.h"

#define OPCODE_BITS(opcode) ((opcode) << OPCODE_SHIFT)
#define RS_BITS(rs)         ((rs) << 21)
#define RT_BITS(rt)         ((rt) << 16)

/* { match, mask } of a row by table. */
#define MATCH_OPCODE(code)  OPCODE_BITS(code##U), OPCODE_BITS(0x3fU)
#define MATCH_SPECIAL(code) OPCODE_BITS(OP_SPECIAL) | (code##U), OPCODE_BITS(0x3fU) | 0x3fU
#define MATCH_REGIMM(code) \
	OPCODE_BITS(OP_REGIMM) | RT_BITS(code##U), OPCODE_BITS(0x3fU) | RT_BITS(0x1fU)
#define MATCH_COP0(code) \
	OPCODE_BITS(OP_COP0) | RS_BITS(code##U), OPCODE_BITS(0x3fU) | RS_BITS(0x1fU)
#define MATCH_COP0CO(code)                                 \
	OPCODE_BITS(OP_COP0) | RS_BITS(RS_CO) | (code##U), \
		OPCODE_BITS(0x3fU) | RS_BITS(RS_CO) | 0x3fU
#define MATCH_COP1(code) \
	OPCODE_BITS(OP_COP1) | RS_BITS(code##U), OPCODE_BITS(0x3fU) | RS_BITS(0x1fU)
#define MATCH_COP1BC(code)                                        \
	OPCODE_BITS(OP_COP1) | RS_BITS(RS_BC) | RT_BITS(code##U), \
		OPCODE_BITS(0x3fU) | RS_BITS(0x1fU) | RT_BITS(0x1fU)
#define MATCH_FORMAT(code, format)                          \
	OPCODE_BITS(OP_COP1) | RS_BITS(format) | (code##U), \
		OPCODE_BITS(0x3fU) | RS_BITS(0x1fU) | 0x3fU
#define MATCH_COP1S(code) MATCH_FORMAT(code, FMT_SINGLE)
#define MATCH_COP1D(code) MATCH_FORMAT(code, FMT_DOUBLE)
#define MATCH_COP1W(code) MATCH_FORMAT(code, FMT_WORD)
#define MATCH_COP1L(code) MATCH_FORMAT(code, FMT_LONG)

#define MATCH_NONE(code) 0, 0
#define INSN(table, code, id, text, operands, class, flags) \
	[ISA_##id] = { text, MATCH_##table(code), ISA_OPD_##operands, ISA_CLASS_##class, flags },
const struct isa_desc isa_descs[ISA_COUNT] = {
	[ISA_reserved] = { "reserved", 0, 0, ISA_OPD_NONE, ISA_CLASS_TRAP, 0 },
#include "isa/mips3.def"
};
#undef INSN

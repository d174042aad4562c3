/* SPDX-License-Identifier: MIT */
/*
 * decode.c - from a word to its row of mips3.def.
 *
 * One table per opcode table of the manual (R4000 UM, end of appendices A and B), each expanded
 * from the rows: an encoding given twice initialises a slot twice, which -Woverride-init refuses.
 * An empty slot is ISA_reserved. Fields that the manual writes as zero are not looked at: of the
 * conditions under which it raises Reserved Instruction (R4000 UM 5.4) none is about them.
 */
#include "isa/encoding.h"
#include "isa/isa.h"

/* What the monitor wants to know of a row, in three bytes; the rest is in descs.c. */
#define INSN(table, code, id, text, operands, class, flags) \
	[ISA_##id] = { ISA_OPD_##operands, ISA_CLASS_##class, flags },
const struct isa_traits isa_traits[ISA_COUNT] = {
	[ISA_reserved] = { ISA_OPD_NONE, ISA_CLASS_TRAP, 0 },
#include "isa/mips3.def"
};
#undef INSN

/*
 * The tables of the manual. Each includes all rows and keeps its own: ROW_<table of the row>
 * expands to the initialiser in one table and to nothing in the others.
 */
#define INSN(table, code, id, text, operands, class, flags) ROW_##table(code, id)
#define SLOT(code, id)                                      [code] = ISA_##id,

#define ROW_NONE(code, id)
#define ROW_OPCODE(code, id) SLOT(code, id)
#define ROW_SPECIAL(code, id)
#define ROW_REGIMM(code, id)
#define ROW_COP0(code, id)
#define ROW_COP0CO(code, id)
#define ROW_COP1(code, id)
#define ROW_COP1BC(code, id)
#define ROW_COP1S(code, id)
#define ROW_COP1D(code, id)
#define ROW_COP1W(code, id)
#define ROW_COP1L(code, id)
static const uint8_t table_opcode[64] = {
#include "isa/mips3.def"
};
#undef ROW_OPCODE
#define ROW_OPCODE(code, id)

#undef ROW_SPECIAL
#define ROW_SPECIAL(code, id) SLOT(code, id)
static const uint8_t table_special[64] = {
#include "isa/mips3.def"
};
#undef ROW_SPECIAL
#define ROW_SPECIAL(code, id)

#undef ROW_REGIMM
#define ROW_REGIMM(code, id) SLOT(code, id)
static const uint8_t table_regimm[32] = {
#include "isa/mips3.def"
};
#undef ROW_REGIMM
#define ROW_REGIMM(code, id)

#undef ROW_COP0
#define ROW_COP0(code, id) SLOT(code, id)
static const uint8_t table_cop0[32] = {
#include "isa/mips3.def"
};
#undef ROW_COP0
#define ROW_COP0(code, id)

#undef ROW_COP0CO
#define ROW_COP0CO(code, id) SLOT(code, id)
static const uint8_t table_cop0_co[64] = {
#include "isa/mips3.def"
};
#undef ROW_COP0CO
#define ROW_COP0CO(code, id)

#undef ROW_COP1
#define ROW_COP1(code, id) SLOT(code, id)
static const uint8_t table_cop1[32] = {
#include "isa/mips3.def"
};
#undef ROW_COP1
#define ROW_COP1(code, id)

#undef ROW_COP1BC
#define ROW_COP1BC(code, id) SLOT(code, id)
static const uint8_t table_cop1_bc[32] = {
#include "isa/mips3.def"
};
#undef ROW_COP1BC
#define ROW_COP1BC(code, id)

#undef ROW_COP1S
#define ROW_COP1S(code, id) SLOT(code, id)
static const uint8_t table_single[64] = {
#include "isa/mips3.def"
};
#undef ROW_COP1S
#define ROW_COP1S(code, id)

#undef ROW_COP1D
#define ROW_COP1D(code, id) SLOT(code, id)
static const uint8_t table_double[64] = {
#include "isa/mips3.def"
};
#undef ROW_COP1D
#define ROW_COP1D(code, id)

#undef ROW_COP1W
#define ROW_COP1W(code, id) SLOT(code, id)
static const uint8_t table_word[64] = {
#include "isa/mips3.def"
};
#undef ROW_COP1W
#define ROW_COP1W(code, id)

#undef ROW_COP1L
#define ROW_COP1L(code, id) SLOT(code, id)
static const uint8_t table_long[64] = {
#include "isa/mips3.def"
};
#undef INSN

_Static_assert(ISA_COUNT <= 256, "the tables hold ids in bytes");

static enum isa_id decode_cop0(uint32_t word)
{
	if (isa_rs(word) & RS_CO) {
		return (enum isa_id)table_cop0_co[word & 0x3f];
	}
	return (enum isa_id)table_cop0[isa_rs(word)];
}

/*
 * An undefined operation or format of the FPU is not a reserved instruction: the FPU answers with
 * an unimplemented operation exception (R4000 UM 7.4). A branch row that does not exist is
 * reserved.
 */
static enum isa_id decode_cop1(uint32_t word)
{
	static const uint8_t *const formats[32] = {
		[FMT_SINGLE] = table_single,
		[FMT_DOUBLE] = table_double,
		[FMT_WORD] = table_word,
		[FMT_LONG] = table_long,
	};
	unsigned rs = isa_rs(word);
	enum isa_id id = ISA_reserved;

	if (rs == RS_BC) {
		return (enum isa_id)table_cop1_bc[isa_rt(word)];
	}
	if (formats[rs] != NULL) {
		id = (enum isa_id)formats[rs][word & 0x3f];
	} else {
		id = (enum isa_id)table_cop1[rs];
	}
	return id == ISA_reserved ? ISA_cop1_undefined : id;
}

enum isa_id isa_decode(uint32_t word)
{
	switch (word >> OPCODE_SHIFT) {
	case OP_SPECIAL:
		return (enum isa_id)table_special[word & 0x3f];
	case OP_REGIMM:
		return (enum isa_id)table_regimm[isa_rt(word)];
	case OP_COP0:
		return decode_cop0(word);
	case OP_COP1:
		return decode_cop1(word);
	default:
		return (enum isa_id)table_opcode[word >> OPCODE_SHIFT];
	}
}

/*
 * Coprocessor 3 gave its opcode up (R4000 UM A.7); coprocessors 0 and 1 are asked for before their
 * operations are looked at. An operation of CP0 that is not the TLB's or ERET is marked phi in
 * figure A-2, invalid but without a Reserved Instruction exception; only the R3000's RFE is marked
 * xi, which has one.
 */
enum isa_reserved_kind isa_reserved_kind(uint32_t word)
{
	switch (word >> OPCODE_SHIFT) {
	case OP_COP0:
		if ((isa_rs(word) & RS_CO) && (word & 0x3f) != CO_RFE) {
			return ISA_RESERVED_IGNORED;
		}
		return ISA_RESERVED_COPROCESSOR;
	case OP_COP1:
		return ISA_RESERVED_COPROCESSOR;
	default:
		return ISA_RESERVED_ALWAYS;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * decode.c - from an instruction word to an operation: handler and operands.
 *
 * The handler comes from the row of mips3.def, the operands from the row's operand kind. A few
 * idioms get handlers of their own. Nothing here depends on more than the word and the decode key.
 */
#include "sim/core/exec.h"

#define INSN(table, code, id, text, operands, class, flags) [ISA_##id] = EXEC_##class(id, big),
static op_fn *const handlers_big[ISA_COUNT] = {
	[ISA_reserved] = op_reserved,
#include "isa/mips3.def"
};
#undef INSN

#define INSN(table, code, id, text, operands, class, flags) [ISA_##id] = EXEC_##class(id, little),
static op_fn *const handlers_little[ISA_COUNT] = {
	[ISA_reserved] = op_reserved,
#include "isa/mips3.def"
};
#undef INSN

#define INSN(table, code, id, text, operands, class, flags) \
	[ISA_##id] = EXEC_##class(id, big_timed),
static op_fn *const handlers_big_timed[ISA_COUNT] = {
	[ISA_reserved] = op_reserved,
#include "isa/mips3.def"
};
#undef INSN

#define INSN(table, code, id, text, operands, class, flags) \
	[ISA_##id] = EXEC_##class(id, little_timed),
static op_fn *const handlers_little_timed[ISA_COUNT] = {
	[ISA_reserved] = op_reserved,
#include "isa/mips3.def"
};
#undef INSN

static op_fn *handler_of(enum isa_id id, uint8_t key)
{
	if (key & DECODE_TIMED) {
		return (key & DECODE_LITTLE) ? handlers_little_timed[id] : handlers_big_timed[id];
	}
	return (key & DECODE_LITTLE) ? handlers_little[id] : handlers_big[id];
}

static uint8_t destination(unsigned reg)
{
	return (uint8_t)(reg == 0 ? CORE_GPR_SINK : reg);
}

/* Index into fpr.w of a single, word, or 32-bit move register. */
static uint8_t single_index(unsigned reg, uint8_t key)
{
	/*
	 * FR = 0: odd registers are the high halves of the even ones (R4000 UM 6.2), which stay
	 * where FR = 1 has them.
	 */
	return (uint8_t)((key & DECODE_FR) ? reg * 2 : (reg & ~1U) * 2 + (reg & 1));
}

/* Index into fpr.d of a double or long register. */
static uint8_t double_index(unsigned reg, uint8_t key)
{
	/* An odd register is undefined with FR = 0; here it names the even one. */
	return (uint8_t)((key & DECODE_FR) ? reg : reg & ~1U);
}

/* Is the result of this FPU operation 64 bits wide? Compares have none. */
static bool result_is_wide(enum isa_id id)
{
#define WIDE_BOTH(operation)      \
	case ISA_##operation##_s: \
	case ISA_##operation##_d:
	switch (id) {
		WIDE_BOTH(round_l)
		WIDE_BOTH(trunc_l)
		WIDE_BOTH(ceil_l)
		WIDE_BOTH(floor_l)
		WIDE_BOTH(cvt_l)
	case ISA_cvt_d_s:
	case ISA_cvt_d_w:
	case ISA_cvt_d_l:
	case ISA_add_d:
	case ISA_sub_d:
	case ISA_mul_d:
	case ISA_div_d:
	case ISA_sqrt_d:
	case ISA_abs_d:
	case ISA_mov_d:
	case ISA_neg_d:
		return true;
	default:
		return false;
	}
#undef WIDE_BOTH
}

/* Are the sources of this FPU operation 64 bits wide? The row's table tells. */
static bool source_is_wide(enum isa_id id)
{
#define INSN(table, code, id, text, operands, class, flags) [ISA_##id] = SOURCE_WIDE_##table,
#define SOURCE_WIDE_NONE                                    false
#define SOURCE_WIDE_OPCODE                                  false
#define SOURCE_WIDE_SPECIAL                                 false
#define SOURCE_WIDE_REGIMM                                  false
#define SOURCE_WIDE_COP0                                    false
#define SOURCE_WIDE_COP0CO                                  false
#define SOURCE_WIDE_COP1                                    false
#define SOURCE_WIDE_COP1BC                                  false
#define SOURCE_WIDE_COP1S                                   false
#define SOURCE_WIDE_COP1D                                   true
#define SOURCE_WIDE_COP1W                                   false
#define SOURCE_WIDE_COP1L                                   true
	static const bool wide[ISA_COUNT] = {
#include "isa/mips3.def"
	};
#undef INSN

	return wide[id];
}

static uint8_t fp_index(unsigned reg, bool is_wide, uint8_t key)
{
	return is_wide ? double_index(reg, key) : single_index(reg, key);
}

static void decode_fpu(uint32_t word, enum isa_id id, uint8_t key, struct op *op)
{
	bool is_wide = source_is_wide(id);

	op->s = fp_index(isa_fs(word), is_wide, key);
	op->t = fp_index(isa_ft(word), is_wide, key);
	op->d = fp_index(isa_fd(word), result_is_wide(id), key);
}

/* Moves between GPRs and FPRs: `s` and `d` name whichever side is read and written. */
static void decode_fp_move(uint32_t word, enum isa_id id, uint8_t key, struct op *op)
{
	bool is_wide = id == ISA_dmfc1 || id == ISA_dmtc1;

	op->t = (uint8_t)isa_rt(word);
	op->a = (uint8_t)isa_fs(word);
	if (id == ISA_mfc1 || id == ISA_dmfc1 || id == ISA_cfc1) {
		op->d = destination(isa_rt(word));
		op->s = fp_index(isa_fs(word), is_wide, key);
	} else {
		op->d = fp_index(isa_fs(word), is_wide, key);
	}
}

static void decode_operands(uint32_t word, enum isa_id id, uint8_t key, struct op *op)
{
	op->s = (uint8_t)isa_rs(word);
	op->t = (uint8_t)isa_rt(word);
	op->d = destination(isa_rd(word));
	op->a = (uint8_t)isa_sa(word);
	op->imm = isa_simm(word);
	switch (isa_descs[id].operands) {
	case ISA_OPD_RT_RS_SIMM:
	case ISA_OPD_RT_MEM:
		op->d = destination(isa_rt(word));
		break;
	case ISA_OPD_RT_RS_UIMM:
		op->d = destination(isa_rt(word));
		op->imm = (int32_t)isa_uimm(word);
		break;
	case ISA_OPD_RT_UIMM:
		op->d = destination(isa_rt(word));
		op->imm = (int32_t)(isa_uimm(word) << 16);
		break;
	case ISA_OPD_TARGET:
		op->imm = (int32_t)isa_target(word);
		break;
	case ISA_OPD_FT_MEM:
		op->t = fp_index(isa_ft(word), id == ISA_ldc1 || id == ISA_sdc1, key);
		op->d = op->t;
		break;
	case ISA_OPD_CACHE_MEM:
		op->a = (uint8_t)isa_rt(word);
		break;
	case ISA_OPD_RT_C0:
		op->d = destination(isa_rt(word));
		op->a = (uint8_t)isa_rd(word);
		break;
	default:
		break;
	}
	if (isa_descs[id].class == ISA_CLASS_FPU) {
		decode_fpu(word, id, key, op);
	} else if (isa_descs[id].class == ISA_CLASS_FPMOVE) {
		decode_fp_move(word, id, key, op);
	}
}

/* Common idioms, each a shorter way to the same result. */
static void specialise(enum isa_id id, struct op *op)
{
	bool only_destination = op->d == CORE_GPR_SINK;

	switch (id) {
	case ISA_lui:
		op->run = only_destination ? op_nop : op_constant;
		break;
	case ISA_addiu:
	case ISA_daddiu:
	case ISA_ori:
		if (only_destination) {
			op->run = op_nop;
		} else if (op->s == 0) {
			op->run = op_constant;
		}
		break;
	case ISA_sll:
	case ISA_addu:
		if (only_destination) {
			op->run = op_nop;
		}
		break;
	case ISA_or:
	case ISA_daddu:
		if (only_destination) {
			op->run = op_nop;
		} else if (op->t == 0) {
			op->run = op_move;
		}
		break;
	default:
		break;
	}
}

/* CP0 registers that are fields of struct core_cp0 and nothing more. */
struct cp0_field {
	uint16_t offset;
	uint8_t bytes; /* 0: not a plain field */
	bool writable; /* all 64 bits, without side effects */
};

#define WORD(name)                                        \
	{                                                 \
		offsetof(struct core_cp0, name), 4, false \
	}
#define LONG(name)                                        \
	{                                                 \
		offsetof(struct core_cp0, name), 8, false \
	}
#define WRITABLE(name)                                   \
	{                                                \
		offsetof(struct core_cp0, name), 8, true \
	}
static const struct cp0_field cp0_fields[32] = {
	[CP0_INDEX] = WORD(index),
	[CP0_ENTRYLO0] = LONG(entry_lo[0]),
	[CP0_ENTRYLO1] = LONG(entry_lo[1]),
	[CP0_CONTEXT] = LONG(context),
	[CP0_PAGEMASK] = WORD(page_mask),
	[CP0_WIRED] = WORD(wired),
	[CP0_BADVADDR] = LONG(bad_vaddr),
	[CP0_ENTRYHI] = LONG(entry_hi),
	[CP0_STATUS] = WORD(status),
	[CP0_CAUSE] = WORD(cause),
	[CP0_EPC] = WRITABLE(epc),
	[CP0_XCONTEXT] = LONG(xcontext),
	[CP0_ERROREPC] = WRITABLE(error_epc),
};
#undef WORD
#undef LONG
#undef WRITABLE

static void specialise_cp0(enum isa_id id, struct op *op)
{
	const struct cp0_field *field = &cp0_fields[op->a];

	if (field->bytes == 0) {
		return;
	}
	op->imm = field->offset;
	if (id == ISA_mfc0) {
		op->run = op_mfc0_word;
	} else if (id == ISA_dmfc0 && field->bytes == 8) {
		op->run = op_dmfc0_field;
	} else if ((id == ISA_mtc0 || id == ISA_dmtc0) && field->writable) {
		op->run = op_mtc0_field;
	}
}

/* Unit whose usability is asked first for a 64-bit operation that the mode does not allow. */
static uint8_t coprocessor_of(unsigned flags)
{
	if (flags & ISA_F_CP0) {
		return 0;
	}
	return (flags & ISA_F_CP1) ? 1 : UINT8_MAX;
}

/* A reserved word of a coprocessor: its usability comes first, and not all raise an exception. */
static void decode_reserved(uint32_t word, struct op *op)
{
	enum isa_reserved_kind kind = isa_reserved_kind(word);

	if (kind != ISA_RESERVED_ALWAYS) {
		op->run = op_reserved_unit;
		op->a = (uint8_t)isa_coprocessor(word);
		op->imm = kind == ISA_RESERVED_IGNORED;
	}
}

void code_decode(uint32_t word, uint8_t key, struct op *op)
{
	enum isa_id id = isa_decode(word);
	const struct isa_desc *desc = &isa_descs[id];

	*op = (struct op){ .run = handler_of(id, key) };
	if ((desc->flags & ISA_F_X64) && !(key & DECODE_X64)) {
		op->run = op_reserved_x64;
		op->a = coprocessor_of(desc->flags);
		return;
	}
	if (id == ISA_reserved) {
		decode_reserved(word, op);
		return;
	}
	decode_operands(word, id, key, op);
	specialise(id, op);
	if (desc->operands == ISA_OPD_RT_C0) {
		specialise_cp0(id, op);
	}
}

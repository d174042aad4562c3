/* SPDX-License-Identifier: MIT */
/* branch.c - conditions, targets and links of branches and jumps. */
#include "isa/branch.h"

#include "isa/isa.h"

#define RA 31

uint64_t isa_branch_target(uint32_t word, uint64_t pc)
{
	return pc + 4 + ((uint64_t)(int64_t)isa_simm(word) << 2);
}

uint64_t isa_jump_target(uint32_t word, uint64_t pc)
{
	return ((pc + 4) & ~0x0fffffffULL) | ((uint64_t)isa_target(word) << 2);
}

/* Registers are compared in all 64 bits, in 32-bit modes too. */
static bool condition(enum isa_id id, const struct isa_branch_operands *operands)
{
	int64_t rs = (int64_t)operands->rs;

	switch (id) {
	case ISA_beq:
	case ISA_beql:
		return operands->rs == operands->rt;
	case ISA_bne:
	case ISA_bnel:
		return operands->rs != operands->rt;
	case ISA_blez:
	case ISA_blezl:
		return rs <= 0;
	case ISA_bgtz:
	case ISA_bgtzl:
		return rs > 0;
	case ISA_bltz:
	case ISA_bltzl:
	case ISA_bltzal:
	case ISA_bltzall:
		return rs < 0;
	case ISA_bgez:
	case ISA_bgezl:
	case ISA_bgezal:
	case ISA_bgezall:
		return rs >= 0;
	case ISA_bc1f:
	case ISA_bc1fl:
		return !operands->fp_condition;
	case ISA_bc1t:
	case ISA_bc1tl:
		return operands->fp_condition;
	default: /* jumps */
		return true;
	}
}

bool isa_branch(uint32_t word, uint64_t pc, const struct isa_branch_operands *operands,
		struct isa_branch *result)
{
	enum isa_id id = isa_decode(word);
	const struct isa_traits *traits = &isa_traits[id];

	if (!(traits->flags & ISA_F_DELAY)) {
		return false;
	}
	result->is_taken = condition(id, operands);
	result->nullifies_slot = !result->is_taken && (traits->flags & ISA_F_LIKELY);
	result->link = 0;
	result->link_value = pc + 8;
	if (traits->flags & ISA_F_LINK) {
		result->link = (uint8_t)(id == ISA_jalr ? isa_rd(word) : RA);
	}
	if (!result->is_taken) {
		result->next_pc = pc + 8;
	} else if (traits->class == ISA_CLASS_BRANCH) {
		result->next_pc = isa_branch_target(word, pc);
	} else if (traits->operands == ISA_OPD_TARGET) {
		result->next_pc = isa_jump_target(word, pc);
	} else {
		result->next_pc = operands->rs;
	}
	return true;
}

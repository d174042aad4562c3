/* SPDX-License-Identifier: MIT */
/*
 * branch.h - where a branch or jump leads, from the word and the values that it looks at.
 *
 * Pure and freestanding: the monitor emulates the branch before a trapping delay slot with it, and
 * tests compare the simulator's handlers against it. R4000 UM appendix A, and B.5 for BC1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the instruction may look at, as it was before it. */
struct isa_branch_operands {
	uint64_t rs;
	uint64_t rt;
	bool fp_condition; /* FCR31.C */
};

struct isa_branch {
	bool is_taken;
	bool nullifies_slot; /* branch-likely that is not taken */
	uint8_t link;        /* general register that gets `link_value`, 0 for none */
	uint64_t link_value;
	uint64_t next_pc; /* after the slot, or at once if that is nullified */
};

/*
 * Evaluates `word` at `pc`; false, and nothing stored, if it is not a branch or jump. JALR with
 * rd = rs and a linking branch with rs = 31 are undefined in the manual: here the condition and the
 * target come from the register's old value.
 */
bool isa_branch(uint32_t word, uint64_t pc, const struct isa_branch_operands *operands,
		struct isa_branch *result);

/* Target of a taken branch (not of a jump), whatever its condition. */
uint64_t isa_branch_target(uint32_t word, uint64_t pc);

/* Target of J and JAL: in the 256 MB region of the delay slot. */
uint64_t isa_jump_target(uint32_t word, uint64_t pc);

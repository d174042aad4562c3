/* SPDX-License-Identifier: MIT */
/*
 * branch.c - goes on behind an instruction, also if that is in the delay slot of a branch.
 *
 * EPC is then the branch's address and Cause.BD is set (R4000 UM 5.3): whether it is taken has to
 * be found out once more. Registers still have the values that the branch saw, because the
 * instruction in the slot has written none; the branch has written its link register, which is
 * written again here with the same value.
 */
#include "isa/branch.h"

#include "guests/fpemu/fpemu.h"
#include "isa/cp0.h"
#include "isa/isa.h"

/* $k0 and $k1 are not in the frame; a branch that reads or links to one cannot be repeated. */
static bool is_lost(unsigned number)
{
	return number == 26 || number == 27;
}

static uint64_t read_gpr(const struct trap_frame *frame, unsigned number)
{
	return number == 0 ? 0 : frame->gpr[number];
}

static bool skip_branch(struct trap_frame *frame)
{
	uint32_t word = *(const uint32_t *)(uintptr_t)frame->epc;
	struct isa_branch_operands operands = {
		.rs = read_gpr(frame, isa_rs(word)),
		.rt = read_gpr(frame, isa_rt(word)),
		.fp_condition = (fpemu_read_fcsr() & FCSR_C) != 0,
	};
	struct isa_branch branch;

	if (is_lost(isa_rs(word)) || is_lost(isa_rt(word)) ||
	    !isa_branch(word, frame->epc, &operands, &branch) || is_lost(branch.link)) {
		return false;
	}
	if (branch.link != 0) {
		frame->gpr[branch.link] = branch.link_value;
	}
	frame->epc = branch.next_pc;
	return true;
}

bool fpemu_skip(struct trap_frame *frame)
{
	if (frame->cause & CAUSE_BD) {
		return skip_branch(frame);
	}
	frame->epc += 4;
	return true;
}

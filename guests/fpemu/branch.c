/* SPDX-License-Identifier: MIT */
/*
 * branch.c - goes on behind an instruction, also if that is in the delay slot of a branch.
 *
 * EPC is then the branch's address and Cause.BD is set (R4000 UM 5.3): whether it is taken has to
 * be found out once more. Registers still have the values that the branch saw, because the
 * instruction in the slot has written none; the branch has written its link register, which is
 * written again here with the same value.
 */
#include "guests/fpemu/fpemu.h"
#include "isa/cp0.h"
#include "isa/isa.h"

/* $k0 and $k1 are not in the frame; a branch that reads one cannot be repeated. */
static bool is_lost(unsigned number)
{
	return number == 26 || number == 27;
}

static int64_t read_gpr(const struct trap_frame *frame, unsigned number)
{
	return number == 0 ? 0 : (int64_t)frame->gpr[number];
}

/* Does the branch `id` go? An instruction that is no branch never does. */
static bool is_taken(enum isa_id id, int64_t rs, int64_t rt)
{
	bool condition = (fpemu_read_fcsr() & FCSR_C) != 0;

	switch (id) {
	case ISA_beq:
	case ISA_beql:
		return rs == rt;
	case ISA_bne:
	case ISA_bnel:
		return rs != rt;
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
	case ISA_bc1t:
	case ISA_bc1tl:
		return condition;
	case ISA_bc1f:
	case ISA_bc1fl:
		return !condition;
	default:
		return false;
	}
}

static bool skip_branch(struct trap_frame *frame)
{
	uint32_t word = *(const uint32_t *)(uintptr_t)frame->epc;
	enum isa_id id = isa_decode(word);
	const struct isa_desc *desc = &isa_descs[id];
	uint64_t slot = frame->epc + 4;
	uint64_t next = slot + 4;
	unsigned link = id == ISA_jalr ? isa_rd(word) : 31;

	if (is_lost(isa_rs(word)) || is_lost(isa_rt(word)) || is_lost(link)) {
		return false;
	}
	if (id == ISA_j || id == ISA_jal) {
		next = (slot & ~(uint64_t)0x0fffffff) | (uint64_t)isa_target(word) << 2;
	} else if (id == ISA_jr || id == ISA_jalr) {
		next = (uint64_t)read_gpr(frame, isa_rs(word));
	} else if (is_taken(id, read_gpr(frame, isa_rs(word)), read_gpr(frame, isa_rt(word)))) {
		next = slot + ((uint64_t)(int64_t)isa_simm(word) << 2);
	}
	if ((desc->flags & ISA_F_LINK) && link != 0) {
		frame->gpr[link] = slot + 4;
	}
	frame->epc = next;
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

/* SPDX-License-Identifier: MIT */
/* step.c - the instruction that trapped, and the branch before it. */
#include "src/cpu/step.h"

#include "isa/branch.h"
#include "isa/isa.h"

#include "src/cpu/exception.h"
#include "src/cpu/fpu.h"
#include "src/cpu/memory_access.h"
#include "src/cpu/vcpu.h"

uint64_t step_pc(const struct vcpu *vcpu)
{
	return vcpu->trap_cause & CAUSE_BD ? vcpu->regs.pc + 4 : vcpu->regs.pc;
}

static bool fetch(struct vcpu *vcpu, uint64_t vaddr, uint32_t *word)
{
	enum vtlb_result result;
	const uint32_t *address = memory_access_find(vcpu, vaddr, &result);

	if (address != NULL) {
		*word = *address;
		return true;
	}
	if (result == VTLB_REFILL || result == VTLB_INVALID) {
		exception_deliver_tlb(vcpu, EXC_TLBL, vaddr, result == VTLB_REFILL);
	}
	/* Otherwise the page is being changed: the guest runs into that again by itself. */
	return false;
}

bool step_fetch(struct vcpu *vcpu, uint32_t *word)
{
	return fetch(vcpu, step_pc(vcpu), word);
}

bool step_next(struct vcpu *vcpu, uint64_t *next)
{
	uint64_t pc = vcpu->regs.pc;
	struct isa_branch_operands operands;
	struct isa_branch branch;
	uint32_t word;

	*next = pc + 4;
	if (!(vcpu->trap_cause & CAUSE_BD)) {
		return true;
	}
	if (!fetch(vcpu, pc, &word)) {
		return false;
	}
	operands.rs = *vcpu_gpr(vcpu, isa_rs(word));
	operands.rt = *vcpu_gpr(vcpu, isa_rt(word));
	operands.fp_condition = fpu_condition(vcpu);
	if (!isa_branch(word, pc, &operands, &branch)) {
		/* Another CPU has stored over the branch since. Whatever is there now: run it. */
		return false;
	}
	if (branch.link != 0) {
		vcpu_set_gpr(vcpu, branch.link, branch.link_value);
	}
	*next = branch.next_pc;
	return true;
}

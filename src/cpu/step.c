/* SPDX-License-Identifier: MIT */
/* step.c - the instruction that trapped, and the branch before it. */
#include "src/cpu/step.h"

#include "isa/branch.h"
#include "isa/isa.h"

#include "src/cpu/cpu.h"
#include "src/cpu/exception.h"
#include "src/cpu/fpu.h"
#include "src/cpu/memory_access.h"
#include "src/cpu/vcpu.h"
#include "src/include/bits.h"
#include "src/include/memory.h"

/* Kernels mostly run in the window, where the pmap alone knows; NULL: elsewhere. */
const uint32_t *step_find_in_window(uint64_t vaddr)
{
	const struct cpu *cpu = cpu_self();
	uint64_t offset = vaddr - bits_sign_extend(VM_WINDOW_BASE);
	uint64_t gpn = offset >> PAGE_SHIFT;
	uint32_t ready;
	uint64_t page;

	if (gpn >> 1 >= cpu->window_pairs) {
		return NULL;
	}
	ready = ((const uint32_t *)(uintptr_t)cpu->window_base)[gpn];
	if (!(ready & ENTRYLO_V)) {
		return NULL;
	}
	page = (uint64_t)(ready & ENTRYLO_PFN) << (PAGE_SHIFT - ENTRYLO_PFN_SHIFT);
	return memory_at(page | (offset & (PAGE_BYTES - 1)));
}

static bool fetch(struct vcpu *vcpu, uint64_t vaddr, uint32_t *word)
{
	enum vtlb_result result;
	const uint32_t *address = step_find_in_window(vaddr);

	if (address != NULL) {
		*word = *address;
		return true;
	}
	if (memory_access_word(vcpu, vaddr, word, &result)) {
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

bool step_past_branch(struct vcpu *vcpu, uint64_t *next)
{
	uint64_t pc = vcpu->regs.pc;
	struct isa_branch_operands operands;
	struct isa_branch branch;
	uint32_t word;

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

/* SPDX-License-Identifier: MIT */
/*
 * step.h - the instruction that trapped: its word, and where the guest goes on after it.
 */
#pragma once

#include "isa/cp0.h"

#include "src/cpu/vcpu.h"
#include "src/include/types.h"

/* Where the trapping instruction is: after its branch, if it is in a delay slot. */
static inline uint64_t step_pc(const struct vcpu *vcpu)
{
	return vcpu->regs.pc + (vcpu->trap_cause & CAUSE_BD ? 4 : 0);
}

/*
 * Its word, read through the monitor's own structures. False: the guest's translation is gone (the
 * processor had fetched it before); the miss has been delivered to the guest, which will come back.
 */
bool step_fetch(struct vcpu *vcpu, uint32_t *word);
/* The word at `vaddr`, if it is in the window and its page is there; otherwise NULL. */
const uint32_t *step_find_in_window(uint64_t vaddr);
/* The branch before the instruction, for step_next(). */
bool step_past_branch(struct vcpu *vcpu, uint64_t *next);

/*
 * Where the guest goes on when the instruction has been emulated: past the branch before it, if
 * there is one. False: the branch could not be read, as above; so it is called before the effects.
 */
static inline bool step_next(struct vcpu *vcpu, uint64_t *next)
{
	if (vcpu->trap_cause & CAUSE_BD) {
		return step_past_branch(vcpu, next);
	}
	*next = vcpu->regs.pc + 4;
	return true;
}

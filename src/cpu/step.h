/* SPDX-License-Identifier: MIT */
/*
 * step.h - the instruction that trapped: its word, and where the guest goes on after it.
 */
#pragma once

#include "src/include/types.h"

struct vcpu;

/* Where the trapping instruction is: after its branch, if it is in a delay slot. */
uint64_t step_pc(const struct vcpu *vcpu);
/*
 * Its word, read through the monitor's own structures. False: the guest's translation is gone (the
 * processor had fetched it before); the miss has been delivered to the guest, which will come back.
 */
bool step_fetch(struct vcpu *vcpu, uint32_t *word);
/*
 * The instruction has been emulated: regs.pc is where the guest goes on, past the branch before it
 * if there is one. False: the branch could not be read, as above; call it before the effects.
 */
bool step_next(struct vcpu *vcpu, uint64_t *next);

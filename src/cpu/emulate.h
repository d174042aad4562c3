/* SPDX-License-Identifier: MIT */
/* emulate.h - privileged instructions of a guest kernel. */
#pragma once

#include "src/include/types.h"

struct vcpu;

/* Coprocessor unusable: gives the guest its FPU, emulates CP0, or passes the exception on. */
void emulate_coprocessor(struct vcpu *vcpu);
/* tlbp, tlbwi, tlbwr of the kernel, not in a delay slot; false: `word` is none of them. */
bool emulate_tlb(struct vcpu *vcpu, uint32_t word);
/* syscall: a monitor call of the kernel, or the guest's own. */
void emulate_syscall(struct vcpu *vcpu);

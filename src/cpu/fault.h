/* SPDX-License-Identifier: MIT */
/* fault.h - TLB and watch exceptions of a guest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* TLBL, TLBS or Mod that the refill path left. */
void fault_tlb(struct vcpu *vcpu, unsigned code);
/* Enters VM_SHARED_PAGE_LOW in the hardware TLB: the virtual mode has become kernel. */
void fault_enter_low_page(struct vcpu *vcpu);
/* Wires the shared page for the VCPU that gets the hardware TLB; takes it away again. */
void fault_wire_page(const struct vcpu *vcpu);
void fault_unwire_page(void);
/* A watched access. */
void fault_watch(struct vcpu *vcpu);
/* What the hardware must watch on the next entry to the guest. */
void fault_load_watch(struct vcpu *vcpu);
/*
 * What a load from `vaddr` by the guest's kernel would raise: delivers it and returns false, or
 * does nothing. For an instruction that translates its address and then needs nothing there.
 */
bool fault_probe(struct vcpu *vcpu, uint64_t vaddr);

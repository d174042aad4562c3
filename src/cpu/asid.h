/* SPDX-License-Identifier: MIT */
/*
 * asid.h - whose ASIDs the hardware TLB has: the guest's own, or the monitor's in their place.
 *
 * The guest's own: entries say what the second level says, and the TLB is flushed when another VCPU
 * is scheduled (paper 4.1.2). The alternative, for a machine on which a VM asks for it
 * (DEVTREE_VM_VIRTUAL_ASIDS): each ASID of each VCPU gets one of 255 of its CPU when it is used
 * first, and nothing is flushed until all are given out. Then no entry is global in the hardware,
 * and window and shared page are entered once for each ASID. The second level keeps the guest's own
 * numbers; its refill exchanges them (refill.S), and so do the tlb_hw_*() of hooks.h.
 *
 * A VCPU that leaves its CPU keeps its entries: nothing of its second level is removed meanwhile
 * but by requests that it serves first when it comes back. Whoever removes otherwise, or takes the
 * VCPU to another CPU, calls asid_forget().
 */
#pragma once

#include "src/include/types.h"

struct cpu;
struct vcpu;

/* The machine's way; before the first cpu_start(). */
extern bool asid_is_virtual;

/* The hardware's ASID becomes that of EntryHi; `vcpu` is cpu->tlb_owner. */
void asid_load(struct cpu *cpu, struct vcpu *vcpu);
/* What the hardware has of the VCPU will not be found any more. Not cpu->tlb_owner anywhere. */
void asid_forget(struct vcpu *vcpu);
/* EntryHi as the hardware has it for cpu->tlb_owner; false: it has none with this ASID. */
bool asid_to_hardware(const struct cpu *cpu, uint64_t *entryhi);

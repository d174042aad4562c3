/* SPDX-License-Identifier: MIT */
/* asid.c - the guest's ASIDs in the hardware TLB: asid.h. */
#include "src/cpu/asid.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/include/cp0.h"
#include "src/lib/string.h"
#include "src/mips_tlb/window.h"

#define ASIDS 256 /* 0 is nobody's */

bool asid_is_virtual;

void asid_forget(struct vcpu *vcpu)
{
	vcpu->asid_cpu = NULL;
}

static uint8_t give(struct cpu *cpu, struct vcpu *vcpu, uint8_t asid)
{
	if (cpu->asid_next == ASIDS) {
		tlb_hw_flush();
		cpu->asid_next = 0;
	}
	if (cpu->asid_next == 0) {
		cpu->asid_generation++;
		cpu->asid_next = 1;
	}
	if (vcpu->asid_cpu != cpu->self || vcpu->asid_generation != cpu->asid_generation) {
		vcpu->asid_cpu = cpu->self;
		vcpu->asid_generation = cpu->asid_generation;
		memset(vcpu->asid, 0, sizeof(vcpu->asid));
	}
	if (vcpu->asid[asid] == 0) {
		vcpu->asid[asid] = (uint8_t)cpu->asid_next;
		cpu->asid_next++;
	}
	return vcpu->asid[asid];
}

__attribute__((noinline)) void asid_load(struct cpu *cpu, struct vcpu *vcpu)
{
	uint8_t asid = (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI];
	uint8_t hardware = asid;

	if (asid_is_virtual) {
		hardware = give(cpu, vcpu, asid);
		cpu->asid_exchange = hardware ^ asid;
	}
	cp0_write64(CP0_ENTRYHI, hardware);
}

__attribute__((noinline)) bool asid_to_hardware(const struct cpu *cpu, uint64_t *entryhi)
{
	const struct vcpu *vcpu = cpu->tlb_owner;
	uint8_t asid = (uint8_t)*entryhi;

	if (vcpu == NULL || vcpu->asid_cpu != cpu->self ||
	    vcpu->asid_generation != cpu->asid_generation) {
		return false;
	}
	if (window_area_of(*entryhi) != WINDOW_AREA_GUEST) {
		/* The window's pairs are entered for the ASID that is in force. */
		asid = (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI];
	}
	*entryhi = (*entryhi & ~(uint64_t)ENTRYHI_ASID) | vcpu->asid[asid];
	return vcpu->asid[asid] != 0;
}

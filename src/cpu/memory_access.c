/* SPDX-License-Identifier: MIT */
/* memory_access.c - guest memory as the monitor reads and writes it. */
#include "src/cpu/memory_access.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/memory.h"
#include "src/pmap/pmap.h"

static void *at(uint32_t ready, uint64_t vaddr)
{
	uint64_t mpn = (ready & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;

	return memory_at(mpn << PAGE_SHIFT | (vaddr & (PAGE_BYTES - 1)));
}

const void *memory_access_find(struct vcpu *vcpu, uint64_t vaddr, enum vtlb_result *result)
{
	uint8_t asid = (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI];
	struct vtlb_fault fault;
	uint32_t ready;

	*result = vtlb_translate(&vcpu->vtlb, vaddr, asid, false, &fault);
	if (*result != VTLB_MAPPED) {
		return NULL;
	}
	ready = pmap_ready(vcpu->vm->pmap, (uint32_t)(fault.gpa >> PAGE_SHIFT));
	return ready & ENTRYLO_V ? at(ready, vaddr) : NULL;
}

void *memory_access_page(struct vcpu *vcpu, uint32_t gpn, bool write)
{
	struct cpu *cpu = cpu_self();
	struct pmap_caller caller = {
		.node = cpu->node,
		.cpu = cpu->number,
		.self = &vcpu->vtlb.target,
	};
	uint32_t ready = pmap_ready(vcpu->vm->pmap, gpn);

	while (!(ready & (write ? ENTRYLO_D : ENTRYLO_V))) {
		enum pmap_touch touch = pmap_touch(vcpu->vm->pmap, gpn, write, &caller);

		if (touch == PMAP_TOUCH_BUSY) {
			shootdown_serve(&vcpu->vtlb.target);
		} else if (touch != PMAP_TOUCH_OK) {
			return NULL;
		}
		ready = pmap_ready(vcpu->vm->pmap, gpn);
	}
	return at(ready, 0);
}

/* SPDX-License-Identifier: MIT */
/* memory_access.c - guest memory as the monitor reads and writes it. */
#include "src/cpu/memory_access.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/memory.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"

static void *at(uint32_t ready, uint64_t vaddr)
{
	uint64_t mpn = (ready & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;

	return memory_at(mpn << PAGE_SHIFT | (vaddr & (PAGE_BYTES - 1)));
}

bool memory_access_word(struct vcpu *vcpu, uint64_t vaddr, uint32_t *word, enum vtlb_result *result)
{
	uint8_t asid = (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI];
	struct vtlb_fault fault;
	uint32_t ready;
	uint32_t gpn;

	*result = vtlb_translate(&vcpu->vtlb, vaddr, asid, false, &fault);
	if (*result != VTLB_MAPPED) {
		return false;
	}
	gpn = (uint32_t)(fault.gpa >> PAGE_SHIFT);
	/* Whoever takes the page away changes its ready word first. */
	do {
		ready = pmap_ready(vcpu->vm->pmap, gpn);
		if (!(ready & ENTRYLO_V)) {
			return false;
		}
		*word = *(const volatile uint32_t *)at(ready, vaddr);
		memory_barrier();
	} while (pmap_ready(vcpu->vm->pmap, gpn) != ready);
	return true;
}

void *memory_access_pin(struct vcpu *vcpu, uint32_t gpn, bool write, uint32_t *mpn)
{
	struct pmap_caller caller = cpu_pmap_caller();
	bool is_there =
		guest_memory_pin(vcpu->vm->pmap, (uint64_t)gpn << PAGE_SHIFT, write, mpn, &caller);

	return is_there ? machine_page(*mpn) : NULL;
}

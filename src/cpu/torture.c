/* SPDX-License-Identifier: MIT */
/* torture.c - invariants of the whole, checked while guests run: torture.h. */
#include "src/cpu/torture.h"

#include "machine/vm.h"

#include "src/cpu/asid.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/cp0.h"
#include "src/mips_tlb/tlb_hw.h"
#include "src/mips_tlb/window.h"
#include "src/pmap/pmap.h"

/* Every so many traps the slower checks are made as well, if they are not too slow. */
#define SLOW_CHECKS  64
#define SLOW_ENTRIES 64

#define PAIR (ENTRYHI_R | ENTRYHI_VPN2)

uint32_t torture_random(void)
{
	struct cpu *cpu = cpu_self();

	cpu->random = cpu->random * 1664525 + 1013904223 + cpu->number;
	return cpu->random >> 8;
}

static bool has_user(const struct memmap_page *page, uint32_t vm)
{
	uint64_t vms = page->unknown;

	for (unsigned i = 0; i < MEMMAP_RECORDS; i++) {
		vms |= page->vms[i];
	}
	return (vms >> vm & 1) != 0;
}

/* T1 for memory. */
static bool may_map(const struct vcpu *vcpu, uint32_t mpn, bool writable)
{
	const struct pmap *pmap = vcpu->vm->pmap;
	const struct memmap_page *page = memmap_lookup(pmap->memmap, mpn);

	if (page == NULL) {
		return !writable &&
		       mpn == pmap_ready(pmap, MAP_CLOCK_BASE / PAGE_BYTES) >> ENTRYLO_PFN_SHIFT;
	}
	switch (page->info.kind) {
	case INSPECT_FRAME_PRIVATE:
		return page->info.vm == vcpu->vm->number;
	case INSPECT_FRAME_REPLICA:
		return !writable && page->info.vm == vcpu->vm->number;
	case INSPECT_FRAME_SHARED:
		return !writable && has_user(page, vcpu->vm->number);
	case INSPECT_FRAME_MONITOR:
		for (uint32_t i = 0; i < VM_TRAMPOLINE_BYTES / PAGE_BYTES && !writable; i++) {
			if (pmap->trampoline[i] & ENTRYLO_V &&
			    mpn == pmap->trampoline[i] >> ENTRYLO_PFN_SHIFT) {
				return true;
			}
		}
		return false;
	default:
		return false;
	}
}

static bool is_shared_pair(uint64_t entryhi)
{
	return (entryhi & PAIR) == ((uint64_t)(int64_t)(int32_t)VM_SHARED_PAGE & PAIR) ||
	       (entryhi & PAIR) == VM_SHARED_PAIR_LOW;
}

static void check_half(const struct vcpu *vcpu, uint64_t entryhi, uint32_t pagemask, uint32_t lo)
{
	uint32_t pages = ((pagemask >> 13) + 1);
	uint32_t mpn = (lo & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT;

	if (!(lo & ENTRYLO_V) || (is_shared_pair(entryhi) && mpn == vcpu->page_mpn)) {
		return;
	}
	for (uint32_t i = 0; i < pages; i++) {
		CHECK(may_map(vcpu, mpn + i, (lo & ENTRYLO_D) != 0)); /* T1 */
	}
}

/*
 * Whose each of a CPU's ASIDs is, as it was found: each is given out once in a generation.
 * Searching anew for every entry would be nearly half of all that the torture build does.
 */
static struct owner {
	uint32_t generation;
	uint16_t vcpu; /* number in the machine */
	uint8_t asid;
} owners[MAP_CPUS_MAX][256];

/* Virtual ASIDs: the guest's own in place of the hardware's; false: another VCPU's, or nobody's. */
static bool is_of_vcpu(const struct cpu *cpu, const struct vcpu *vcpu, uint64_t *entryhi)
{
	uint8_t hardware = (uint8_t)*entryhi;
	struct owner *owner = &owners[cpu->number][hardware];

	if (hardware == 0) {
		return false;
	}
	if (owner->generation != cpu->asid_generation) {
		uint32_t asid = 0;

		while (asid < sizeof(vcpu->asid) && vcpu->asid[asid] != hardware) {
			asid++;
		}
		if (asid == sizeof(vcpu->asid)) {
			return false;
		}
		*owner = (struct owner){ cpu->asid_generation, (uint16_t)vcpu->number_in_machine,
					 (uint8_t)asid };
	}
	*entryhi = (*entryhi & ~(uint64_t)ENTRYHI_ASID) | owner->asid;
	return owner->vcpu == vcpu->number_in_machine && vcpu->asid[owner->asid] == hardware;
}

static void check_entry(const struct cpu *cpu, uint32_t index)
{
	const struct vcpu *vcpu = cpu->current;
	/* Virtual ASIDs: nothing is global. */
	uint32_t word = ~(uint32_t)(asid_is_virtual ? ENTRYLO_G : 0);
	uint32_t pagemask;
	uint64_t entryhi = tlb_hw_read(index, &pagemask);
	uint32_t lo[2] = { cp0_read(CP0_ENTRYLO0), cp0_read(CP0_ENTRYLO1) };

	if (asid_is_virtual && !is_of_vcpu(cpu, vcpu, &entryhi)) {
		return;
	}
	check_half(vcpu, entryhi, pagemask, lo[0]);
	check_half(vcpu, entryhi, pagemask, lo[1]);
	if (((lo[0] | lo[1]) & ENTRYLO_V) == 0) {
		return;
	}
	if ((entryhi & PAIR) == VM_SHARED_PAIR_LOW && vcpu->vtlb.low_page) {
		CHECK(vcpu->mode == VCPU_KERNEL ||
		      (entryhi & ENTRYHI_ASID) !=
			      (vcpu->regs.cp0[CP0_ENTRYHI] & ENTRYHI_ASID)); /* T3 */
		return;
	}
	if (window_area_of(entryhi) == WINDOW_AREA_GUEST) {
		const struct l2tlb_entry *entry = l2tlb_find(&vcpu->vtlb.l2tlb, l2tlb_tag(entryhi));

		CHECK(entry != NULL && ((entry->lo[0] ^ lo[0]) & word) == 0 &&
		      ((entry->lo[1] ^ lo[1]) & word) == 0); /* T2 */
	}
}

static void check_none(const char *broken)
{
	if (broken != NULL) {
		monitor_panic(&(struct panic){ __FILE__, broken, __LINE__ });
	}
}

void torture_check(struct cpu *cpu)
{
	const struct vcpu *vcpu = cpu->current;

	CHECK(cpu->tlb_owner == vcpu);
	for (uint32_t i = CPU_WIRED_COUNT; i < cpu->tlb_entries; i++) {
		check_entry(cpu, i);
	}
	/* Another CPU may be about to change the pages of a VM with several VCPUs. */
	if (vcpu->vm->vcpu_count == 1 && vcpu->vtlb.l2tlb.entry_count <= SLOW_ENTRIES &&
	    torture_random() % SLOW_CHECKS == 0) {
		check_none(vtlb_check(&vcpu->vtlb));
	}
}

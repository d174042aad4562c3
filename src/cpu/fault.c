/* SPDX-License-Identifier: MIT */
/*
 * fault.c - TLB exceptions of a guest that the refill path left, and its watched address.
 *
 * Which part of the address space it is decides (window.h); the data structures do the rest.
 */
#include "src/cpu/fault.h"

#include "isa/segment.h"

#include "src/cpu/cpu.h"
#include "src/cpu/exception.h"
#include "src/cpu/rewrite.h"
#include "src/cpu/step.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"
#include "src/include/bits.h"
#include "src/include/cp0.h"
#include "src/mips_tlb/tlb_hw.h"
#include "src/mips_tlb/window.h"
#include "src/numa/movement.h"
#include "src/numa/refills.h"
#include "src/pmap/pmap.h"
#include "src/pmap/swap.h"

static bool is_store(unsigned code)
{
	return code != EXC_TLBL;
}

static void address_error(struct vcpu *vcpu, unsigned code, uint64_t vaddr)
{
	exception_deliver_address(vcpu, is_store(code) ? EXC_ADES : EXC_ADEL, vaddr);
}

/*
 * No memory of the VM: a device, or nothing. The processor knows a bus error of a fetch from one of
 * data; of a fetch the address is the instruction's own.
 */
static void outside(struct vcpu *vcpu, uint64_t vaddr, uint64_t gpa)
{
	if (vaddr == step_pc(vcpu)) {
		exception_deliver(vcpu, EXC_IBE, 0);
	} else {
		vdev_access(vcpu, gpa);
	}
}

/* True: the guest can try again. */
static bool make_room(const struct vcpu *vcpu, uint64_t gpa)
{
	struct pmap_caller caller = cpu_pmap_caller();

	return movement_reclaim(cpu_self()) != 0 ||
	       swap_make_room(vcpu->vm->pmap, (uint32_t)(gpa >> PAGE_SHIFT), &caller);
}

static void settle(struct vcpu *vcpu, unsigned code, uint64_t vaddr, enum vtlb_result result,
		   const struct vtlb_fault *fault)
{
	switch (result) {
	case VTLB_REFILL:
	case VTLB_INVALID:
		exception_deliver_tlb(vcpu, is_store(code) ? EXC_TLBS : EXC_TLBL, vaddr,
				      result == VTLB_REFILL);
		break;
	case VTLB_MODIFIED:
		exception_deliver_tlb(vcpu, EXC_MOD, vaddr, false);
		break;
	case VTLB_MAPPED:
		vcpu->counters[VCPU_COUNT_virtual_hit]++;
		if (!bits_is_word(vaddr)) {
			vcpu->wide_used = true;
			vcpu->attention = true;
		}
		break;
	case VTLB_AGAIN:
		shootdown_serve(&vcpu->vtlb.target);
		break;
	case VTLB_OUTSIDE:
		outside(vcpu, vaddr, fault->gpa);
		break;
	case VTLB_TRAPPED:
		/* Only text with sites is kept from stores. */
		CHECK(vcpu->vm->rewrite != NULL);
		rewrite_release(vcpu, (uint32_t)(fault->gpa >> PAGE_SHIFT));
		break;
	case VTLB_NO_MEMORY:
		if (!make_room(vcpu, fault->gpa)) {
			vcpu->vm->gives_back = true;
			vm_end(vcpu->vm, VM_ERROR, 0,
			       vcpu->vm->pmap->is_lost ? "its memory cannot be read from swap"
						       : "the machine has no memory left");
		}
		break;
	}
}

static uint32_t shared_page_lo(const struct vcpu *vcpu)
{
	return vcpu->page_mpn << ENTRYLO_PFN_SHIFT | CACHE_COHERENT << ENTRYLO_C_SHIFT | ENTRYLO_D |
	       ENTRYLO_V;
}

void fault_enter_low_page(struct vcpu *vcpu)
{
	tlb_hw_insert(VM_SHARED_PAIR_LOW | (vcpu->regs.cp0[CP0_ENTRYHI] & ENTRYHI_ASID), 0,
		      shared_page_lo(vcpu));
}

void fault_wire_page(const struct vcpu *vcpu)
{
	uint32_t lo[2] = { shared_page_lo(vcpu) | ENTRYLO_G, ENTRYLO_G };

	if (vcpu->vm->shared_page) {
		tlb_hw_write(CPU_PAGE_INDEX,
			     bits_sign_extend(VM_SHARED_PAGE) & (ENTRYHI_R | ENTRYHI_VPN2), 0, lo);
	} else {
		fault_unwire_page();
	}
}

void fault_unwire_page(void)
{
	tlb_hw_flush_from(CPU_PAGE_INDEX, CPU_PAGE_INDEX + 1);
}

/* VM_SHARED_PAGE_LOW, while the VM's instructions are rewritten. */
static bool enter_low_page(struct vcpu *vcpu, uint64_t vaddr)
{
	if (!vcpu->vtlb.low_page || vcpu->mode != VCPU_KERNEL ||
	    vaddr >> PAGE_SHIFT != VM_SHARED_PAGE_LOW >> PAGE_SHIFT) {
		return false;
	}
	fault_enter_low_page(vcpu);
	return true;
}

static void guest_area(struct vcpu *vcpu, unsigned code, uint64_t vaddr)
{
	struct vtlb_fault fault = { .gpa = 0 };
	enum vtlb_result result;

	if (vcpu->mode == VCPU_KERNEL && !bits_is_word(vaddr) && !(vcp0_status(vcpu) & STATUS_KX)) {
		address_error(vcpu, code, vaddr);
		return;
	}
	if (enter_low_page(vcpu, vaddr)) {
		return;
	}
	result = vtlb_fault(&vcpu->vtlb, vaddr, (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI],
			    is_store(code), &fault);
	settle(vcpu, code, vaddr, result, &fault);
}

void fault_tlb(struct vcpu *vcpu, unsigned code)
{
	uint64_t vaddr = vcpu->trap_badvaddr;
	struct vtlb_fault fault = { .gpa = 0 };
	enum vtlb_result result;

	vcpu->counters[VCPU_COUNT_refill]++;
	switch (window_area_of(vaddr)) {
	case WINDOW_AREA_GUEST:
		guest_area(vcpu, code, vaddr);
		break;
	case WINDOW_AREA_WINDOW:
	case WINDOW_AREA_DEVICES:
		cpu_self()->inspect.cause = INSPECT_CAUSE_WINDOW;
		vcpu->counters[VCPU_COUNT_window]++;
		result = vtlb_window_fault(&vcpu->vtlb, vaddr, is_store(code), &fault);
#if MONITOR_TLB
		if (result == VTLB_MAPPED) {
			movement_refilled(cpu_self(), fault.gpa);
		}
#endif
		settle(vcpu, code, vaddr, result, &fault);
		break;
	case WINDOW_AREA_MONITOR:
	case WINDOW_AREA_NEVER:
		address_error(vcpu, code, vaddr);
		break;
	}
}

bool fault_probe(struct vcpu *vcpu, uint64_t vaddr)
{
	bool is_wide = (vcp0_status(vcpu) & STATUS_KX) != 0;
	enum isa_segment_kind kind = isa_segment_vm(vaddr, ISA_MODE_KERNEL, is_wide).kind;
	enum vtlb_result result;
	struct vtlb_fault fault;

	if (kind == ISA_SEGMENT_ERROR) {
		address_error(vcpu, EXC_TLBL, vaddr);
		return false;
	}
	if (kind == ISA_SEGMENT_MAPPED) {
		result = vtlb_translate(&vcpu->vtlb, vaddr, (uint8_t)vcpu->regs.cp0[CP0_ENTRYHI],
					false, &fault);
		if (result != VTLB_MAPPED) {
			exception_deliver_tlb(vcpu, EXC_TLBL, vaddr, result == VTLB_REFILL);
			return false;
		}
	}
	return true;
}

/*
 * The watched address is guest physical; the processor compares machine addresses (R4000 UM 5.4),
 * so its registers follow the page. While it has no frame, nothing can match.
 */
void fault_load_watch(struct vcpu *vcpu)
{
	uint32_t watchlo = (uint32_t)vcpu->regs.cp0[CP0_WATCHLO];
	uint64_t high = vcpu->regs.cp0[CP0_WATCHHI] & WATCHHI_PADDR;
	uint64_t gpa = high << 32 | (watchlo & WATCHLO_PADDR);
	uint32_t ready;
	uint64_t paddr;

	vcpu->hw_watchlo = 0;
	if (!(watchlo & (WATCHLO_R | WATCHLO_W)) || vcpu->watch_deferred) {
		return;
	}
	ready = pmap_ready_at(vcpu->vm->pmap, (uint32_t)(gpa >> PAGE_SHIFT), cpu_self()->node);
	if (!(ready & ENTRYLO_V)) {
		return;
	}
	paddr = (uint64_t)(ready & ENTRYLO_PFN) >> ENTRYLO_PFN_SHIFT << PAGE_SHIFT |
		(gpa & (PAGE_BYTES - 1));
	vcpu->hw_watchlo = (uint32_t)paddr | (watchlo & (WATCHLO_R | WATCHLO_W));
	cp0_write(CP0_WATCHHI, (uint32_t)(paddr >> 32));
}

/*
 * Under EXL or ERL the exception waits, and the access is made (R4000 UM 5.4): it is noted, and
 * the next entry to the guest with both clear delivers it.
 */
void fault_watch(struct vcpu *vcpu)
{
	if (vcp0_status(vcpu) & (STATUS_EXL | STATUS_ERL)) {
		vcpu->watch_deferred = true;
		vcpu->attention = true;
	} else {
		exception_deliver(vcpu, EXC_WATCH, 0);
	}
}

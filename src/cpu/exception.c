/* SPDX-License-Identifier: MIT */
/* exception.c - exceptions delivered to a guest, and its return from them. */
#include "src/cpu/exception.h"

#include "src/cpu/cpu.h"
#include "src/cpu/fault.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/bits.h"
#include "src/mips_tlb/window.h"

/* To the vector at `offset`. `bd` is CAUSE_BD or 0. */
static void enter_vector(struct vcpu *vcpu, unsigned code, unsigned unit, uint32_t bd,
			 uint32_t offset)
{
	uint32_t status = vcp0_status(vcpu);
	uint32_t cause = (uint32_t)vcpu->regs.cp0[CP0_CAUSE];

	vcpu->counters[VCPU_COUNT_reflected]++;
	if (!(status & STATUS_EXL)) {
		vcpu->page->epc = vcpu->regs.pc;
		cause = (cause & ~CAUSE_BD) | bd;
	}
	cause &= ~(uint32_t)(CAUSE_EXCCODE | CAUSE_CE);
	vcp0_set_cause(vcpu, cause | code << CAUSE_EXCCODE_SHIFT | unit << CAUSE_CE_SHIFT);
	vcpu->page->status = status | STATUS_EXL;
	if (vcpu->mode == VCPU_USER && vcpu->vtlb.low_page) {
		/* The handler's first instructions want it. */
		fault_enter_low_page(vcpu);
	}
	vcpu->mode = VCPU_KERNEL;
	vcpu->regs.pc = bits_sign_extend(VM_VECTOR_BASE + offset);
	vtlb_forget_probe(&vcpu->vtlb);
	if (status & STATUS_BEV) {
		vm_end(vcpu->vm, VM_ERROR, code, "exception while Status.BEV is 1");
	}
}

void exception_deliver(struct vcpu *vcpu, unsigned code, unsigned unit)
{
	enter_vector(vcpu, code, unit, vcpu->trap_cause & CAUSE_BD, VECTOR_GENERAL);
}

void exception_deliver_interrupt(struct vcpu *vcpu)
{
	vcpu->counters[VCPU_COUNT_interrupt]++;
	enter_vector(vcpu, EXC_INT, 0, 0, VECTOR_GENERAL);
}

static void set_badvaddr(struct vcpu *vcpu, uint64_t vaddr)
{
	vcpu->regs.cp0[CP0_BADVADDR] = vaddr;
	vcpu->page->badvaddr = vaddr;
}

void exception_deliver_address(struct vcpu *vcpu, unsigned code, uint64_t vaddr)
{
	set_badvaddr(vcpu, vaddr);
	exception_deliver(vcpu, code, 0);
}

/* The refill vector follows the addressing width of the mode (R4400; contract "Refill vector"). */
static uint32_t refill_vector(const struct vcpu *vcpu)
{
	uint32_t wide = vcpu->mode == VCPU_KERNEL ? STATUS_KX : STATUS_UX;

	return (vcp0_status(vcpu) & wide) != 0 ? VECTOR_XTLB_REFILL : VECTOR_TLB_REFILL;
}

void exception_deliver_tlb(struct vcpu *vcpu, unsigned code, uint64_t vaddr, bool is_refill)
{
	struct shared_page *page = vcpu->page;
	uint32_t offset = VECTOR_GENERAL;

	if (is_refill && !(vcp0_status(vcpu) & STATUS_EXL)) {
		offset = refill_vector(vcpu);
		vcpu->counters[VCPU_COUNT_reflected_refill]++;
	}
	cpu_self()->inspect.cause = INSPECT_CAUSE_REFLECT;
	set_badvaddr(vcpu, vaddr);
	page->context = (page->context & CONTEXT_PTEBASE) |
			((vaddr >> 13 << CONTEXT_BADVPN2_SHIFT) & CONTEXT_BADVPN2);
	page->xcontext = (page->xcontext & XCONTEXT_PTEBASE) | vaddr >> 62 << XCONTEXT_R_SHIFT |
			 ((vaddr >> 13 << XCONTEXT_BADVPN2_SHIFT) & XCONTEXT_BADVPN2);
	vcp0_set_entryhi(vcpu, (vaddr & (ENTRYHI_R | ENTRYHI_VPN2)) |
				       (vcpu->regs.cp0[CP0_ENTRYHI] & ENTRYHI_ASID));
	enter_vector(vcpu, code, 0, vcpu->trap_cause & CAUSE_BD, offset);
}

void exception_reset(struct vcpu *vcpu)
{
	vcpu->page->errorepc = vcpu->regs.pc;
	vcpu->page->status = vcp0_status(vcpu) | STATUS_ERL | STATUS_BEV;
	vm_end(vcpu->vm, VM_ERROR, 0, "NMI or reset of a VCPU");
}

/* KSU takes effect here and nowhere else (docs/machine/shared_page.md). */
void exception_return(struct vcpu *vcpu)
{
	struct shared_page *page = vcpu->page;
	uint32_t status = vcp0_status(vcpu);

	if (status & STATUS_ERL) {
		vcpu->regs.pc = vcp0_address(vcpu, page->errorepc);
		status &= ~(uint32_t)STATUS_ERL;
	} else {
		vcpu->regs.pc = vcp0_address(vcpu, page->epc);
		status &= ~(uint32_t)STATUS_EXL;
	}
	page->status = status;
	vcpu->mode = (status & (STATUS_EXL | STATUS_ERL)) != 0 || (status & STATUS_KSU) == 0
			     ? VCPU_KERNEL
			     : VCPU_USER;
	if (vcpu->mode == VCPU_USER && vcpu->vtlb.low_page) {
		/* A user must not reach the shared page (contract). */
		tlb_hw_drop(VM_SHARED_PAIR_LOW | (vcpu->regs.cp0[CP0_ENTRYHI] & ENTRYHI_ASID));
	}
	vtlb_forget_probe(&vcpu->vtlb);
}

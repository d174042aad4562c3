/* SPDX-License-Identifier: MIT */
/*
 * mutants.c - a monitor with planted errors of emulation, to show that the comparison finds them.
 *
 * Linked with --wrap in front of the monitor's own functions. Which error there is says a word
 * behind a magic text, which the script `mutants` writes into the ELF; 0 is none.
 */
#include "isa/cp0.h"
#include "isa/isa.h"

#include "src/cpu/exception.h"
#include "src/cpu/fault.h"
#include "src/cpu/step.h"
#include "src/cpu/trap.h"
#include "src/cpu/vcp0.h"
#include "src/cpu/vcpu.h"

#define WRAP(type, name, ...)            \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static const volatile struct {
	char magic[20];
	uint32_t number;
} mutant __attribute__((used)) = { "mutant of a monitor", 0 };

static bool is(uint32_t number)
{
	return mutant.number == number;
}

WRAP(uint64_t, vcp0_read, struct vcpu *vcpu, unsigned number)
{
	uint64_t value = __real_vcp0_read(vcpu, number);

	if (is(1) && number == CP0_CAUSE) {
		return value & ~(uint64_t)CAUSE_BD;
	}
	if (is(2) && number == CP0_ENTRYHI) {
		return (uint64_t)(int32_t)value; /* the upper half */
	}
	if (is(3) && number == CP0_INDEX) {
		return value & INDEX_INDEX;
	}
	return value;
}

WRAP(void, vcp0_write, struct vcpu *vcpu, unsigned number, uint64_t value)
{
	if (is(4) && number == CP0_CAUSE) {
		value &= ~(UINT64_C(2) << CAUSE_IP_SHIFT); /* IP1 */
	}
	if (is(5) && number == CP0_EPC) {
		value = (uint64_t)(int32_t)value;
	}
	if (is(6) && number == CP0_CONTEXT) {
		vcpu->page->context = value; /* BadVPN2 too */
		return;
	}
	__real_vcp0_write(vcpu, number, value);
}

WRAP(void, exception_deliver, struct vcpu *vcpu, unsigned code, unsigned unit)
{
	if (is(7)) {
		unit = 0; /* Cause.CE */
	}
	if (is(8)) {
		vcpu->page->epc = vcpu->regs.pc; /* under EXL too */
	}
	__real_exception_deliver(vcpu, code, unit);
}

WRAP(void, exception_deliver_tlb, struct vcpu *vcpu, unsigned code, uint64_t vaddr, bool is_refill)
{
	uint64_t xcontext = vcpu->page->xcontext;

	__real_exception_deliver_tlb(vcpu, code, vaddr, is_refill && !is(9));
	if (is(10)) {
		vcpu->page->xcontext = xcontext;
	}
}

WRAP(void, exception_deliver_address, struct vcpu *vcpu, unsigned code, uint64_t vaddr)
{
	__real_exception_deliver_address(vcpu, code, is(11) ? vaddr & ~UINT64_C(3) : vaddr);
}

WRAP(void, exception_deliver_interrupt, struct vcpu *vcpu)
{
	if (is(12)) {
		vcpu->regs.pc += 4; /* an instruction is lost */
	}
	__real_exception_deliver_interrupt(vcpu);
}

WRAP(void, exception_return, struct vcpu *vcpu)
{
	if (is(13) && (vcp0_status(vcpu) & STATUS_ERL) != 0) {
		vcpu->page->errorepc = vcpu->page->epc;
	}
	__real_exception_return(vcpu);
}

WRAP(bool, step_past_branch, struct vcpu *vcpu, uint64_t *next)
{
	uint64_t link = *vcpu_gpr(vcpu, 31);
	uint64_t pc = vcpu->regs.pc;
	bool is_done = __real_step_past_branch(vcpu, next);

	if (is(14)) {
		vcpu_set_gpr(vcpu, 31, link);
	}
	if (is(15) && *next == pc + 8) {
		*next = pc + 12; /* a branch not taken */
	}
	return is_done;
}

WRAP(bool, fault_probe, struct vcpu *vcpu, uint64_t vaddr)
{
	return is(16) || __real_fault_probe(vcpu, vaddr);
}

WRAP(uint32_t, vtlb_probe, struct vtlb *vtlb, uint64_t entryhi)
{
	/* Without the ASID. */
	return __real_vtlb_probe(vtlb, is(17) ? entryhi & ~(uint64_t)ENTRYHI_ASID : entryhi);
}

WRAP(struct vtlb_registers, vtlb_read, const struct vtlb *vtlb, uint32_t index)
{
	struct vtlb_registers registers = __real_vtlb_read(vtlb, index);

	if (is(18)) {
		registers.entrylo1 &= ~(uint32_t)ENTRYLO_G;
	}
	return registers;
}

WRAP(void, vtlb_write_indexed, struct vtlb *vtlb, uint32_t index,
     const struct vtlb_registers *registers)
{
	struct vtlb_registers changed = *registers;

	if (is(19)) {
		changed.entrylo0 |= ENTRYLO_D; /* every even page is writable */
	}
	__real_vtlb_write_indexed(vtlb, index, &changed);
}

WRAP(void, trap_dispatch, struct vcpu *vcpu)
{
	unsigned code = (vcpu->trap_cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;

	if (is(20) && code == EXC_CPU) {
		vcpu->regs.gpr[27] = 0; /* k1 */
	}
	if (is(21) && code == EXC_CPU) {
		vcpu->regs.hi = (uint32_t)vcpu->regs.hi;
	}
	__real_trap_dispatch(vcpu);
}

WRAP(void, fault_watch, struct vcpu *vcpu)
{
	if (is(22)) {
		vcpu->trap_cause |= CAUSE_BD;
	}
	__real_fault_watch(vcpu);
}

/* SPDX-License-Identifier: MIT */
/*
 * panic.c - the monitor's own failures: dump and stop, exit code 4.
 *
 * Everything is printed around the console's lock, and kept in the console's ring: a machine
 * without annotation port stays as it is, for a debugger.
 */

#include "machine/annotation.h"

#include "src/cpu/cpu.h"
#include "src/cpu/trap.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/memory.h"
#include "src/platform/boot.h"
#include "src/platform/console.h"
#include "src/platform/devices.h"
#include "src/platform/vms.h"

#define WHO_NONE 0

/* Who panics first dumps; a panic inside of the dump, or another CPU's, is not printed. */
static uint32_t panicking;

static void begin(void)
{
	if (atomic_swap(&panicking, 1) != 0) {
		devices_fail(ANNOTATION_PANIC_MONITOR, WHO_NONE, 0);
	}
	console_break_lock();
}

static void print_registers(const uint64_t *gpr)
{
	unsigned i;

	for (i = 0; i < 32; i += 4) {
		console_print(" r%2u %016lx %016lx %016lx %016lx", i, gpr[i], gpr[i + 1],
			      gpr[i + 2], gpr[i + 3]);
	}
}

/* The youngest last. */
static void print_traps(const struct cpu *cpu)
{
	uint32_t count = cpu->trap_count < CPU_TRAPS ? cpu->trap_count : CPU_TRAPS;
	uint32_t i;

	for (i = cpu->trap_count - count; i != cpu->trap_count; i++) {
		const struct cpu_trap *trap = &cpu->trap[i % CPU_TRAPS];

		console_print("trap %u: VCPU %u pc %016lx Cause %08x BadVAddr %016lx", i,
			      trap->vcpu, trap->pc, trap->cause, trap->badvaddr);
	}
}

/* All of them, as they were published last. */
static void print_vcpus(void)
{
	for (uint32_t i = 0; i < vms_count(); i++) {
		const struct vm *vm = vms_get(i);

		for (uint32_t k = 0; k < vm->vcpu_count; k++) {
			const struct inspect_vcpu *regs = &vm->vcpus[k]->regs;

			console_print("VM %s, VCPU %u: state %u, CPU %d, pc %016lx", vm->name, k,
				      regs->state, (int)regs->cpu, regs->pc);
		}
	}
}

/* The guest that the CPU had, as its last trap left it. */
static void print_guest(const struct cpu *cpu)
{
	const struct vcpu *vcpu = cpu->current;

	print_vcpus();
	print_traps(cpu);
	if (vcpu == NULL) {
		console_print("no guest");
		return;
	}
	console_print("guest %s, VCPU %u: pc %016lx, last trap: Cause %08x BadVAddr %016lx",
		      vcpu->vm->name, vcpu->regs.number, vcpu->regs.pc, vcpu->trap_cause,
		      vcpu->trap_badvaddr);
	print_registers(vcpu->regs.gpr);
}

void monitor_panic(const struct panic *panic)
{
	uint64_t caller = (uint64_t)(uintptr_t)__builtin_return_address(0);

	begin();
	console_print("panic: %s:%d: %s", panic->file, panic->line, panic->what);
	console_print("called from %016lx", caller);
	if (boot_is_done()) {
		const struct cpu *cpu = cpu_self();

		console_print("CPU %u of node %u", cpu->number, cpu->node);
		print_guest(cpu);
	}
	devices_fail(ANNOTATION_PANIC_MONITOR, WHO_NONE, caller);
}

void trap_from_monitor(const struct cpu_frame *frame)
{
	const struct cpu *cpu = cpu_self();

	begin();
	console_print("panic: exception %u in the monitor, CPU %u of node %u",
		      (unsigned)(frame->cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT, cpu->number,
		      cpu->node);
	console_print("Status %08lx Cause %08lx EPC %016lx BadVAddr %016lx ErrorEPC %016lx",
		      frame->status, frame->cause, frame->epc, frame->badvaddr, frame->error_epc);
	print_registers(frame->gpr);
	print_guest(cpu);
	devices_fail(ANNOTATION_PANIC_MONITOR, WHO_NONE, frame->epc);
}

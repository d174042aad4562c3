/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads: the machine's CPUs, and the VCPUs of each virtual machine.
 *
 * What a VCPU has comes from what the monitor publishes (machine/inspect.h), looked up anew each
 * time: the monitor may start again, and what it says is not trusted (sim/inspect).
 */
#include <inttypes.h>
#include <stdio.h>

#include "isa/cp0.h"
#include "sim/gdb/gdb_priv.h"
#include "sim/inspect/inspect.h"

/* A VCPU as it is now. */
struct found {
	struct inspect view;
	struct inspect_vm vm;
	uint32_t index;
	struct inspect_vcpu vcpu;
	enum inspect_place place;
};

static bool find_vm(const struct session *session, unsigned process, struct inspect *view,
		    struct inspect_vm *vm)
{
	return process >= PROCESS_VM && session->inspect != 0 &&
	       inspect_open(view, session->machine, session->inspect) &&
	       inspect_vm(view, process - PROCESS_VM, vm);
}

static bool find_vcpu(const struct session *session, struct thread thread, struct found *found)
{
	if (!find_vm(session, thread.process, &found->view, &found->vm) ||
	    thread.number >= found->vm.vcpu_count) {
		return false;
	}
	found->index = found->vm.vcpu_first + thread.number;
	return inspect_vcpu(&found->view, found->index, &found->vcpu, &found->place) &&
	       found->vcpu.vm == thread.process - PROCESS_VM;
}

static bool is_cpu(const struct session *session, struct thread thread)
{
	return thread.process == PROCESS_MACHINE &&
	       thread.number < machine_get_config(session->machine)->cpus;
}

unsigned process_threads(const struct session *session, unsigned process)
{
	struct inspect view;
	struct inspect_vm vm;

	if (process == PROCESS_MACHINE) {
		return machine_get_config(session->machine)->cpus;
	}
	return find_vm(session, process, &view, &vm) ? vm.vcpu_count : 0;
}

bool thread_exists(const struct session *session, struct thread thread)
{
	return thread.number < process_threads(session, thread.process);
}

bool thread_on_cpu(const struct session *session, unsigned process, unsigned cpu,
		   struct thread *thread)
{
	struct inspect_cpu now;
	struct found found;

	if (process == PROCESS_MACHINE) {
		*thread = (struct thread){ process, cpu };
		return true;
	}
	if (!find_vm(session, process, &found.view, &found.vm) ||
	    !inspect_cpu(&found.view, cpu, &now) || now.vcpu < found.vm.vcpu_first) {
		return false;
	}
	*thread = (struct thread){ process, now.vcpu - found.vm.vcpu_first };
	return find_vcpu(session, *thread, &found) && found.place == INSPECT_IN_CPU &&
	       found.vcpu.cpu == cpu;
}

bool thread_has_left(const struct session *session, struct thread thread, uint64_t pc)
{
	struct found found;

	return find_vcpu(session, thread, &found) && found.place == INSPECT_IN_CPU &&
	       found.vcpu.pc != pc;
}

bool thread_any_in_between(const struct session *session)
{
	struct found found;

	if (session->inspect == 0 ||
	    !inspect_open(&found.view, session->machine, session->inspect)) {
		return false;
	}
	for (uint32_t i = 0; i < found.view.header.vcpu_count; i++) {
		if (inspect_vcpu(&found.view, i, &found.vcpu, &found.place) &&
		    found.place == INSPECT_IN_BETWEEN) {
			return true;
		}
	}
	return false;
}

bool thread_read(const struct session *session, struct thread thread, unsigned reg, uint64_t *value)
{
	struct found found;

	if (is_cpu(session, thread)) {
		*value = control_read_register(session->machine, thread.number, reg);
		return true;
	}
	if (!find_vcpu(session, thread, &found)) {
		return false;
	}
	*value = inspect_register(&found.vcpu, reg);
	return true;
}

bool thread_write(struct session *session, struct thread thread, unsigned reg, uint64_t value)
{
	struct found found;

	if (is_cpu(session, thread)) {
		control_write_register(session->machine, thread.number, reg, value);
		return true;
	}
	return find_vcpu(session, thread, &found) &&
	       inspect_write_register(&found.view, session->machine, found.index, reg, value);
}

size_t thread_read_memory(const struct session *session, struct thread thread, uint64_t vaddr,
			  void *data, size_t size)
{
	struct found found;

	if (is_cpu(session, thread)) {
		return control_read_memory(session->machine, thread.number, vaddr, data, size);
	}
	if (!find_vcpu(session, thread, &found)) {
		return 0;
	}
	size_t done = inspect_read_virtual(&found.view, &found.vcpu, vaddr, data, size);

	/* What only the second level of the VCPU's TLB has may be in its CPU's. */
	if (done == 0 && found.place == INSPECT_IN_CPU) {
		done = control_read_memory(session->machine, found.vcpu.cpu, vaddr, data, size);
	}
	return done;
}

size_t thread_write_memory(struct session *session, struct thread thread, uint64_t vaddr,
			   const void *data, size_t size)
{
	struct found found;

	if (is_cpu(session, thread)) {
		return control_write_memory(session->machine, thread.number, vaddr, data, size);
	}
	return find_vcpu(session, thread, &found)
		       ? inspect_write_virtual(&found.view, session->machine, &found.vcpu, vaddr,
					       data, size)
		       : 0;
}

bool thread_read_tlb(const struct session *session, struct thread thread, unsigned index,
		     struct control_tlb_entry *entry)
{
	struct inspect_tlb_entry slot;
	struct found found;

	if (is_cpu(session, thread)) {
		return control_read_tlb(session->machine, thread.number, index, entry);
	}
	if (!find_vcpu(session, thread, &found) ||
	    !inspect_tlb(&found.view, &found.vcpu, index, &slot)) {
		return false;
	}
	*entry = (struct control_tlb_entry){
		.vpn2 = slot.entryhi & (ENTRYHI_R | ENTRYHI_VPN2),
		.page_mask = slot.pagemask,
		.entry_lo = { slot.entrylo0 & ~(uint32_t)ENTRYLO_G,
			      slot.entrylo1 & ~(uint32_t)ENTRYLO_G },
		.asid = (uint8_t)(slot.entryhi & ENTRYHI_ASID),
		.global = (slot.entrylo0 & slot.entrylo1 & ENTRYLO_G) != 0,
	};
	return true;
}

static const char *mode_name(uint64_t status)
{
	static const char *const modes[4] = { "kernel", "supervisor", "user", "kernel" };

	return (status & (STATUS_EXL | STATUS_ERL)) != 0
		       ? "exception"
		       : modes[(status & STATUS_KSU) >> STATUS_KSU_SHIFT];
}

/* Where a VCPU is: on a CPU, as a guest or its monitor for it, or waiting. */
static void describe_vcpu(const struct found *found, char *text, size_t size)
{
	const struct inspect_vcpu *vcpu = &found->vcpu;
	const char *mode = mode_name(vcpu->cp0[CP0_STATUS]);

	switch (vcpu->state) {
	case INSPECT_VCPU_RUNNING:
		snprintf(text, size, "VCPU %" PRIu32 " of %s: %s mode, %s CPU %" PRIu32,
			 vcpu->number, found->vm.name, mode,
			 found->place == INSPECT_IN_CPU ? "on" : "its monitor on", vcpu->cpu);
		break;
	case INSPECT_VCPU_READY:
	case INSPECT_VCPU_IDLE:
		snprintf(text, size, "VCPU %" PRIu32 " of %s: %s mode, %s", vcpu->number,
			 found->vm.name, mode,
			 vcpu->state == INSPECT_VCPU_READY ? "waits for a CPU" : "idle");
		break;
	default:
		snprintf(text, size, "VCPU %" PRIu32 " of %s: off", vcpu->number, found->vm.name);
	}
}

void thread_describe(const struct session *session, struct thread thread, char *text, size_t size)
{
	struct found found;
	uint64_t status;

	if (!is_cpu(session, thread)) {
		if (find_vcpu(session, thread, &found)) {
			describe_vcpu(&found, text, size);
		} else {
			snprintf(text, size, "not there any more");
		}
		return;
	}
	status = control_read_register(session->machine, thread.number, REG_CP0 + CP0_STATUS);
	if (control_cpu_is_running(session->machine, thread.number)) {
		snprintf(text, size, "CPU %u: %s mode", thread.number, mode_name(status));
	} else {
		snprintf(text, size, "CPU %u: stopped", thread.number);
	}
}

void process_describe(const struct session *session, unsigned process, char *text, size_t size)
{
	struct inspect view;
	struct inspect_vm vm;
	unsigned threads = process_threads(session, process);

	if (process == PROCESS_MACHINE) {
		snprintf(text, size, "the machine, %u CPU%s", threads, threads == 1 ? "" : "s");
	} else if (find_vm(session, process, &view, &vm)) {
		snprintf(text, size, "VM %" PRIu32 " %s, %u VCPU%s", vm.number, vm.name, threads,
			 threads == 1 ? "" : "s");
	} else {
		snprintf(text, size, "no virtual machine");
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * inspect.h - what a monitor publishes of itself (machine/inspect.h), read from a machine's memory.
 *
 * For debuggers, cores and statistics: takes no simulated time and changes nothing. What the
 * monitor says is hostile input: every address and count is checked against RAM and the limits of
 * the contract, and what does not fit is not there. Structures come in the host's byte order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/inspect.h"
#include "sim/elf/elf_load.h"
#include "sim/machine.h"

/* A monitor's description as it was when the view was opened; what it points to is read anew. */
struct inspect {
	const struct machine *machine;
	struct inspect_header header;
};

/* Where the registers of a VCPU are. */
enum inspect_place {
	INSPECT_SAVED,     /* in its struct inspect_vcpu */
	INSPECT_IN_CPU,    /* in the CPU that executes the guest now */
	INSPECT_IN_BETWEEN /* the CPU goes from the one to the other, or refills its TLB; soon over
			    */
};

/* The physical address of the header, if the monitor's file has one. */
bool inspect_find(const struct elf_file *monitor, uint64_t *paddr);

/* Reads the header at physical address `paddr`; false if nothing is published there now. */
bool inspect_open(struct inspect *view, const struct machine *machine, uint64_t paddr);

bool inspect_vm(const struct inspect *view, uint32_t index, struct inspect_vm *vm);
bool inspect_cpu(const struct inspect *view, uint32_t cpu, struct inspect_cpu *out);

/* Frame `index` of those of node `node`, in the order of frame_of_node(). */
bool inspect_frame(const struct inspect *view, uint32_t node, uint64_t index,
		   struct inspect_frame *out);

/* What the monitor counts at a disk of the machine, and at a network device of a VM. */
bool inspect_disk(const struct inspect *view, uint32_t index, struct inspect_disk *out);
bool inspect_nic(const struct inspect *view, uint32_t index, struct inspect_nic *out);

/* As published: the registers are those of its last trap. */
bool inspect_vcpu_published(const struct inspect *view, uint32_t index, struct inspect_vcpu *vcpu);

/*
 * With the general registers, HI, LO and PC as they are now, and FPU registers, too, where the CPU
 * is sure to hold the VCPU's; the virtual CP0 registers of the shared page are in their places.
 */
bool inspect_vcpu(const struct inspect *view, uint32_t index, struct inspect_vcpu *vcpu,
		  enum inspect_place *place);

/* A register by the numbers of sim/control.h; CP0 is the virtual one. */
uint64_t inspect_register(const struct inspect_vcpu *vcpu, unsigned reg);

/*
 * For debuggers: writes a register to where it is now, in `machine`, which the view is of. False if
 * the VCPU is in between, and for registers that a VCPU has not.
 */
bool inspect_write_register(const struct inspect *view, struct machine *machine, uint32_t index,
			    unsigned reg, uint64_t value);

bool inspect_tlb(const struct inspect *view, const struct inspect_vcpu *vcpu, uint32_t index,
		 struct inspect_tlb_entry *entry);

/* The machine page of guest page `gpn`, as a physical address; false if it has none (yet). */
bool inspect_guest_page(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn,
			uint64_t *paddr);

/* Guest page `gpn` lies in the swap area of the machine. */
bool inspect_is_swapped(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn);

/* Only if it is the VM's own, which pages that several VMs share are not. */
bool inspect_own_page(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpn,
		      uint64_t *paddr);

/*
 * Guest physical memory, which is zero where the VM has a page that it never touched; returns the
 * bytes read before the first address without memory.
 */
size_t inspect_read_physical(const struct inspect *view, const struct inspect_vm *vm, uint64_t gpa,
			     void *data, size_t size);

/*
 * Guest virtual address to guest physical as the VCPU's kernel would see it: window, devices,
 * virtual TLB under the ASID of its EntryHi. False where it would take an exception, and for the
 * shared page, which is not the guest's memory.
 */
bool inspect_translate(const struct inspect *view, const struct inspect_vcpu *vcpu, uint64_t vaddr,
		       uint64_t *gpa);
size_t inspect_read_virtual(const struct inspect *view, const struct inspect_vcpu *vcpu,
			    uint64_t vaddr, void *data, size_t size);

/* For debuggers: writes to the VM's own pages only; the bytes before the first that cannot be. */
size_t inspect_write_virtual(const struct inspect *view, struct machine *machine,
			     const struct inspect_vcpu *vcpu, uint64_t vaddr, const void *data,
			     size_t size);

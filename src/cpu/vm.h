/* SPDX-License-Identifier: MIT */
/*
 * vm.h - a virtual machine: its memory, VCPUs and switches.
 *
 * Made by src/platform from the device tree; constant afterwards but for the groups marked.
 */
#pragma once

#include "machine/vm.h"

#include "src/cpu/vdev.h"
#include "src/include/types.h"
#include "src/lib/hooks.h"

struct pmap;
struct rewrite;
struct vcpu;
struct virtio;

/* How privileged registers are reached (contract: three ways). */
enum vm_privileged {
	VM_TRAP,   /* every access traps and is emulated */
	VM_PAGE,   /* the guest's HAL uses the shared page */
	VM_REWRITE /* the monitor rewrites instructions at their first trap */
};

/* How a VM ended. */
enum vm_end {
	VM_RUNS,
	VM_OFF, /* exit_code is what the workload reports */
	VM_RESTART,
	VM_PANIC,  /* the guest said so */
	VM_ERROR,  /* the guest did what a VM cannot go on after; end_reason says what */
	VM_REFUSED /* it never began; end_reason says what is wrong with it */
};

struct vm {
	uint32_t number;
	char name[32];
	struct pmap *pmap;
	uint64_t page_count; /* guest frames, as machine/frame.h counts them */
	uint32_t vcpu_count;
	struct vcpu *vcpus[VM_VCPUS_MAX];

	/* Switches. */
	uint8_t privileged;      /* enum vm_privileged */
	struct rewrite *rewrite; /* VM_REWRITE: zeroed; otherwise NULL */
	bool large_entries;      /* window pairs may be larger than 4 KB */
	bool populates;          /* then its window's memory comes when it boots, in large blocks */
	bool shared_page;        /* the page is mapped */
	bool is_pinned;          /* VCPUs stay on the CPU that they start on */
	bool is_gang;            /* VCPUs run at the same time: gang.h */
	uint32_t second_level_entries;
	uint32_t boot_flags; /* VM_BOOT_F_* of the kernel's header */

	/* Where VCPU 0 starts. */
	uint64_t entry;
	uint64_t tree; /* guest physical address of the device tree */

	/* Changes while it runs. */
	struct lock lock; /* virtual interrupt controller, end */
	struct vdev_uart uart;
	struct vdev_rtc rtc;
	struct vdev_start start[VM_VCPUS_MAX];
	uint64_t gang_until;   /* end of the period, atomic */
	uint32_t source_level; /* virtual interrupt controller: sources that are up */
	uint32_t source_mask[VM_VCPUS_MAX];
	uint32_t end;    /* enum vm_end, atomic */
	bool gives_back; /* its memory, for it ended because there was too little */
	uint32_t exit_code;
	const char *end_reason;
	void *console; /* src/platform's */
	/* By slot; NULL: empty. Each has its own lock. */
	struct virtio *virtio[MAP_VIRTIO_COUNT];
};

/*
 * Ends the VM with all its VCPUs, once; the caller's VCPU leaves at its next entry. VM_RESTART:
 * when all are OFF, VCPU 0's CPU makes the VM's start state again, and it runs (vm_restart).
 */
void vm_end(struct vm *vm, enum vm_end end, uint32_t code, const char *reason);
/* VCPU 0 is READY at the kernel's entry; on its CPU. */
void vm_enter(struct vm *vm);
/* On VCPU 0's CPU, VCPU_REQUEST_RESTART being there: if all VCPUs are OFF, its memory
 * goes, and the VM boots again. */
void vm_restart(struct vm *vm);
/* Its memory goes when all VCPUs are OFF: to boot again, or for others. */
static inline bool vm_frees_memory(const struct vm *vm)
{
	return __atomic_load_n(&vm->end, __ATOMIC_ACQUIRE) == VM_RESTART || vm->gives_back;
}
/* A source (LINES_SOURCE_*) of the virtual interrupt controller goes up or down; `lock` is held. */
void vm_set_source(struct vm *vm, unsigned source, bool is_up);

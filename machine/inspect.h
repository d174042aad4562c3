/* SPDX-License-Identifier: MIT */
/*
 * inspect.h - what a monitor may publish about itself for GDB, attribution of time and checks.
 *
 * A struct inspect_header at the symbol INSPECT_SYMBOL of the monitor's ELF file. The simulator
 * reads it and never writes, and believes nothing: every address and count is checked against RAM
 * and the limits here, and what does not fit is not shown. Numbers are in CPU byte order; addresses
 * are physical, without local alias. The layouts are for C; assembly has the few offsets it needs.
 * Manual page: docs/machine/inspect.md.
 */
#pragma once

#include "machine/map.h"

#define INSPECT_SYMBOL  "mirrorball_inspect"
#define INSPECT_MAGIC   0x4d424954 /* "MBIT" */
#define INSPECT_VERSION 3

/* More than this is not looked at. */
#define INSPECT_VMS_MAX   256
#define INSPECT_VCPUS_MAX 1024
#define INSPECT_DISKS_MAX 64
#define INSPECT_NICS_MAX  512

#define INSPECT_PMAP_SWAPPED 0x8

#define INSPECT_NONE 0xffffffff /* no VM, no VCPU, no CPU */

/* What a CPU does for which reason: the field `cause` of struct inspect_cpu. */
#define INSPECT_CAUSE_GUEST      0  /* the VCPU runs; Status.KSU tells user from kernel */
#define INSPECT_CAUSE_TLB_WRITE  1  /* emulates tlbwi, tlbwr, tlbp or tlbr */
#define INSPECT_CAUSE_REFILL     2  /* second-level TLB */
#define INSPECT_CAUSE_PRIVILEGED 3  /* emulates another privileged instruction */
#define INSPECT_CAUSE_CALL       4  /* monitor call */
#define INSPECT_CAUSE_PAGE_FAULT 5  /* first touch, copy on write, swap */
#define INSPECT_CAUSE_WINDOW     6  /* fault in the kernel's window */
#define INSPECT_CAUSE_INTERRUPT  7  /* interrupts of the machine, delivery to the VCPU */
#define INSPECT_CAUSE_SCHEDULE   8  /* chooses and switches VCPUs */
#define INSPECT_CAUSE_REFLECT    9  /* passes an exception on to the guest */
#define INSPECT_CAUSE_DEVICE     10 /* virtual and machine devices */
#define INSPECT_CAUSE_MIGRATE    11 /* moves a page */
#define INSPECT_CAUSE_REPLICATE  12 /* copies a page */
#define INSPECT_CAUSE_SHOOTDOWN  13 /* removes mappings on other CPUs' behalf */
#define INSPECT_CAUSE_IDLE       14 /* nothing to run */
#define INSPECT_CAUSE_BOOT       15 /* before the first VCPU runs */
#define INSPECT_CAUSE_OTHER      16
#define INSPECT_CAUSE_COUNT      17

/* Offsets in struct inspect_cpu, which the trap path writes. */
#define INSPECT_CPU_VCPU  0x0
#define INSPECT_CPU_CAUSE 0x4
#define INSPECT_CPU_BYTES 0x8

/* States of a VCPU. */
#define INSPECT_VCPU_OFF     0 /* not started, or stopped */
#define INSPECT_VCPU_READY   1 /* waits for a CPU; its registers are in struct inspect_vcpu */
#define INSPECT_VCPU_RUNNING 2 /* its registers are in the CPU */
#define INSPECT_VCPU_IDLE    3 /* sleeps until an interrupt; registers as READY */

/* Who has a machine frame: the field `kind` of struct inspect_frame. */
#define INSPECT_FRAME_FREE    0
#define INSPECT_FRAME_MONITOR 1 /* code and data of the monitor */
#define INSPECT_FRAME_PRIVATE 2 /* memory of the VM in `vm` */
#define INSPECT_FRAME_SHARED  3 /* memory of several VMs; `vm` is INSPECT_VM_NONE */
#define INSPECT_FRAME_REPLICA 4 /* copy of another frame, for its node */
#define INSPECT_FRAME_CACHE   5 /* disk block that nobody maps */
#define INSPECT_FRAME_ALIAS   6 /* reserved by the local alias */
#define INSPECT_FRAME_KINDS   7
#define INSPECT_VM_NONE       0xffff

/* Field `flags` of struct inspect_frame. The others are the monitor's own. */
#define INSPECT_FRAME_F_HELD 0x02 /* also a block of a disk, or of a boot module */
#define INSPECT_FRAME_F_TEXT 0x04 /* of a boot module: of a kernel's file */
#define INSPECT_FRAME_F_USER 0x08 /* user mode has mapped it: a process's */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/*
 * Where everything is. Tables hold the 64-bit physical addresses of the structures, so that each
 * can lie on the node that uses it; 0 = none. `generation` is odd while the monitor changes this
 * header or a table.
 */
struct inspect_header {
	uint32_t magic;
	uint32_t version;
	uint32_t header_bytes;
	uint32_t generation;
	uint64_t vm_table;     /* of struct inspect_vm */
	uint64_t vcpu_table;   /* of struct inspect_vcpu; its index is the number used elsewhere */
	uint64_t cpu_table;    /* of struct inspect_cpu, by number of the machine's CPU */
	uint64_t memmap_table; /* by node: its frames' struct inspect_frame, as frame_of_node() */
	uint32_t vm_count;
	uint32_t vcpu_count;
	uint32_t cpu_count;
	uint32_t node_count;
	uint32_t memmap_stride; /* bytes from one struct inspect_frame to the next */
	uint32_t disk_count;
	uint64_t movement_table; /* by CPU: struct movement_log (movement.h); 0: it moves nothing */
	uint64_t disk_table;     /* of struct inspect_disk */
	uint64_t nic_table;      /* of struct inspect_nic */
	uint32_t nic_count;
	uint32_t reserved;
};

struct inspect_cpu {
	uint32_t vcpu;  /* whose time this is, or INSPECT_NONE */
	uint32_t cause; /* INSPECT_CAUSE_* */
};

struct inspect_vm {
	char name[32]; /* ends with 0 */
	uint32_t number;
	uint32_t vcpu_first; /* its VCPUs are consecutive in vcpu_table */
	uint32_t vcpu_count;
	uint32_t pmap_stride; /* bytes from one entry to the next */
	uint64_t pages;       /* of guest physical memory, numbered as frames (frame.h) */
	/*
	 * Chunks of 2^pmap_chunk_log2 entries. An entry begins with 32 bits as CP0 EntryLo: the
	 * machine page (0: none), D = writable, V = may be used without a fault. Without page,
	 * INSPECT_PMAP_SWAPPED in PFN, C and V: it lies in the swap area.
	 */
	uint64_t pmap_table;
	uint32_t pmap_chunk_log2;
	uint32_t reserved;
};

/* An entry of the guest's TLB, fields as in CP0. */
struct inspect_tlb_entry {
	uint64_t entryhi;
	uint32_t pagemask;
	uint32_t entrylo0;
	uint32_t entrylo1;
	uint32_t reserved;
};

struct inspect_vcpu {
	uint32_t vm;     /* index in vm_table */
	uint32_t number; /* in its VM */
	uint32_t state;  /* INSPECT_VCPU_* */
	uint32_t cpu;    /* where it runs or ran last, or INSPECT_NONE */
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t pc;
	uint64_t cp0[32]; /* virtual registers, by number */
	uint64_t fpr[32];
	uint32_t fcr31;
	uint32_t tlb_entries;
	uint64_t tlb;         /* array of struct inspect_tlb_entry */
	uint64_t shared_page; /* of struct shared_page; where the registers are that it holds */
};

/* A disk of the machine that is the base of copies, in blocks of a page. */
struct inspect_disk {
	uint32_t slot; /* of the machine's virtio slots */
	uint32_t hits;
	uint32_t read;   /* from the machine's disk */
	uint32_t mapped; /* into guests, not copied */
	uint32_t copied;
	uint32_t evicted;
};

/* A network device of a VM; each counter is of its own direction. */
struct inspect_nic {
	uint32_t vm;
	uint32_t slot;
	uint64_t sent; /* frames */
	uint64_t received;
	uint64_t lost;
	uint64_t mapped; /* whole pages received without copying */
	uint64_t copied; /* pieces received by copying */
};

struct inspect_frame {
	uint8_t kind;   /* INSPECT_FRAME_* */
	uint8_t flags;  /* INSPECT_FRAME_F_* */
	uint16_t vm;    /* number, or INSPECT_VM_NONE */
	uint32_t ppn;   /* guest physical page of one user */
	uint32_t users; /* mappings, or 0xffffffff when unknown */
	uint32_t pins;  /* DMA under way */
};

_Static_assert(sizeof(struct inspect_header) == 104, "layout");
_Static_assert(offsetof(struct inspect_header, disk_table) == 80, "layout");
_Static_assert(offsetof(struct inspect_header, vm_table) == 16, "layout");
_Static_assert(offsetof(struct inspect_header, vm_count) == 48, "layout");
_Static_assert(offsetof(struct inspect_cpu, vcpu) == INSPECT_CPU_VCPU, "layout");
_Static_assert(offsetof(struct inspect_cpu, cause) == INSPECT_CPU_CAUSE, "layout");
_Static_assert(sizeof(struct inspect_cpu) == INSPECT_CPU_BYTES, "layout");
_Static_assert(sizeof(struct inspect_vm) == 72, "layout");
_Static_assert(offsetof(struct inspect_vm, pages) == 48, "layout");
_Static_assert(sizeof(struct inspect_tlb_entry) == 24, "layout");
_Static_assert(sizeof(struct inspect_vcpu) == 832, "layout");
_Static_assert(offsetof(struct inspect_vcpu, gpr) == 16, "layout");
_Static_assert(offsetof(struct inspect_vcpu, cp0) == 296, "layout");
_Static_assert(offsetof(struct inspect_vcpu, tlb) == 816, "layout");
_Static_assert(sizeof(struct inspect_disk) == 24, "layout");
_Static_assert(sizeof(struct inspect_nic) == 48, "layout");
_Static_assert(sizeof(struct inspect_frame) == 16, "layout");
#endif

/* SPDX-License-Identifier: MIT */
/*
 * model.h - a machine for the monitor's data structures on the host: memory, CPUs with a TLB each.
 *
 * Implements src/lib/hooks.h. The TLB is as the manual describes it (R4000 UM chapter 4), with
 * every write checked: two entries that match one address end the test.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/mips_tlb/vtlb.h"
#include "src/pmap/pmap.h"

#define MODEL_TLB_ENTRIES 48
#define MODEL_CPUS        4
#define MODEL_NODES       4
#define MODEL_VMS         3
#define MODEL_VCPUS       4 /* of each VM */

struct model_tlb_entry {
	bool is_used;
	uint64_t entryhi;
	uint32_t pagemask;
	uint32_t lo[2];
};

struct model_cpu {
	struct model_tlb_entry tlb[MODEL_TLB_ENTRIES];
	uint32_t tlb_entries;
	uint32_t wired;
	struct vtlb *loaded;
	uint64_t interrupts;
};

struct model {
	struct model_cpu cpu[MODEL_CPUS];
	uint32_t current; /* CPU that executes */
	uint32_t frame_count;
	uint8_t *memory;
	struct page_alloc alloc;
	struct memmap memmap;
	void *tables[2 * MODEL_NODES];
	struct pmap pmap[MODEL_VMS];
	void *pmap_storage[MODEL_VMS];
	void *view_storage[MODEL_VMS][MODEL_NODES];
	struct vtlb vtlb[MODEL_VMS][MODEL_VCPUS];
	void *l2_storage[MODEL_VMS][MODEL_VCPUS];
	uint64_t random;
	uint64_t zeroed;
	void (*after_copy)(void); /* what others do meanwhile; once */
	uint8_t *swap;            /* the test's area: swap_transfer() */
	bool swap_fails;
	uint32_t swap_reads;
};

/* The one of the running test. */
extern struct model model;

uint64_t model_random(void);
uint32_t model_below(uint32_t limit);

/* Memory, allocator and memmap; every page but the first `reserved` of node 0 is free. */
void model_start(uint32_t nodes, uint32_t frames_per_node, uint32_t reserved);
/* VM `vm` with `frames` pages and `vcpus` VCPUs, whose second levels have `entry_count` entries. */
void model_add_vm(uint32_t vm, uint32_t frames, uint32_t vcpus, uint32_t entry_count);
/* Its pages can be replicated: views for all nodes. Before anything runs. */
void model_add_views(uint32_t vm);
/* Ends what model_start() and model_add_vm() began; panics if an invariant is broken. */
void model_end(void);
/* The same after a panic that was expected: checks nothing. */
void model_abandon(void);

/* The VCPU comes to the CPU, the one there leaves. */
void model_load(uint32_t cpu, struct vtlb *vtlb);
struct pmap_caller model_caller(void);

/* Index of the entry of the current CPU's TLB that matches, or -1. */
int model_tlb_find(uint64_t vaddr, uint8_t asid);

/*
 * An access of the guest loaded on the current CPU at `vaddr`, as the processor and the refill path
 * would do it: hardware TLB, then window or second level, then vtlb_fault(). VTLB_MAPPED: *paddr is
 * the machine address.
 */
enum vtlb_result model_access(uint64_t vaddr, uint8_t asid, bool write, uint64_t *paddr);

/* Every invariant of every structure, and that the TLBs hold nothing that they must not. */
const char *model_check(void);

/* A panic of the monitor that a test expects: returns true if `function` ended in one. */
bool model_panics(void (*function)(void));

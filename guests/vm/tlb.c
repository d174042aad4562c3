/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - a kernel with page tables, user processes and demand paging: TLB misses of every kind.
 *
 * Each process has a linear page table, mapped in kernel space at TABLE and found through Context:
 * a user's miss may miss the table as well. Pages come at the first touch (invalid entry), clean;
 * the first store makes them writable (Modified). Checked are contents and the numbers of faults,
 * which do not depend on what TLB is below: the output is the same on the machine and in a VM.
 */
#include "guests/lib/tlb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"

#define PAGE_SIZE   4096U
#define TLB_ENTRIES 48

/* Kernel addresses of the page tables: 16 bytes for each pair of the low 2 GB. */
#define TABLE       0xd0800000U
#define TABLE_PAGES 1024U
#define PTE_BYTES   8U
/* User addresses. */
#define USER_CODE 0x00400000U
#define USER_DATA 0x10000000U

#define POOL_PAGES 800U
#define PROCESSES  3U
#define PAGES      150U /* of a process: three times what the TLB can hold */

extern const uint32_t tlb_refill[];
extern const uint32_t tlb_refill_end[];
extern const uint32_t tlb_user_program[];
uint64_t tlb_run_user(const struct trap_frame *frame);
void tlb_user_done(void);

struct process {
	uint8_t asid;
	uint32_t root[TABLE_PAGES]; /* physical page of each page of its table, 0 = none */
};

static struct process processes[PROCESSES];
static struct process *current;
static uint8_t pool[POOL_PAGES][PAGE_SIZE]
	__attribute__((aligned(4096), section(".noinit"), nocommon));
static uint32_t pool_used;

static struct {
	uint32_t table;
	uint32_t invalid;
	uint32_t modified;
	uint32_t unexpected;
} faults;
static bool all_good = true;

static void check(const char *what, bool holds)
{
	printf("%s: %s\n", what, holds ? "ok" : "WRONG");
	all_good &= holds;
}

/* Physical address of a page of zeroes. */
static uint32_t take_page(void)
{
	uint64_t *page = (uint64_t *)(void *)pool[pool_used % POOL_PAGES];

	pool_used++;
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*page); i++) {
		page[i] = 0;
	}
	return cpu_physical(page);
}

/* The entry of `vaddr` in the process's table, which gets a page there if it had none. */
static uint64_t *pte_of(struct process *process, uint32_t vaddr)
{
	uint32_t page = vaddr / PAGE_SIZE;
	uint32_t *root = &process->root[page / (PAGE_SIZE / PTE_BYTES)];

	if (*root == 0) {
		*root = take_page();
	}
	return (uint64_t *)cpu_kseg0(*root) + page % (PAGE_SIZE / PTE_BYTES);
}

static uint32_t table_entrylo(uint32_t index)
{
	uint32_t page = current->root[index];

	return page == 0 ? 0 : tlb_entrylo(page, ENTRYLO_V | ENTRYLO_D);
}

/* Enters the pair that holds `vaddr` over the one that is there, or anywhere. */
static void tlb_update(uint32_t vaddr, uint32_t lo0, uint32_t lo1)
{
	cp0_write_address(CP0_ENTRYHI, (intptr_t)(int32_t)((vaddr & ~0x1fffU) | current->asid));
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write(CP0_ENTRYLO0, lo0);
	cp0_write(CP0_ENTRYLO1, lo1);
	__asm__ volatile("tlbp\n\t" CPU_HAZARD : : : "memory");
	if (cp0_read(CP0_INDEX) & INDEX_P) {
		__asm__ volatile("tlbwr\n\t" CPU_HAZARD : : : "memory");
	} else {
		__asm__ volatile("tlbwi\n\t" CPU_HAZARD : : : "memory");
	}
}

static void tlb_update_user(uint32_t vaddr)
{
	const uint64_t *even = pte_of(current, vaddr & ~0x1fffU);

	tlb_update(vaddr, (uint32_t)even[0], (uint32_t)even[1]);
}

/* TLBL and TLBS at the general vector: the table is not mapped, or the user's page is not there. */
static void fault_invalid(struct trap_frame *frame)
{
	uint32_t vaddr = (uint32_t)frame->badvaddr;
	uint64_t *pte;

	if (vaddr - TABLE < TABLE_PAGES * PAGE_SIZE) {
		uint32_t index = (vaddr - TABLE) / PAGE_SIZE;

		if (current->root[index] == 0) {
			current->root[index] = take_page();
		}
		faults.table++;
		tlb_update(vaddr, table_entrylo(index & ~1U), table_entrylo(index | 1));
		return;
	}
	pte = pte_of(current, vaddr);
	if (vaddr >= 0x80000000U || (*pte & ENTRYLO_V) || !(frame->status & STATUS_KSU)) {
		faults.unexpected++;
	}
	faults.invalid++;
	*pte = tlb_entrylo(take_page(), ENTRYLO_V);
	tlb_update_user(vaddr);
}

static void fault_modified(struct trap_frame *frame)
{
	uint64_t *pte = pte_of(current, (uint32_t)frame->badvaddr);

	if (!(*pte & ENTRYLO_V) || (*pte & ENTRYLO_D)) {
		faults.unexpected++;
	}
	faults.modified++;
	*pte |= ENTRYLO_D;
	tlb_update_user((uint32_t)frame->badvaddr);
}

/* The user's only system call: it has finished. */
static void user_ends(struct trap_frame *frame)
{
	frame->status &= ~(uint64_t)(STATUS_KSU | STATUS_IE);
	frame->epc = (uint64_t)(int64_t)(intptr_t)tlb_user_done;
}

/* As a kernel does when it changes processes. */
static void switch_to(struct process *process)
{
	current = process;
	cp0_write_address(CP0_ENTRYHI, process->asid);
}

/* How many of the process's pages do not hold expected + i; writes seed + i first, if not 0. */
static uint32_t run(struct process *process, uint32_t stride, uint32_t seed, uint32_t expected)
{
	struct trap_frame frame = { .epc = USER_CODE };

	frame.gpr[4] = USER_DATA;
	frame.gpr[5] = PAGES;
	frame.gpr[6] = stride;
	frame.gpr[7] = seed;
	frame.gpr[12] = expected; /* t0 of n32 */
	frame.status = (cp0_read(CP0_STATUS) & ~(uint32_t)STATUS_KSU) | STATUS_KSU_USER;
	faults.table = 0;
	faults.invalid = 0;
	faults.modified = 0;
	switch_to(process);
	return (uint32_t)tlb_run_user(&frame);
}

static void start_process(struct process *process, uint8_t asid)
{
	process->asid = asid;
	*pte_of(process, USER_CODE) = tlb_entrylo(cpu_physical(tlb_user_program), ENTRYLO_V);
}

static void report(const char *what, uint32_t wrong, uint32_t wrong_expected, uint32_t invalid,
		   uint32_t modified)
{
	printf("%s: %u pages wrong, %u invalid, %u modified\n", what, wrong, faults.invalid,
	       faults.modified);
	check(what,
	      wrong == wrong_expected && faults.invalid == invalid && faults.modified == modified);
}

/* Every second page goes: entry cleared, its translations with it, as Linux does. */
static void unmap_half(struct process *process)
{
	switch_to(process);
	for (uint32_t i = 0; i < PAGES; i += 2) {
		uint32_t vaddr = USER_DATA + i * PAGE_SIZE;
		uint32_t index;

		*pte_of(process, vaddr) = 0;
		cp0_write_address(CP0_ENTRYHI,
				  (intptr_t)(int32_t)((vaddr & ~0x1fffU) | process->asid));
		__asm__ volatile("tlbp\n\t" CPU_HAZARD : : : "memory");
		index = cp0_read(CP0_INDEX);
		if (!(index & INDEX_P)) {
			tlb_write(index, (uintptr_t)cpu_kseg0(index << 13), 0, 0, 0);
		}
	}
	cp0_write_address(CP0_ENTRYHI, process->asid);
}

/* tlbr gives back what tlbwi has written. */
static void test_registers(void)
{
	uint32_t lo0 = tlb_entrylo(0x00123000, ENTRYLO_V | ENTRYLO_D);
	uint32_t lo1 = tlb_entrylo(0x00456000, ENTRYLO_V);

	tlb_write(5, 0x20000000 | 7, 0, lo0, lo1);
	cp0_write_address(CP0_ENTRYHI, 0);
	cp0_write(CP0_ENTRYLO0, 0);
	cp0_write(CP0_ENTRYLO1, 0);
	cp0_write(CP0_INDEX, 5);
	__asm__ volatile("tlbr\n\t" CPU_HAZARD : : : "memory");
	check("tlbr", cp0_read(CP0_ENTRYHI) == (0x20000000 | 7) && cp0_read(CP0_ENTRYLO0) == lo0 &&
			      cp0_read(CP0_ENTRYLO1) == lo1);
	__asm__ volatile("tlbp\n\t" CPU_HAZARD : : : "memory");
	check("tlbp", cp0_read(CP0_INDEX) == 5);
	cp0_write_address(CP0_ENTRYHI, 0x20000000 | 8);
	__asm__ volatile("tlbp\n\t" CPU_HAZARD : : : "memory");
	check("tlbp of another ASID", (cp0_read(CP0_INDEX) & INDEX_P) != 0);
	tlb_write(5, (uintptr_t)cpu_kseg0(5 << 13), 0, 0, 0);
}

int main(void)
{
	trap_install_vector(VECTOR_TLB_REFILL, tlb_refill, tlb_refill_end);
	trap_install_vector(VECTOR_XTLB_REFILL, tlb_refill, tlb_refill_end);
	trap_set_handler(EXC_TLBL, fault_invalid);
	trap_set_handler(EXC_TLBS, fault_invalid);
	trap_set_handler(EXC_MOD, fault_modified);
	trap_set_handler(EXC_SYS, user_ends);
	tlb_clear(TLB_ENTRIES);
	test_registers();
	cp0_write_address(CP0_CONTEXT, (intptr_t)(int32_t)TABLE);
	cp0_write(CP0_WIRED, 2);
	for (unsigned i = 0; i < PROCESSES; i++) {
		start_process(&processes[i], (uint8_t)(i + 1));
	}

	report("first process", run(&processes[0], PAGE_SIZE, 0x1000, 0x1000), 0, PAGES, PAGES);
	check("the table was missed", faults.table != 0);
	report("second process", run(&processes[1], PAGE_SIZE, 0x2000, 0x2000), 0, PAGES, PAGES);
	report("first again", run(&processes[0], PAGE_SIZE, 0, 0x1000), 0, 0, 0);
	report("second again", run(&processes[1], PAGE_SIZE, 0, 0x2000), 0, 0, 0);
	/* A page in each table page: the table is missed more often than not. */
	report("far apart", run(&processes[2], 512 * PAGE_SIZE, 0x3000, 0x3000), 0, PAGES, PAGES);
	unmap_half(&processes[0]);
	report("half unmapped", run(&processes[0], PAGE_SIZE, 0, 0x1000), PAGES / 2, PAGES / 2, 0);
	report("second still", run(&processes[1], PAGE_SIZE, 0, 0x2000), 0, 0, 0);
	/* A new address space number: the old entries are there and must not be found. */
	processes[1].asid = 77;
	report("new ASID", run(&processes[1], PAGE_SIZE, 0, 0x2000), 0, 0, 0);
	report("written again", run(&processes[0], PAGE_SIZE, 0x4000, 0x4000), 0, 0, PAGES / 2);
	check("nothing unexpected", faults.unexpected == 0);
	printf("tlb: %s\n", all_good ? "ok" : "WRONG");
	return all_good ? 0 : 1;
}

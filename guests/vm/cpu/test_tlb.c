/* SPDX-License-Identifier: MIT */
/* test_tlb.c - the four TLB instructions, what they make of loads and stores, page sizes, ASIDs. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

#define WINDOW 0xffffffffc0000000
#define V      ENTRYLO_V
#define D      ENTRYLO_D
#define G      ENTRYLO_G

static uint32_t pages[4][1024] __attribute__((aligned(16384)));

static uint64_t lo_of(const void *object, uint32_t flags)
{
	return ((uint64_t)(uintptr_t)object - WINDOW) >> 12 << ENTRYLO_PFN_SHIFT | flags;
}

static void write_entry(unsigned index, uint64_t hi, uint32_t mask, uint64_t lo0, uint64_t lo1)
{
	cp0_write64(CP0_ENTRYHI, hi);
	cp0_write(CP0_PAGEMASK, mask);
	cp0_write64(CP0_ENTRYLO0, lo0);
	cp0_write64(CP0_ENTRYLO1, lo1);
	cp0_write(CP0_INDEX, index);
	__asm__ volatile("nop\n\tnop\n\ttlbwi\n\tnop\n\tnop\n\tnop\n\tnop");
	cp0_write(CP0_PAGEMASK, 0);
}

static int32_t probe(uint64_t hi)
{
	cp0_write64(CP0_ENTRYHI, hi);
	__asm__ volatile("nop\n\tnop\n\tnop\n\ttlbp\n\tnop\n\tnop\n\tnop");
	return (int32_t)cp0_read(CP0_INDEX);
}

static void expect_fault(const char *name, unsigned code, uint64_t vaddr)
{
	CHECK_EQUAL(name, caught.count, 1);
	CHECK_EQUAL(name, (caught.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT, code);
	CHECK_EQUAL(name, caught.badvaddr, vaddr);
	CHECK_EQUAL(name, caught.entryhi & ~0xffULL, vaddr & 0xc00000ffffffe000);
	CHECK_EQUAL(name, caught.context & CONTEXT_BADVPN2, vaddr >> 13 << 4 & CONTEXT_BADVPN2);
	CHECK_EQUAL(name, caught.xcontext & XCONTEXT_BADVPN2, vaddr >> 13 << 4 & XCONTEXT_BADVPN2);
}

static uint32_t load(uint64_t vaddr)
{
	uint32_t value;

	caught.count = 0;
	is_catching = true;
	__asm__ volatile("lw %0, 0(%1)\n\tnop" : "=r"(value) : "r"(vaddr) : "memory");
	is_catching = false;
	return value;
}

static void store(uint64_t vaddr, uint32_t value)
{
	caught.count = 0;
	is_catching = true;
	__asm__ volatile("sw %0, 0(%1)\n\tnop" : : "r"(value), "r"(vaddr) : "memory");
	is_catching = false;
}

static void test_map(void)
{
	/* A page of the kernel's mapped segment, through an entry that the test writes. */
	uint64_t vaddr = 0xffffffffd0004000;

	pages[0][0] = 0x1111;
	pages[1][0] = 0x2222;
	write_entry(3, vaddr & 0xc00000ffffffe000, 0, lo_of(pages[0], V | D | G),
		    lo_of(pages[1], V | G));
	CHECK_EQUAL("load", load(vaddr), 0x1111);
	CHECK_EQUAL("load", load(vaddr + 4096), 0x2222);
	CHECK_EQUAL("no fault", caught.count, 0);
	store(vaddr + 4, 0x3333);
	CHECK_EQUAL("store", pages[0][1], 0x3333);
	store(vaddr + 4096, 1);
	expect_fault("modified", EXC_MOD, vaddr + 4096);
	CHECK_EQUAL("not stored", pages[1][0], 0x2222);
	CHECK_EQUAL("tlbp", probe(vaddr & 0xc00000ffffffe000), 3);
	/* Over it: the old translation is gone. */
	write_entry(3, 0xffffffff80000000 & 0xc00000ffffffe000, 0, 0, 0);
	CHECK_EQUAL("tlbp", probe(vaddr & 0xc00000ffffffe000) < 0, 1);
}

static void test_read(void)
{
	write_entry(9, 0x123456000 | 0x77, 0x6000, 0x3f << 6 | V, 0x7f << 6 | D);
	cp0_write64(CP0_ENTRYHI, 0);
	cp0_write(CP0_INDEX, 9);
	__asm__ volatile("nop\n\tnop\n\ttlbr\n\tnop\n\tnop\n\tnop\n\tnop");
	CHECK_EQUAL("tlbr EntryHi", cp0_read64(CP0_ENTRYHI), (0x123456000 & ~0x7fffULL) | 0x77);
	CHECK_EQUAL("tlbr PageMask", cp0_read(CP0_PAGEMASK), 0x6000);
	CHECK_EQUAL("tlbr EntryLo0", cp0_read64(CP0_ENTRYLO0), 0x3f << 6 | V);
	CHECK_EQUAL("tlbr EntryLo1", cp0_read64(CP0_ENTRYLO1), 0x7f << 6 | D);
	cp0_write(CP0_PAGEMASK, 0);
	cp0_write64(CP0_ENTRYHI, 0);
}

/* Pages of 16 KB: each 4 KB of them is found. */
static void test_size(void)
{
	uint64_t vaddr = 0xffffffffd0100000;

	for (unsigned i = 0; i < 4; i++) {
		pages[i][5] = 100 + i;
	}
	write_entry(4, vaddr & 0xc00000ffffffe000, 0x6000, lo_of(pages, V | D | G), G);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQUAL("16 KB", load(vaddr + i * 4096 + 20), 100 + i);
	}
	load(vaddr + 16384);
	expect_fault("invalid half", EXC_TLBL, vaddr + 16384);
	store(vaddr + 16384 + 4096, 1);
	expect_fault("invalid half", EXC_TLBS, vaddr + 16384 + 4096);
	write_entry(4, 0xffffffff80000000 & 0xc00000ffffffe000, 0, 0, 0);
}

/* The same address under two ASIDs. */
static void test_asid(void)
{
	uint64_t vaddr = 0x00700000;

	pages[0][8] = 1;
	pages[2][8] = 2;
	write_entry(5, vaddr | 1, 0, lo_of(pages[0], V), lo_of(pages[1], V));
	write_entry(6, vaddr | 2, 0, lo_of(pages[2], V), lo_of(pages[3], V));
	for (unsigned i = 0; i < 3; i++) {
		cp0_write64(CP0_ENTRYHI, 1);
		CHECK_EQUAL("ASID 1", load(vaddr + 32), 1);
		cp0_write64(CP0_ENTRYHI, 2);
		CHECK_EQUAL("ASID 2", load(vaddr + 32), 2);
	}
	write_entry(5, 0xffffffff80000000 & 0xc00000ffffffe000, 0, 0, 0);
	write_entry(6, 0xffffffff80002000 & 0xc00000ffffffe000, 0, 0, 0);
	cp0_write64(CP0_ENTRYHI, 0);
}

/* More pairs than any TLB has, written by tlbwr in the refill handler. */
static void test_random(void)
{
	uint32_t first;

	for (unsigned i = 0; i < 200; i++) {
		map_user(0x01000000 + i * 4096, pages[i & 3], V | D);
		pages[i & 3][64 + i] = i * 3;
	}
	first = refill_count;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 200; i++) {
			CHECK_EQUAL("many", load(0x01000000 + i * 4096 + 256 + i * 4), i * 3);
		}
	}
	/* 100 pairs. A second level keeps them, and the guest does not refill again. */
	print(refill_count - first == 100 ? "second level: kept\n" : "second level: not kept\n");
	check("refills", refill_count - first >= 100 && refill_count - first <= 300,
	      refill_count - first, 100);
}

/* The guest changes a mapping that only the second level still has. */
static void test_downgrade(void)
{
	int32_t index;

	pages[0][100] = 7;
	store(0x01000000 + 400, 8);
	CHECK_EQUAL("writable", pages[0][100], 8);
	map_user(0x01000000, pages[0], V);
	index = probe(0x01000000);
	check("promoted", index >= 0, (uint64_t)(int64_t)index, 0);
	cp0_write64(CP0_ENTRYLO0, lo_of(pages[0], V));
	cp0_write64(CP0_ENTRYLO1, lo_of(pages[1], V));
	__asm__ volatile("nop\n\tnop\n\ttlbwi\n\tnop\n\tnop\n\tnop\n\tnop");
	store(0x01000000 + 400, 9);
	expect_fault("downgrade", EXC_MOD, 0x01000000 + 400);
	CHECK_EQUAL("not written", pages[0][100], 8);
	cp0_write64(CP0_ENTRYHI, 0);
}

void test_tlb(void)
{
	test_map();
	test_read();
	test_size();
	test_asid();
	test_random();
	test_downgrade();
}

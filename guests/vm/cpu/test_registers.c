/* SPDX-License-Identifier: MIT */
/* test_registers.c - every trap keeps all 31 registers at 64 bits, k0 and k1 included. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

void registers_mfc0(uint64_t *table);
void registers_mtc0(uint64_t *table);
void registers_tlbp(uint64_t *table);
void registers_load(uint64_t *table);
void registers_store(uint64_t *table);
void registers_cache(uint64_t *table);

#define UNTOUCHED 0xffffffffc0a00000 /* window memory that nobody else uses */

static uint64_t table[32];
static uint64_t page[1024] __attribute__((aligned(8192)));

static void through(const char *name, void (*run)(uint64_t *), uint64_t a0)
{
	uint64_t wanted[32];

	for (unsigned i = 0; i < 32; i++) {
		table[i] = 0x8123456789abcdefULL * (2 * i + 1) ^ (uint64_t)i << 60;
	}
	table[4] = a0;
	for (unsigned i = 0; i < 32; i++) {
		wanted[i] = table[i];
	}
	run(table);
	for (unsigned i = 0; i < 32; i++) {
		CHECK_EQUAL(name, table[i], wanted[i]);
	}
}

void test_registers(void)
{
	uint32_t before;
	uint64_t hi;
	uint64_t lo;

	through("mfc0", registers_mfc0, 0);
	through("mtc0", registers_mtc0, 0);
	through("tlbp", registers_tlbp, 0);
	through("cache", registers_cache, 0);
	/* First touches, in both halves of pairs. */
	for (uint64_t i = 0; i < 4; i++) {
		through("first touch", registers_load, UNTOUCHED + i * 4096);
		through("window", registers_store, UNTOUCHED + i * 4096);
	}
	/* A second-level hit: the guest's own refill is needed once only. */
	map_user(USER_DATA, page, ENTRYLO_V | ENTRYLO_D);
	map_user(USER_DATA + 4096, page + 512, ENTRYLO_V | ENTRYLO_D);
	*(volatile uint64_t *)USER_DATA = 1;
	before = refill_count;
	for (unsigned i = 0; i < 200; i++) {
		/* Other pages push the pair out of the hardware TLB. */
		*(volatile uint64_t *)(UNTOUCHED + 0x10000 + i * 8192) = i;
	}
	through("second level", registers_load, USER_DATA);
	through("second level", registers_store, USER_DATA + 4096);
	CHECK_EQUAL("refills", refill_count, before);
	__asm__ volatile("mthi %2\n\tmtlo %3\n\tmfc0 $0, $12\n\tmfhi %0\n\tmflo %1"
			 : "=r"(hi), "=r"(lo)
			 : "r"(0x123456789abcdef0), "r"(0xfedcba9876543210)
			 : "hi", "lo");
	CHECK_EQUAL("hi", hi, 0x123456789abcdef0);
	CHECK_EQUAL("lo", lo, 0xfedcba9876543210);
}

/* SPDX-License-Identifier: MIT */
/* test_cp0.c - each CP0 register: what can be written, what reads back. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"
#include "machine/boot.h"

#define PATTERN 0xa5a5a5a5a5a5a5a5

#define READ_BACK(name, number, value, wanted)                 \
	do {                                                   \
		cp0_write64(number, value);                    \
		CHECK_EQUAL(name, cp0_read64(number), wanted); \
	} while (0)

static void test_writable(void)
{
	uint64_t epc = cp0_read64(CP0_ERROREPC);

	READ_BACK("EntryLo0", CP0_ENTRYLO0, PATTERN, PATTERN & 0x3fffffff);
	READ_BACK("EntryLo1", CP0_ENTRYLO1, ~PATTERN, ~PATTERN & 0x3fffffff);
	READ_BACK("PageMask", CP0_PAGEMASK, 0x01ffe000, 0x01ffe000);
	READ_BACK("PageMask", CP0_PAGEMASK, 0, 0);
	READ_BACK("EntryHi", CP0_ENTRYHI, PATTERN, PATTERN & 0xc00000ffffffe0ff);
	READ_BACK("EntryHi", CP0_ENTRYHI, 0, 0);
	READ_BACK("EPC", CP0_EPC, 0x0000000012345678, 0x12345678);
	/* Virtual KX is 0: an address register has 32 bits. */
	READ_BACK("EPC", CP0_EPC, 0x1234567892345678, 0xffffffff92345678);
	READ_BACK("ErrorEPC", CP0_ERROREPC, 0x87654321, 0xffffffff87654321);
	cp0_write64(CP0_ERROREPC, epc);
	READ_BACK("Wired", CP0_WIRED, 7, 7);
	CHECK_EQUAL("Random", cp0_read(CP0_RANDOM), 47);
	READ_BACK("Wired", CP0_WIRED, 0, 0);
	cp0_write(CP0_INDEX, 0x2b);
	CHECK_EQUAL("Index", cp0_read(CP0_INDEX) & INDEX_INDEX, 0x2b);
	READ_BACK("WatchHi", CP0_WATCHHI, 0xff, 0xf);
	READ_BACK("WatchHi", CP0_WATCHHI, 0, 0);
	READ_BACK("TagLo", CP0_TAGLO, PATTERN, 0xffffffffa5a5a5a5);
	READ_BACK("TagHi", CP0_TAGHI, 0x12345678, 0x12345678);
	READ_BACK("ECC", CP0_ECC, PATTERN, 0xa5);
	READ_BACK("LLAddr", CP0_LLADDR, PATTERN, 0xffffffffa5a5a5a5);
	READ_BACK("Compare", CP0_COMPARE, 0x80000000, 0xffffffff80000000);
	READ_BACK("reserved", 21, PATTERN, 0);
}

static void test_status(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	cp0_write(CP0_STATUS, status | STATUS_CU0 | 0x0001a000);
	CHECK_EQUAL("Status", cp0_read(CP0_STATUS), status | STATUS_CU0 | 0x0001a000);
	/* SR and TS do not exist. */
	cp0_write(CP0_STATUS, status | STATUS_SR | STATUS_TS);
	CHECK_EQUAL("Status", cp0_read(CP0_STATUS), status);
	CHECK_EQUAL("dmfc0", cp0_read64(CP0_STATUS), (uint64_t)(int64_t)(int32_t)status);
}

static void test_read_only(void)
{
	cp0_write64(CP0_PRID, 0);
	CHECK_EQUAL("PRId", cp0_read(CP0_PRID), PRID_R4400);
	cp0_write64(CP0_BADVADDR, 0x1111);
	check("BadVAddr", cp0_read64(CP0_BADVADDR) != 0x1111, 0x1111, 0);
	cp0_write64(CP0_CONFIG, 2);
	CHECK_EQUAL("Config", cp0_read(CP0_CONFIG) & 7, 2);
	cp0_write64(CP0_CONFIG, 5);
#ifdef __MIPSEB__
	CHECK_EQUAL("Config", cp0_read(CP0_CONFIG), (BOOT_CONFIG & ~0x38) | CONFIG_BE | 5);
#else
	CHECK_EQUAL("Config", cp0_read(CP0_CONFIG), (BOOT_CONFIG & ~0x38) | 5);
#endif
	cp0_write(CP0_CAUSE, 0xffffffff);
	CHECK_EQUAL("Cause", cp0_read(CP0_CAUSE) & 0x3ff, 0x300 | (cp0_read(CP0_CAUSE) & 0x7c));
	cp0_write(CP0_CAUSE, 0);
}

static void test_context(void)
{
	cp0_write64(CP0_CONTEXT, 0xffffffffc0800000);
	CHECK_EQUAL("Context", cp0_read64(CP0_CONTEXT) & CONTEXT_PTEBASE, 0xffffffffc0800000);
}

static void test_count(void)
{
	uint32_t before;

	cp0_write(CP0_COUNT, 0x1000);
	before = cp0_read(CP0_COUNT);
#if !GUEST_UNTIMED
	check("Count", before - 0x1000 < 0x1000, before, 0x1000);
#endif
	check("Count", cp0_read(CP0_COUNT) != before, before, 0);
}

/* An instruction of CP0 that the R4000 does not have, and CACHE. */
static void test_others(void)
{
	__asm__ volatile(".word 0x42000020"); /* marked phi in figure A-2: nothing happens */
	is_catching = true;
	caught.count = 0;
	__asm__ volatile(".word 0x42000010" : : : "memory"); /* the R3000's rfe */
	CHECK_EQUAL("rfe", caught.count, 1);
	CHECK_EQUAL("rfe", caught.cause & CAUSE_EXCCODE, EXC_RI << CAUSE_EXCCODE_SHIFT);
	is_catching = false;
}

void test_cp0(void)
{
	test_writable();
	test_status();
	test_read_only();
	test_context();
	test_count();
	test_others();
}

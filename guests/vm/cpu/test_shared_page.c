/* SPDX-License-Identifier: MIT */
/* test_shared_page.c - registers on the shared page and by mfc0 and mtc0 are the same ones. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"
#include "machine/moncall.h"
#include "machine/shared_page.h"

static volatile struct shared_page *page(void)
{
	return (volatile struct shared_page *)(intptr_t)(int32_t)VM_SHARED_PAGE;
}

static volatile uint32_t taken;

static void take(struct frame *frame, uint32_t ip)
{
	(void)frame;
	(void)ip;
	taken++;
	cp0_write(CP0_CAUSE, 0);
}

static void test_same(void)
{
	volatile struct shared_page *p = page();

	CHECK_EQUAL("id", p->id, SHARED_PAGE_MAGIC);
	CHECK_EQUAL("version", p->id_version, SHARED_PAGE_VERSION);
	CHECK_EQUAL("vcpu", p->vcpu, 0);
	CHECK_EQUAL("PRId", p->prid, cp0_read(CP0_PRID));
	CHECK_EQUAL("Config", p->config, cp0_read(CP0_CONFIG));
	CHECK_EQUAL("Compare", p->compare, cp0_read(CP0_COMPARE));
	CHECK_EQUAL("Status", p->status, cp0_read(CP0_STATUS));
	cp0_write64(CP0_ENTRYHI, 0x12);
	CHECK_EQUAL("EntryHi", p->entryhi, 0x12);
	cp0_write64(CP0_ENTRYHI, 0);
	p->entrylo0 = 0x1234567;
	CHECK_EQUAL("EntryLo0", cp0_read64(CP0_ENTRYLO0), 0x1234567);
	cp0_write64(CP0_EPC, 0xffffffffc0001234);
	CHECK_EQUAL("EPC", p->epc, 0xffffffffc0001234);
	/* The low word counts. */
	*(volatile uint32_t *)(intptr_t)((int32_t)VM_SHARED_PAGE + SHARED_PAGE_EPC +
					 SHARED_PAGE_LOW_WORD) = 0xc0005678;
	CHECK_EQUAL("EPC", cp0_read64(CP0_EPC), 0xffffffffc0005678);
	p->scratch[3] = 42;
	CHECK_EQUAL("scratch", p->scratch[3], 42);
}

/* The pending rule (docs/machine/shared_page.md). */
static void test_pending(void)
{
	volatile struct shared_page *p = page();
	uint32_t status = p->status;

	on_interrupt = take;
	taken = 0;
	cp0_write(CP0_CAUSE, 0x100);
	CHECK_EQUAL("pending", p->pending, 0x100);
	p->status = status | 0x100 | STATUS_IE;
	CHECK_EQUAL("not yet", taken, 0);
	moncall(MONCALL_DELIVER, 0, 0, 0, NULL);
	CHECK_EQUAL("delivered", taken, 1);
	CHECK_EQUAL("pending", p->pending, 0);
	p->status = status;
	/* What Status says counts at every entry. */
	cp0_write(CP0_CAUSE, 0x200);
	p->status = status | 0x200 | STATUS_IE;
	(void)cp0_read(CP0_PRID);
	CHECK_EQUAL("at a trap", taken, 2);
	p->status = status;
	on_interrupt = NULL;
}

/* What the guest may not write is not believed. */
static void test_hostile(void)
{
	volatile struct shared_page *p = page();
	uint32_t status = p->status;

	p->cause = 0xffffffff;
	CHECK_EQUAL("Cause", cp0_read(CP0_CAUSE) & CAUSE_IP, 0);
	p->entryhi = 0x99;
	CHECK_EQUAL("EntryHi", cp0_read64(CP0_ENTRYHI), 0);
	p->wired = 77;
	CHECK_EQUAL("Wired", cp0_read(CP0_WIRED), 0);
	p->status = status | STATUS_TS | STATUS_SR;
	CHECK_EQUAL("Status", cp0_read(CP0_STATUS), status);
	CHECK_EQUAL("Status", p->status, status);
	p->pagemask = 0xffffffff;
	CHECK_EQUAL("PageMask", cp0_read(CP0_PAGEMASK), PAGEMASK_MASK);
	p->pagemask = 0;
	p->index = 0xffffffff;
	CHECK_EQUAL("Index", cp0_read(CP0_INDEX), INDEX_P | INDEX_INDEX);
	p->index = 0;
}

/* MONCALL_VERSION's second result is in a0. */
static uint64_t moncall_features(void)
{
	register uint64_t r2 __asm__("$2") = MONCALL_VERSION;
	register uint64_t r3 __asm__("$3");
	register uint64_t r4 __asm__("$4");

	__asm__ volatile("syscall %3"
			 : "+r"(r2), "=r"(r3), "=r"(r4)
			 : "i"(MONCALL_CODE)
			 : "memory");
	return r4;
}

void test_shared_page(void)
{
	uint64_t features;

	features = moncall_features();
	if (!(features & MONCALL_FEATURE_SHARED)) {
		caught.count = 0;
		is_catching = true;
		(void)page()->id;
		is_catching = false;
		CHECK_EQUAL("not there", caught.count, 1);
		return;
	}
	test_same();
	test_pending();
	test_hostile();
}

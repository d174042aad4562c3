/* SPDX-License-Identifier: MIT */
/* test_watch.c - WatchLo and WatchHi, on guest physical addresses. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

#define WINDOW 0xffffffffc0000000

static volatile uint64_t words[4] __attribute__((aligned(64)));

static unsigned touch(bool write, unsigned index)
{
	caught.count = 0;
	is_catching = true;
	if (write) {
		words[index] = 1;
	} else {
		(void)words[index];
	}
	is_catching = false;
	return caught.count;
}

static void test_address(void)
{
	uint32_t paddr = (uint32_t)((uint64_t)(uintptr_t)&words[1] - WINDOW);

	cp0_write(CP0_WATCHHI, 0);
	cp0_write(CP0_WATCHLO, paddr | WATCHLO_R);
	CHECK_EQUAL("load", touch(false, 1), 1);
	CHECK_EQUAL("load", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_WATCH);
	CHECK_EQUAL("store", touch(true, 1), 0);
	CHECK_EQUAL("other", touch(false, 2), 0);
	CHECK_EQUAL("other", touch(false, 0), 0);
	cp0_write(CP0_WATCHLO, paddr | WATCHLO_W);
	CHECK_EQUAL("load", touch(false, 1), 0);
	CHECK_EQUAL("store", touch(true, 1), 1);
	cp0_write(CP0_WATCHLO, 0);
	CHECK_EQUAL("off", touch(true, 1), 0);
}

/* Under EXL the exception waits until EXL is clear. */
static void test_deferred(void)
{
	uint32_t paddr = (uint32_t)((uint64_t)(uintptr_t)&words[1] - WINDOW);
	uint32_t status = cp0_read(CP0_STATUS);
	uint32_t during;

	caught.count = 0;
	is_catching = true;
	cp0_write(CP0_WATCHLO, paddr | WATCHLO_W);
	cp0_write(CP0_STATUS, status | STATUS_EXL);
	words[1] = 55;
	during = caught.count;
	cp0_write(CP0_STATUS, status);
	cp0_write(CP0_WATCHLO, 0);
	is_catching = false;
	CHECK_EQUAL("stored", words[1], 55);
	CHECK_EQUAL("during", during, 0);
	CHECK_EQUAL("after", caught.count, 1);
	CHECK_EQUAL("after", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_WATCH);
}

void test_watch(void)
{
	test_address();
	test_deferred();
}

/* SPDX-License-Identifier: MIT */
/* test_calls.c - monitor calls: results, refused arguments, memory. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"
#include "machine/moncall.h"

#define WINDOW 0xffffffffc0000000

static uint64_t pages[4][512] __attribute__((aligned(4096)));

static uint32_t ppn(const void *object)
{
	return (uint32_t)(((uint64_t)(uintptr_t)object - WINDOW) >> 12);
}

static void test_memory(void)
{
	for (unsigned i = 0; i < 512; i++) {
		pages[0][i] = i;
		pages[1][i] = 1000 + i;
		pages[2][i] = 7;
	}
	CHECK_EQUAL("remap", moncall(MONCALL_PAGE_REMAP, ppn(pages[2]), ppn(pages[0]), 2, NULL), 0);
	for (unsigned i = 0; i < 512; i++) {
		CHECK_EQUAL("remapped", pages[2][i], i);
		CHECK_EQUAL("remapped", pages[3][i], 1000 + i);
	}
	pages[2][1] = 99;
	CHECK_EQUAL("copy on write", pages[0][1], 1);
	pages[1][1] = 98;
	CHECK_EQUAL("copy on write", pages[3][1], 1001);
	CHECK_EQUAL("zero", moncall(MONCALL_PAGE_ZERO, ppn(pages[0]), 1, 0, NULL), 0);
	for (unsigned i = 0; i < 512; i++) {
		CHECK_EQUAL("zeroed", pages[0][i], 0);
	}
	CHECK_EQUAL("kept", pages[2][2], 2);
	CHECK_EQUAL("free", moncall(MONCALL_PAGE_FREE, ppn(pages[3]), 1, 0, NULL), 0);
	pages[3][5] = 5;
	CHECK_EQUAL("after free", pages[3][5], 5);
}

static void test_refused(void)
{
	CHECK_EQUAL("number", moncall(MONCALL_COUNT, 0, 0, 0, NULL), MONCALL_ERR_NUMBER);
	CHECK_EQUAL("number", moncall(0xffffffff, 0, 0, 0, NULL), MONCALL_ERR_NUMBER);
	CHECK_EQUAL("page", moncall(MONCALL_PAGE_ZERO, 0xffffffff, 2, 0, NULL),
		    MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("page", moncall(MONCALL_PAGE_FREE, 0x1f000, 1, 0, NULL), MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("count",
		    moncall(MONCALL_PAGE_ZERO, ppn(pages[0]), MONCALL_PAGES_MAX + 1, 0, NULL),
		    MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("no pages", moncall(MONCALL_PAGE_ZERO, ppn(pages[0]), 0, 0, NULL), MONCALL_OK);
	CHECK_EQUAL("overlap", moncall(MONCALL_PAGE_REMAP, ppn(pages[0]), ppn(pages[1]), 2, NULL),
		    MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("console", moncall(MONCALL_CONSOLE_WRITE, 0x1f000900, 4, 0, NULL),
		    MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("console", moncall(MONCALL_CONSOLE_WRITE, 0, 4097, 0, NULL),
		    MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("start", moncall(MONCALL_VCPU_START, 77, 0, 0, NULL), MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("start", moncall(MONCALL_VCPU_START, 0, 0, 0, NULL), MONCALL_ERR_STATE);
	CHECK_EQUAL("stop", moncall(MONCALL_VCPU_STOP, 0, 0, 0, NULL), MONCALL_ERR_STATE);
	CHECK_EQUAL("yield", moncall(MONCALL_YIELD, 1000, 0, 0, NULL), MONCALL_ERR_ARGUMENT);
	CHECK_EQUAL("yield", moncall(MONCALL_YIELD, VM_VCPUS_MAX, 0, 0, NULL), MONCALL_OK);
	CHECK_EQUAL("shutdown", moncall(MONCALL_SHUTDOWN, 9, 0, 0, NULL), MONCALL_ERR_ARGUMENT);
}

void test_calls(void)
{
	static const char text[] = "written by a call\n";
	uint64_t v1;

	CHECK_EQUAL("version", moncall(MONCALL_VERSION, 0, 0, 0, &v1), MONCALL_OK);
	CHECK_EQUAL("version", v1, MONCALL_VERSION_VALUE);
	CHECK_EQUAL("console",
		    moncall(MONCALL_CONSOLE_WRITE, (uint64_t)(uintptr_t)text - WINDOW,
			    sizeof(text) - 1, 0, &v1),
		    MONCALL_OK);
	CHECK_EQUAL("console", v1, sizeof(text) - 1);
	CHECK_EQUAL("read", moncall(MONCALL_CONSOLE_READ, 0, 0, 0, &v1), MONCALL_OK);
	CHECK_EQUAL("read", v1, UINT64_MAX);
	CHECK_EQUAL("time", moncall(MONCALL_TIME, 0, 0, 0, &v1), MONCALL_OK);
	check("time", v1 != 0, v1, 0);
	CHECK_EQUAL("stolen", moncall(MONCALL_STOLEN, 0, 0, 0, &v1), MONCALL_OK);
	test_memory();
	test_refused();
}

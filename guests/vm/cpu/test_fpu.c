/* SPDX-License-Identifier: MIT */
/* test_fpu.c - the FPU comes when it is used, and its exceptions are the guest's. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

static void test_off(uint32_t status)
{
	cp0_write(CP0_STATUS, status & ~STATUS_CU1);
	caught.count = 0;
	is_catching = true;
	__asm__ volatile("mtc1 $0, $f6" : : : "memory");
	is_catching = false;
	CHECK_EQUAL("CU1 = 0", caught.count, 1);
	CHECK_EQUAL("CU1 = 0", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_CPU);
	CHECK_EQUAL("CU1 = 0", (caught.cause & CAUSE_CE) >> CAUSE_CE_SHIFT, 1);
}

/* Values survive CU1 being off in between, and FR = 0 sees halves. */
static void test_values(uint32_t status)
{
	uint64_t out = 0;
	uint64_t pattern = 0x0123456789abcdef;

	cp0_write(CP0_STATUS, status | STATUS_CU1 | STATUS_FR);
	__asm__ volatile("dmtc1 %0, $f8\n\tdmtc1 %0, $f9\n\tdmtc1 $0, $f10" : : "r"(pattern));
	cp0_write(CP0_STATUS, (status & ~STATUS_CU1) | STATUS_FR);
	cp0_write(CP0_STATUS, status | STATUS_CU1 | STATUS_FR);
	__asm__ volatile("dmfc1 %0, $f9" : "=r"(out));
	CHECK_EQUAL("f9", out, pattern);
	__asm__ volatile("cfc1 %0, $0" : "=r"(out));
	CHECK_EQUAL("FCR0", out, FCR0_R4400);
}

static void test_exception(uint32_t status)
{
	uint64_t fcr31;

	cp0_write(CP0_STATUS, status | STATUS_CU1 | STATUS_FR);
	__asm__ volatile("ctc1 %0, $31" : : "r"(0x400)); /* division by zero enabled */
	caught.count = 0;
	is_catching = true;
	__asm__ volatile("dli $8, 0x3ff0000000000000\n\tdmtc1 $8, $f2\n\tdmtc1 $0, $f4\n\t"
			 "nop\n\tdiv.d $f6, $f2, $f4\n\tnop\n\tcfc1 %0, $31"
			 : "=r"(fcr31)
			 :
			 : "$8", "memory");
	is_catching = false;
	CHECK_EQUAL("FPE", caught.count, 1);
	CHECK_EQUAL("FPE", (caught.cause & CAUSE_EXCCODE) >> 2, EXC_FPE);
	CHECK_EQUAL("FCR31", fcr31 & FCSR_CAUSE, 0x8000);
	__asm__ volatile("ctc1 $0, $31");
}

void test_fpu(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	test_off(status);
	test_values(status);
	test_exception(status);
	cp0_write(CP0_STATUS, status);
}

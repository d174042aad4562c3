/* SPDX-License-Identifier: MIT */
/* test_user.c - applications: mode, page faults, system calls, what they may not do. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"

/* Longer than the VCPU may be without its CPU in between. */
#if GUEST_UNTIMED
#define DELAY 2000000
#else
#define DELAY 20000
#endif

extern const char user_syscall[];
extern const char user_mfc0[];
extern const char user_moncall[];
extern const char user_load[];
extern const char user_wide[];
extern const char user_spin[];
extern const char user_fpu[];

static uint64_t data[1024] __attribute__((aligned(8192)));
static uint32_t interrupts;

static void run(const char *function, uint64_t a0)
{
	caught.count = 0;
	run_user(user_address(function), a0);
}

static void expect(const char *name, const char *function, unsigned offset, unsigned code)
{
	CHECK_EQUAL(name, caught.count, 1);
	CHECK_EQUAL(name, (caught.cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT, code);
	CHECK_EQUAL(name, caught.epc, user_address(function) + offset);
	CHECK_EQUAL(name, caught.status & STATUS_KSU, STATUS_KSU_USER);
}

static void stop_user(struct frame *frame, uint32_t ip)
{
	interrupts++;
	CHECK_EQUAL("timer in user mode", ip, CAUSE_IP_TIMER);
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 0x10000000);
	frame->epc = user_address(user_mfc0);
}

static void test_interrupt(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	on_interrupt = stop_user;
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + DELAY);
	cp0_write(CP0_STATUS, status | CAUSE_IP_TIMER);
	run(user_spin, 0);
	expect("interrupted", user_mfc0, 0, EXC_CPU);
	CHECK_EQUAL("interrupted", interrupts, 1);
	cp0_write(CP0_STATUS, status);
	on_interrupt = NULL;
}

static void test_denied(void)
{
	static const uint64_t kernel[] = { 0xffffffffc0000000, 0xffffffffd0000000,
					   0xffffffffde000000, 0xffffffffdf000900,
					   0xffffffff80000000, 0xffffffffffffe000 };

	for (unsigned i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		run(user_load, kernel[i]);
		expect("kernel address", user_load, 0, EXC_ADEL);
		CHECK_EQUAL("kernel address", caught.badvaddr, kernel[i]);
	}
	run(user_mfc0, 0);
	expect("mfc0", user_mfc0, 0, EXC_CPU);
	CHECK_EQUAL("mfc0", caught.cause & CAUSE_CE, 0);
	run(user_moncall, 0);
	expect("monitor call", user_moncall, 4, EXC_SYS);
	/* NULL, and where rewritten instructions find the shared page. */
	map_user(0x6000, NULL, 0);
	map_user(0x7000, NULL, 0);
	run(user_load, 0x7000);
	expect("0x7000", user_load, 0, EXC_TLBL);
	run(user_load, 0);
	expect("NULL", user_load, 0, EXC_TLBL);
}

static void test_wide(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	run(user_wide, 0);
	expect("UX = 0", user_wide, 0, EXC_RI);
	run(user_load, 0x100000000);
	expect("UX = 0", user_load, 0, EXC_ADEL);
	cp0_write(CP0_STATUS, status | STATUS_UX);
	run(user_wide, 0);
	expect("UX = 1", user_wide, 4, EXC_SYS);
	cp0_write(CP0_STATUS, status);
}

static void test_fpu_off(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	cp0_write(CP0_STATUS, status & ~STATUS_CU1);
	run(user_fpu, 0);
	expect("CU1 = 0", user_fpu, 0, EXC_CPU);
	CHECK_EQUAL("CU1 = 0", (caught.cause & CAUSE_CE) >> CAUSE_CE_SHIFT, 1);
	cp0_write(CP0_STATUS, status | STATUS_CU1);
	run(user_fpu, 0);
	expect("CU1 = 1", user_fpu, 12, EXC_SYS);
	cp0_write(CP0_STATUS, status);
}

void test_user(void)
{
	map_user(USER_TEXT, user_text, ENTRYLO_V);
	map_user(USER_DATA, data, ENTRYLO_V | ENTRYLO_D);
	map_user(USER_DATA + 4096, data + 512, ENTRYLO_V | ENTRYLO_D);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | STATUS_UX);
	run(user_syscall, 0);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~STATUS_UX);
	expect("syscall", user_syscall, 20, EXC_SYS);
	CHECK_EQUAL("data", data[0], 1);
	test_denied();
	test_wide();
	test_interrupt();
	test_fpu_off();
}

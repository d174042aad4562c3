/* SPDX-License-Identifier: MIT */
/* test_timer.c - Count and Compare, software interrupts, sleeping. */
#include "guests/vm/cpu/guest.h"
#include "guests/vm/cpu/tests.h"
#include "machine/map.h"
#include "machine/moncall.h"
#include "machine/power.h"

static volatile uint32_t timer_interrupts;
static volatile uint32_t software_interrupts;
static volatile uint32_t late;

static void count_interrupts(struct frame *frame, uint32_t ip)
{
	(void)frame;
	if (ip & CAUSE_IP_TIMER) {
		timer_interrupts++;
		late = cp0_read(CP0_COUNT) - cp0_read(CP0_COMPARE);
		cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 5000);
	}
	if (ip & CAUSE_IP_SOFTWARE) {
		software_interrupts++;
		cp0_write(CP0_CAUSE, 0);
	}
}

/* Waits until `*counter` is `wanted`, or gives up. */
static void wait(const volatile uint32_t *counter, uint32_t wanted)
{
	uint32_t start = cp0_read(CP0_COUNT);

	while (*counter < wanted && cp0_read(CP0_COUNT) - start < 10000000) {
	}
}

static void test_periodic(uint32_t status)
{
	timer_interrupts = 0;
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 5000);
	cp0_write(CP0_STATUS, status | CAUSE_IP_TIMER | STATUS_IE);
	wait(&timer_interrupts, 20);
	check("periodic", timer_interrupts >= 20, timer_interrupts, 20);
	check("late", late < 5000, late, 0);
	cp0_write(CP0_STATUS, status);
	/* Masked, the line stays up until Compare is written. */
	for (uint32_t start = cp0_read(CP0_COUNT); cp0_read(CP0_COUNT) - start < 20000;) {
	}
	CHECK_EQUAL("IP7", cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER, CAUSE_IP_TIMER);
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 0x20000000);
	CHECK_EQUAL("IP7", cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER, 0);
}

static void test_software(uint32_t status)
{
	software_interrupts = 0;
	cp0_write(CP0_STATUS, status | 0x300 | STATUS_IE);
	CHECK_EQUAL("none", software_interrupts, 0);
	cp0_write(CP0_CAUSE, 0x100);
	CHECK_EQUAL("IP0", software_interrupts, 1);
	cp0_write(CP0_CAUSE, 0x200);
	CHECK_EQUAL("IP1", software_interrupts, 2);
	/* Disabled: pending until IE is set. */
	cp0_write(CP0_STATUS, status | 0x300);
	cp0_write(CP0_CAUSE, 0x200);
	CHECK_EQUAL("disabled", software_interrupts, 2);
	cp0_write(CP0_STATUS, status | 0x300 | STATUS_IE);
	CHECK_EQUAL("enabled", software_interrupts, 3);
	cp0_write(CP0_STATUS, status);
}

/* The power-save register and its call: they end with the line, interrupts off. */
static void test_sleep(uint32_t status)
{
	volatile uint32_t *power =
		(volatile uint32_t *)(intptr_t)(int32_t)(VM_DEVICES_BASE +
							 (MAP_POWER_BASE - MAP_IO_BASE) +
							 POWER_SAVE);
	uint32_t before;

	cp0_write(CP0_STATUS, status | CAUSE_IP_TIMER);
	for (unsigned i = 0; i < 4; i++) {
		before = cp0_read(CP0_COUNT);
		cp0_write(CP0_COMPARE, before + 100000);
		if (i & 1) {
			moncall(MONCALL_IDLE, 0, 0, 0, NULL);
		} else {
			*power = 0;
		}
		check("slept", cp0_read(CP0_COUNT) - before >= 100000, cp0_read(CP0_COUNT) - before,
		      100000);
		CHECK_EQUAL("woken", cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER, CAUSE_IP_TIMER);
		/* The line is up: no sleep at all. */
		before = cp0_read(CP0_COUNT);
		*power = 0;
		check("not slept", cp0_read(CP0_COUNT) - before < 100000,
		      cp0_read(CP0_COUNT) - before, 0);
	}
	cp0_write(CP0_COMPARE, cp0_read(CP0_COUNT) + 0x20000000);
	cp0_write(CP0_STATUS, status);
}

void test_timer(void)
{
	uint32_t status = cp0_read(CP0_STATUS);

	on_interrupt = count_interrupts;
	test_periodic(status);
	test_software(status);
	test_sleep(status);
	on_interrupt = NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * timer.c - Count, Compare, timer interrupts, software interrupts, sleeping, in kernel and user
 * mode.
 *
 * Prints nothing that depends on how fast the machine is.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "machine/power.h"

#define PERIOD 400000U /* counts: 4 ms on QEMU, where an interrupt takes long */
#define TICKS  10U
#define FAR    0x40000000U /* no host is so slow that it comes to that */

#define CAUSE_IP0 (1U << CAUSE_IP_SHIFT)
#define CAUSE_IP1 (2U << CAUSE_IP_SHIFT)

static bool all_good = true;
static volatile uint32_t ticks;
static volatile uint32_t software[2];
static volatile uint32_t late;

static void check(const char *what, bool holds)
{
	printf("%s: %s\n", what, holds ? "ok" : "WRONG");
	all_good &= holds;
}

/*
 * A VCPU may lose its CPU between reading Count and writing Compare, for longer than `distance`:
 * then Count has passed and would come back after 2^32 steps only.
 */
static void set_compare(uint32_t distance)
{
	uint32_t next;

	do {
		next = cpu_count() + distance;
		cp0_write(CP0_COMPARE, next);
	} while ((int32_t)(next - cpu_count()) <= 0 && !(cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER));
}

/* Count has reached Compare: never early. */
static void tick(struct trap_frame *frame)
{
	uint32_t compare = cp0_read(CP0_COMPARE);

	(void)frame;
	if ((int32_t)(cpu_count() - compare) < 0) {
		late++;
	}
	ticks++;
	set_compare(PERIOD);
}

static void software_interrupt(struct trap_frame *frame)
{
	uint32_t cause = cp0_read(CP0_CAUSE); /* as it is now: the other line's handler ran */
	uint32_t pending = cause & (uint32_t)frame->status & (CAUSE_IP0 | CAUSE_IP1);

	for (unsigned i = 0; i < 2; i++) {
		if (pending & (CAUSE_IP0 << i)) {
			software[i]++;
		}
	}
	cp0_write(CP0_CAUSE, cause & ~pending);
}

static void test_ticks(void)
{
	uint32_t before = cpu_count();

	set_compare(PERIOD);
	cpu_interrupts_on(CAUSE_IP_TIMER);
	while (ticks < TICKS) {
	}
	cpu_interrupts_off();
	check("ticks", ticks >= TICKS && late == 0);
	check("Count has gone on", cpu_count() - before >= TICKS * PERIOD);
}

/* Masked, the interrupt waits; Compare takes it away. */
static void test_masked(void)
{
	uint32_t before = ticks;

	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~(uint32_t)STATUS_IM);
	set_compare(PERIOD);
	cpu_interrupts_on(0);
	while (!(cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER)) {
	}
	cpu_interrupts_off();
	check("masked", ticks == before);
	set_compare(FAR);
	check("Compare clears it", !(cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER));
}

static void test_software(void)
{
	cpu_interrupts_on(CAUSE_IP0 | CAUSE_IP1);
	cp0_write(CP0_CAUSE, CAUSE_IP0);
	check("software interrupt 0", software[0] == 1 && software[1] == 0);
	cp0_write(CP0_CAUSE, CAUSE_IP1);
	check("software interrupt 1", software[0] == 1 && software[1] == 1);
	cpu_interrupts_off();
	cp0_write(CP0_CAUSE, CAUSE_IP0 | CAUSE_IP1);
	cpu_interrupts_on(0);
	check("both", software[0] == 2 && software[1] == 2);
	cpu_interrupts_off();
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~(uint32_t)STATUS_IM);
}

/* Sleeps with interrupts off; the timer wakes all the same, and is taken afterwards. */
static void test_sleep(void)
{
	uint32_t before;

	if (platform_get() != PLATFORM_MIRRORBALL) {
		return;
	}
	before = ticks;
	set_compare(PERIOD);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | CAUSE_IP_TIMER);
	*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
	check("slept until the timer",
	      ticks == before && (cp0_read(CP0_CAUSE) & CAUSE_IP_TIMER) != 0);
	cpu_interrupts_on(0);
	check("taken afterwards", ticks > before);
	cpu_interrupts_off();
}

int main(void)
{
	trap_set_interrupt(7, tick);
	trap_set_interrupt(0, software_interrupt);
	trap_set_interrupt(1, software_interrupt);
	test_ticks();
	test_masked();
	test_software();
	test_sleep();
	printf("timer: %s\n", all_good ? "ok" : "WRONG");
	return all_good ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * restart.c - boots again and again: each time in the start state, whatever the life before has
 * left, and whatever the other VCPUs do. What is typed says how to go on: 'r' restart, with a
 * second VCPU that spins; 's' with one that sleeps; 'o' asked for by the second one; 'q' the end.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/moncall.h"
#include "guests/lib/print.h"
#include "guests/lib/smp.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"

#define DIRTY_BYTES (1 << 20)

static volatile uint32_t initialised = 1;
static volatile uint32_t cleared;
static volatile int way;
static volatile uint32_t others;
static uint8_t dirty[DIRTY_BYTES];

static void check(const char *what, bool holds)
{
	if (!holds) {
		printf("%s: WRONG\n", what);
		moncall(MONCALL_SHUTDOWN, MONCALL_SHUTDOWN_OFF, 1, 0);
	}
}

static volatile uint32_t *device(uint32_t paddr)
{
	return (volatile uint32_t *)cpu_kseg1(paddr);
}

static void restart(void)
{
	moncall(MONCALL_SHUTDOWN, MONCALL_SHUTDOWN_RESTART, 0, 0);
}

static void secondary(unsigned cpu)
{
	if (cpu != 1) {
		return;
	}
	while (way == 0) {
	}
	others = 1;
	if (way == 'o') {
		restart();
	}
	if (way == 's') {
		/* No line is let through: for ever. */
		cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~(uint32_t)STATUS_IM);
		moncall(MONCALL_IDLE, 0, 0, 0);
	}
	for (;;) {
	}
}

/* As at the first boot. */
static void check_start(void)
{
	const uint32_t scratch = MAP_CONSOLE_BASE + UART_OFFSET + UART_SCR * UART_STRIDE;
	uint32_t sum = 0;

	for (unsigned i = 0; i < DIRTY_BYTES; i += 64) {
		sum += dirty[i];
	}
	check("zeroed memory", sum == 0 && cleared == 0);
	check("data", initialised == 1);
	check("UART", *device(scratch) == 0);
	check("messages", *device(MAP_INTC_BASE + INTC_IPI_BASE + INTC_IPI_PENDING) == 0);
	check("masks", *device(MAP_INTC_BASE + INTC_MASK_STATUS) == 0);
	check("Wired", cp0_read(CP0_WIRED) == 0);
	check("other VCPU",
	      *device(MAP_CPUCTL_BASE + CPUCTL_CPU_STRIDE + CPUCTL_STATE) == CPUCTL_STATE_STOPPED);
}

/* Leaves its mark on all of that. */
static void live(void)
{
	cleared = 1;
	initialised = 0;
	for (unsigned i = 0; i < DIRTY_BYTES; i++) {
		dirty[i] = 0xa5;
	}
	*device(MAP_CONSOLE_BASE + UART_OFFSET + UART_SCR * UART_STRIDE) = 0x5a;
	*device(MAP_INTC_BASE + INTC_MASK_SET) = 0xff;
	*device(MAP_INTC_BASE + INTC_IPI_BASE + INTC_IPI_SET) = 7;
	cp0_write(CP0_WIRED, 5);
}

int main(void)
{
	int typed;

	check_start();
	live();
	do {
		typed = (int)moncall(MONCALL_CONSOLE_READ, 0, 0, 0).v1;
	} while (typed < 'a');
	printf("booted, %c\n", typed);
	if (typed == 'q') {
		return 0;
	}
	check("VCPUs", smp_start(secondary) == 2);
	way = typed;
	while (!others) {
	}
	if (typed != 'o') {
		restart();
	}
	for (;;) {
	}
}

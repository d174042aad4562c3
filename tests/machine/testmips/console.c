/* SPDX-License-Identifier: MIT */
/*
 * console.c - the console of docs/machine/testmips.md: accesses of every width, zeroes, what is
 * typed, the halt register.
 *
 * Runs on Mirrorball and on GXemul, where "abcd" is typed; both must print console.txt.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "isa/cp0.h"
#include "machine/lines.h"
#include "machine/testmips.h"

#define LINE     (1U << (CAUSE_IP_SHIFT + LINES_IP_TESTMIPS_CONSOLE))
#define PATIENCE 20000000U /* turns of a waiting loop */

/* Waits for the interrupt line of the console. */
static void wait_for_character(void)
{
	for (uint32_t i = 0; i < PATIENCE; i++) {
		if (cp0_read(CP0_CAUSE) & LINE) {
			return;
		}
	}
	printf("no line\n");
}

static void read_every_width(volatile void *data)
{
	wait_for_character();
	printf("\nread: %x", *(volatile uint8_t *)data);
	wait_for_character();
	printf(" %x", *(volatile uint16_t *)data);
	wait_for_character();
	printf(" %x", *(volatile uint32_t *)data);
	wait_for_character();
	uint64_t whole = *(volatile uint64_t *)data;

	printf(" %x %x", (uint32_t)(whole >> 32), (uint32_t)whole);
	printf(" none: %x %x", *(volatile uint8_t *)data, *(volatile uint32_t *)data);
	printf(" line %x\n", (uint32_t)(cp0_read(CP0_CAUSE) & LINE));
}

int main(void)
{
	volatile void *data = cpu_kseg1(TESTMIPS_CONSOLE_BASE + TESTMIPS_CONSOLE_DATA);

	*(volatile uint8_t *)data = 'A';
	*(volatile uint8_t *)data = 0;
	*(volatile uint32_t *)data = 'B';
	*(volatile uint32_t *)data = 0x43440046; /* C D F */
	*(volatile uint16_t *)data = 0x4748;
	*(volatile uint64_t *)data = 0x490000000000004aULL; /* I J */
	((volatile uint8_t *)data)[3] = 'K';
	read_every_width(data);
	printf("halt\n");
	*(volatile uint32_t *)cpu_kseg1(TESTMIPS_CONSOLE_BASE + TESTMIPS_CONSOLE_HALT) = 1;
	*(volatile uint8_t *)data = 'X';
	return 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * console.c - the console of docs/machine/testmips.md: accesses of every width, zeroes, the halt
 * register.
 *
 * Runs on Mirrorball and on GXemul; both must print console.txt.
 */
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "machine/testmips.h"

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
	printf("\nhalt\n");
	*(volatile uint32_t *)cpu_kseg1(TESTMIPS_CONSOLE_BASE + TESTMIPS_CONSOLE_HALT) = 1;
	*(volatile uint8_t *)data = 'X';
	return 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * echo.c - reads a line by interrupts, then another by polling, and prints what it has read.
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"

#define LINE_BYTES 80

static char line[LINE_BYTES];
static volatile unsigned length;
static volatile bool is_whole;
static volatile unsigned interrupts;

static volatile uint8_t *uart_register(uint32_t number)
{
	return (volatile uint8_t *)cpu_kseg1(MAP_CONSOLE_BASE + UART_OFFSET + number * UART_STRIDE);
}

static void take(struct trap_frame *frame)
{
	int c;

	(void)frame;
	interrupts++;
	while (!is_whole && (c = platform_getc()) >= 0) {
		if (c == '\n' || length == LINE_BYTES - 1) {
			is_whole = true;
			*uart_register(UART_IER) = 0;
		} else {
			line[length++] = (char)c;
		}
	}
}

int main(void)
{
	trap_set_interrupt(LINES_IP_DEVICE, take);
	*uart_register(UART_IER) = UART_IER_RDA;
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_DEVICE));
	while (!is_whole) {
		*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
		cpu_interrupts_on(0);
		cpu_interrupts_off();
	}
	line[length] = 0;
	printf("by interrupt: %s\n", line);
	length = 0;
	for (;;) {
		int c = platform_getc();

		if (c == '\n') {
			break;
		}
		if (c >= 0 && length < LINE_BYTES - 1) {
			line[length++] = (char)c;
		}
	}
	line[length] = 0;
	printf("by polling: %s\n", line);
	return interrupts != 0 ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * platform.c - finds out which machine this is; console and exit for each.
 *
 * Called by start.S before main(). README.md explains the detection.
 */
#include "guests/lib/platform.h"

#include <stdbool.h>

#include "guests/lib/cpu.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "machine/annotation.h"
#include "machine/map.h"
#include "machine/power.h"
#include "machine/testmips.h"
#include "machine/uart.h"

static enum platform platform_kind;

static volatile uint32_t *annotation_register(uint32_t offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_ANNOTATION_BASE + offset);
}

static volatile uint8_t *uart_register(uint32_t number)
{
	return (volatile uint8_t *)cpu_kseg1(MAP_CONSOLE_BASE + UART_OFFSET + number * UART_STRIDE);
}

static volatile uint8_t *testmips_console(uint32_t offset)
{
	return (volatile uint8_t *)cpu_kseg1(TESTMIPS_CONSOLE_BASE + offset);
}

/* Is there a 16550? Its scratch register keeps what is written and has no effect. */
static bool uart_is_present(void)
{
	static const uint8_t patterns[] = { 0x5a, 0xa5 };
	uint32_t value;

	for (unsigned i = 0; i < sizeof(patterns); i++) {
		if (!trap_probe(uart_register(UART_SCR), 1, &value)) {
			return false;
		}
		*uart_register(UART_SCR) = patterns[i];
		if (!trap_probe(uart_register(UART_SCR), 1, &value) || value != patterns[i]) {
			return false;
		}
	}
	return true;
}

/* Finds the platform. Needs the exception vectors, since a probe may end in a bus error. */
void platform_init(void)
{
	uint32_t id;

	if (trap_probe(annotation_register(ANNOTATION_ID), 4, &id) && id == ANNOTATION_MAGIC) {
		platform_kind = PLATFORM_MIRRORBALL;
	} else if (uart_is_present()) {
		platform_kind = PLATFORM_MALTA;
	} else {
		platform_kind = PLATFORM_TESTMIPS;
	}
}

enum platform platform_get(void)
{
	return platform_kind;
}

const char *platform_name(void)
{
	static const char *const names[] = { "Mirrorball", "testmips (GXemul)", "Malta (QEMU)" };

	return names[platform_kind];
}

void platform_putc(char c)
{
	if (platform_kind == PLATFORM_TESTMIPS) {
		*testmips_console(TESTMIPS_CONSOLE_DATA) = (uint8_t)c;
		return;
	}
	while ((*uart_register(UART_LSR) & UART_LSR_THRE) == 0) {
	}
	*uart_register(UART_THR) = (uint8_t)c;
}

/* A character from the console, or -1 if none is waiting. */
int platform_getc(void)
{
	uint8_t c;

	if (platform_kind != PLATFORM_TESTMIPS) {
		return (*uart_register(UART_LSR) & UART_LSR_DR) != 0 ? *uart_register(UART_RBR)
								     : -1;
	}
	c = *testmips_console(TESTMIPS_CONSOLE_DATA);
	return c != 0 ? c : -1;
}

void platform_exit(int code)
{
	if (code != 0 && platform_kind != PLATFORM_MIRRORBALL) {
		printf("exit code %d\n", code);
	}
	for (;;) {
		switch (platform_kind) {
		case PLATFORM_MIRRORBALL:
			*annotation_register(ANNOTATION_EXIT) = (uint32_t)code;
			break;
		case PLATFORM_MALTA:
			*(volatile uint32_t *)cpu_kseg1(MAP_CONSOLE_BASE + POWER_RESTART_OFFSET) =
				POWER_RESTART_GO;
			break;
		case PLATFORM_TESTMIPS:
			*testmips_console(TESTMIPS_CONSOLE_HALT) = 0;
			break;
		}
	}
}

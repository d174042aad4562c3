/* SPDX-License-Identifier: MIT */
/*
 * console.c - finds out where the program runs and prints there.
 *
 * One ELF runs on Mirrorball, on QEMU's Malta and on GXemul's testmips. The first two have a 16550
 * at the Malta's address, whose scratch register answers; PRId tells them from each other. On
 * testmips a byte written to its console address is printed.
 */
#include "isa/cp0.h"
#include "tests/conformance/guest/runtime.h"

#define UART        0x1f000900
#define UART_STRIDE 8
#define UART_DATA   0
#define UART_LSR    5
#define UART_SCR    7
#define LSR_THRE    0x20
#define MALTA_RESET 0x1f000500
#define MALTA_GO    0x42

#define TESTMIPS_CONSOLE 0x10000000
#define TESTMIPS_HALT    0x10000010

unsigned platform;

static volatile uint8_t *uart(unsigned number)
{
	return kseg1(UART + number * UART_STRIDE);
}

static bool uart_is_present(void)
{
	static const uint8_t patterns[] = { 0x5a, 0xa5 };

	for (unsigned i = 0; i < sizeof(patterns); i++) {
		if (probe_byte((uint64_t)uart(UART_SCR)) < 0) {
			return false;
		}
		*uart(UART_SCR) = patterns[i];
		if (probe_byte((uint64_t)uart(UART_SCR)) != patterns[i]) {
			return false;
		}
	}
	return true;
}

void console_find(void)
{
	if (!uart_is_present()) {
		platform = PLATFORM_GXEMUL;
	} else if (CP0_READ(CP0_PRID) == PRID_R4400) {
		platform = PLATFORM_MIRRORBALL;
	} else {
		platform = PLATFORM_QEMU;
	}
}

void console_putc(char c)
{
	if (platform == PLATFORM_GXEMUL) {
		*(volatile uint8_t *)kseg1(TESTMIPS_CONSOLE) = (uint8_t)c;
		return;
	}
	while ((*uart(UART_LSR) & LSR_THRE) == 0) {
	}
	*uart(UART_DATA) = (uint8_t)c;
}

void console_puts(const char *text)
{
	while (*text != '\0') {
		console_putc(*text++);
	}
}

/* Without leading zeros: a run prints millions of these. */
void console_hex(uint64_t value)
{
	int shift = 60;

	while (shift > 0 && (value >> shift) == 0) {
		shift -= 4;
	}
	for (; shift >= 0; shift -= 4) {
		console_putc("0123456789abcdef"[(value >> shift) & 15]);
	}
}

void console_exit(void)
{
	for (;;) {
		if (platform == PLATFORM_GXEMUL) {
			*(volatile uint8_t *)kseg1(TESTMIPS_HALT) = 0;
		} else {
			*(volatile uint32_t *)kseg1(MALTA_RESET) = MALTA_GO;
		}
	}
}

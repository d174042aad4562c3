/* SPDX-License-Identifier: MIT */
/* console.c - the UART of the device area; the end of the run by the annotation port. */
#include "machine/annotation.h"
#include "machine/uart.h"
#include "tests/equivalence/guest/runtime.h"

static uintptr_t device(uint64_t physical)
{
	return 0xffffffff00000000 + VM_DEVICES_BASE + (physical - MAP_IO_BASE);
}

void console_putc(char c)
{
	*(volatile uint8_t *)device(MAP_CONSOLE_BASE + UART_OFFSET + UART_THR * UART_STRIDE) =
		(uint8_t)c;
}

void console_puts(const char *text)
{
	while (*text != '\0') {
		console_putc(*text++);
	}
}

/* Without leading zeros. */
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
		*(volatile uint32_t *)device(MAP_ANNOTATION_BASE + ANNOTATION_EXIT) = 0;
	}
}

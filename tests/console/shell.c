/* SPDX-License-Identifier: MIT */
/*
 * shell.c - a shell on the UART for tests of the console: sleeps until a line is typed, echoes it
 * and does what it says.
 *
 *   echo TEXT  prints TEXT              sum TEXT   prints the sum of its bytes
 *   tick       a timer wakes it from now on, so that it never sleeps for ever
 *   wait N     N milliseconds of simulated time, without looking at what is typed
 *   flood N    prints N lines           deaf       waits for nothing any more, for ever
 *   die WAY    panics as Linux does, and loops, sleeps, restarts or tells the
 *              simulator (loop, sleep, restart, tell)
 *   panic      tells the simulator so   quit N     ends with code N
 */
#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/timer.h"
#include "guests/lib/trap.h"
#include "machine/annotation.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"

#define LINE_BYTES 400
#define DEVICES    (1U << (STATUS_IM_SHIFT + LINES_IP_DEVICE))
/* Count goes at half of the CPU's 400 MHz. */
#define COUNTS_PER_MS 20000U /* at 40 MHz */

static char line[LINE_BYTES];
static char queue[LINE_BYTES];
static volatile unsigned queue_in;
static unsigned queue_out;

static volatile uint32_t *port(uint32_t paddr)
{
	return (volatile uint32_t *)cpu_kseg1(paddr);
}

static volatile uint8_t *uart_register(uint32_t number)
{
	return (volatile uint8_t *)cpu_kseg1(MAP_CONSOLE_BASE + UART_OFFSET + number * UART_STRIDE);
}

static void take(struct trap_frame *frame)
{
	int c;

	(void)frame;
	while ((c = platform_getc()) >= 0) {
		queue[queue_in % LINE_BYTES] = (char)c;
		queue_in++;
	}
}

static char next_character(void)
{
	while (queue_out == queue_in) {
		*port(MAP_POWER_BASE + POWER_SAVE) = 0;
		cpu_interrupts_on(0);
		cpu_interrupts_off();
	}
	return queue[queue_out++ % LINE_BYTES];
}

static void read_line(void)
{
	unsigned length = 0;

	for (;;) {
		char c = next_character();

		platform_putc(c);
		if (c == '\n' || length == LINE_BYTES - 1) {
			line[length] = '\0';
			return;
		}
		line[length++] = c;
	}
}

/* What follows `word` on the line; NULL if the line begins with something else. */
static const char *behind(const char *word)
{
	const char *at = line;

	for (; *word != '\0'; word++, at++) {
		if (*at != *word) {
			return 0;
		}
	}
	return *at == ' ' ? at + 1 : *at == '\0' ? at : 0;
}

static unsigned number(const char *text)
{
	unsigned value = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (unsigned)(*text - '0');
	}
	return value;
}

static void wait(unsigned ms)
{
	uint32_t begin = cpu_count();

	while (cpu_count() - begin < ms * COUNTS_PER_MS) {
	}
}

static void sum(const char *text)
{
	unsigned total = 0;

	while (*text != '\0') {
		total += (unsigned char)*text++;
	}
	printf("sum %u\n", total);
}

static void flood(unsigned lines)
{
	for (unsigned i = 0; i < lines; i++) {
		printf("line %u of %u\n", i + 1, lines);
	}
}

/* A function of its own, so that a test can look for its name. */
void __attribute__((noinline)) panic(void)
{
	puts("Kernel panic: as was asked for");
	*port(MAP_ANNOTATION_BASE + ANNOTATION_PANIC_PC) = 0xffffffff;
	*port(MAP_ANNOTATION_BASE + ANNOTATION_PANIC_PC + 4) = (uint32_t)(uintptr_t)panic;
	*port(MAP_ANNOTATION_BASE + ANNOTATION_PANIC) = ANNOTATION_PANIC_GUEST;
}

/* By which the command knows Linux. */
const char linux_banner[] __attribute__((used)) = "no Linux";

static void die(const char *way)
{
	printf("[    1.234567] Kernel panic - not syncing: %s\n", way);
	printf("[    1.234567] Call Trace: [<%x>] %x cafebabe x%x\n",
	       (unsigned)(uintptr_t)panic + 8, (unsigned)(uintptr_t)panic,
	       (unsigned)(uintptr_t)panic);
	if (way[0] == 'r') {
		*(volatile uint8_t *)cpu_kseg1(MAP_CONSOLE_BASE + POWER_RESTART_OFFSET) =
			POWER_RESTART_GO;
	}
	if (way[0] == 't') {
		*port(MAP_ANNOTATION_BASE + ANNOTATION_PANIC) = ANNOTATION_PANIC_GUEST;
	}
	if (way[0] == 's') {
		cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) & ~(uint32_t)STATUS_IM);
		*port(MAP_POWER_BASE + POWER_SAVE) = 0;
	}
	for (;;) {
	}
}

static void deaf(void)
{
	*uart_register(UART_IER) = 0;
	for (;;) {
	}
}

/* The commands with a number or a text. */
static bool do_with_rest(void)
{
	const char *rest;

	if ((rest = behind("echo")) != 0) {
		puts(rest);
	} else if ((rest = behind("sum")) != 0) {
		sum(rest);
	} else if ((rest = behind("wait")) != 0) {
		wait(number(rest));
	} else if ((rest = behind("flood")) != 0) {
		flood(number(rest));
	} else if ((rest = behind("die")) != 0) {
		die(rest);
	} else if ((rest = behind("quit")) != 0) {
		platform_exit((int)number(rest));
	} else {
		return false;
	}
	return true;
}

int main(void)
{
	trap_set_interrupt(LINES_IP_DEVICE, take);
	*uart_register(UART_IER) = UART_IER_RDA;
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | DEVICES);
	for (;;) {
		printf("shell> ");
		read_line();
		if (behind("tick")) {
			timer_start(COUNTS_PER_MS);
		} else if (behind("deaf")) {
			deaf();
		} else if (behind("panic")) {
			panic();
		} else if (line[0] != '\0' && !do_with_rest()) {
			printf("%s?\n", line);
		}
	}
}

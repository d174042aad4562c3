/* SPDX-License-Identifier: MIT */
/*
 * console.c - the monitor's console on a 16550 UART (docs/machine/uart.md), polled.
 *
 * The ring lies in .bss, at the symbol console_ring: a debugger, or whoever looks at the memory
 * of a dead machine, finds the last 16 KB there.
 */
#include "src/platform/console.h"

#include "machine/uart.h"

#include "src/include/atomic.h"
#include "src/include/memory.h"
#include "src/lib/hooks.h"
#include "src/lib/printf.h"
#include "src/lib/ring.h"
#include "src/platform/machine.h"

#define RING_BYTES 16384

/* Typed, and not yet read by a VM; a power of two. */
#define INPUT_BYTES 256

/* Polls of LSR for a transmitter that never gets ready: the byte is dropped. */
#define SEND_POLLS_MAX 1000000

__attribute__((used)) struct ring console_ring;
static char ring_data[RING_BYTES];
static struct {
	struct lock lock;
	uint32_t broken; /* console_break_lock() */
	uint64_t uart;
	uint32_t shift;
	uint32_t received; /* bytes ever */
	uint32_t taken;
	uint8_t input[INPUT_BYTES];
} console;

static volatile uint8_t *uart_register(unsigned number)
{
	return (volatile uint8_t *)(uintptr_t)(console.uart + ((uint64_t)number << console.shift));
}

void console_init(uint64_t uart, uint32_t shift)
{
	console.uart = uart;
	console.shift = shift & 7;
	(void)ring_init(&console_ring, ring_data, RING_BYTES);
}

static void put(char c)
{
	unsigned polls = 0;

	ring_put(&console_ring, c);
	if (console.uart == NO_DEVICE) {
		return;
	}
	while (!(*uart_register(UART_LSR) & UART_LSR_THRE)) {
		if (++polls == SEND_POLLS_MAX) {
			return;
		}
	}
	*uart_register(UART_THR) = (uint8_t)c;
}

static void put_to_sink(struct print_sink *sink, char c)
{
	(void)sink;
	put(c);
}

/* Once it is broken nobody waits for it any more, and to release it changes nothing. */
static void take_lock(void)
{
	if (!atomic_load(&console.broken)) {
		lock_acquire(&console.lock);
	}
}

void console_print_list(const char *prefix, const char *format, va_list list)
{
	struct print_sink sink = { put_to_sink };

	take_lock();
	print_format(&sink, "mirrorball: %s", prefix);
	print_format_list(&sink, format, list);
	put('\n');
	lock_release(&console.lock);
}

void console_print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	console_print_list("", format, list);
	va_end(list);
}

void console_write(const char *bytes, size_t count)
{
	size_t i;

	take_lock();
	for (i = 0; i < count; i++) {
		put(bytes[i]);
	}
	lock_release(&console.lock);
}

/* Takes what has been typed from the UART as long as there is room. The lock is held. */
static void receive(void)
{
	while (console.uart != NO_DEVICE && console.received - console.taken < INPUT_BYTES &&
	       (*uart_register(UART_LSR) & UART_LSR_DR)) {
		console.input[console.received % INPUT_BYTES] = *uart_register(UART_RBR);
		console.received++;
	}
}

void console_enable_input(void)
{
	if (console.uart != NO_DEVICE) {
		*uart_register(UART_IER) = UART_IER_RDA;
	}
}

bool console_receive(void)
{
	bool has_room;

	take_lock();
	receive();
	has_room = console.received - console.taken < INPUT_BYTES;
	lock_release(&console.lock);
	return has_room;
}

bool console_is_waiting(void)
{
	(void)console_receive();
	return atomic_load(&console.received) != atomic_load(&console.taken);
}

int console_read(void)
{
	int c = -1;

	take_lock();
	receive();
	if (console.received != console.taken) {
		c = console.input[console.taken % INPUT_BYTES];
		console.taken++;
	}
	lock_release(&console.lock);
	return c;
}

void console_break_lock(void)
{
	atomic_store(&console.broken, 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * uart.c - the 16550 UART (machine/uart.h).
 *
 *   0 RBR/THR/DLL  1 IER/DLM  2 IIR/FCR  3 LCR  4 MCR  5 LSR  6 MSR  7 SCR
 *
 * Sending takes no time. Input waits in the machine's queue, which is this UART's FIFO.
 */
#include "machine/uart.h"

#include <stdlib.h>

#include "machine/lines.h"
#include "sim/core/core.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

struct uart {
	struct device device;
	uint8_t ier;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	bool fifo;
	bool thre_pending; /* the transmitter became empty since IIR told so */
};

static struct uart *uart_of(struct device *device)
{
	return (struct uart *)device;
}

/* The most urgent cause of an interrupt. */
static uint8_t interrupt_cause(const struct uart *uart)
{
	if ((uart->ier & UART_IER_RDA) && console_waiting(&uart->device.machine->input)) {
		return UART_IIR_RDA;
	}
	if ((uart->ier & UART_IER_THRE) && uart->thre_pending) {
		return UART_IIR_THRE;
	}
	return UART_IIR_NONE;
}

static void update_irq(struct uart *uart)
{
	intc_set_source(uart->device.machine->intc, LINES_SOURCE_UART,
			interrupt_cause(uart) != UART_IIR_NONE);
}

static uint8_t read_iir(struct uart *uart)
{
	uint8_t cause = interrupt_cause(uart);

	if (cause == UART_IIR_THRE) {
		uart->thre_pending = false;
		update_irq(uart);
	}
	return (uint8_t)(cause | (uart->fifo ? UART_IIR_FIFO : 0));
}

/* In loop mode the modem's lines show what MCR drives. */
static uint8_t modem_status(const struct uart *uart)
{
	uint8_t lines = 0;

	if (!(uart->mcr & UART_MCR_LOOP)) {
		return UART_MSR_LINES;
	}
	lines |= (uart->mcr & UART_MCR_RTS) ? UART_MSR_CTS : 0;
	lines |= (uart->mcr & UART_MCR_DTR) ? UART_MSR_DSR : 0;
	lines |= (uart->mcr & UART_MCR_OUT1) ? UART_MSR_RI : 0;
	lines |= (uart->mcr & UART_MCR_OUT2) ? UART_MSR_DCD : 0;
	return lines;
}

static void send(struct uart *uart, uint8_t byte)
{
	if (uart->mcr & UART_MCR_LOOP) {
		machine_console_input(uart->device.machine, byte);
	} else {
		machine_console_output(uart->device.machine, 0, byte);
	}
	uart->thre_pending = true;
}

static uint8_t read_register(struct uart *uart, unsigned number)
{
	bool dlab = (uart->lcr & UART_LCR_DLAB) != 0;
	uint8_t byte = 0;

	switch (number) {
	case UART_RBR:
		if (dlab) {
			return uart->dll;
		}
		console_take(&uart->device.machine->input, &byte);
		machine_input_changed(uart->device.machine);
		return byte;
	case UART_IER:
		return dlab ? uart->dlm : uart->ier;
	case UART_IIR:
		return read_iir(uart);
	case UART_LCR:
		return uart->lcr;
	case UART_MCR:
		return uart->mcr;
	case UART_LSR:
		byte = console_waiting(&uart->device.machine->input) ? UART_LSR_DR : 0;
		return (uint8_t)(byte | UART_LSR_THRE | UART_LSR_TEMT);
	case UART_MSR:
		return modem_status(uart);
	default:
		return uart->scr;
	}
}

static void write_register(struct uart *uart, unsigned number, uint8_t byte)
{
	bool dlab = (uart->lcr & UART_LCR_DLAB) != 0;

	switch (number) {
	case UART_THR:
		if (dlab) {
			uart->dll = byte;
		} else {
			send(uart, byte);
		}
		break;
	case UART_IER:
		if (dlab) {
			uart->dlm = byte;
		} else {
			/* Enabling the transmitter interrupt raises it: the transmitter is empty.
			 */
			uart->thre_pending |= (byte & ~uart->ier & UART_IER_THRE) != 0;
			uart->ier = byte & UART_IER_MASK;
		}
		break;
	case UART_FCR:
		uart->fifo = (byte & UART_FCR_ENABLE) != 0;
		if (byte & UART_FCR_CLEAR_RX) {
			console_clear(&uart->device.machine->input);
			machine_input_changed(uart->device.machine);
		}
		break;
	case UART_LCR:
		uart->lcr = byte;
		break;
	case UART_MCR:
		uart->mcr = byte & UART_MCR_MASK;
		break;
	case UART_SCR:
		uart->scr = byte;
		break;
	default: /* LSR and MSR are read-only */
		break;
	}
	update_irq(uart);
}

static bool uart_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t *value)
{
	(void)core;
	(void)size;
	*value = read_register(uart_of(device), (unsigned)(offset / UART_STRIDE));
	return true;
}

static bool uart_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		       uint64_t value)
{
	(void)core;
	(void)size;
	write_register(uart_of(device), (unsigned)(offset / UART_STRIDE), (uint8_t)value);
	return true;
}

static void uart_hash(const struct device *device, struct state_hash *hash)
{
	const struct uart *uart = (const struct uart *)device;

	state_hash_u64(hash, uart->ier);
	state_hash_u64(hash, uart->lcr);
	state_hash_u64(hash, uart->mcr);
	state_hash_u64(hash, uart->scr);
	state_hash_u64(hash, ((uint64_t)uart->dlm << 8) | uart->dll);
	state_hash_u64(hash, uart->fifo);
	state_hash_u64(hash, uart->thre_pending);
}

static void uart_state(struct device *device, struct state_io *io)
{
	struct uart *uart = uart_of(device);

	state_io_u8(io, &uart->ier);
	state_io_u8(io, &uart->lcr);
	state_io_u8(io, &uart->mcr);
	state_io_u8(io, &uart->scr);
	state_io_u8(io, &uart->dll);
	state_io_u8(io, &uart->dlm);
	state_io_bool(io, &uart->fifo);
	state_io_bool(io, &uart->thre_pending);
}

static void uart_input(struct device *device)
{
	update_irq(uart_of(device));
}

static const struct device_ops uart_ops = {
	.name = "uart",
	.read = uart_read,
	.write = uart_write,
	.input = uart_input,
	.hash = uart_hash,
	.state = uart_state,
};

struct device *uart_create(void)
{
	struct uart *uart = calloc(1, sizeof(*uart));

	if (uart == NULL) {
		return NULL;
	}
	uart->device.ops = &uart_ops;
	uart->device.base = MAP_CONSOLE_BASE + UART_OFFSET;
	uart->device.bytes = UART_BYTES;
	return &uart->device;
}

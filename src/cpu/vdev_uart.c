/* SPDX-License-Identifier: MIT */
/* vdev_uart.c - a VM's 16550 (machine/uart.h); the characters are the platform's. */
#include "machine/lines.h"
#include "machine/uart.h"

#include "src/cpu/platform.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vdev.h"
#include "src/cpu/vm.h"

static bool is_waiting(struct vm *vm)
{
	return vm->uart.loop_count != 0 || platform_console_waiting(vm);
}

/* The most urgent cause of an interrupt. */
static uint8_t interrupt_cause(struct vm *vm)
{
	if ((vm->uart.ier & UART_IER_RDA) && is_waiting(vm)) {
		return UART_IIR_RDA;
	}
	if ((vm->uart.ier & UART_IER_THRE) && vm->uart.thre_pending) {
		return UART_IIR_THRE;
	}
	return UART_IIR_NONE;
}

static void update_irq(struct vm *vm)
{
	vm_set_source(vm, LINES_SOURCE_UART, interrupt_cause(vm) != UART_IIR_NONE);
}

static uint8_t receive(struct vm *vm)
{
	struct vdev_uart *uart = &vm->uart;
	int c;

	if (uart->loop_count != 0) {
		uint8_t byte = uart->loop[0];

		uart->loop_count--;
		for (unsigned i = 0; i < uart->loop_count; i++) {
			uart->loop[i] = uart->loop[i + 1];
		}
		return byte;
	}
	c = platform_console_read(vm);
	return c < 0 ? 0 : (uint8_t)c;
}

static uint8_t read_iir(struct vm *vm)
{
	uint8_t cause = interrupt_cause(vm);

	if (cause == UART_IIR_THRE) {
		vm->uart.thre_pending = false;
	}
	return (uint8_t)(cause | (vm->uart.fifo ? UART_IIR_FIFO : 0));
}

/* In loop mode the modem's lines show what MCR drives. */
static uint8_t modem_status(const struct vdev_uart *uart)
{
	uint8_t lines = 0;

	if (!(uart->mcr & UART_MCR_LOOP)) {
		return UART_MSR_LINES;
	}
	lines |= uart->mcr & UART_MCR_RTS ? UART_MSR_CTS : 0;
	lines |= uart->mcr & UART_MCR_DTR ? UART_MSR_DSR : 0;
	lines |= uart->mcr & UART_MCR_OUT1 ? UART_MSR_RI : 0;
	lines |= uart->mcr & UART_MCR_OUT2 ? UART_MSR_DCD : 0;
	return lines;
}

static uint8_t read_register(struct vm *vm, unsigned number)
{
	const struct vdev_uart *uart = &vm->uart;
	bool dlab = (uart->lcr & UART_LCR_DLAB) != 0;

	switch (number) {
	case UART_RBR:
		return dlab ? uart->dll : receive(vm);
	case UART_IER:
		return dlab ? uart->dlm : uart->ier;
	case UART_IIR:
		return read_iir(vm);
	case UART_LCR:
		return uart->lcr;
	case UART_MCR:
		return uart->mcr;
	case UART_LSR:
		return UART_LSR_THRE | UART_LSR_TEMT | (is_waiting(vm) ? UART_LSR_DR : 0);
	case UART_MSR:
		return modem_status(uart);
	default:
		return uart->scr;
	}
}

static void send(struct vm *vm, uint8_t byte)
{
	struct vdev_uart *uart = &vm->uart;
	char c = (char)byte;

	if (!(uart->mcr & UART_MCR_LOOP)) {
		platform_console_write(vm, &c, 1);
	} else if (uart->loop_count < VDEV_LOOP_BYTES) {
		uart->loop[uart->loop_count++] = byte;
	}
	uart->thre_pending = true;
}

static void clear_input(struct vm *vm)
{
	vm->uart.loop_count = 0;
	while (platform_console_read(vm) >= 0) {
	}
}

static void write_register(struct vm *vm, unsigned number, uint8_t byte)
{
	struct vdev_uart *uart = &vm->uart;
	bool dlab = (uart->lcr & UART_LCR_DLAB) != 0;

	switch (number) {
	case UART_THR:
		if (dlab) {
			uart->dll = byte;
		} else {
			send(vm, byte);
		}
		break;
	case UART_IER:
		if (dlab) {
			uart->dlm = byte;
			break;
		}
		/* Enabling the transmitter's interrupt raises it: the transmitter is empty. */
		uart->thre_pending = uart->thre_pending || (byte & ~uart->ier & UART_IER_THRE);
		uart->ier = byte & UART_IER_MASK;
		break;
	case UART_FCR:
		uart->fifo = (byte & UART_FCR_ENABLE) != 0;
		if (byte & UART_FCR_CLEAR_RX) {
			clear_input(vm);
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
}

bool vdev_uart_read(struct vcpu *vcpu, uint32_t offset, uint64_t *value)
{
	struct vm *vm = vcpu->vm;

	lock_acquire(&vm->lock);
	*value = read_register(vm, offset / UART_STRIDE);
	update_irq(vm);
	lock_release(&vm->lock);
	return true;
}

void vdev_uart_write(struct vcpu *vcpu, uint32_t offset, uint8_t byte)
{
	struct vm *vm = vcpu->vm;

	lock_acquire(&vm->lock);
	write_register(vm, offset / UART_STRIDE, byte);
	update_irq(vm);
	lock_release(&vm->lock);
}

void vdev_console_input(struct vm *vm)
{
	lock_acquire(&vm->lock);
	update_irq(vm);
	lock_release(&vm->lock);
}

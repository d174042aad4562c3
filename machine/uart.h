/* SPDX-License-Identifier: MIT */
/*
 * uart.h - the 16550 UART of the machine's console.
 *
 * Registers are bytes, 8 bytes apart, at the addresses of Malta's third serial port. Reads and
 * writes may be 1, 4 or 8 bytes wide (the low byte counts). Manual page: docs/machine/uart.md.
 */
#pragma once

#include "machine/map.h"

#define UART_OFFSET 0x900 /* in the page at MAP_CONSOLE_BASE */
#define UART_STRIDE 8
#define UART_BYTES  0x40

/* Register numbers; the offset is number * UART_STRIDE. */
#define UART_RBR 0 /* read, DLAB = 0: received byte */
#define UART_THR 0 /* write, DLAB = 0: byte to send */
#define UART_DLL 0 /* DLAB = 1: divisor, low byte; kept, without effect on timing */
#define UART_IER 1 /* DLAB = 0: interrupt enables */
#define UART_DLM 1 /* DLAB = 1: divisor, high byte */
#define UART_IIR 2 /* read: what interrupts */
#define UART_FCR 2 /* write: FIFO control */
#define UART_LCR 3 /* line control; DLAB is bit 7 */
#define UART_MCR 4 /* modem control */
#define UART_LSR 5 /* line status */
#define UART_MSR 6 /* modem status: always carrier, clear to send, data set ready */
#define UART_SCR 7 /* scratch */

#define UART_IER_RDA	0x01 /* received data available */
#define UART_IER_THRE	0x02 /* transmitter empty */
#define UART_IIR_NONE	0x01
#define UART_IIR_THRE	0x02
#define UART_IIR_RDA	0x04
#define UART_IIR_FIFO	0xc0
#define UART_FCR_ENABLE 0x01
#define UART_FCR_CLEAR_RX 0x02
#define UART_FCR_CLEAR_TX 0x04
#define UART_LCR_DLAB	0x80
#define UART_LSR_DR	0x01 /* a byte is waiting */
#define UART_LSR_OE	0x02 /* a byte was lost */
#define UART_LSR_THRE	0x20 /* room to send: always */
#define UART_LSR_TEMT	0x40 /* all sent: always */
#define UART_MSR_LINES	0xb0

/* The UART drives this bit of Cause.IP on CPU 0 of a testmips machine. */
#define UART_TESTMIPS_IRQ 2

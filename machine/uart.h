/* SPDX-License-Identifier: MIT */
/*
 * uart.h - the 16550 UART of the machine's console.
 *
 * Registers are bytes, 8 bytes apart, at the addresses of Malta's third serial port. Reads and
 * writes may be 1, 2, 4 or 8 bytes wide; the low byte counts. Only #define. Manual page:
 * docs/machine/uart.md.
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
#define UART_DLM 1 /* DLAB = 1: divisor, high byte; kept, without effect on timing */
#define UART_IIR 2 /* read: what interrupts */
#define UART_FCR 2 /* write: FIFO control */
#define UART_LCR 3 /* line control: kept; DLAB is bit 7 */
#define UART_MCR 4 /* modem control, 5 bits */
#define UART_LSR 5 /* read: line status */
#define UART_MSR 6 /* read: modem status */
#define UART_SCR 7 /* scratch: kept */

#define UART_IER_RDA      0x01 /* interrupt while a received byte waits */
#define UART_IER_THRE     0x02 /* interrupt when the transmitter has become empty */
#define UART_IER_MASK     0x0f /* bits that are kept; line and modem status never interrupt */
#define UART_IIR_NONE     0x01
#define UART_IIR_THRE     0x02 /* transmitter empty; reading IIR clears it */
#define UART_IIR_RDA      0x04 /* a received byte waits; has priority */
#define UART_IIR_FIFO     0xc0 /* FIFOs are on */
#define UART_FCR_ENABLE   0x01
#define UART_FCR_CLEAR_RX 0x02
#define UART_FCR_CLEAR_TX 0x04 /* without effect: nothing waits to be sent */
#define UART_LCR_DLAB     0x80
#define UART_MCR_DTR      0x01
#define UART_MCR_RTS      0x02
#define UART_MCR_OUT1     0x04
#define UART_MCR_OUT2     0x08
#define UART_MCR_LOOP     0x10 /* bytes sent are received, not printed; MSR shows MCR */
#define UART_MCR_MASK     0x1f
#define UART_LSR_DR       0x01 /* a byte waits */
#define UART_LSR_OE       0x02 /* a byte was lost: never set, the host side waits */
#define UART_LSR_THRE     0x20 /* room to send: always */
#define UART_LSR_TEMT     0x40 /* all sent: always */
#define UART_MSR_CTS      0x10 /* in loop mode RTS */
#define UART_MSR_DSR      0x20 /* in loop mode DTR */
#define UART_MSR_RI       0x40 /* in loop mode OUT1 */
#define UART_MSR_DCD      0x80 /* in loop mode OUT2 */
#define UART_MSR_LINES    0xb0 /* outside of loop mode: carrier, data set ready, clear to send */

/* SPDX-License-Identifier: MIT */
/*
 * console.h - the monitor's own console: a UART, and a ring that outlives a crash.
 *
 * Every line of the monitor begins with "mirrorball: ", so that it can be told from what guests
 * print. One lock for both; the panic path goes around it.
 */
#pragma once

#include <stdarg.h>

#include "src/include/types.h"

/* Before anything is printed; without a UART (NO_DEVICE) only the ring gets it. */
void console_init(uint64_t uart, uint32_t shift);
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);
__attribute__((format(printf, 2, 0))) void console_print_list(const char *prefix,
							      const char *format, va_list list);
/* Bytes as they are, in one piece. */
void console_write(const char *bytes, size_t count);
bool console_is_waiting(void);
/* The UART interrupts when a byte has been received, from now on. */
void console_enable_input(void);
/* Called for its interrupt: keeps what has come; false if there is no room for more. */
bool console_receive(void);
/* A received byte, or -1. */
int console_read(void);
/* From now on nobody waits for the lock: the machine stops, whoever held it. */
void console_break_lock(void);

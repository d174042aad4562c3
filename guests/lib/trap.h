/* SPDX-License-Identifier: MIT */
/*
 * trap.h - exceptions of a bare-metal program.
 *
 * Every exception saves the registers in a struct trap_frame and calls the handler for its code;
 * one without a handler prints the frame and ends the program with TRAP_EXIT_CODE. Handlers run in
 * kernel mode, interrupts off, on the stack of the CPU that took the exception.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TRAP_EXIT_CODE 100

/* The state of the interrupted program; what a handler changes takes effect when it returns. */
struct trap_frame {
	uint64_t gpr[32]; /* gpr[0] is unused; $k0 and $k1 are not saved */
	uint64_t hi;
	uint64_t lo;
	uint64_t epc;
	uint64_t badvaddr;
	uint64_t status;
	uint64_t cause;
};

typedef void trap_handler_fn(struct trap_frame *frame);

void trap_init(void);
void trap_set_handler(unsigned code, trap_handler_fn *handler);
void trap_set_interrupt(unsigned line, trap_handler_fn *handler);
void trap_skip_instruction(struct trap_frame *frame);
void trap_install_vector(uint32_t offset, const void *begin, const void *end);
bool trap_probe(const volatile void *address, unsigned size, uint32_t *value);

/* In trap.S. */
void trap_return(const struct trap_frame *frame) __attribute__((noreturn));
void trap_enter_user(struct trap_frame *frame) __attribute__((noreturn));
void trap_dispatch(struct trap_frame *frame);

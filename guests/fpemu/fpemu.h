/* SPDX-License-Identifier: MIT */
/*
 * fpemu.h - completes FPU operations that the R4000 leaves to software.
 *
 * The handler of the floating-point exception calls fpemu_complete() when FCR31.Cause has the
 * unimplemented bit. Registers are those of the interrupted program, FR as Status has it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/trap.h"

enum fpemu_outcome {
	FPEMU_COMPLETED, /* result and flags are written, the program goes on behind it */
	FPEMU_SIGNALLED, /* an enabled exception: nothing is written, *cause tells which */
	FPEMU_RESERVED   /* no operation of the architecture, or it cannot be resumed */
};

enum fpemu_outcome fpemu_complete(struct trap_frame *frame, uint32_t *cause);

/* Lets the program go on behind the instruction that raised the exception; false if it cannot. */
bool fpemu_skip(struct trap_frame *frame);

/* The instruction that raised the exception: behind the branch if it is in a delay slot. */
uint32_t fpemu_instruction(const struct trap_frame *frame);

/* In registers.S. Doubles need an even number if FR = 0. */
uint64_t fpemu_read_double(unsigned number);
uint32_t fpemu_read_word(unsigned number);
void fpemu_write_double(unsigned number, uint64_t value);
void fpemu_write_word(unsigned number, uint32_t value);

static inline uint32_t fpemu_read_fcsr(void)
{
	uint32_t value;

	__asm__ volatile("cfc1 %0, $31" : "=r"(value));
	return value;
}

/* A cause bit written together with its enable would raise the exception. */
static inline void fpemu_write_fcsr(uint32_t value)
{
	__asm__ volatile("ctc1 %0, $31" : : "r"(value));
}

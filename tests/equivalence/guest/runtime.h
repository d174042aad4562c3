/* SPDX-License-Identifier: MIT */
/*
 * runtime.h - the small kernel that generated programs run on, in a virtual machine or without one.
 *
 * start.S holds vectors, exception entry and exit; main.c runs one program after the other;
 * handler.c serves exceptions; record.c keeps the digest of all records and prints them if asked;
 * console.c prints. The kernel lies in the window (machine/vm.h) and uses nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/cp0.h"
#include "machine/vm.h"
#include "tests/conformance/image.h"
#include "tests/equivalence/guest/frame.h"

/* The interrupted program's registers, saved by start.S. */
struct frame {
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t vector; /* 0 refill, 1 extended refill, 3 general */
	uint64_t fcr31;
	uint64_t cp0[32];
	uint64_t fpr[32];
};

_Static_assert(sizeof(struct frame) == STATE_SIZE, "start.S saves by these offsets");

/* The program that runs, its header, and what its records have become. */
struct run {
	const uint64_t *header;
	const uint64_t *pages;
	const uint64_t *statuses;
	const uint32_t *code;
	unsigned refill_next; /* TLB index that the next refill writes */
	unsigned records;
	unsigned refills;
	uint64_t digest;
	bool verbose;
	bool random_refill;
	bool is_patched;   /* the kernel is: its registers are on the shared page */
	bool is_rewritten; /* the programs' instructions may be */
	bool has_ticks;
	bool is_armed; /* the timer, since the program went on at `resumed` */
	uint64_t resumed;
	uint64_t seed;
	unsigned ticks; /* interrupts taken; and those behind the first instruction */
	unsigned ticks_inside;
	bool probing; /* the next exception is main.c's own */
};

extern struct frame frame;
extern struct run run;

/* start.S */
void frame_resume(void) __attribute__((noreturn));
/* Leaves handle_exception() for the next program (main.c). */
void program_finished(void) __attribute__((noreturn));
void fpr_load(const uint64_t *values, uint64_t fr);
void fpr_store(uint64_t *values, uint64_t fr);
extern uint64_t scratch_page[512];

/* console.c */
void console_putc(char c);
void console_puts(const char *text);
void console_hex(uint64_t value);
void console_exit(void) __attribute__((noreturn));

/* record.c */
void record_exception(const struct frame *frame);
void record_observed(const struct frame *frame, unsigned number);
void record_final_state(const struct frame *frame);
/* Prints the digest and ends the program; `reason` is 0 at its regular end. */
void record_end(unsigned reason) __attribute__((noreturn));

#define END_REGULAR 0
#define END_RUNAWAY 1 /* more than RECORDS_MAX records */
#define END_LOST    2 /* nowhere to go on */

/* handler.c */
void handle_exception(struct frame *frame);
void tlb_write(uint64_t index, const uint64_t *entry);

/* main.c */
void main_programs(void) __attribute__((noreturn));

/* CP0 access; the R4000's hazards are covered by the nops (R4000 UM appendix F). */
#define HAZARD_NOPS "nop; nop; nop; nop; nop; nop; nop; nop;"

#define CP0_READ(number)                                                                   \
	({                                                                                 \
		uint64_t value_;                                                           \
		__asm__ volatile(HAZARD_NOPS "mfc0 %0, $%1" : "=r"(value_) : "i"(number)); \
		value_;                                                                    \
	})
#define CP0_READ64(number)                                                                  \
	({                                                                                  \
		uint64_t value_;                                                            \
		__asm__ volatile(HAZARD_NOPS "dmfc0 %0, $%1" : "=r"(value_) : "i"(number)); \
		value_;                                                                     \
	})
#define CP0_WRITE(number, value)                                                           \
	__asm__ volatile("mtc0 %0, $%1;" HAZARD_NOPS ::"r"((uint64_t)(value)), "i"(number) \
			 : "memory")
#define CP0_WRITE64(number, value)                                                          \
	__asm__ volatile("dmtc0 %0, $%1;" HAZARD_NOPS ::"r"((uint64_t)(value)), "i"(number) \
			 : "memory")
#define TLB_OPERATION(text) __asm__ volatile(text ";" HAZARD_NOPS ::: "memory")

/* Guest physical memory and devices as kernel code sees them. */
static inline void *window(uint64_t physical)
{
	return (void *)(0xffffffff00000000 + VM_WINDOW_BASE + physical);
}

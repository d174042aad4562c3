/* SPDX-License-Identifier: MIT */
/*
 * runtime.h - the parts of the runtime that generated programs run in.
 *
 * start.S boots and holds the exception entry, main.c runs one program after the other, handler.c
 * logs exceptions and serves calls, dump.c prints the final state, console.c finds the console.
 * Everything is in kernel mode; only programs run in other modes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/conformance/image.h"

/* The interrupted program's registers, saved by start.S. */
struct frame {
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t epc;
	uint64_t badvaddr;
	uint64_t context;
	uint64_t xcontext;
	uint64_t entryhi;
	uint64_t status;
	uint64_t cause;
	uint64_t vector; /* 0 refill, 1 extended refill, 2 cache error, 3 general */
};

_Static_assert(sizeof(struct frame) == FRAME_SIZE, "start.S saves by these offsets");
_Static_assert(__builtin_offsetof(struct frame, vector) == FRAME_VECTOR, "");

/* The program that runs, its header, and what the log needs from record to record. */
struct run {
	const uint64_t *header;
	const uint64_t *pages;
	const uint64_t *statuses;
	const uint32_t *code;
	unsigned refill_next; /* TLB index that the next refill writes */
	unsigned records;
	uint64_t last[8]; /* fields of the last exception record, for abbreviation */
};

extern struct frame frame;
extern struct run run;
extern unsigned platform; /* PLATFORM_* */

/* start.S */
void vectors_install(void);
void frame_resume(void) __attribute__((noreturn));
/* Leaves handle_exception() for the next program (main.c). */
void program_finished(void) __attribute__((noreturn));
/* A byte from an address where there may be nothing: -1 after an exception. */
int probe_byte(uint64_t address);
void probe_failed(void);
extern uint64_t probe_active;
void fpr_load(const uint64_t *values, uint64_t fr);
void fpr_store(uint64_t *values, uint64_t fr);

/* console.c */
void console_find(void);
void console_putc(char c);
void console_puts(const char *text);
void console_hex(uint64_t value);
void console_exit(void) __attribute__((noreturn));

/* handler.c */
void handle_exception(struct frame *frame);
void log_end(const char *line);

/* dump.c */
void dump_final_state(const struct frame *frame);

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

/* Physical memory as kernel code sees it. */
static inline void *kseg0(uint64_t physical)
{
	return (void *)(0xffffffff80000000 + physical);
}

static inline volatile void *kseg1(uint64_t physical)
{
	return (volatile void *)(0xffffffffa0000000 + physical);
}

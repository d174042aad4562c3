/* SPDX-License-Identifier: MIT */
/*
 * guest.h - the small kernel under the tests of the virtual CPU: traps, user mode, console.
 *
 * start.S has the vectors and the ways in and out; guest.c the rest. All registers are 64 bits
 * wide; addresses are those of a 32-bit guest (machine/vm.h).
 */
#pragma once

#include "guests/lib/asm.h"

#define STACK_BYTES 8192

/*
 * The page table that the refill handler reads: 16 bytes for each pair of user pages, guest
 * physical 8 MB up, so that Context leads to it.
 */
#define PAGE_TABLE 0xffffffffc0800000

/* The user's code and data. */
#define USER_TEXT  0x00400000
#define USER_DATA  0x00500000
#define USER_STACK 0x00502000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "isa/cp0.h"
#include "machine/vm.h"

/* As cp0_read() and cp0_write() of guests/lib/cpu.h, all 64 bits; _later without the delay. */
#define cp0_read64(number)                                                             \
	({                                                                             \
		uint64_t cp0_value_;                                                   \
		__asm__ volatile("dmfc0 %0, $" CPU_STRING(number) : "=r"(cp0_value_)); \
		cp0_value_;                                                            \
	})
#define cp0_write64(number, value) cp0_write_address(number, value)
#define cp0_write_later(number, value) \
	__asm__ volatile("mtc0 %0, $" CPU_STRING(number) : : "r"((uint32_t)(value)) : "memory")

/* The layout is FRAME_... of guests/lib/asm.h. */
struct frame {
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t epc;
	uint64_t badvaddr;
	uint64_t status;
	uint64_t cause;
};

/* The last exception, for a test that has asked for one. */
struct caught {
	uint32_t count;
	uint64_t epc;
	uint64_t badvaddr;
	uint64_t cause;
	uint64_t status;
	uint64_t entryhi;
	uint64_t context;
	uint64_t xcontext;
};

extern volatile struct caught caught;
/* Exceptions are counted in `caught` and skipped, as long as this is set. */
extern volatile bool is_catching;
/* While catching: where to go on, instead of the next instruction. */
extern volatile uint64_t catch_resume;
/* Called for interrupts, with Cause.IP & Status.IM. */
extern void (*volatile on_interrupt)(struct frame *frame, uint32_t ip);
/* Refills that came to the guest. */
extern volatile uint32_t refill_count;

void print(const char *text);
void print_hex(uint64_t value);
/* `name` has passed if `ok`; values of a failure are printed. */
void check(const char *name, bool ok, uint64_t got, uint64_t wanted);
#define CHECK_EQUAL(name, got, wanted)                       \
	do {                                                 \
		uint64_t got_ = (uint64_t)(got);             \
		uint64_t wanted_ = (uint64_t)(wanted);       \
		check(name, got_ == wanted_, got_, wanted_); \
	} while (0)
extern uint32_t failures;

long moncall(unsigned number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t *v1);
__attribute__((noreturn)) void guest_exit(unsigned code);

/* Maps the user's page at `vaddr` to a kernel object (guest physical) in the page table. */
void map_user(uint64_t vaddr, const void *object, uint32_t flags);
/* Runs `pc` in user mode until it makes an exception other than a refill; which one is in `caught`.
 */
void run_user(uint64_t pc, uint64_t a0);
/* Address in the user's text of a function in the section .text.user. */
uint64_t user_address(const void *function);

/* start.S */
void enter_user(struct frame *frame);
__attribute__((noreturn)) void leave_user(void);
void enable_interrupts(void);
extern const char user_text[];

void guest_trap(struct frame *frame);
void guest_main(void);
#endif

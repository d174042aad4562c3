/* SPDX-License-Identifier: MIT */
/*
 * trap.c - installs the exception vectors and hands exceptions to their handlers.
 *
 * Called by start.S (trap_init) and trap.S (trap_dispatch). R4000 UM chapter 5.
 */
#include "guests/lib/trap.h"

#include <stddef.h>

#include "guests/lib/asm.h"
#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"

#define CODES 32
#define LINES 8

_Static_assert(offsetof(struct trap_frame, hi) == FRAME_HI, "asm.h");
_Static_assert(offsetof(struct trap_frame, lo) == FRAME_LO, "asm.h");
_Static_assert(offsetof(struct trap_frame, epc) == FRAME_EPC, "asm.h");
_Static_assert(offsetof(struct trap_frame, badvaddr) == FRAME_BADVADDR, "asm.h");
_Static_assert(offsetof(struct trap_frame, status) == FRAME_STATUS, "asm.h");
_Static_assert(offsetof(struct trap_frame, cause) == FRAME_CAUSE, "asm.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "asm.h");

/* Labels in trap.S. */
extern const uint32_t trap_vector[];
extern const uint32_t trap_vector_end[];
extern const uint32_t trap_probe_begin[];
extern const uint32_t trap_probe_end[];
extern const uint32_t trap_probe_failed[];
int trap_probe_load(const volatile void *address, unsigned size, uint32_t *value);

/* Written by one CPU before the others start, or with interrupts off. */
static trap_handler_fn *handlers[CODES];
static trap_handler_fn *interrupt_handlers[LINES];

/*
 * Copies the code from `begin` to `end` to the vector at `offset` (VECTOR_...; at most 0x80 bytes).
 * The copy goes through uncached KSEG1, so that a CPU with split caches finds it in memory; a real
 * R4000 must not have fetched from that vector before.
 */
void trap_install_vector(uint32_t offset, const void *begin, const void *end)
{
	volatile uint32_t *to = (volatile uint32_t *)cpu_kseg1(offset);
	const uint32_t *from = begin;

	while (from < (const uint32_t *)end) {
		*to++ = *from++;
	}
}

/*
 * Sends the refill and general vectors to trap_entry. The cache error vector (0x100) stays as it
 * is: it runs uncached and nothing sensible can be done there.
 */
void trap_init(void)
{
	trap_install_vector(VECTOR_TLB_REFILL, trap_vector, trap_vector_end);
	trap_install_vector(VECTOR_XTLB_REFILL, trap_vector, trap_vector_end);
	trap_install_vector(VECTOR_GENERAL, trap_vector, trap_vector_end);
}

/* Exceptions with Cause.ExcCode `code` (EXC_...) go to `handler`; NULL makes them fatal again. */
void trap_set_handler(unsigned code, trap_handler_fn *handler)
{
	handlers[code % CODES] = handler;
}

/* Interrupts on line 0..7 (Cause.IP) go to `handler`, which must quiet the line. */
void trap_set_interrupt(unsigned line, trap_handler_fn *handler)
{
	interrupt_handlers[line % LINES] = handler;
}

/* For handlers of system calls and the like: continue after the instruction, not at it. */
void trap_skip_instruction(struct trap_frame *frame)
{
	if ((frame->cause & CAUSE_BD) != 0) {
		/* The branch before it would have to be carried out here. */
		printf("trap: instruction in a branch delay slot cannot be skipped\n");
		platform_exit(TRAP_EXIT_CODE);
	}
	frame->epc += 4;
}

/*
 * Reads 1 or 4 bytes at `address`; false if that raised an exception. Asks whether a device is
 * there on a machine that answers with a bus error where nothing is.
 */
bool trap_probe(const volatile void *address, unsigned size, uint32_t *value)
{
	return trap_probe_load(address, size, value) == 0;
}

static void trap_die(const struct trap_frame *frame, unsigned code)
{
	static const char *const names[CODES] = {
		"Int", "Mod", "TLBL", "TLBS", "AdEL", "AdES", "IBE",  "DBE",
		"Sys", "Bp",  "RI",   "CpU",  "Ov",   "Tr",   "VCEI", "FPE",
	};

	printf("trap: unexpected exception %u (%s)\n", code,
	       names[code] != NULL ? names[code] : "?");
	printf("epc %016llx badvaddr %016llx status %08x cause %08x\n",
	       (unsigned long long)frame->epc, (unsigned long long)frame->badvaddr,
	       (unsigned)frame->status, (unsigned)frame->cause);
	for (unsigned i = 1; i < 32; i++) {
		printf("$%-2u %016llx%c", i, (unsigned long long)frame->gpr[i],
		       i % 4 == 3 ? '\n' : ' ');
	}
	platform_exit(TRAP_EXIT_CODE);
}

static void trap_dispatch_interrupt(struct trap_frame *frame)
{
	uint32_t pending = (uint32_t)(frame->cause & frame->status & CAUSE_IP) >> CAUSE_IP_SHIFT;

	for (unsigned line = LINES; line-- > 0;) {
		if ((pending & (1U << line)) == 0) {
			continue;
		}
		if (interrupt_handlers[line] == NULL) {
			trap_die(frame, EXC_INT);
		}
		interrupt_handlers[line](frame);
	}
}

/* Called by trap_entry for every exception. */
void trap_dispatch(struct trap_frame *frame)
{
	unsigned code = (unsigned)(frame->cause & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
	uintptr_t epc = (uintptr_t)frame->epc;

	if (code == EXC_INT) {
		trap_dispatch_interrupt(frame);
	} else if (handlers[code] != NULL) {
		handlers[code](frame);
	} else if (epc >= (uintptr_t)trap_probe_begin && epc < (uintptr_t)trap_probe_end) {
		frame->epc = (uint64_t)(int64_t)(intptr_t)trap_probe_failed;
	} else {
		trap_die(frame, code);
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * generate.h - from (seed, number) to a program for a kernel of a virtual machine.
 *
 * Programs, their free-running code and many of their steps are those of tests/conformance; this
 * folder places them where a virtual machine has memory (machine/vm.h) and adds steps about what a
 * monitor must emulate.
 */
#pragma once

#include "tests/conformance/generate.h"

/* Guest physical memory in the window. */
#define WINDOW(paddr) (0xffffffffc0000000 + (uint64_t)(paddr))
/* Of the area that the guest's TLB maps in kernel mode, what belongs to steps. */
#define MAPPED_CODE  0xffffffffd0000000
#define MAPPED_DATA  0xffffffffd4000000
#define MAPPED_STEPS 0xffffffffd8000000

/*
 * Fills `program` (zeroed by the caller) with number `number` of `seed`; flags: 0, PROGRAM_PAGE, or
 * that and PROGRAM_PATCHED.
 */
void equivalence_generate(struct program *program, uint64_t seed, unsigned number, unsigned flags);

/* Privileged instructions x branches x (taken, page boundary, second level cold). */
#define SLOT_CASES (9 * 24 * 8)

/*
 * Program `number` of those that hold all cases in their order; *next is where it begins. Returns
 * how many there are in it: a branch that is always taken has no cases where it is not.
 */
unsigned equivalence_generate_slots(struct program *program, uint64_t seed, unsigned number,
				    unsigned flags, unsigned *next);

/* Steps; each makes one, of a kind that is possible now. */
void step_vm_segment(struct gen *gen); /* steps_memory.c */
/* steps_slot.c */
void step_slot(struct gen *gen);
bool step_slot_case(struct gen *gen, unsigned number); /* false: there is no such case */
/* steps_privileged.c: in kernel mode; in any mode. */
void step_privileged(struct gen *gen);
void step_any_mode(struct gen *gen);

/* SPDX-License-Identifier: MIT */
/*
 * program.h - a generated program, and what the comparison knows about its steps.
 *
 * A program is a sequence of steps. Most are free-running code: registers and memory flow through
 * and every simulator must do the same. A step with traits holds an instruction about which a
 * simulator is known to differ from the manual; it leaves nothing behind (registers that a
 * difference can reach are loaded again), so that only its own records can differ and
 * differences.def can say exactly how.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/isa.h"
#include "tests/conformance/image.h"

#define PROGRAM_CODE_WORDS  6144
#define PROGRAM_STEPS       2048
#define PROGRAM_TLB_ENTRIES 40
#define PROGRAM_PAGES       32
#define PROGRAM_STATUSES    64
#define PROGRAMS_PER_IMAGE  32
/*
 * Each program has a slot in the image: one page of header, then its code. The slot in front of
 * the first one holds the list of programs.
 */
#define PROGRAM_SLOT_BYTES   0x8000
#define PROGRAM_HEADER_BYTES 4096

enum simulator {
	MIRRORBALL,
	QEMU,
	GXEMUL,
	SIMULATORS
};
/* PLATFORM_* of a simulator. */
#define PLATFORM_OF(simulator) (1U << (simulator))
_Static_assert(PLATFORM_OF(MIRRORBALL) == PLATFORM_MIRRORBALL, "");
_Static_assert(PLATFORM_OF(QEMU) == PLATFORM_QEMU, "");
_Static_assert(PLATFORM_OF(GXEMUL) == PLATFORM_GXEMUL, "");

enum program_mode {
	MODE_KERNEL32,
	MODE_KERNEL64,
	MODE_SUPERVISOR32,
	MODE_SUPERVISOR64,
	MODE_USER32,
	MODE_USER64,
	MODES
};

enum program_class {
	CLASS_INTEGER,
	CLASS_MEMORY,
	CLASS_BRANCH,
	CLASS_TRAP,
	CLASS_CP0,
	CLASS_TLB,
	CLASS_SEGMENT,
	CLASS_FPU,
	CLASS_FPU_FLOW,
	CLASS_MIXED,
	CLASSES
};

/* What a rule of differences.def may be about; bits of step.traits. */
enum step_trait {
#define TRAIT(id, text) TRAIT_##id,
#include "tests/conformance/traits.def"
#undef TRAIT
	TRAITS
};
#define TRAIT_BIT(id) (UINT64_C(1) << TRAIT_##id)

#define EXPECT_NOTHING 0xff
#define EXPECT_NONE    0xfe

struct step {
	unsigned first;   /* word of the code at which it begins */
	unsigned row;     /* enum isa_id of the instruction under test, or 0 */
	uint64_t traits;  /* TRAIT_BIT()s */
	uint64_t status;  /* Status while the instruction under test runs */
	uint64_t address; /* of its memory access, if a rule needs it */
	/*
	 * What the manual says: EXPECT_NOTHING, EXPECT_NONE (no exception), or the ExcCode of the
	 * step's only exception. Our CPU is held to it even where no simulator can run the step.
	 */
	unsigned expected;
	/* The word that raises it, 0 if the generator does not say; and what CP0 holds then. */
	unsigned tested;
	bool refill; /* to the refill vector: no TLB entry matches */
	uint64_t asid;
	/* Operands of an FPU instruction, if a rule needs them. */
	uint64_t fs;
	uint64_t ft;
	uint32_t fcr31;
	uint64_t fd; /* what the destination holds before */
	/* One more than the rule that keeps a simulator from running the step, or 0. */
	unsigned excluded;
	/* FPU: the manual wants Unimplemented because of the operands. */
	bool unimplemented_operand;
};

struct program {
	unsigned number;
	enum program_class class;
	enum program_mode mode;
	unsigned platforms; /* PLATFORM_* */
	unsigned flags;     /* PROGRAM_* */
	uint64_t status;
	uint64_t code_vaddr;
	uint64_t data_vaddr;
	uint64_t data_seed;
	uint64_t entryhi;
	uint64_t wired;
	uint64_t refill_first;
	uint64_t refill_last;
	uint64_t gpr[32];
	uint64_t hi;
	uint64_t lo;
	uint64_t fpr[32];
	uint32_t fcr31;

	uint32_t code[PROGRAM_CODE_WORDS];
	unsigned code_count;
	struct step steps[PROGRAM_STEPS];
	unsigned step_count;
	uint64_t tlb[PROGRAM_TLB_ENTRIES][TLB_ENTRY_WORDS];
	unsigned tlb_count;
	uint64_t pages[PROGRAM_PAGES][PAGE_ENTRY_WORDS];
	unsigned page_count;
	uint64_t statuses[PROGRAM_STATUSES];
	unsigned status_count;

	/*
	 * How often each row is executed in each mode, on each simulator, and there in a delay
	 * slot, counting only what no branch can skip: a lower bound that holds whatever the
	 * simulators do.
	 */
	uint32_t executed[ISA_COUNT][MODES];
	uint32_t ran[ISA_COUNT][SIMULATORS];
	uint32_t in_slot[ISA_COUNT][SIMULATORS];
};

extern const char *const program_mode_names[MODES];
extern const char *const program_class_names[CLASSES];
extern const char *const simulator_names[SIMULATORS];

/* Offset of a program's slot in the image. */
static inline uint64_t program_slot(unsigned number)
{
	return (number % PROGRAMS_PER_IMAGE + UINT64_C(1)) * PROGRAM_SLOT_BYTES;
}

/* Physical address of a program's code. */
static inline uint64_t program_code_paddr(unsigned number)
{
	return IMAGE_BASE + program_slot(number) + PROGRAM_HEADER_BYTES;
}

/* The step that the word at `offset` of the code belongs to. */
unsigned program_find_step(const struct program *program, uint64_t offset);

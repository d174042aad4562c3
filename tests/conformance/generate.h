/* SPDX-License-Identifier: MIT */
/*
 * generate.h - from (seed, number) to a program; what the parts of the generator share.
 *
 * generate.c chooses class, mode and mappings; emit.c writes single instructions and keeps the
 * books; flow.c makes free-running code; steps_*.c make steps about one instruction each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isa/isa.h"
#include "tests/conformance/fpu_values.h"
#include "tests/conformance/program.h"
#include "tests/conformance/random.h"
#include "tests/conformance/rules.h"

/* Fills `program` (zeroed by the caller) with number `number` of `seed`. */
void generate_program(struct program *program, uint64_t seed, unsigned number);

/* Bit of gen.sign_extended that stands for HI and LO. */
#define HILO_BIT (UINT64_C(1) << 32)
/* A register that nothing may write: $0, k0, k1 and the resume register. */
#define FIXED_REGISTERS (1U << 0 | 1U << 26 | 1U << 27 | 1U << REGISTER_RESUME)

/* A TLB entry that a step has written. */
struct tlb_entry {
	bool exists;
	unsigned size; /* pages of 4 KB << 2 * size */
	uint64_t hi;
	uint64_t mask;
	uint64_t lo[2];
};

struct gen {
	struct program *program;
	struct random random;
	/* General registers that generated code must leave alone. */
	uint32_t reserved;
	/*
	 * Registers known to hold a sign-extended 32-bit value: the result of a 32-bit operation on
	 * any other is undefined (R4000 UM 2.4 and appendix A). Bit 32: HI and LO.
	 */
	uint64_t sign_extended;
	/* Above 0: a branch may skip what is emitted now. */
	unsigned uncertain;
	/* FPU rows come in turn, so that a few programs hold all of them. */
	unsigned fpu_row;
	unsigned unusable_row;
	/* PLATFORM_* that do not run what is emitted now, while exclusions are open. */
	unsigned skipped;
	unsigned exclusions;
	/* Instructions since the last MFHI or MFLO: HI and LO may be written after two. */
	unsigned since_hilo_read;
	/* Status now; it changes by CALL_STATUS. */
	uint64_t status;
	/* Registers that hold addresses inside the data; all are reserved. */
	unsigned base[2];
	uint64_t base_address[2];
	/*
	 * The program is for a kernel in a virtual machine (tests/equivalence): the window in
	 * place of KSEG0 and KSEG1, and no LL and SC in free-running code, because a monitor may
	 * end a link at any time.
	 */
	bool in_vm;
	/* EPC, ErrorEPC and Context keep 32 bits while KX is 0 (docs/machine/shared_page.md). */
	bool narrow_registers;
	/* TLB indices below are taken by the program's own mappings. */
	unsigned tlb_next;
	struct tlb_entry entries[TLB_ENTRIES];
};

/* PageMask of a page of 4 KB << 2 * `size`. */
static inline uint64_t page_mask(unsigned size)
{
	return ((UINT64_C(0x2000) << 2 * size) - 1) & ~UINT64_C(0x1fff);
}

/* Operand fields; those that a row does not have are ignored. */
struct operands {
	unsigned rs;
	unsigned rt;
	unsigned rd;
	unsigned sa;
	unsigned imm; /* 16 bits, or the target or code */
};

/* emit.c */
enum program_mode gen_mode(const struct gen *gen);
bool gen_mode_is_kernel(const struct gen *gen);
/* 64-bit operations are legal now. */
bool gen_is_wide(const struct gen *gen);
uint32_t emit_encode(enum isa_id id, const struct operands *operands);
void emit_word(struct gen *gen, uint32_t word);
void emit_row(struct gen *gen, enum isa_id id, struct operands operands);
/* The instruction that a step or an element of code is about: some stand in delay slots. */
void emit_tested(struct gen *gen, enum isa_id id, struct operands operands);
void emit_tested_word(struct gen *gen, uint32_t word);
/* The same for the one whose exception the step expects, all of its record. */
void emit_subject(struct gen *gen, struct step *step, enum isa_id id, struct operands operands);
void emit_subject_word(struct gen *gen, struct step *step, uint32_t word);
void emit_nops(struct gen *gen, unsigned count);
/* In front of a branch of this row: QEMU fetches its slot too early (qemu_likely_slot). */
void emit_branch_place(struct gen *gen, enum isa_id id);
void emit_constant(struct gen *gen, unsigned reg, uint64_t value);
unsigned emit_code_address(struct gen *gen, unsigned reg);
void emit_patch_code_address(struct gen *gen, unsigned at, unsigned reg, unsigned target);
void emit_patch_branch(struct gen *gen, unsigned at, unsigned target);
void emit_call(struct gen *gen, unsigned call, unsigned argument);
void emit_observe(struct gen *gen, unsigned reg);
void emit_status(struct gen *gen, uint64_t status);
void emit_isolate(struct gen *gen, unsigned reg);
void emit_isolate_hilo(struct gen *gen);
uint64_t emit_vaddr(const struct gen *gen, unsigned word);
bool emit_has_room(const struct gen *gen, unsigned words);

/* Steps. */
struct step *step_begin(struct gen *gen, enum isa_id row, uint64_t traits);
void step_end(struct gen *gen);
/*
 * The rule's simulator does not run the instructions from here to exclude_end(). Some code of the
 * step must follow that: if a page begins inside, that is where the simulator refills it.
 */
unsigned exclude_begin(struct gen *gen, enum rule_id id);
void exclude_end(struct gen *gen, unsigned at);

enum isa_id choose_row_any(struct gen *gen);
/* The row behind `*row`, which moves there; words that no row describes are left out. */
enum isa_id choose_row_next(unsigned *row);

/* Register choice. */
unsigned choose_source(struct gen *gen);
unsigned choose_destination(struct gen *gen);
/* A register that may be overwritten, none of `avoid` (bits). */
unsigned choose_scratch(struct gen *gen, uint32_t avoid);
void set_sign_extended(struct gen *gen, unsigned reg, bool is);

/* flow.c */
void flow_integer(struct gen *gen);
void flow_memory(struct gen *gen);
void flow_branch(struct gen *gen, unsigned depth);
void flow_loop(struct gen *gen, unsigned depth);
void flow_trap(struct gen *gen);

void flow_fpu(struct gen *gen);
bool emit_simple(struct gen *gen);
/* `count` elements of code as fits the program's class. */
void flow_code(struct gen *gen, unsigned count, unsigned depth);

/* Steps: each makes one, of a kind that is possible now. */
void step_integer(struct gen *gen);   /* steps_integer.c */
void step_exception(struct gen *gen); /* steps_exception.c */
void step_cp0(struct gen *gen);       /* steps_cp0.c */
void step_tlb(struct gen *gen);       /* steps_tlb.c */
void step_segment(struct gen *gen);   /* steps_segment.c */
void step_store_unlinked(struct gen *gen);
void step_code(struct gen *gen); /* steps_code.c */
void step_fpu(struct gen *gen);  /* steps_exception.c */
void step_fpu_unusable(struct gen *gen);

/* steps_fpu.c */

/* steps_cp0.c */
void emit_cp0_write(struct gen *gen, unsigned number, unsigned reg, uint64_t value, bool wide);
void emit_cp0_read(struct gen *gen, unsigned number, unsigned reg, bool wide);
void emit_observe_masked(struct gen *gen, unsigned value, unsigned scratch, uint64_t mask);

/* steps_fpu.c */
bool fpu_is_accessible(const struct gen *gen);
unsigned choose_fpr(struct gen *gen);
void emit_fpr_constant(struct gen *gen, unsigned fpr, unsigned reg, uint64_t value);
void emit_fpr_observe(struct gen *gen, unsigned fpr, unsigned reg, enum fpu_format format);
void emit_fpr_accessed(struct gen *gen, unsigned fpr, unsigned reg);
void emit_fcr31(struct gen *gen, unsigned reg, uint32_t value);

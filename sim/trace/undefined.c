/* SPDX-License-Identifier: MIT */
/* undefined.c - the rules, each a look at one instruction and what came just before it. */
#include "sim/trace/undefined.h"

#include <stdlib.h>

#include "isa/isa.h"
#include "sim/core/core.h"
#include "sim/machine.h"

/* HI and LO must not be written this soon after they were read (R4000 UM, MFHI). */
#define HILO_DISTANCE 2U
/* Places already reported, by a hash of their address; a collision only hides a later one. */
#define PLACES 4096U

struct undefined_cpu {
	unsigned since_hilo_read; /* instructions */
};

struct undefined_checker {
	struct undefined_cpu cpu[MACHINE_CPUS_MAX];
	uint64_t reported[PLACES];
};

static void report(struct undefined_checker *checker, struct core *core, uint64_t pc,
		   const char *text)
{
	uint64_t *place = &checker->reported[(pc >> 2) % PLACES];

	if (*place != pc + 1) {
		*place = pc + 1;
		core_warn(core, text);
	}
}

static bool is_sign_extended(uint64_t value)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)value == value;
}

/* 32-bit operations whose sources must be sign-extended words. */
static bool wants_words(enum isa_id id)
{
	switch (id) {
	case ISA_add:
	case ISA_addu:
	case ISA_sub:
	case ISA_subu:
	case ISA_addi:
	case ISA_addiu:
	case ISA_mult:
	case ISA_multu:
	case ISA_div:
	case ISA_divu:
	case ISA_srl:
	case ISA_sra:
	case ISA_srlv:
	case ISA_srav:
		return true;
	default:
		return false;
	}
}

static void check_words(struct undefined_checker *checker, struct core *core, uint64_t pc,
			uint32_t word, enum isa_id id)
{
	unsigned operands = isa_descs[id].operands;
	bool uses_rs = operands != ISA_OPD_RD_RT_SA;
	bool uses_rt = operands != ISA_OPD_RT_RS_SIMM;
	/* Of a variable shift, rs is only a count. */
	bool is_variable_shift = operands == ISA_OPD_RD_RT_RS;

	if ((uses_rs && !is_variable_shift && !is_sign_extended(core->gpr[isa_rs(word)])) ||
	    (uses_rt && !is_sign_extended(core->gpr[isa_rt(word)]))) {
		report(checker, core, pc,
		       "32-bit operation on a register that is no sign-extended word");
	}
}

static void check_multiply(struct undefined_checker *checker, struct core *core, uint64_t pc,
			   uint32_t word, enum isa_id id)
{
	struct undefined_cpu *cpu = &checker->cpu[core->id];
	bool is_read = id == ISA_mfhi || id == ISA_mflo;
	bool is_division = id == ISA_div || id == ISA_divu || id == ISA_ddiv || id == ISA_ddivu;

	if (is_read) {
		cpu->since_hilo_read = 0;
		return;
	}
	if (cpu->since_hilo_read <= HILO_DISTANCE) {
		report(checker, core, pc, "HI or LO written within two instructions of being read");
	}
	if (is_division && core->gpr[isa_rt(word)] == 0) {
		report(checker, core, pc, "division by zero");
	}
}

static void check_fpu(struct undefined_checker *checker, struct core *core, uint64_t pc,
		      uint32_t word, enum isa_id id)
{
	bool wide_source = (isa_descs[id].match & 0x00200000) != 0;

	if (!(core->cp0.status & STATUS_FR) && wide_source && (isa_fs(word) & 1)) {
		report(checker, core, pc, "odd double register while Status.FR is 0");
	}
}

static void check(void *context, struct core *core, uint64_t pc, uint32_t word)
{
	struct undefined_checker *checker = context;
	enum isa_id id = isa_decode(word);

	checker->cpu[core->id].since_hilo_read++;
	if (wants_words(id)) {
		check_words(checker, core, pc, word, id);
	}
	if (isa_descs[id].class == ISA_CLASS_MULDIV) {
		check_multiply(checker, core, pc, word, id);
	} else if (isa_descs[id].class == ISA_CLASS_FPU) {
		check_fpu(checker, core, pc, word, id);
	}
}

struct undefined_checker *undefined_begin(void)
{
	struct undefined_checker *checker = calloc(1, sizeof(*checker));

	for (unsigned i = 0; checker != NULL && i < MACHINE_CPUS_MAX; i++) {
		checker->cpu[i].since_hilo_read = HILO_DISTANCE + 1;
	}
	return checker;
}

void undefined_add_hooks(struct undefined_checker *checker, struct core_hooks *hooks)
{
	hooks->checker = checker;
	hooks->check = check;
}

void undefined_end(struct undefined_checker *checker)
{
	free(checker);
}

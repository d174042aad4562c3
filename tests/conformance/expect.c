/* SPDX-License-Identifier: MIT */
/*
 * expect.c - what the manual says about a step, where the generator knows it (R4000 UM chapter 5).
 *
 * Nothing here looks at another simulator: this is what our CPU is held to where they differ from
 * the manual or cannot run the step. Of an exception every field of its record is known; the hash
 * of the registers is that of an observation right behind it, because an exception changes none.
 */
#include "tests/conformance/expect.h"

#include "isa/cp0.h"
#include "tests/conformance/explain.h"

static bool is_tlb_code(unsigned code)
{
	return code == EXC_MOD || code == EXC_TLBL || code == EXC_TLBS;
}

static bool mode_is_wide(uint64_t status)
{
	switch (status & STATUS_KSU) {
	case STATUS_KSU_USER:
		return (status & STATUS_UX) != 0;
	case STATUS_KSU_SUPERVISOR:
		return (status & STATUS_SX) != 0;
	default:
		return (status & STATUS_KX) != 0;
	}
}

/* The coprocessor that the word needs, for Cause.CE. */
static uint64_t unit_of(uint32_t word)
{
	unsigned flags = isa_descs[isa_decode(word)].flags;

	return (flags & ISA_F_CP2) != 0 ? 2 : (flags & ISA_F_CP1) != 0 ? 1 : 0;
}

static uint64_t context_of(uint64_t address)
{
	return (address & (ENTRYHI_R | ENTRYHI_VPN2)) >> 13 << CONTEXT_BADVPN2_SHIFT &
	       CONTEXT_BADVPN2;
}

static uint64_t xcontext_of(uint64_t address)
{
	uint64_t region = address >> 62 << XCONTEXT_R_SHIFT & XCONTEXT_R;

	return region |
	       ((address & ENTRYHI_VPN2) >> 13 << XCONTEXT_BADVPN2_SHIFT & XCONTEXT_BADVPN2);
}

/* The exception of the step's instruction as the manual has it. */
static struct record expected_exception(const struct program *program, const struct step *step)
{
	uint32_t word = program->code[step->tested];
	bool in_slot =
		step->tested > 0 &&
		(isa_descs[isa_decode(program->code[step->tested - 1])].flags & ISA_F_DELAY) != 0;
	bool tlb = is_tlb_code(step->expected);
	struct record r = { .kind = 'x' };

	r.field[FIELD_VECTOR] = step->refill ? mode_is_wide(step->status) : 3;
	r.field[FIELD_CAUSE] =
		(uint64_t)step->expected << CAUSE_EXCCODE_SHIFT | (in_slot ? CAUSE_BD : 0);
	if (step->expected == EXC_CPU) {
		r.field[FIELD_CAUSE] |= unit_of(word) << CAUSE_CE_SHIFT;
	}
	r.field[FIELD_EPC] = program->code_vaddr + 4 * ((uint64_t)step->tested - (in_slot ? 1 : 0));
	r.field[FIELD_BADVADDR] = step->address;
	r.field[FIELD_CONTEXT] = context_of(step->address);
	r.field[FIELD_XCONTEXT] = xcontext_of(step->address);
	r.field[FIELD_ENTRYHI] = step->asid;
	if (tlb) {
		r.field[FIELD_ENTRYHI] |= step->address & (ENTRYHI_R | ENTRYHI_VPN2);
	}
	r.field[FIELD_STATUS] = step->status | STATUS_EXL;
	return r;
}

static bool is_exact(const struct program *program, const struct step *step,
		     const struct record *record)
{
	struct record expected = expected_exception(program, step);

	for (unsigned i = 0; i < FIELD_REGISTERS; i++) {
		/* Programs of this class write the PTEBase of both. */
		bool written =
			program->class == CLASS_CP0 && (i == FIELD_CONTEXT || i == FIELD_XCONTEXT);

		if ((record->undefined >> i & 1) == 0 && !written &&
		    record->field[i] != expected.field[i]) {
			return false;
		}
	}
	return true;
}

/* Nothing but calls stands between the tested word and the one at `offset`. */
static bool is_behind(const struct program *program, const struct step *step, uint64_t offset)
{
	for (unsigned i = step->tested + 1; i < offset / 4; i++) {
		if (isa_decode(program->code[i]) != ISA_syscall) {
			return false;
		}
	}
	return offset / 4 > step->tested;
}

static bool registers_kept(const struct program *program, const struct step *step,
			   const struct record *exception, const struct record *behind)
{
	return behind->kind != 'o' || !is_behind(program, step, behind->field[FIELD_OFFSET]) ||
	       behind->field[FIELD_OBSERVE_REGISTERS] == exception->field[FIELD_REGISTERS];
}

bool expect_matches(const struct program *program, const struct step *step,
		    const struct record *records, size_t count)
{
	unsigned found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct record *r = &records[i];

		if (r->kind != 'x' || is_served_refill(program, r)) {
			continue;
		}
		if (exception_code(r) != step->expected) {
			return false;
		}
		found++;
		if (step->tested != 0 && !is_exact(program, step, r)) {
			return false;
		}
		for (size_t k = i + 1; step->tested != 0 && k < count; k++) {
			if (!registers_kept(program, step, r, &records[k])) {
				return false;
			}
		}
	}
	return found == (step->expected == EXPECT_NONE ? 0 : 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * steps_segment.c - one memory access in each mode, at the edges of every segment.
 *
 * A step goes to kernel mode, loads an address, goes to the mode it is about, accesses, and comes
 * back; the program's code and data lie in kuseg below 2 GB, which all modes share. What the manual
 * says comes from isa/segment.h. With 32-bit addressing only sign-extended addresses are tried:
 * the manual does not define others. R4000 UM 4.2.
 */
#include "isa/cp0.h"
#include "isa/segment.h"
#include "tests/conformance/generate.h"

/* Addresses of the 64-bit spaces, `d` where unmapped ones lead to the data. */
static uint64_t choose_wide_address(struct gen *gen)
{
	static const uint64_t addresses[] = {
		0x0000000100000000, 0x000000fffffffff8, 0x0000010000000000, 0x0000800000000000,
		0x3ffffffffffffff8, 0x4000000000000000, 0x400000fffffffff8, 0x4000010000000000,
		0x7ffffffffffffff8, 0xc000000000000000, 0xc00000ff7ffffff8, 0xc00000ff80000000,
		0xc000010000000000, 0xffffffff7ffffff8,
	};
	uint64_t data = DATA_BASE + 8 * random_below(&gen->random, DATA_BYTES / 8);

	switch (random_below(&gen->random, 4)) {
	case 0:
		/* xkphys with a defined cache attribute. */
		return 0x8000000000000000 | (uint64_t)(2 + random_below(&gen->random, 5)) << 59 |
		       data;
	case 1:
		/* xkphys, an address bit from 36 to 58 set. */
		return 0x9000000000000000 | UINT64_C(1) << (36 + random_below(&gen->random, 23)) |
		       data;
	default:
		return addresses[random_below(&gen->random,
					      sizeof(addresses) / sizeof(addresses[0]))];
	}
}

static uint64_t choose_narrow_address(struct gen *gen)
{
	static const uint64_t addresses[] = {
		0x0000000000000000, 0x000000007ffffff8, 0xffffffffc0000000, 0xffffffffdffffff8,
		0xffffffffe0000000, 0xfffffffffffffff8, 0x0000000000001000,
	};
	uint64_t data = DATA_BASE + 8 * random_below(&gen->random, DATA_BYTES / 8);

	switch (random_below(&gen->random, 3)) {
	case 0:
		return 0xffffffff80000000 | data;
	case 1:
		return 0xffffffffa0000000 | data;
	default:
		return addresses[random_below(&gen->random,
					      sizeof(addresses) / sizeof(addresses[0]))];
	}
}

static enum isa_mode mode_of(uint64_t status)
{
	switch (status & STATUS_KSU) {
	case STATUS_KSU_USER:
		return ISA_MODE_USER;
	case STATUS_KSU_SUPERVISOR:
		return ISA_MODE_SUPERVISOR;
	default:
		return ISA_MODE_KERNEL;
	}
}

static bool is_wide(uint64_t status)
{
	switch (mode_of(status)) {
	case ISA_MODE_USER:
		return (status & STATUS_UX) != 0;
	case ISA_MODE_SUPERVISOR:
		return (status & STATUS_SX) != 0;
	default:
		return (status & STATUS_KX) != 0;
	}
}

static unsigned expected_outcome(uint64_t address, uint64_t status, bool store)
{
	struct isa_segment_result segment =
		isa_segment(address, mode_of(status), is_wide(status), false);

	switch (segment.kind) {
	case ISA_SEGMENT_ERROR:
		return store ? EXC_ADES : EXC_ADEL;
	case ISA_SEGMENT_MAPPED:
		return store ? EXC_TLBS : EXC_TLBL;
	default:
		return EXPECT_NONE;
	}
}

/* What keeps GXemul from running the step, or RULES. */
static enum rule_id excluded_by(uint64_t address, uint64_t status, unsigned expected)
{
	bool error = expected == EXC_ADEL || expected == EXC_ADES;

	if (mode_of(status) == ISA_MODE_SUPERVISOR) {
		return RULE_gxemul_supervisor_step;
	}
	if (address >> 62 == 2 && error && mode_of(status) == ISA_MODE_KERNEL) {
		return RULE_gxemul_xkphys_hole;
	}
	return RULES;
}

/* Where the access goes, and in which mode. */
struct place {
	uint64_t status;
	uint64_t address;
};

static struct place choose_place(struct gen *gen)
{
	const uint64_t modes = STATUS_KSU | STATUS_KX | STATUS_SX | STATUS_UX;
	static const uint64_t ksu[] = { STATUS_KSU_KERNEL, STATUS_KSU_USER, STATUS_KSU_SUPERVISOR };
	struct place place;

	place.status = (gen->status & ~modes) | ksu[random_below(&gen->random, 3)] |
		       (random_next(&gen->random) & (STATUS_KX | STATUS_SX | STATUS_UX));
	place.address = is_wide(place.status) && random_chance(&gen->random, 70)
				? choose_wide_address(gen)
				: choose_narrow_address(gen);
	return place;
}

/* Any load or store but SC and SCD (step_store_unlinked()). */
static enum isa_id choose_access(struct gen *gen, uint64_t status)
{
	bool wide = is_wide(status) || mode_of(status) == ISA_MODE_KERNEL;

	for (;;) {
		enum isa_id id = choose_row_any(gen);
		unsigned class = isa_descs[id].class;

		if ((class == ISA_CLASS_LOAD || class == ISA_CLASS_STORE ||
		     class == ISA_CLASS_FPLOAD || class == ISA_CLASS_FPSTORE) &&
		    (wide || (isa_descs[id].flags & ISA_F_X64) == 0) && id != ISA_sc &&
		    id != ISA_scd) {
			return id;
		}
	}
}

static bool is_store(enum isa_id id)
{
	return isa_descs[id].class == ISA_CLASS_STORE || isa_descs[id].class == ISA_CLASS_FPSTORE;
}

/* What a step about an access uses; all of it is loaded again at its end. */
struct used {
	unsigned reg;
	unsigned value;
	unsigned fpr;
	bool fpu;
};

/* The access between two changes of mode, from kernel mode to kernel mode. */
static void emit_access(struct gen *gen, struct step *step, const struct place *place,
			const struct used *used)
{
	uint64_t kernel = gen->status;

	if (used->fpu) {
		emit_fpr_constant(gen, used->fpr, used->reg, random_next(&gen->random));
	}
	emit_constant(gen, used->reg, place->address);
	emit_constant(gen, used->value, random_word(&gen->random));
	emit_status(gen, place->status);
	emit_subject(
		gen, step, step->row,
		(struct operands){ .rs = used->reg, .rt = used->fpu ? used->fpr : used->value });
	emit_status(gen, kernel);
	if (used->fpu) {
		emit_fpr_accessed(gen, used->fpr, used->value);
	} else {
		emit_observe(gen, used->value);
	}
}

void step_segment(struct gen *gen)
{
	const uint64_t modes = STATUS_KSU | STATUS_KX | STATUS_SX | STATUS_UX;
	struct place place = choose_place(gen);
	enum isa_id id = choose_access(gen, place.status);
	struct used used = { .fpu = (isa_descs[id].flags & ISA_F_CP1) != 0 };
	uint64_t before = gen->status;
	struct step *step = step_begin(gen, id, TRAIT_BIT(ADDRESS));
	enum rule_id rule;
	unsigned at = 0;

	used.reg = choose_scratch(gen, 0);
	used.value = choose_scratch(gen, 1U << used.reg);
	used.fpr = choose_fpr(gen);
	step->address = place.address;
	step->status = place.status;
	step->expected = expected_outcome(place.address, place.status, is_store(id));
	step->refill = step->expected == EXC_TLBL || step->expected == EXC_TLBS;
	emit_status(gen, (before & ~modes) | STATUS_KX | STATUS_UX);
	rule = excluded_by(place.address, place.status, step->expected);
	if (rule != RULES) {
		at = exclude_begin(gen, rule);
	}
	emit_access(gen, step, &place, &used);
	if (rule != RULES) {
		exclude_end(gen, at);
	}
	if (used.fpu) {
		emit_fpr_constant(gen, used.fpr, used.reg, random_next(&gen->random));
	}
	emit_constant(gen, used.value, random_word(&gen->random));
	emit_constant(gen, used.reg, random_word(&gen->random));
	emit_status(gen, before);
	step_end(gen);
}

/* SC and SCD without LL, at an address that is misaligned, not mapped or not the mode's. */
void step_store_unlinked(struct gen *gen)
{
	bool wide = gen_is_wide(gen) && random_chance(&gen->random, 50);
	unsigned reg = choose_scratch(gen, 0);
	unsigned value = choose_scratch(gen, 1U << reg);
	struct step *step =
		step_begin(gen, wide ? ISA_scd : ISA_sc, TRAIT_BIT(UNLINKED) | TRAIT_BIT(ADDRESS));
	unsigned at;

	step->expected = EXC_ADES;
	switch (random_below(&gen->random, gen_mode_is_kernel(gen) ? 2 : 3)) {
	case 0:
		step->address = gen->base_address[0] + 1 + random_below(&gen->random, 3);
		break;
	case 1:
		step->address = 0x20000000 + 8 * random_below(&gen->random, 0x1000);
		step->expected = EXC_TLBS;
		step->refill = true;
		break;
	default:
		step->address = 0xffffffff80000000 | DATA_BASE;
		break;
	}
	emit_constant(gen, reg, step->address);
	emit_constant(gen, value, random_word(&gen->random) | 2);
	/* The return from this exception ends a link that the program may have. */
	emit_observe(gen, value);
	at = exclude_begin(gen, RULE_gxemul_store_unlinked);
	emit_subject(gen, step, step->row, (struct operands){ .rs = reg, .rt = value });
	exclude_end(gen, at);
	emit_isolate(gen, value);
	emit_constant(gen, reg, random_word(&gen->random));
	step_end(gen);
}

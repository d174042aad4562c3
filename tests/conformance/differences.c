/* SPDX-License-Identifier: MIT */
/*
 * differences.c - what must be seen for a rule of differences.def to explain a difference.
 */
#include "tests/conformance/differences.h"

#include <limits.h>

#include "isa/cp0.h"
#include "tests/conformance/fpu_values.h"

unsigned record_differences(const struct record *a, const struct record *b)
{
	unsigned bits = 0;

	if (a->kind != b->kind || a->fields != b->fields || a->undefined != b->undefined) {
		return UINT_MAX;
	}
	for (unsigned i = 0; i < a->fields; i++) {
		if ((a->undefined >> i & 1) == 0 && a->field[i] != b->field[i]) {
			bits |= 1U << i;
		}
	}
	return bits;
}

static unsigned exception_code(const struct record *record)
{
	return (record->field[FIELD_CAUSE] & CAUSE_EXCCODE) >> CAUSE_EXCCODE_SHIFT;
}

/* The records are exactly one exception with this code. */
static bool is_exception(const struct record *records, size_t count, unsigned code)
{
	return count == 1 && records->kind == 'x' && exception_code(records) == code;
}

#define FIELD_BIT(name) (1U << FIELD_##name)

/* The instruction word a record is about: in a delay slot, the one behind EPC. 0 if elsewhere. */
static uint32_t record_word(const struct program *program, const struct record *record)
{
	uint64_t offset = record->field[FIELD_EPC] - program->code_vaddr;

	if ((record->field[FIELD_CAUSE] & CAUSE_BD) != 0) {
		offset += 4;
	}
	if (record->kind != 'x' || offset >= 4 * (uint64_t)program->code_count) {
		return 0;
	}
	return program->code[offset / 4];
}

static unsigned fields_gxemul_unaligned_badvaddr(const struct difference *d)
{
	uint64_t align;

	switch (isa_decode(record_word(d->program, d->ours))) {
	case ISA_lwl:
	case ISA_lwr:
	case ISA_swl:
	case ISA_swr:
		align = 3;
		break;
	case ISA_ldl:
	case ISA_ldr:
	case ISA_sdl:
	case ISA_sdr:
		align = 7;
		break;
	default:
		return 0;
	}
	return d->theirs->field[FIELD_BADVADDR] == (d->ours->field[FIELD_BADVADDR] & ~align)
		       ? FIELD_BIT(BADVADDR)
		       : 0;
}

/* Status of a record has EXL; the mode in front of the exception is what is left without it. */
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

static bool region_is_wide(uint64_t address, uint64_t status)
{
	switch (address >> 62) {
	case 0:
		return (status & STATUS_UX) != 0;
	case 3:
		return (status & STATUS_KX) != 0;
	default:
		return true;
	}
}

static unsigned fields_qemu_refill_vector(const struct difference *d)
{
	uint64_t status = d->ours->field[FIELD_STATUS];

	bool region = region_is_wide(d->ours->field[FIELD_BADVADDR], status);

	return d->ours->field[FIELD_VECTOR] == (mode_is_wide(status) ? 1 : 0) &&
			       d->theirs->field[FIELD_VECTOR] == (region ? 1 : 0)
		       ? FIELD_BIT(VECTOR)
		       : 0;
}

enum outcome_kind {
	OUTCOME_NONE,
	OUTCOME_ADDRESS_ERROR,
	OUTCOME_TLB,
	OUTCOME_OTHER
};

/* The step's access ended so: the records are what is left of it, with at most one exception. */
static enum outcome_kind access_outcome(const struct difference *d, const struct record *records,
					size_t count)
{
	enum outcome_kind kind = OUTCOME_NONE;

	for (size_t i = 0; i < count; i++) {
		if (records[i].kind != 'x') {
			continue;
		}
		if (kind != OUTCOME_NONE || records[i].field[FIELD_BADVADDR] != d->step->address) {
			return OUTCOME_OTHER;
		}
		switch (exception_code(&records[i])) {
		case EXC_ADEL:
		case EXC_ADES:
			kind = OUTCOME_ADDRESS_ERROR;
			break;
		case EXC_TLBL:
		case EXC_TLBS:
			kind = OUTCOME_TLB;
			break;
		default:
			return OUTCOME_OTHER;
		}
	}
	return kind;
}

/* Addresses outside the 32-bit spaces that QEMU takes for mapped, whatever the mode's bit is. */
static bool explain_qemu_segment(const struct difference *d)
{
	uint64_t address = d->step->address;
	uint64_t status = d->step->status;
	enum outcome_kind theirs = OUTCOME_ADDRESS_ERROR;
	bool user = (status & STATUS_KSU) == STATUS_KSU_USER;

	if (address >> 62 == 0 && (status & STATUS_UX) != 0 &&
	    (address & 0x3fffff0000000000) == 0) {
		theirs = OUTCOME_TLB;
	}
	if (address >> 62 == 1 && (status & STATUS_SX) != 0 && !user &&
	    (address & 0x3fffff0000000000) == 0) {
		theirs = OUTCOME_TLB;
	}
	return access_outcome(d, d->all_theirs, d->all_their_count) == theirs &&
	       access_outcome(d, d->all_ours, d->all_our_count) ==
		       (theirs == OUTCOME_TLB ? OUTCOME_ADDRESS_ERROR : OUTCOME_TLB);
}

/* A branch whose condition QEMU knows to be false when it translates. */
static bool is_never_taken(uint32_t word)
{
	switch (isa_decode(word)) {
	case ISA_bne:
		return isa_rs(word) == isa_rt(word);
	case ISA_bgtz:
	case ISA_bltz:
		return isa_rs(word) == 0;
	default:
		return false;
	}
}

static unsigned fields_qemu_never_taken_slot(const struct difference *d)
{
	const struct program *program = d->program;
	const struct record *a = d->ours;
	const struct record *b = d->theirs;
	uint64_t offset = a->field[FIELD_EPC] - program->code_vaddr;

	return a->field[FIELD_CAUSE] == (b->field[FIELD_CAUSE] | CAUSE_BD) &&
			       a->field[FIELD_EPC] + 4 == b->field[FIELD_EPC] &&
			       offset < 4 * (uint64_t)program->code_count &&
			       is_never_taken(program->code[offset / 4])
		       ? FIELD_BIT(CAUSE) | FIELD_BIT(EPC)
		       : 0;
}

static unsigned fields_qemu_misaligned_fetch(const struct difference *d)
{
	return is_exception(d->ours, 1, EXC_ADEL) && (d->ours->field[FIELD_EPC] & 3) != 0 &&
			       d->ours->field[FIELD_BADVADDR] == d->ours->field[FIELD_EPC]
		       ? FIELD_BIT(BADVADDR)
		       : 0;
}

/* The records are the same but for the values of registers. */
static bool same_but_values(const struct record *ours, size_t our_count,
			    const struct record *theirs, size_t their_count)
{
	if (our_count != their_count) {
		return false;
	}
	for (size_t i = 0; i < our_count; i++) {
		unsigned values = ours[i].kind == 'o'
					  ? 1U << FIELD_VALUE | 1U << FIELD_OBSERVE_REGISTERS
					  : FIELD_BIT(REGISTERS);

		if ((record_differences(&ours[i], &theirs[i]) & ~values) != 0) {
			return false;
		}
	}
	return true;
}

/* The manual's exception is missing on their side, where the instruction had an effect instead. */
static bool is_executed(const struct difference *d, unsigned code)
{
	return d->our_count > 0 && is_exception(d->ours, 1, code) &&
	       same_but_values(d->ours + 1, d->our_count - 1, d->theirs, d->their_count);
}

static bool explain_qemu_supervisor_wide(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_SUPERVISOR &&
	       (d->step->status & STATUS_SX) == 0 && is_executed(d, EXC_RI);
}

static bool explain_gxemul_wide_operation(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_USER &&
	       (d->step->status & STATUS_UX) == 0 && is_executed(d, EXC_RI);
}

static bool explain_qemu_reserved(const struct difference *d)
{
	uint32_t word;

	if (!is_exception(d->ours, d->our_count, EXC_RI) || d->their_count != 0) {
		return false;
	}
	word = record_word(d->program, d->ours);
	return word >> 26 == 0x1e || (word >> 26 == 0x1c && (word & 0x3f) == 0x02) ||
	       (word >> 26 == 0 && (word & 0x3f) == 0x05);
}

static unsigned fields_qemu_cop2(const struct difference *d)
{
	return isa_decode(record_word(d->program, d->ours)) == ISA_cop2 &&
			       is_exception(d->ours, 1, EXC_CPU) &&
			       is_exception(d->theirs, 1, EXC_RI)
		       ? FIELD_BIT(CAUSE)
		       : 0;
}

static bool has_exception(const struct record *records, size_t count, unsigned code)
{
	for (size_t i = 0; i < count; i++) {
		if (is_exception(&records[i], 1, code)) {
			return true;
		}
	}
	return false;
}

/* What an FPU step left: the exception, the result and FCR31. */
struct fpu_result {
	bool trapped; /* floating-point exception */
	uint64_t value;
	uint32_t cause; /* FCR31.Cause, bits of FPU_CAUSE_* */
};

#define FPU_CAUSE_INEXACT   0x01U
#define FPU_CAUSE_UNDERFLOW 0x02U
#define FPU_CAUSE_E         0x20U

/* The last record is FCR31, the ones before it the result: one, or low and high half. */
static bool read_fpu_result(const struct record *records, size_t count, struct fpu_result *result)
{
	unsigned observed = 0;

	*result = (struct fpu_result){ 0 };
	for (size_t i = 0; i < count; i++) {
		if (records[i].kind == 'o') {
			uint64_t value = records[i].field[FIELD_VALUE];

			result->cause = (value & FCSR_CAUSE) >> FCSR_CAUSE_SHIFT;
			if (i + 1 < count) {
				result->value =
					observed == 0 ? value
						      : (result->value & 0xffffffff) | value << 32;
			}
			observed++;
		} else if (is_exception(&records[i], 1, EXC_FPE)) {
			result->trapped = true;
		}
	}
	return observed >= 1;
}

/* Both results; `ours` is Unimplemented Operation and nothing else. */
static bool is_unimplemented(const struct difference *d, struct fpu_result *theirs)
{
	struct fpu_result ours;

	return read_fpu_result(d->all_ours, d->all_our_count, &ours) &&
	       read_fpu_result(d->all_theirs, d->all_their_count, theirs) && ours.trapped &&
	       ours.cause == FPU_CAUSE_E;
}

static bool explain_qemu_fpu_operand(const struct difference *d)
{
	struct fpu_result theirs;

	return d->step->unimplemented_operand && d->step->row != ISA_cop1_undefined &&
	       is_unimplemented(d, &theirs);
}

static bool explain_qemu_fpu_long(const struct difference *d)
{
	enum isa_id id = d->step->row;

	return (d->step->status & STATUS_FR) == 0 &&
	       (fpu_row_source(id) == FPU_LONG || fpu_row_result(id) == FPU_LONG) &&
	       has_exception(d->all_theirs, d->all_their_count, EXC_RI);
}

#define FPU_CAUSE_INVALID 0x10U

static bool explain_qemu_fpu_sign(const struct difference *d)
{
	struct fpu_result ours;
	struct fpu_result theirs;
	enum isa_id id = d->step->row;

	return (id == ISA_abs_s || id == ISA_abs_d || id == ISA_neg_s || id == ISA_neg_d) &&
	       fpu_is_signalling(d->step->fs, fpu_row_source(id)) &&
	       read_fpu_result(d->all_ours, d->all_our_count, &ours) &&
	       read_fpu_result(d->all_theirs, d->all_their_count, &theirs) &&
	       ours.cause == FPU_CAUSE_INVALID && theirs.cause == 0 && !theirs.trapped;
}

/* Bits of a result in the row's format. */
static uint64_t result_bits(const struct step *step, uint64_t value)
{
	return fpu_row_result(step->row) == FPU_SINGLE ? value & 0xffffffff : value;
}

/*
 * The exact result is tiny: QEMU says underflow, or delivers a denormal number, or, with FS = 1, a
 * zero that is not exact.
 */
static bool result_is_tiny(const struct step *step, const struct fpu_result *theirs)
{
	uint64_t bits = result_bits(step, theirs->value);

	if ((theirs->cause & FPU_CAUSE_UNDERFLOW) != 0) {
		return true;
	}
	if (theirs->trapped) {
		return false;
	}
	if ((step->fcr31 & FCSR_FS) != 0) {
		return fpu_is_zero(bits, fpu_row_result(step->row)) && !fpu_exact_zero(step);
	}
	return fpu_is_denormal(bits, fpu_row_result(step->row));
}

static bool flushes(const struct step *step)
{
	uint32_t enables = (step->fcr31 & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;

	return (step->fcr31 & FCSR_FS) != 0 &&
	       (enables & (FPU_CAUSE_INEXACT | FPU_CAUSE_UNDERFLOW)) == 0;
}

static bool explain_qemu_fpu_tiny(const struct difference *d)
{
	struct fpu_result theirs;

	return !d->step->unimplemented_operand && !flushes(d->step) &&
	       is_unimplemented(d, &theirs) && result_is_tiny(d->step, &theirs);
}

/* Zero, or the smallest normal number if the rounding mode leads away from zero (table 7-1). */
static bool explain_qemu_fpu_flush(const struct difference *d)
{
	struct fpu_result ours;
	struct fpu_result theirs;
	enum fpu_format format = fpu_row_result(d->step->row);
	unsigned rounding = d->step->fcr31 & FCSR_RM;
	uint64_t sign = format == FPU_SINGLE ? UINT64_C(1) << 31 : UINT64_C(1) << 63;
	uint64_t smallest = format == FPU_SINGLE ? 0x00800000 : 0x0010000000000000;
	uint64_t expected;

	if (!flushes(d->step) || !read_fpu_result(d->all_ours, d->all_our_count, &ours) ||
	    !read_fpu_result(d->all_theirs, d->all_their_count, &theirs) ||
	    !result_is_tiny(d->step, &theirs)) {
		return false;
	}
	expected = result_bits(d->step, theirs.value) & sign;
	if (rounding == (expected == 0 ? 2U : 3U)) {
		expected |= smallest;
	}
	return !ours.trapped && result_bits(d->step, ours.value) == expected &&
	       ours.cause == (FPU_CAUSE_UNDERFLOW | FPU_CAUSE_INEXACT);
}

static bool explain_qemu_fpu_range(const struct difference *d)
{
	struct fpu_result theirs;

	return fpu_leaves_range(d->step) && is_unimplemented(d, &theirs);
}

static bool explain_qemu_fpu_undefined(const struct difference *d)
{
	struct fpu_result theirs;

	return d->step->row == ISA_cop1_undefined && is_unimplemented(d, &theirs) &&
	       !theirs.trapped;
}

/* Bits 3..0 keep what was written, BadVPN2 may be shifted too far. */
static unsigned fields_gxemul_context(const struct difference *d)
{
	const uint64_t *ours = d->ours->field;
	const uint64_t *theirs = d->theirs->field;

	for (unsigned size = 0; size <= 6; size++) {
		uint64_t vpn2 =
			(ours[FIELD_BADVADDR] & (ENTRYHI_R | ENTRYHI_VPN2)) >> (13 + 2 * size);
		uint64_t context = (ours[FIELD_CONTEXT] & CONTEXT_PTEBASE) |
				   (vpn2 << CONTEXT_BADVPN2_SHIFT & CONTEXT_BADVPN2);
		uint64_t xcontext = (ours[FIELD_XCONTEXT] & (XCONTEXT_PTEBASE | XCONTEXT_R)) |
				    (vpn2 << XCONTEXT_BADVPN2_SHIFT & XCONTEXT_BADVPN2);

		if (((theirs[FIELD_CONTEXT] ^ context) & ~UINT64_C(15)) == 0 &&
		    ((theirs[FIELD_XCONTEXT] ^ xcontext) & ~UINT64_C(15)) == 0) {
			return FIELD_BIT(CONTEXT) | FIELD_BIT(XCONTEXT);
		}
	}
	return 0;
}

static bool explain_gxemul_trap_immediate(const struct difference *d)
{
	return is_exception(d->theirs, d->their_count, EXC_RI) &&
	       (d->our_count == 0 || is_exception(d->ours, d->our_count, EXC_TR));
}

static bool explain_gxemul_subtract_minimum(const struct difference *d)
{
	struct difference reverse = *d;

	reverse.ours = d->theirs;
	reverse.our_count = d->their_count;
	reverse.theirs = d->ours;
	reverse.their_count = d->our_count;
	return is_executed(d, EXC_OV) || is_executed(&reverse, EXC_OV);
}

static bool explain_gxemul_daddi_overflow(const struct difference *d)
{
	return is_executed(d, EXC_OV);
}

static bool explain_gxemul_zero_overflow(const struct difference *d)
{
	return is_executed(d, EXC_OV);
}

static bool explain_gxemul_kernel_hole(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_KERNEL &&
	       (d->step->status & STATUS_KX) != 0 && d->our_count == 1 && d->their_count == 1 &&
	       (is_exception(d->ours, 1, EXC_ADEL) || is_exception(d->ours, 1, EXC_ADES)) &&
	       (is_exception(d->theirs, 1, EXC_TLBL) || is_exception(d->theirs, 1, EXC_TLBS)) &&
	       d->ours->field[FIELD_BADVADDR] == d->step->address &&
	       d->theirs->field[FIELD_BADVADDR] == d->step->address;
}

static bool explain_gxemul_user_load(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_USER && is_executed(d, EXC_ADEL);
}

static bool explain_gxemul_user_cp0_read(const struct difference *d)
{
	return (d->step->row == ISA_mfc0 || d->step->row == ISA_dmfc0) &&
	       (d->step->status & STATUS_CU0) == 0 && is_executed(d, EXC_CPU);
}

const struct rule rules[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) \
	[RULE_##id] = { #id, simulator, SCOPE_##scope, TRAIT_BIT(trait), section, manual, theirs },
#include "tests/conformance/differences.def"
#undef RULE
};

typedef bool explain_fn(const struct difference *difference);
typedef unsigned fields_fn(const struct difference *difference);

#define NOTHING(id) NULL

enum rule_id difference_explain(const struct difference *d)
{
#define EXPLAIN_RECORD   NOTHING
#define EXPLAIN_STEP(id) explain_##id
#define EXPLAIN_EXCLUDE  NOTHING
#define EXPLAIN_PROGRAM  NOTHING
	static explain_fn *const explain[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) \
	[RULE_##id] = EXPLAIN_##scope(id),
#include "tests/conformance/differences.def"
#undef RULE
	};

	for (enum rule_id id = 0; id < RULES; id++) {
		const struct rule *rule = &rules[id];

		if (rule->simulator == d->simulator && rule->scope == SCOPE_STEP &&
		    (rule->traits & d->step->traits) != 0 && explain[id](d)) {
			return id;
		}
	}
	return RULES;
}

bool difference_explain_record(const struct difference *d, uint64_t *explained)
{
#define FIELDS_RECORD(id) fields_##id
#define FIELDS_STEP       NOTHING
#define FIELDS_EXCLUDE    NOTHING
#define FIELDS_PROGRAM    NOTHING
	static fields_fn *const fields[RULES] = {
#define RULE(id, simulator, scope, trait, section, manual, theirs) [RULE_##id] = FIELDS_##scope(id),
#include "tests/conformance/differences.def"
#undef RULE
	};
	unsigned left = record_differences(d->ours, d->theirs);
	bool used[RULES] = { false };

	if (left == 0) {
		return true;
	}
	if (d->ours->kind != 'x' || left == UINT_MAX) {
		return false;
	}
	for (enum rule_id id = 0; id < RULES && left != 0; id++) {
		if (rules[id].simulator == d->simulator && rules[id].scope == SCOPE_RECORD) {
			unsigned bits = fields[id](d) & left;

			used[id] = bits != 0;
			left &= ~bits;
		}
	}
	for (enum rule_id id = 0; id < RULES && left == 0; id++) {
		explained[id] += used[id];
	}
	return left == 0;
}

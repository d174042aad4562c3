/* SPDX-License-Identifier: MIT */
/*
 * explain_qemu_fpu.c - how QEMU's FPU differs: it has no Unimplemented Operation.
 *
 * Each rule says what the manual wants, whole: trap or not, the destination, FCR31. It follows from
 * the operands that the generator chose, or, for tiny results, from what QEMU makes of the same
 * operands: never from our own CPU. All other registers must be the same on both sides.
 */
#include "isa/cp0.h"
#include "tests/conformance/expect.h"
#include "tests/conformance/explain.h"
#include "tests/conformance/fpu_values.h"

#define RECORDS_MAX_OF_STEP 16

#define FPU_CAUSE_INEXACT   0x01U
#define FPU_CAUSE_UNDERFLOW 0x02U
#define FPU_CAUSE_INVALID   0x10U
#define FPU_CAUSE_E         0x20U

/* What an FPU step left: the exception, the destination and FCR31. */
struct fpu_result {
	bool trapped; /* floating-point exception */
	uint64_t value;
	uint32_t fcr31;
	uint32_t cause; /* FCR31.Cause, bits of FPU_CAUSE_* */
	/* The observations that it was read from. */
	struct record observed[RECORDS_MAX_OF_STEP];
	size_t count;
};

static bool observes_zero(const struct program *program, const struct record *record)
{
	uint64_t at = record->field[FIELD_OFFSET] / 4;

	return at < program->code_count && ((program->code[at] >> 6) & 31) == 0;
}

/* Behind that of $0, the last observation is FCR31, those before it the value, low half first. */
static bool read_fpu_result(const struct program *program, struct span records,
			    struct fpu_result *result)
{
	size_t values = 0;

	*result = (struct fpu_result){ 0 };
	for (size_t i = 0; i < records.count; i++) {
		const struct record *r = &records.records[i];

		if (r->kind != 'o') {
			result->trapped = result->trapped || is_exception(r, 1, EXC_FPE);
		} else if (result->count == RECORDS_MAX_OF_STEP) {
			return false;
		} else {
			result->observed[result->count++] = *r;
		}
	}
	for (size_t i = 0; i + 1 < result->count; i++) {
		uint64_t value = result->observed[i].field[FIELD_VALUE];

		if (!observes_zero(program, &result->observed[i])) {
			result->value =
				values++ == 0 ? value : (result->value & 0xffffffff) | value << 32;
		}
	}
	if (result->count > 0) {
		result->fcr31 = (uint32_t)result->observed[result->count - 1].field[FIELD_VALUE];
		result->cause = (result->fcr31 & FCSR_CAUSE) >> FCSR_CAUSE_SHIFT;
	}
	return result->count > 0;
}

/* Both results, with the same observations, in which nothing else differs. */
static bool read_results(const struct difference *d, struct fpu_result *ours,
			 struct fpu_result *theirs)
{
	struct span our_records = { d->all_ours, d->all_our_count };
	struct span their_records = { d->all_theirs, d->all_their_count };

	if (!read_fpu_result(d->program, our_records, ours) ||
	    !read_fpu_result(d->program, their_records, theirs) || ours->count != theirs->count) {
		return false;
	}
	for (size_t i = 0; i < ours->count; i++) {
		if (ours->observed[i].field[FIELD_OFFSET] !=
		    theirs->observed[i].field[FIELD_OFFSET]) {
			return false;
		}
	}
	return only_observed_differ(d->program, (struct span){ ours->observed, ours->count },
				    (struct span){ theirs->observed, theirs->count });
}

/* Bits of a value in the format of the row's result; only these are defined. */
static uint64_t result_bits(const struct step *step, uint64_t value)
{
	enum fpu_format format = fpu_row_result(step->row);

	return format == FPU_SINGLE || format == FPU_WORD ? value & 0xffffffff : value;
}

/* What the manual wants of a step. */
struct verdict {
	uint64_t value; /* if it does not trap */
	uint32_t cause;
};

static bool is_trap(const struct step *step, const struct verdict *verdict)
{
	uint32_t enables = (step->fcr31 & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;

	return (verdict->cause & (enables | FPU_CAUSE_E)) != 0;
}

/* A trap leaves the destination and the flags alone (R4000 UM 7.1, 7.3). */
static bool is_as_wanted(const struct difference *d, const struct fpu_result *ours,
			 struct verdict verdict)
{
	struct step step = *d->step;
	bool trap = is_trap(&step, &verdict);
	uint32_t fcr31 = (step.fcr31 & ~(uint32_t)FCSR_CAUSE) | verdict.cause << FCSR_CAUSE_SHIFT;

	if (!trap) {
		fcr31 |= (verdict.cause & 0x1f) << FCSR_FLAGS_SHIFT;
	}
	step.expected = trap ? EXC_FPE : EXPECT_NONE;
	return expect_matches(d->program, &step, d->all_ours, d->all_our_count) &&
	       ours->fcr31 == fcr31 &&
	       result_bits(&step, ours->value) ==
		       result_bits(&step, trap ? step.fd : verdict.value);
}

/* `ours` is Unimplemented Operation and nothing else. */
static bool is_unimplemented(const struct difference *d, struct fpu_result *theirs)
{
	struct fpu_result ours;

	return read_results(d, &ours, theirs) &&
	       is_as_wanted(d, &ours, (struct verdict){ .cause = FPU_CAUSE_E });
}

bool explain_qemu_fpu_operand(const struct difference *d)
{
	struct fpu_result theirs;

	return d->step->unimplemented_operand && d->step->row != ISA_cop1_undefined &&
	       is_unimplemented(d, &theirs);
}

/* Conversions from long, and to long of what is a number or infinite (fpu_convert()). */
bool explain_qemu_fpu_long(const struct difference *d)
{
	const struct step *step = d->step;
	struct fpu_result ours;
	struct fpu_result theirs;
	struct verdict verdict = { 0 };
	enum isa_id id = step->row;
	bool inexact = false;

	if ((step->status & STATUS_FR) != 0 ||
	    (fpu_row_source(id) != FPU_LONG && fpu_row_result(id) != FPU_LONG) ||
	    !has_exception(d->all_theirs, d->all_their_count, EXC_RI) ||
	    !read_results(d, &ours, &theirs)) {
		return false;
	}
	if (step->unimplemented_operand || fpu_leaves_range(step)) {
		verdict.cause = FPU_CAUSE_E;
	} else if (fpu_row_source(id) != FPU_LONG &&
		   fpu_is_signalling(step->fs, fpu_row_source(id))) {
		verdict = (struct verdict){ .value = INT64_MAX, .cause = FPU_CAUSE_INVALID };
	} else {
		verdict.value = fpu_convert(step, &inexact);
		verdict.cause = inexact ? FPU_CAUSE_INEXACT : 0;
	}
	return is_as_wanted(d, &ours, verdict);
}

/* The result is the default NaN (R4000 UM 7.3, table 7-1). */
bool explain_qemu_fpu_sign(const struct difference *d)
{
	struct fpu_result ours;
	struct fpu_result theirs;
	enum isa_id id = d->step->row;
	uint64_t nan = fpu_row_source(id) == FPU_SINGLE ? 0x7fbfffff : 0x7ff7ffffffffffff;

	return (id == ISA_abs_s || id == ISA_abs_d || id == ISA_neg_s || id == ISA_neg_d) &&
	       fpu_is_signalling(d->step->fs, fpu_row_source(id)) &&
	       read_results(d, &ours, &theirs) && theirs.cause == 0 && !theirs.trapped &&
	       is_as_wanted(d, &ours, (struct verdict){ .value = nan, .cause = FPU_CAUSE_INVALID });
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

bool explain_qemu_fpu_tiny(const struct difference *d)
{
	struct fpu_result theirs;

	return !d->step->unimplemented_operand && !flushes(d->step) &&
	       is_unimplemented(d, &theirs) && result_is_tiny(d->step, &theirs);
}

/*
 * QEMU delivers a zero because FS = 1. The manual: zero, or the smallest normal number if the
 * rounding mode leads away from zero (table 7-1), or that one because it is not tiny after
 * rounding.
 */
bool explain_qemu_fpu_flush(const struct difference *d)
{
	const struct step *step = d->step;
	struct fpu_result ours;
	struct fpu_result theirs;
	bool single = fpu_row_result(step->row) == FPU_SINGLE;
	uint64_t smallest = single ? 0x00800000 : 0x0010000000000000;
	struct verdict verdict = { .cause = FPU_CAUSE_INEXACT };

	if ((step->fcr31 & FCSR_FS) == 0 || !read_results(d, &ours, &theirs) ||
	    !result_is_tiny(step, &theirs)) {
		return false;
	}
	verdict.value =
		result_bits(step, theirs.value) & (single ? UINT64_C(1) << 31 : UINT64_C(1) << 63);
	if (fpu_rounds_to_smallest(step, verdict.value != 0)) {
		verdict.value |= smallest;
		return is_as_wanted(d, &ours, verdict);
	}
	verdict.cause |= FPU_CAUSE_UNDERFLOW;
	if ((step->fcr31 & FCSR_RM) == (verdict.value == 0 ? 2 : 3)) {
		verdict.value |= smallest;
	}
	return flushes(step) && is_as_wanted(d, &ours, verdict);
}

bool explain_qemu_fpu_range(const struct difference *d)
{
	struct fpu_result theirs;

	return fpu_leaves_range(d->step) && is_unimplemented(d, &theirs);
}

bool explain_qemu_fpu_undefined(const struct difference *d)
{
	struct fpu_result theirs;

	return d->step->row == ISA_cop1_undefined && is_unimplemented(d, &theirs) &&
	       !theirs.trapped;
}

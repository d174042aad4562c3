/* SPDX-License-Identifier: MIT */
/*
 * explain_qemu_fpu.c - how QEMU's FPU differs: it has no Unimplemented Operation.
 *
 * Whether the manual wants Unimplemented follows from the operands that the generator chose, or,
 * for tiny results, from what QEMU makes of the same operands: never from our own CPU.
 */
#include "isa/cp0.h"
#include "tests/conformance/explain.h"
#include "tests/conformance/fpu_values.h"

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

bool explain_qemu_fpu_operand(const struct difference *d)
{
	struct fpu_result theirs;

	return d->step->unimplemented_operand && d->step->row != ISA_cop1_undefined &&
	       is_unimplemented(d, &theirs);
}

bool explain_qemu_fpu_long(const struct difference *d)
{
	enum isa_id id = d->step->row;

	return (d->step->status & STATUS_FR) == 0 &&
	       (fpu_row_source(id) == FPU_LONG || fpu_row_result(id) == FPU_LONG) &&
	       has_exception(d->all_theirs, d->all_their_count, EXC_RI);
}

#define FPU_CAUSE_INVALID 0x10U

bool explain_qemu_fpu_sign(const struct difference *d)
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

bool explain_qemu_fpu_tiny(const struct difference *d)
{
	struct fpu_result theirs;

	return !d->step->unimplemented_operand && !flushes(d->step) &&
	       is_unimplemented(d, &theirs) && result_is_tiny(d->step, &theirs);
}

/* QEMU delivers a zero with FS = 1: what must the value and Cause be? */
struct flushed {
	uint64_t value;
	uint32_t cause;
	bool trapped;
};

/* Zero, or the smallest normal number if the rounding mode leads away from zero (table 7-1). */
static struct flushed expected_flush(const struct step *step, uint64_t sign)
{
	bool single = fpu_row_result(step->row) == FPU_SINGLE;
	uint64_t smallest = single ? 0x00800000 : 0x0010000000000000;
	uint32_t enables = (step->fcr31 & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;
	unsigned away = sign == 0 ? 2 : 3;

	if (fpu_rounds_to_smallest(step, sign != 0)) {
		return (struct flushed){ .value = sign | smallest,
					 .cause = FPU_CAUSE_INEXACT,
					 .trapped = (enables & FPU_CAUSE_INEXACT) != 0 };
	}
	return (struct flushed){
		.value = (step->fcr31 & FCSR_RM) == away ? sign | smallest : sign,
		.cause = FPU_CAUSE_UNDERFLOW | FPU_CAUSE_INEXACT,
	};
}

bool explain_qemu_fpu_flush(const struct difference *d)
{
	struct fpu_result ours;
	struct fpu_result theirs;
	struct flushed expected;
	bool single = fpu_row_result(d->step->row) == FPU_SINGLE;
	uint64_t sign = single ? UINT64_C(1) << 31 : UINT64_C(1) << 63;

	if ((d->step->fcr31 & FCSR_FS) == 0 ||
	    !read_fpu_result(d->all_ours, d->all_our_count, &ours) ||
	    !read_fpu_result(d->all_theirs, d->all_their_count, &theirs) ||
	    !result_is_tiny(d->step, &theirs)) {
		return false;
	}
	expected = expected_flush(d->step, result_bits(d->step, theirs.value) & sign);
	if (expected.cause != FPU_CAUSE_INEXACT && !flushes(d->step)) {
		return false;
	}
	return ours.trapped == expected.trapped && ours.cause == expected.cause &&
	       (ours.trapped || result_bits(d->step, ours.value) == expected.value);
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

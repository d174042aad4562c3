/* SPDX-License-Identifier: MIT */
/*
 * expect.c - the rules of the R4000 FPU, as the test understands the User's Manual.
 *
 * Numbers in brackets are the rules of docs/conformance-fpu.md.
 */
#include "tests/fpu/expect.h"

#include "isa/cp0.h"

#define CAUSE_I 0x01U
#define CAUSE_U 0x02U
#define CAUSE_O 0x04U
#define CAUSE_Z 0x08U
#define CAUSE_V 0x10U
#define CAUSE_E 0x20U

enum operand {
	OPERAND_ZERO,
	OPERAND_DENORMAL,
	OPERAND_NORMAL,
	OPERAND_INFINITY,
	OPERAND_QUIET,
	OPERAND_SIGNALLING
};

/* Masks of a format; of the integers only `largest` is used. */
struct layout {
	uint64_t sign;
	uint64_t exponent;
	uint64_t quiet;    /* top mantissa bit */
	uint64_t fraction; /* with the quiet bit */
	uint64_t smallest; /* normal number */
	uint64_t largest;  /* integer */
};

static const struct layout layouts[] = {
	[FORMAT_S] = { .sign = 0x80000000,
		       .exponent = 0x7f800000,
		       .quiet = 0x00400000,
		       .fraction = 0x007fffff,
		       .smallest = 0x00800000 },
	[FORMAT_D] = { .sign = 0x8000000000000000,
		       .exponent = 0x7ff0000000000000,
		       .quiet = 0x0008000000000000,
		       .fraction = 0x000fffffffffffff,
		       .smallest = 0x0010000000000000 },
	[FORMAT_W] = { .largest = 0x7fffffff },
	[FORMAT_L] = { .largest = 0x7fffffffffffffff },
};

const char *const vector_class_names[CLASS_COUNT] = {
#define VECTOR_CLASS(name, text) [CLASS_##name] = (text),
#include "tests/fpu/classes.def"
#undef VECTOR_CLASS
};

#define BIT(class) (1U << (class))
#define OPERAND_CLASSES                                                                         \
	(BIT(CLASS_E_DENORMAL) | BIT(CLASS_E_QUIET) | BIT(CLASS_SIGNALLING) | BIT(CLASS_ZERO) | \
	 BIT(CLASS_EXACT))
#define TINY_CLASSES (BIT(CLASS_E_TINY) | BIT(CLASS_FLUSHED))

static bool is_sqrt(const struct operation *operation)
{
	return operation->insn == ISA_sqrt_s || operation->insn == ISA_sqrt_d;
}

static bool is_division(const struct operation *operation)
{
	return operation->insn == ISA_div_s || operation->insn == ISA_div_d;
}

static uint32_t expect_arithmetic_classes(const struct operation *operation)
{
	uint32_t classes = OPERAND_CLASSES | BIT(CLASS_INFINITY);

	if (operation->insn == ISA_cvt_d_s) {
		return classes;
	}
	classes |= BIT(CLASS_INEXACT);
	if (is_sqrt(operation)) {
		return classes | BIT(CLASS_INVALID);
	}
	classes |= TINY_CLASSES | BIT(CLASS_OVERFLOW);
	if (operation->insn == ISA_cvt_s_d) {
		return classes;
	}
	classes |= BIT(CLASS_INVALID);
	return is_division(operation) ? classes | BIT(CLASS_DIVIDE_BY_ZERO) : classes;
}

uint32_t expect_classes(const struct operation *operation)
{
	switch (operation->kind) {
	case KIND_ARITHMETIC:
		return expect_arithmetic_classes(operation);
	case KIND_TO_INTEGER:
		return OPERAND_CLASSES | BIT(CLASS_E_CONVERT) | BIT(CLASS_INEXACT);
	case KIND_FROM_INTEGER:
		return BIT(CLASS_ZERO) | BIT(CLASS_EXACT) |
		       (operation->insn == ISA_cvt_d_w ? 0 : BIT(CLASS_INEXACT));
	case KIND_COMPARE:
		return BIT(CLASS_SIGNALLING) | BIT(CLASS_DENORMAL) | BIT(CLASS_INFINITY) |
		       BIT(CLASS_ZERO) | BIT(CLASS_EXACT) |
		       ((operation->condition & 8) ? BIT(CLASS_INVALID) : BIT(CLASS_UNORDERED));
	default:
		return OPERAND_CLASSES | BIT(CLASS_INFINITY);
	}
}

static bool is_float(enum fpu_format format)
{
	return format == FORMAT_S || format == FORMAT_D;
}

static bool is_nan(const struct layout *layout, uint64_t bits)
{
	return (bits & layout->exponent) == layout->exponent && (bits & layout->fraction) != 0;
}

/* In MIPS encoding. */
static enum operand classify(const struct layout *layout, uint64_t bits)
{
	if (is_nan(layout, bits)) {
		return (bits & layout->quiet) ? OPERAND_SIGNALLING : OPERAND_QUIET;
	}
	if ((bits & layout->exponent) == layout->exponent) {
		return OPERAND_INFINITY;
	}
	if ((bits & layout->exponent) != 0) {
		return OPERAND_NORMAL;
	}
	return (bits & layout->fraction) ? OPERAND_DENORMAL : OPERAND_ZERO;
}

uint64_t expect_to_mips(enum fpu_format format, uint64_t bits)
{
	const struct layout *layout = &layouts[format];

	if (!is_float(format) || !is_nan(layout, bits)) {
		return bits;
	}
	bits ^= layout->quiet;
	/* Quiet with no other bit set would have become an infinity. */
	return is_nan(layout, bits) ? bits : bits | 1;
}

/* [N2] The NaN of an invalid operation: all mantissa bits but the top one. */
static uint64_t default_nan(const struct layout *layout)
{
	return layout->exponent | (layout->fraction & ~layout->quiet);
}

/* [C3] Software keeps the payload of a quiet NaN, or of the first of two, as far as it fits. */
static uint64_t propagated_nan(const struct operation *operation, uint64_t nan)
{
	const struct layout *to = &layouts[operation->to];
	uint64_t sign;

	if (operation->from == operation->to) {
		return nan;
	}
	sign = (nan & layouts[operation->from].sign) ? to->sign : 0;
	nan &= layouts[operation->from].fraction;
	nan = operation->to == FORMAT_D ? nan << 29 : nan >> 29;
	return nan != 0 ? sign | to->exponent | nan : sign | default_nan(to);
}

/* [T3] Flushing, by R4000 UM table 7-1. */
static uint64_t flushed(const struct layout *layout, uint64_t sign, unsigned rounding)
{
	bool away = rounding == (sign ? 3 : 2);

	return sign | (away ? layout->smallest : 0);
}

static bool has(const enum operand operand[2], enum operand which)
{
	return operand[0] == which || operand[1] == which;
}

/* [T1]-[T4] A tiny result: denormal, or an underflow that was rounded up to the smallest normal. */
static void expect_tiny(const struct operation *operation, uint64_t result, uint32_t flags,
			uint32_t fcsr, struct expectation *e)
{
	const struct layout *to = &layouts[operation->to];
	uint32_t enables = (fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;

	if ((fcsr & FCSR_FS) && !(enables & (CAUSE_U | CAUSE_I))) {
		e->class = CLASS_FLUSHED;
		e->cause = CAUSE_U | CAUSE_I;
		e->result = flushed(to, result & to->sign, fcsr & FCSR_RM);
		e->completed_cause = e->cause;
		e->completed_result = e->result;
		return;
	}
	e->class = CLASS_E_TINY;
	e->cause = CAUSE_E;
	/* With the trap enabled, tiny is enough (IEEE 754, 7.4); without, it must be inexact too.
	 */
	e->completed_cause = flags | (enables & CAUSE_U);
	e->completed_result = result;
}

/* The result as if there were no unimplemented operands: what software arrives at. */
static void expect_result(const struct operation *operation, const struct vector *vector,
			  const uint64_t bits[2], const enum operand operand[2], uint32_t fcsr,
			  struct expectation *e)
{
	const struct layout *to = &layouts[operation->to];
	uint64_t result = vector->result;
	uint32_t flags = vector->flags;

	if (operation->kind == KIND_ABS || operation->kind == KIND_NEG) {
		flags = has(operand, OPERAND_SIGNALLING) ? CAUSE_V : 0;
		result = operation->kind == KIND_ABS ? bits[0] & ~to->sign : bits[0] ^ to->sign;
	}
	if (has(operand, OPERAND_SIGNALLING) || (flags & CAUSE_V)) {
		/* [N1], [N2], [I2] */
		result = operation->kind == KIND_TO_INTEGER ? to->largest : default_nan(to);
	} else if (has(operand, OPERAND_QUIET)) {
		result = propagated_nan(operation, operand[0] == OPERAND_QUIET ? bits[0] : bits[1]);
	} else if (is_float(operation->to) &&
		   ((flags & CAUSE_U) || classify(to, result) == OPERAND_DENORMAL)) {
		expect_tiny(operation, result, flags, fcsr, e);
		return;
	}
	e->cause = e->completed_cause = flags;
	e->result = e->completed_result = result;
}

/* The class of a vector that raised nothing unimplemented. */
static enum vector_class classify_outcome(const struct operation *operation,
					  const enum operand operand[2],
					  const struct expectation *e)
{
	if (e->cause & CAUSE_V) {
		return has(operand, OPERAND_SIGNALLING) ? CLASS_SIGNALLING : CLASS_INVALID;
	}
	if (e->cause & CAUSE_Z) {
		return CLASS_DIVIDE_BY_ZERO;
	}
	if (e->cause & CAUSE_O) {
		return CLASS_OVERFLOW;
	}
	if (e->cause & CAUSE_I) {
		return CLASS_INEXACT;
	}
	if (has(operand, OPERAND_QUIET)) {
		return CLASS_UNORDERED;
	}
	if (has(operand, OPERAND_DENORMAL)) {
		return CLASS_DENORMAL;
	}
	if (has(operand, OPERAND_INFINITY)) {
		return CLASS_INFINITY;
	}
	bool zero_result =
		operation->kind != KIND_COMPARE && (e->result & ~layouts[operation->to].sign) == 0;

	return zero_result || has(operand, OPERAND_ZERO) ? CLASS_ZERO : CLASS_EXACT;
}

/* [P1]-[P3] Compares take denormals and quiet NaNs as they are. */
static void expect_compare(const struct operation *operation, const struct vector *vector,
			   const enum operand operand[2], struct expectation *e)
{
	bool unordered = has(operand, OPERAND_QUIET) || has(operand, OPERAND_SIGNALLING);
	bool holds = unordered ? (operation->condition & 1) != 0
			       : (operation->condition & 6) != 0 && vector->result != 0;

	e->cause = e->completed_cause = vector->flags;
	e->result = e->completed_result = holds;
	e->class = classify_outcome(operation, operand, e);
}

static void expect_unimplemented(enum vector_class class, struct expectation *e)
{
	e->class = class;
	e->cause = CAUSE_E;
	e->result = 0;
}

struct expectation expect_vector(const struct operation *operation, const struct vector *vector,
				 uint32_t fcsr)
{
	const struct layout *from = &layouts[operation->from];
	uint64_t bits[2] = { expect_to_mips(operation->from, vector->a),
			     expect_to_mips(operation->from, vector->b) };
	enum operand operand[2] = { OPERAND_NORMAL, OPERAND_NORMAL };
	struct expectation e = { .class = CLASS_COUNT };

	if (is_float(operation->from)) {
		operand[0] = classify(from, bits[0]);
		operand[1] = operation->is_binary ? classify(from, bits[1]) : OPERAND_NORMAL;
	} else if (bits[0] == 0) {
		operand[0] = OPERAND_ZERO;
	}
	if (operation->kind == KIND_COMPARE) {
		expect_compare(operation, vector, operand, &e);
		return e;
	}
	expect_result(operation, vector, bits, operand, fcsr, &e);
	if (has(operand, OPERAND_DENORMAL)) {
		/* [D1] */
		expect_unimplemented(CLASS_E_DENORMAL, &e);
	} else if (has(operand, OPERAND_QUIET)) {
		/* [N3] */
		expect_unimplemented(CLASS_E_QUIET, &e);
	} else if (operation->kind == KIND_TO_INTEGER && (e.cause & CAUSE_V) &&
		   !has(operand, OPERAND_SIGNALLING)) {
		/* [I1] */
		expect_unimplemented(CLASS_E_CONVERT, &e);
	} else if (e.class == CLASS_COUNT) {
		e.class = classify_outcome(operation, operand, &e);
	}
	return e;
}

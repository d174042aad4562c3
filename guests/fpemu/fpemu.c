/* SPDX-License-Identifier: MIT */
/*
 * fpemu.c - finds the operation that trapped, computes it, and resumes behind it.
 *
 * R4000 UM 7.4 (unimplemented instruction exception), 7.6 (trap handlers), appendix B.
 */
#include "guests/fpemu/fpemu.h"

#include <stddef.h>

#include "guests/fpemu/arith.h"
#include "isa/cp0.h"
#include "isa/isa.h"

enum shape {
	SHAPE_NONE, /* not ours */
	SHAPE_BINARY,
	SHAPE_UNARY,
	SHAPE_CONVERT,
	SHAPE_TO_WORD,
	SHAPE_TO_LONG
};

typedef struct fpemu_result binary_fn(const struct fpemu_format *format, uint64_t a, uint64_t b,
				      uint32_t fcsr);
typedef struct fpemu_result unary_fn(const struct fpemu_format *format, uint64_t a, uint32_t fcsr);

#define ROUNDING_OF_FCSR (-1)

struct operation {
	enum shape shape;
	bool is_double; /* operands */
	int rounding;   /* to integers: fixed mode or ROUNDING_OF_FCSR */
	binary_fn *binary;
	unary_fn *unary;
};

/* clang-format off */
#define BINARY(id, function)                                         \
	[ISA_##id##_s] = { SHAPE_BINARY, false, 0, function, NULL }, \
	[ISA_##id##_d] = { SHAPE_BINARY, true, 0, function, NULL },
#define UNARY(id, function)                                         \
	[ISA_##id##_s] = { SHAPE_UNARY, false, 0, NULL, function }, \
	[ISA_##id##_d] = { SHAPE_UNARY, true, 0, NULL, function },
#define TO_INTEGER(id, rounding)                                            \
	[ISA_##id##_w_s] = { SHAPE_TO_WORD, false, rounding, NULL, NULL }, \
	[ISA_##id##_w_d] = { SHAPE_TO_WORD, true, rounding, NULL, NULL },  \
	[ISA_##id##_l_s] = { SHAPE_TO_LONG, false, rounding, NULL, NULL }, \
	[ISA_##id##_l_d] = { SHAPE_TO_LONG, true, rounding, NULL, NULL },

/* Neither compares nor conversions from integers trap for their operands. */
static const struct operation operations[ISA_COUNT] = {
	BINARY(add, fpemu_add)
	BINARY(sub, fpemu_subtract)
	BINARY(mul, fpemu_multiply)
	BINARY(div, fpemu_divide)
	UNARY(sqrt, fpemu_square_root)
	UNARY(abs, fpemu_absolute)
	UNARY(neg, fpemu_negate)
	[ISA_cvt_s_d] = { SHAPE_CONVERT, true, 0, NULL, NULL },
	[ISA_cvt_d_s] = { SHAPE_CONVERT, false, 0, NULL, NULL },
	TO_INTEGER(cvt, ROUNDING_OF_FCSR)
	TO_INTEGER(round, FPEMU_NEAREST)
	TO_INTEGER(trunc, FPEMU_ZERO)
	TO_INTEGER(ceil, FPEMU_UP)
	TO_INTEGER(floor, FPEMU_DOWN)
};
/* clang-format on */

uint32_t fpemu_instruction(const struct trap_frame *frame)
{
	const uint32_t *epc = (const uint32_t *)(uintptr_t)frame->epc;

	return (frame->cause & CAUSE_BD) ? epc[1] : epc[0];
}

static uint64_t read_operand(const struct operation *operation, unsigned number)
{
	return operation->is_double ? fpemu_read_double(number) : fpemu_read_word(number);
}

static struct fpemu_result compute(const struct operation *operation, uint32_t word, uint32_t fcsr)
{
	const struct fpemu_format *format = operation->is_double ? &fpemu_double : &fpemu_single;
	const struct fpemu_format *other = operation->is_double ? &fpemu_single : &fpemu_double;
	unsigned rounding = operation->rounding == ROUNDING_OF_FCSR ? fcsr & FCSR_RM
								    : (unsigned)operation->rounding;
	uint64_t a = read_operand(operation, isa_fs(word));

	switch (operation->shape) {
	case SHAPE_BINARY:
		return operation->binary(format, a, read_operand(operation, isa_ft(word)), fcsr);
	case SHAPE_UNARY:
		return operation->unary(format, a, fcsr);
	case SHAPE_CONVERT:
		return fpemu_convert(other, format, a, fcsr);
	default:
		return fpemu_to_integer(operation->shape == SHAPE_TO_WORD ? 32 : 64, format, a,
					(enum fpemu_rounding)rounding);
	}
}

static void write_result(const struct operation *operation, uint32_t word, uint64_t bits)
{
	bool is_double =
		operation->shape == SHAPE_CONVERT
			? !operation->is_double
			: operation->shape == SHAPE_TO_LONG ||
				  (operation->shape != SHAPE_TO_WORD && operation->is_double);

	if (is_double) {
		fpemu_write_double(isa_fd(word), bits);
	} else {
		fpemu_write_word(isa_fd(word), (uint32_t)bits);
	}
}

enum fpemu_outcome fpemu_complete(struct trap_frame *frame, uint32_t *cause)
{
	uint32_t word = fpemu_instruction(frame);
	const struct operation *operation = &operations[isa_decode(word)];
	uint32_t fcsr = fpemu_read_fcsr() & ~(uint32_t)FCSR_CAUSE;
	uint32_t enables = (fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;
	struct fpemu_result result;

	*cause = FPEMU_E;
	if (operation->shape == SHAPE_NONE) {
		return FPEMU_RESERVED;
	}
	result = compute(operation, word, fcsr);
	*cause = result.cause;
	if (result.cause & enables) {
		fpemu_write_fcsr(fcsr);
		return FPEMU_SIGNALLED;
	}
	if (!fpemu_skip(frame)) {
		return FPEMU_RESERVED;
	}
	write_result(operation, word, result.bits);
	fpemu_write_fcsr(fcsr | result.cause << FCSR_CAUSE_SHIFT |
			 result.cause << FCSR_FLAGS_SHIFT);
	return FPEMU_COMPLETED;
}

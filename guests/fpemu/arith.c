/* SPDX-License-Identifier: MIT */
/*
 * arith.c - IEEE 754 arithmetic in integers.
 *
 * Called by fpemu.c. A finite number is unpacked so that the top bit of its significand is bit 63,
 * denormals too; an operation keeps in bit 0 whether anything below was lost ("jam"), which is all
 * that rounding needs, because at least ten bits lie between it and the rounding bit.
 */
#include "guests/fpemu/arith.h"

#include <stdbool.h>

#include "isa/cp0.h"

const struct fpemu_format fpemu_single = { 23, 8 };
const struct fpemu_format fpemu_double = { 52, 11 };

enum kind {
	KIND_ZERO,
	KIND_FINITE,
	KIND_INFINITY,
	KIND_QUIET,
	KIND_SIGNALLING
};

/* KIND_FINITE: (-1)^sign * significand * 2^(exponent - 63). */
struct number {
	enum kind kind;
	bool sign;
	int exponent;
	uint64_t significand;
};

static unsigned exponent_max(const struct fpemu_format *format)
{
	return (1U << format->exponent_bits) - 1;
}

static int bias(const struct fpemu_format *format)
{
	return (int)(exponent_max(format) >> 1);
}

static uint64_t fraction_mask(const struct fpemu_format *format)
{
	return ((uint64_t)1 << format->fraction_bits) - 1;
}

static uint64_t pack(const struct fpemu_format *format, bool sign, uint64_t magnitude)
{
	return (uint64_t)sign << (format->fraction_bits + format->exponent_bits) | magnitude;
}

static uint64_t infinity(const struct fpemu_format *format)
{
	return (uint64_t)exponent_max(format) << format->fraction_bits;
}

static void normalize(struct number *number)
{
	while (!(number->significand >> 63)) {
		number->significand <<= 1;
		number->exponent--;
	}
}

static struct number unpack(const struct fpemu_format *format, uint64_t bits)
{
	uint64_t fraction = bits & fraction_mask(format);
	unsigned exponent = (unsigned)(bits >> format->fraction_bits) & exponent_max(format);
	struct number number = {
		.kind = KIND_FINITE,
		.sign = (bits >> (format->fraction_bits + format->exponent_bits) & 1) != 0,
	};

	if (exponent == exponent_max(format)) {
		/* The top mantissa bit is clear in a quiet NaN. */
		number.kind = fraction == 0                                    ? KIND_INFINITY
			      : (fraction >> (format->fraction_bits - 1)) != 0 ? KIND_SIGNALLING
									       : KIND_QUIET;
		return number;
	}
	if (exponent == 0 && fraction == 0) {
		number.kind = KIND_ZERO;
		return number;
	}
	number.significand = fraction << (63 - format->fraction_bits);
	number.exponent = (int)exponent - bias(format);
	if (exponent != 0) {
		number.significand |= (uint64_t)1 << 63;
	} else {
		number.exponent++;
		normalize(&number);
	}
	return number;
}

static uint64_t shift_right_jam(uint64_t value, unsigned count)
{
	if (count >= 64) {
		return value != 0;
	}
	if (count == 0) {
		return value;
	}
	return value >> count | (value << (64 - count) != 0);
}

static struct fpemu_result exact(uint64_t bits)
{
	return (struct fpemu_result){ bits, 0 };
}

static struct fpemu_result invalid(const struct fpemu_format *format)
{
	/* Quiet, all other mantissa bits set. */
	return (struct fpemu_result){ infinity(format) | fraction_mask(format) >> 1, FPEMU_V };
}

/* Drops `drop` bits (1 to 63) of a magnitude. */
static uint64_t round_magnitude(uint64_t value, unsigned drop, bool sign,
				enum fpemu_rounding rounding, bool *inexact)
{
	uint64_t rest = value << (64 - drop);
	uint64_t kept = value >> drop;
	uint64_t half = (uint64_t)1 << 63;
	bool up;

	*inexact = rest != 0;
	switch (rounding) {
	case FPEMU_NEAREST:
		up = rest > half || (rest == half && (kept & 1) != 0);
		break;
	case FPEMU_UP:
		up = !sign && rest != 0;
		break;
	case FPEMU_DOWN:
		up = sign && rest != 0;
		break;
	default:
		up = false;
		break;
	}
	return kept + up;
}

static struct fpemu_result overflow(const struct fpemu_format *format, bool sign,
				    enum fpemu_rounding rounding)
{
	bool to_infinity = rounding == FPEMU_NEAREST || rounding == (sign ? FPEMU_DOWN : FPEMU_UP);
	uint64_t magnitude = infinity(format) - (to_infinity ? 0 : 1);

	return (struct fpemu_result){ pack(format, sign, magnitude), FPEMU_O | FPEMU_I };
}

/* A result that is tiny after rounding; `number` is not rounded yet. */
static struct fpemu_result underflow(const struct fpemu_format *format, struct number number,
				     uint32_t fcsr)
{
	enum fpemu_rounding rounding = (enum fpemu_rounding)(fcsr & FCSR_RM);
	uint32_t enables = (fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;
	struct fpemu_result result;
	bool inexact;

	if ((fcsr & FCSR_FS) && !(enables & (FPEMU_U | FPEMU_I))) {
		bool away = rounding == (number.sign ? FPEMU_DOWN : FPEMU_UP);
		uint64_t smallest = (uint64_t)1 << format->fraction_bits;

		return (struct fpemu_result){ pack(format, number.sign, away ? smallest : 0),
					      FPEMU_U | FPEMU_I };
	}
	/* Aligned as a number of the smallest exponent: bit 63 is worth 2^(1 - bias). */
	number.significand =
		shift_right_jam(number.significand, (unsigned)(1 - bias(format) - number.exponent));
	result.bits = pack(format, number.sign,
			   round_magnitude(number.significand, 63 - format->fraction_bits,
					   number.sign, rounding, &inexact));
	/* Where underflow traps, tiny is enough. */
	result.cause = inexact ? FPEMU_U | FPEMU_I : enables & FPEMU_U;
	return result;
}

static struct fpemu_result round_and_pack(const struct fpemu_format *format, struct number number,
					  uint32_t fcsr)
{
	enum fpemu_rounding rounding = (enum fpemu_rounding)(fcsr & FCSR_RM);
	bool inexact;
	uint64_t rounded = round_magnitude(number.significand, 63 - format->fraction_bits,
					   number.sign, rounding, &inexact);
	int exponent = number.exponent + bias(format);

	/* As if the exponent had no bounds: does rounding carry into the next one? */
	if ((rounded >> (format->fraction_bits + 1)) != 0) {
		rounded >>= 1;
		exponent++;
	}
	if (exponent >= (int)exponent_max(format)) {
		return overflow(format, number.sign, rounding);
	}
	if (exponent < 1) {
		return underflow(format, number, fcsr);
	}
	return (struct fpemu_result){
		pack(format, number.sign,
		     (uint64_t)exponent << format->fraction_bits |
			     (rounded & fraction_mask(format))),
		inexact ? FPEMU_I : 0,
	};
}

/* Signalling NaNs are invalid; otherwise the first quiet one is the result. */
static bool handle_nans(const struct fpemu_format *format, const struct number *a, uint64_t a_bits,
			const struct number *b, uint64_t b_bits, struct fpemu_result *result)
{
	if (a->kind == KIND_SIGNALLING || b->kind == KIND_SIGNALLING) {
		*result = invalid(format);
		return true;
	}
	if (a->kind == KIND_QUIET || b->kind == KIND_QUIET) {
		*result = exact(a->kind == KIND_QUIET ? a_bits : b_bits);
		return true;
	}
	return false;
}

static struct fpemu_result zero_sum(const struct fpemu_format *format, uint32_t fcsr)
{
	return exact(pack(format, (fcsr & FCSR_RM) == FPEMU_DOWN, 0));
}

/* a and b finite and not zero. One bit is kept free for the carry. */
static struct fpemu_result add_finite(const struct fpemu_format *format, struct number a,
				      struct number b, uint32_t fcsr)
{
	if (a.exponent < b.exponent ||
	    (a.exponent == b.exponent && a.significand < b.significand)) {
		struct number swap = a;

		a = b;
		b = swap;
	}
	b.significand = shift_right_jam(b.significand >> 1, (unsigned)(a.exponent - b.exponent));
	a.significand >>= 1;
	a.exponent++;
	a.significand =
		a.sign == b.sign ? a.significand + b.significand : a.significand - b.significand;
	if (a.significand == 0) {
		return zero_sum(format, fcsr);
	}
	normalize(&a);
	return round_and_pack(format, a, fcsr);
}

static struct fpemu_result add(const struct fpemu_format *format, uint64_t a_bits, uint64_t b_bits,
			       bool subtract, uint32_t fcsr)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	struct fpemu_result result;

	if (handle_nans(format, &a, a_bits, &b, b_bits, &result)) {
		return result;
	}
	b.sign = b.sign != subtract;
	b_bits = pack(format, b.sign, b_bits & (pack(format, true, 0) - 1));
	if (a.kind == KIND_INFINITY && b.kind == KIND_INFINITY && a.sign != b.sign) {
		return invalid(format);
	}
	if (a.kind == KIND_INFINITY || b.kind == KIND_INFINITY) {
		return exact(a.kind == KIND_INFINITY ? a_bits : b_bits);
	}
	if (a.kind == KIND_ZERO && b.kind == KIND_ZERO) {
		return a.sign == b.sign ? exact(a_bits) : zero_sum(format, fcsr);
	}
	if (a.kind == KIND_ZERO || b.kind == KIND_ZERO) {
		/* Rounds nothing away, but the other one may be denormal. */
		return round_and_pack(format, a.kind == KIND_ZERO ? b : a, fcsr);
	}
	return add_finite(format, a, b, fcsr);
}

struct fpemu_result fpemu_add(const struct fpemu_format *format, uint64_t a, uint64_t b,
			      uint32_t fcsr)
{
	return add(format, a, b, false, fcsr);
}

struct fpemu_result fpemu_subtract(const struct fpemu_format *format, uint64_t a, uint64_t b,
				   uint32_t fcsr)
{
	return add(format, a, b, true, fcsr);
}

/* The upper half of a 128-bit product, with jam. */
static uint64_t multiply_high_jam(uint64_t a, uint64_t b)
{
	uint64_t low = (a & 0xffffffff) * (b & 0xffffffff);
	uint64_t middle1 = (a >> 32) * (b & 0xffffffff);
	uint64_t middle2 = (a & 0xffffffff) * (b >> 32);
	uint64_t high = (a >> 32) * (b >> 32);
	uint64_t carry = (low >> 32) + (middle1 & 0xffffffff) + (middle2 & 0xffffffff);

	high += (middle1 >> 32) + (middle2 >> 32) + (carry >> 32);
	return high | ((carry << 32 | (low & 0xffffffff)) != 0);
}

struct fpemu_result fpemu_multiply(const struct fpemu_format *format, uint64_t a_bits,
				   uint64_t b_bits, uint32_t fcsr)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	struct number product = { KIND_FINITE, a.sign != b.sign, 0, 0 };
	struct fpemu_result result;

	if (handle_nans(format, &a, a_bits, &b, b_bits, &result)) {
		return result;
	}
	if (a.kind == KIND_INFINITY || b.kind == KIND_INFINITY) {
		return a.kind == KIND_ZERO || b.kind == KIND_ZERO
			       ? invalid(format)
			       : exact(pack(format, product.sign, infinity(format)));
	}
	if (a.kind == KIND_ZERO || b.kind == KIND_ZERO) {
		return exact(pack(format, product.sign, 0));
	}
	product.exponent = a.exponent + b.exponent + 1;
	product.significand = multiply_high_jam(a.significand, b.significand);
	normalize(&product);
	return round_and_pack(format, product, fcsr);
}

/* Long division: 64 bits of the quotient, with jam. The operands have 53 bits at most. */
static uint64_t divide_jam(uint64_t dividend, uint64_t divisor)
{
	uint64_t rest = dividend >> 11;
	uint64_t quotient = 0;

	divisor >>= 11;
	for (int i = 0; i < 64; i++) {
		quotient <<= 1;
		if (rest >= divisor) {
			rest -= divisor;
			quotient |= 1;
		}
		rest <<= 1;
	}
	return quotient | (rest != 0);
}

struct fpemu_result fpemu_divide(const struct fpemu_format *format, uint64_t a_bits,
				 uint64_t b_bits, uint32_t fcsr)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	struct number quotient = { KIND_FINITE, a.sign != b.sign, 0, 0 };
	struct fpemu_result result;

	if (handle_nans(format, &a, a_bits, &b, b_bits, &result)) {
		return result;
	}
	if (a.kind == b.kind && a.kind != KIND_FINITE) {
		return invalid(format);
	}
	if (a.kind == KIND_INFINITY || b.kind == KIND_ZERO) {
		result = exact(pack(format, quotient.sign, infinity(format)));
		result.cause = a.kind == KIND_INFINITY ? 0 : FPEMU_Z;
		return result;
	}
	if (a.kind == KIND_ZERO || b.kind == KIND_INFINITY) {
		return exact(pack(format, quotient.sign, 0));
	}
	quotient.exponent = a.exponent - b.exponent;
	quotient.significand = divide_jam(a.significand, b.significand);
	normalize(&quotient);
	return round_and_pack(format, quotient, fcsr);
}

/* Digit by digit: 58 bits of the root of a number with two integer bits, from bit 63 on, with jam.
 */
static uint64_t square_root_jam(uint64_t radicand)
{
	uint64_t rest = 0;
	uint64_t root = 0;

	for (int i = 0; i < 58; i++) {
		uint64_t trial = root << 2 | 1;

		rest = rest << 2 | radicand >> 62;
		radicand <<= 2;
		root <<= 1;
		if (rest >= trial) {
			rest -= trial;
			root |= 1;
		}
	}
	return root << 6 | (rest != 0);
}

struct fpemu_result fpemu_square_root(const struct fpemu_format *format, uint64_t bits,
				      uint32_t fcsr)
{
	struct number a = unpack(format, bits);
	struct fpemu_result result;
	bool odd = (a.exponent & 1) != 0;

	if (handle_nans(format, &a, bits, &a, bits, &result)) {
		return result;
	}
	if (a.kind == KIND_ZERO) {
		return exact(bits);
	}
	if (a.sign) {
		return invalid(format);
	}
	if (a.kind == KIND_INFINITY) {
		return exact(bits);
	}
	a.significand = square_root_jam(odd ? a.significand : a.significand >> 1);
	a.exponent = (a.exponent - odd) / 2;
	return round_and_pack(format, a, fcsr);
}

static struct fpemu_result with_sign(const struct fpemu_format *format, uint64_t bits,
				     bool keep_sign, bool flip_sign, uint32_t fcsr)
{
	struct number a = unpack(format, bits);
	struct fpemu_result result;

	if (handle_nans(format, &a, bits, &a, bits, &result)) {
		return result;
	}
	a.sign = (keep_sign && a.sign) != flip_sign;
	if (a.kind == KIND_FINITE) {
		return round_and_pack(format, a, fcsr);
	}
	return exact(pack(format, a.sign, a.kind == KIND_ZERO ? 0 : infinity(format)));
}

struct fpemu_result fpemu_absolute(const struct fpemu_format *format, uint64_t a, uint32_t fcsr)
{
	return with_sign(format, a, false, false, fcsr);
}

struct fpemu_result fpemu_negate(const struct fpemu_format *format, uint64_t a, uint32_t fcsr)
{
	return with_sign(format, a, true, true, fcsr);
}

/* A quiet NaN keeps the upper part of its payload, or becomes the default one if that is zero. */
static uint64_t convert_nan(const struct fpemu_format *to, const struct fpemu_format *from,
			    uint64_t bits, bool sign)
{
	uint64_t payload = bits & fraction_mask(from);

	payload = to->fraction_bits > from->fraction_bits
			  ? payload << (to->fraction_bits - from->fraction_bits)
			  : payload >> (from->fraction_bits - to->fraction_bits);
	return pack(to, sign, infinity(to) | (payload != 0 ? payload : fraction_mask(to) >> 1));
}

struct fpemu_result fpemu_convert(const struct fpemu_format *to, const struct fpemu_format *from,
				  uint64_t bits, uint32_t fcsr)
{
	struct number a = unpack(from, bits);

	switch (a.kind) {
	case KIND_SIGNALLING:
		return invalid(to);
	case KIND_QUIET:
		return exact(convert_nan(to, from, bits, a.sign));
	case KIND_INFINITY:
		return exact(pack(to, a.sign, infinity(to)));
	case KIND_ZERO:
		return exact(pack(to, a.sign, 0));
	default:
		return round_and_pack(to, a, fcsr);
	}
}

/* The integer part of a finite number below 2^64, rounded. */
static uint64_t integer_magnitude(const struct number *a, enum fpemu_rounding rounding,
				  bool *inexact)
{
	if (a->exponent == 63) {
		*inexact = false;
		return a->significand;
	}
	if (a->exponent >= 0) {
		return round_magnitude(a->significand, 63 - (unsigned)a->exponent, a->sign,
				       rounding, inexact);
	}
	/* Below one: as one half, or something smaller, in the fraction. */
	return round_magnitude(shift_right_jam(a->significand, (unsigned)-a->exponent), 63, a->sign,
			       rounding, inexact);
}

/* R4000 UM appendix B: what does not fit is invalid and gives the largest integer. */
struct fpemu_result fpemu_to_integer(unsigned bits, const struct fpemu_format *from,
				     uint64_t a_bits, enum fpemu_rounding rounding)
{
	struct number a = unpack(from, a_bits);
	uint64_t largest = ((uint64_t)1 << (bits - 1)) - 1;
	struct fpemu_result unfit = { largest, FPEMU_V };
	uint64_t magnitude;
	bool inexact;

	if (a.kind == KIND_ZERO) {
		return exact(0);
	}
	if (a.kind != KIND_FINITE || a.exponent > 63) {
		return unfit;
	}
	magnitude = integer_magnitude(&a, rounding, &inexact);
	if (magnitude > largest + a.sign) {
		return unfit;
	}
	return (struct fpemu_result){ a.sign ? 0 - magnitude : magnitude, inexact ? FPEMU_I : 0 };
}

/* SPDX-License-Identifier: MIT */
/*
 * fpu_slow.c - FPU arithmetic by integers, for every operand, rounding mode and exception.
 *
 * Unpack, operate exactly (or with a sticky bit) on 128-bit significands, round and pack. Rules of
 * the R4000 are marked with their section of the User's Manual.
 */
#include "sim/fpu/fpu.h"

typedef unsigned __int128 uint128_t;

/* A format: precision with hidden bit, exponent range of normal numbers, width of the exponent. */
struct format {
	int precision;
	int exponent_min;
	int exponent_max;
	unsigned exponent_bits;
	uint64_t default_nan; /* quiet: top mantissa bit clear, the rest set (R4000 UM table 7-1) */
};

static const struct format single_format = { 24, -126, 127, 8, 0x7fbfffff };
static const struct format double_format = { 53, -1022, 1023, 11, 0x7ff7ffffffffffff };

enum number_class {
	CLASS_ZERO,
	CLASS_DENORMAL,
	CLASS_NORMAL,
	CLASS_INFINITY,
	CLASS_QUIET,
	CLASS_SIGNALLING
};

/* A finite number is (-1)^sign * significand * 2^exponent. */
struct number {
	enum number_class class;
	bool sign;
	int exponent;
	uint64_t significand;
};

static struct number unpack(const struct format *format, uint64_t bits)
{
	unsigned fraction_bits = (unsigned)format->precision - 1;
	uint64_t fraction = bits & ((1ULL << fraction_bits) - 1);
	unsigned field_max = (1U << format->exponent_bits) - 1;
	unsigned field = (unsigned)(bits >> fraction_bits) & field_max;
	struct number number = {
		.sign = ((bits >> (fraction_bits + format->exponent_bits)) & 1) != 0,
		.exponent = format->exponent_min - (int)fraction_bits,
		.significand = fraction,
	};

	if (field == field_max) {
		bool top = ((fraction >> (fraction_bits - 1)) & 1) != 0;

		number.class = fraction == 0 ? CLASS_INFINITY
			       : top         ? CLASS_SIGNALLING
					     : CLASS_QUIET;
	} else if (field == 0) {
		number.class = fraction == 0 ? CLASS_ZERO : CLASS_DENORMAL;
	} else {
		number.class = CLASS_NORMAL;
		number.significand |= 1ULL << fraction_bits;
		number.exponent += (int)field - 1;
	}
	return number;
}

static uint64_t sign_bit(const struct format *format, bool sign)
{
	return (uint64_t)sign << ((unsigned)format->precision - 1 + format->exponent_bits);
}

static uint64_t pack(const struct format *format, bool sign, unsigned field, uint64_t fraction)
{
	return sign_bit(format, sign) | ((uint64_t)field << ((unsigned)format->precision - 1)) |
	       fraction;
}

static uint64_t pack_infinity(const struct format *format, bool sign)
{
	return pack(format, sign, (1U << format->exponent_bits) - 1, 0);
}

static uint64_t pack_largest(const struct format *format, bool sign)
{
	return pack(format, sign, (1U << format->exponent_bits) - 2,
		    (1ULL << (format->precision - 1)) - 1);
}

static bool is_nan(const struct number *number)
{
	return number->class == CLASS_QUIET || number->class == CLASS_SIGNALLING;
}

/* Operands that the hardware leaves to software (R4000 UM 7.4, unimplemented operation). */
static bool is_unimplemented(const struct number *number)
{
	return number->class == CLASS_DENORMAL || number->class == CLASS_QUIET;
}

static uint64_t unimplemented(uint32_t *cause)
{
	*cause = FPU_E;
	return 0;
}

static uint64_t invalid(const struct format *format, uint32_t *cause)
{
	*cause = FPU_V;
	return format->default_nan;
}

/* Does a magnitude with these dropped bits round up? */
static bool rounds_up(enum fpu_rounding rounding, bool sign, bool odd, bool half, bool rest)
{
	switch (rounding) {
	case FPU_NEAREST:
		return half && (rest || odd);
	case FPU_UP:
		return !sign && (half || rest);
	case FPU_DOWN:
		return sign && (half || rest);
	default:
		return false;
	}
}

static int top_bit(uint128_t value)
{
	uint64_t high = (uint64_t)(value >> 64);

	return high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)value);
}

/* value >> count for 0 < count < 128; tells the bit below the new end and whether more was lost. */
static uint128_t shift_right(uint128_t value, int count, bool *half, bool *rest)
{
	*half = ((value >> (count - 1)) & 1) != 0;
	*rest = (value & (((uint128_t)1 << (count - 1)) - 1)) != 0;
	return value >> count;
}

/* A result beyond the largest number (R4000 UM 7.4, overflow). */
static uint64_t overflowed(const struct format *format, bool sign, enum fpu_rounding rounding,
			   uint32_t *cause)
{
	*cause = FPU_O | FPU_I;
	if (rounding == FPU_ZERO || (rounding == FPU_UP && sign) ||
	    (rounding == FPU_DOWN && !sign)) {
		return pack_largest(format, sign);
	}
	return pack_infinity(format, sign);
}

/*
 * A tiny result, found after rounding. Software makes the denormal, unless FS asks for zero and
 * neither underflow nor inexact would trap (R4000 UM 6.4, FS; 7.4, underflow). Rounding away from
 * zero then gives the smallest normal number.
 */
static uint64_t underflowed(const struct format *format, bool sign, uint32_t fcsr, uint32_t *cause)
{
	uint32_t enables = (fcsr & FCSR_ENABLES) >> FCSR_ENABLES_SHIFT;
	enum fpu_rounding rounding = (enum fpu_rounding)(fcsr & FCSR_RM);

	if (!(fcsr & FCSR_FS) || (enables & (FPU_U | FPU_I))) {
		return unimplemented(cause);
	}
	*cause = FPU_U | FPU_I;
	if ((rounding == FPU_UP && !sign) || (rounding == FPU_DOWN && sign)) {
		return pack(format, sign, 1, 0);
	}
	return pack(format, sign, 0, 0);
}

/* Rounds (-1)^sign * (significand + sticky) * 2^exponent, significand not zero, into the format. */
static uint64_t round_and_pack(const struct format *format, bool sign, int exponent,
			       uint128_t significand, bool sticky, uint32_t fcsr, uint32_t *cause)
{
	enum fpu_rounding rounding = (enum fpu_rounding)(fcsr & FCSR_RM);
	int drop = top_bit(significand) - (format->precision - 1);
	bool half = false;
	bool rest = false;

	if (drop > 0) {
		significand = shift_right(significand, drop, &half, &rest);
	} else {
		significand <<= -drop;
	}
	exponent += drop;
	rest |= sticky;
	if (rounds_up(rounding, sign, significand & 1, half, rest)) {
		significand++;
		if (significand >> format->precision) {
			significand >>= 1;
			exponent++;
		}
	}
	int value_exponent = exponent + format->precision - 1;

	if (value_exponent > format->exponent_max) {
		return overflowed(format, sign, rounding, cause);
	}
	if (value_exponent < format->exponent_min) {
		return underflowed(format, sign, fcsr, cause);
	}
	*cause = half || rest ? FPU_I : 0;
	return pack(format, sign, (unsigned)(value_exponent - format->exponent_min + 1),
		    (uint64_t)significand & ((1ULL << (format->precision - 1)) - 1));
}

/* Both operands finite, at least one not zero. */
static uint64_t add_finite(const struct format *format, struct number a, struct number b,
			   uint32_t fcsr, uint32_t *cause)
{
	if (a.significand == 0 || (b.significand != 0 && a.exponent < b.exponent)) {
		struct number swap = a;

		a = b;
		b = swap;
	}
	/* 53 bits from bit 64 on: what is shifted out below bit 0 is far below the rounding bit. */
	uint128_t high = (uint128_t)a.significand << 64;
	uint128_t low = (uint128_t)b.significand << 64;
	int distance = b.significand != 0 ? a.exponent - b.exponent : 0;

	if (distance > 120) {
		low = 1;
	} else if (distance > 0) {
		bool lost = (low & (((uint128_t)1 << distance) - 1)) != 0;

		low = (low >> distance) | lost;
	}
	bool sign = a.sign;
	uint128_t sum;

	if (a.sign == b.sign) {
		sum = high + low;
	} else if (high >= low) {
		sum = high - low;
	} else {
		sum = low - high;
		sign = b.sign;
	}
	if (sum == 0) {
		*cause = 0;
		return sign_bit(format, (fcsr & FCSR_RM) == FPU_DOWN);
	}
	return round_and_pack(format, sign, a.exponent - 64, sum, false, fcsr, cause);
}

static uint64_t add(const struct format *format, uint64_t a_bits, uint64_t b_bits, bool subtract,
		    uint32_t fcsr, uint32_t *cause)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);

	b.sign ^= subtract;
	if (is_unimplemented(&a) || is_unimplemented(&b)) {
		return unimplemented(cause);
	}
	if (is_nan(&a) || is_nan(&b) ||
	    (a.class == CLASS_INFINITY && b.class == CLASS_INFINITY && a.sign != b.sign)) {
		return invalid(format, cause);
	}
	*cause = 0;
	if (a.class == CLASS_INFINITY || b.class == CLASS_INFINITY) {
		return pack_infinity(format, a.class == CLASS_INFINITY ? a.sign : b.sign);
	}
	if (a.class == CLASS_ZERO && b.class == CLASS_ZERO) {
		return sign_bit(format, a.sign == b.sign ? a.sign : (fcsr & FCSR_RM) == FPU_DOWN);
	}
	return add_finite(format, a, b, fcsr, cause);
}

static uint64_t multiply(const struct format *format, uint64_t a_bits, uint64_t b_bits,
			 uint32_t fcsr, uint32_t *cause)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	bool sign = a.sign != b.sign;
	bool any_infinity = a.class == CLASS_INFINITY || b.class == CLASS_INFINITY;
	bool any_zero = a.class == CLASS_ZERO || b.class == CLASS_ZERO;

	if (is_unimplemented(&a) || is_unimplemented(&b)) {
		return unimplemented(cause);
	}
	if (is_nan(&a) || is_nan(&b) || (any_infinity && any_zero)) {
		return invalid(format, cause);
	}
	*cause = 0;
	if (any_infinity) {
		return pack_infinity(format, sign);
	}
	if (any_zero) {
		return sign_bit(format, sign);
	}
	return round_and_pack(format, sign, a.exponent + b.exponent,
			      (uint128_t)a.significand * b.significand, false, fcsr, cause);
}

static uint64_t divide(const struct format *format, uint64_t a_bits, uint64_t b_bits, uint32_t fcsr,
		       uint32_t *cause)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	bool sign = a.sign != b.sign;

	if (is_unimplemented(&a) || is_unimplemented(&b)) {
		return unimplemented(cause);
	}
	if (is_nan(&a) || is_nan(&b) ||
	    (a.class == b.class && (a.class == CLASS_ZERO || a.class == CLASS_INFINITY))) {
		return invalid(format, cause);
	}
	*cause = 0;
	if (a.class == CLASS_INFINITY) {
		return pack_infinity(format, sign);
	}
	if (b.class == CLASS_ZERO) {
		*cause = FPU_Z;
		return pack_infinity(format, sign);
	}
	if (a.class == CLASS_ZERO || b.class == CLASS_INFINITY) {
		return sign_bit(format, sign);
	}
	/* At least 66 quotient bits, so that the remainder is only a sticky bit. */
	uint128_t dividend = (uint128_t)a.significand << 66;
	uint128_t quotient = dividend / b.significand;
	bool sticky = dividend % b.significand != 0;

	return round_and_pack(format, sign, a.exponent - b.exponent - 66, quotient, sticky, fcsr,
			      cause);
}

/* Largest root with root * root <= value. */
static uint64_t integer_root(uint128_t value)
{
	uint64_t root = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t trial = root | (1ULL << bit);

		if ((uint128_t)trial * trial <= value) {
			root = trial;
		}
	}
	return root;
}

static uint64_t square_root(const struct format *format, uint64_t bits, uint32_t fcsr,
			    uint32_t *cause)
{
	struct number a = unpack(format, bits);

	if (is_unimplemented(&a)) {
		return unimplemented(cause);
	}
	if (is_nan(&a) || (a.sign && a.class != CLASS_ZERO)) {
		return invalid(format, cause);
	}
	*cause = 0;
	if (a.class == CLASS_ZERO || a.class == CLASS_INFINITY) {
		return bits;
	}
	/* 120 to 127 bits under the root give 60 and more in it; the exponent must be even. */
	int shift = 126 - top_bit(a.significand);

	if ((a.exponent - shift) & 1) {
		shift--;
	}
	uint128_t value = (uint128_t)a.significand << shift;
	uint64_t root = integer_root(value);

	return round_and_pack(format, false, (a.exponent - shift) / 2, root,
			      (uint128_t)root * root != value, fcsr, cause);
}

static uint64_t convert(const struct format *to, const struct format *from, uint64_t bits,
			uint32_t fcsr, uint32_t *cause)
{
	struct number a = unpack(from, bits);

	if (is_unimplemented(&a)) {
		return unimplemented(cause);
	}
	if (is_nan(&a)) {
		return invalid(to, cause);
	}
	*cause = 0;
	if (a.class == CLASS_INFINITY) {
		return pack_infinity(to, a.sign);
	}
	if (a.class == CLASS_ZERO) {
		return sign_bit(to, a.sign);
	}
	return round_and_pack(to, a.sign, a.exponent, a.significand, false, fcsr, cause);
}

uint32_t fpu_slow_add_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)add(&single_format, a, b, false, fcsr, cause);
}

uint32_t fpu_slow_sub_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)add(&single_format, a, b, true, fcsr, cause);
}

uint32_t fpu_slow_mul_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)multiply(&single_format, a, b, fcsr, cause);
}

uint32_t fpu_slow_div_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)divide(&single_format, a, b, fcsr, cause);
}

uint32_t fpu_slow_sqrt_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)square_root(&single_format, a, fcsr, cause);
}

uint64_t fpu_slow_add_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	return add(&double_format, a, b, false, fcsr, cause);
}

uint64_t fpu_slow_sub_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	return add(&double_format, a, b, true, fcsr, cause);
}

uint64_t fpu_slow_mul_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	return multiply(&double_format, a, b, fcsr, cause);
}

uint64_t fpu_slow_div_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	return divide(&double_format, a, b, fcsr, cause);
}

uint64_t fpu_slow_sqrt_d(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	return square_root(&double_format, a, fcsr, cause);
}

uint32_t fpu_slow_cvt_s_d(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)convert(&single_format, &double_format, a, fcsr, cause);
}

uint64_t fpu_slow_cvt_d_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	return convert(&double_format, &single_format, a, fcsr, cause);
}

/* ABS and NEG are arithmetic: they look at their operand (R4000 UM appendix B). */
static uint64_t change_sign(const struct format *format, uint64_t bits, uint64_t result,
			    uint32_t *cause)
{
	struct number a = unpack(format, bits);

	if (is_unimplemented(&a)) {
		return unimplemented(cause);
	}
	if (is_nan(&a)) {
		return invalid(format, cause);
	}
	*cause = 0;
	return result;
}

uint32_t fpu_slow_abs_s(uint32_t a, uint32_t *cause)
{
	return (uint32_t)change_sign(&single_format, a, a & 0x7fffffffU, cause);
}

uint32_t fpu_slow_neg_s(uint32_t a, uint32_t *cause)
{
	return (uint32_t)change_sign(&single_format, a, a ^ 0x80000000U, cause);
}

uint64_t fpu_slow_abs_d(uint64_t a, uint32_t *cause)
{
	return change_sign(&double_format, a, a & 0x7fffffffffffffffULL, cause);
}

uint64_t fpu_slow_neg_d(uint64_t a, uint32_t *cause)
{
	return change_sign(&double_format, a, a ^ 0x8000000000000000ULL, cause);
}

/*
 * To an integer of `bits` bits (32 or 64). What is no such integer, infinities included, the
 * hardware leaves to software (R4000 UM table 7-2: overflow on convert); the result that appendix B
 * gives for it is what software then delivers. Only a signalling NaN is invalid at once (7.4).
 */
static uint64_t to_integer(const struct format *format, uint64_t source, unsigned bits,
			   enum fpu_rounding rounding, uint32_t *cause)
{
	struct number a = unpack(format, source);
	uint64_t largest = (1ULL << (bits - 1)) - 1;
	uint128_t magnitude = a.significand;
	bool half = false;
	bool rest = false;

	if (is_unimplemented(&a)) {
		return unimplemented(cause);
	}
	if (is_nan(&a)) {
		*cause = FPU_V;
		return largest;
	}
	if (a.class == CLASS_INFINITY || (a.class == CLASS_NORMAL && a.exponent > 40)) {
		/* The 24 or more bits of a normal significand, and 40 zeros, are 64 bits. */
		return unimplemented(cause);
	}
	if (a.exponent >= 0) {
		magnitude <<= a.exponent;
	} else if (a.exponent > -100) {
		magnitude = shift_right(magnitude, -a.exponent, &half, &rest);
	} else {
		rest = magnitude != 0;
		magnitude = 0;
	}
	magnitude += rounds_up(rounding, a.sign, magnitude & 1, half, rest);
	if (magnitude > (uint128_t)largest + a.sign) {
		return unimplemented(cause);
	}
	*cause = half || rest ? FPU_I : 0;
	return a.sign ? 0 - (uint64_t)magnitude : (uint64_t)magnitude;
}

uint32_t fpu_slow_to_w_s(uint32_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	return (uint32_t)to_integer(&single_format, a, 32, rounding, cause);
}

uint32_t fpu_slow_to_w_d(uint64_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	return (uint32_t)to_integer(&double_format, a, 32, rounding, cause);
}

uint64_t fpu_to_l_s(uint32_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	return to_integer(&single_format, a, 64, rounding, cause);
}

uint64_t fpu_to_l_d(uint64_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	return to_integer(&double_format, a, 64, rounding, cause);
}

static uint64_t from_integer(const struct format *format, int64_t value, uint32_t fcsr,
			     uint32_t *cause)
{
	if (value == 0) {
		*cause = 0;
		return 0;
	}
	return round_and_pack(format, value < 0, 0,
			      value < 0 ? 0 - (uint64_t)value : (uint64_t)value, false, fcsr,
			      cause);
}

uint32_t fpu_slow_from_w_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)from_integer(&single_format, (int32_t)a, fcsr, cause);
}

uint64_t fpu_slow_from_w_d(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	return from_integer(&double_format, (int32_t)a, fcsr, cause);
}

uint32_t fpu_from_l_s(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	return (uint32_t)from_integer(&single_format, (int64_t)a, fcsr, cause);
}

uint64_t fpu_from_l_d(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	return from_integer(&double_format, (int64_t)a, fcsr, cause);
}

/* Denormals are compared like any number; only NaNs matter (R4000 UM appendix B, C.cond). */
static bool compare(const struct format *format, uint64_t a_bits, uint64_t b_bits,
		    unsigned condition, uint32_t *cause)
{
	struct number a = unpack(format, a_bits);
	struct number b = unpack(format, b_bits);
	uint64_t sign = sign_bit(format, true);

	*cause = 0;
	if (is_nan(&a) || is_nan(&b)) {
		if ((condition & 8) || a.class == CLASS_SIGNALLING || b.class == CLASS_SIGNALLING) {
			*cause = FPU_V;
		}
		return (condition & 1) != 0;
	}
	/* Order of sign-and-magnitude numbers; both zeros are equal. */
	int64_t left = a.sign ? -(int64_t)(a_bits & ~sign) : (int64_t)a_bits;
	int64_t right = b.sign ? -(int64_t)(b_bits & ~sign) : (int64_t)b_bits;

	return ((condition & 4) && left < right) || ((condition & 2) && left == right);
}

bool fpu_slow_compare_s(uint32_t a, uint32_t b, unsigned condition, uint32_t *cause)
{
	return compare(&single_format, a, b, condition, cause);
}

bool fpu_slow_compare_d(uint64_t a, uint64_t b, unsigned condition, uint32_t *cause)
{
	return compare(&double_format, a, b, condition, cause);
}

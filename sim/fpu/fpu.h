/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - the arithmetic of the R4000's FPU: pure functions from bits to bits.
 *
 * Every function takes FCR31 (rounding mode, FS, enables) and sets *cause to the exceptions of this
 * one operation, bits FPU_*; the caller enters them into FCR31.Cause, and takes the floating-point
 * exception if FPU_E or an enabled one is among them, in which case the result must not be written.
 *
 * The common case (round to nearest, ordinary operands and result) is host arithmetic, inline; its
 * inexactness is found exactly, from the error term of the operation, so no host flag or mode is
 * read and every host gives the same bits. All else goes to fpu_slow.c: integer arithmetic of our
 * own, because Berkeley SoftFloat is no package of its own in Debian; TestFloat's vectors check it
 * (tests/fpu).
 *
 * R4000 UM chapters 6 and 7. NaNs have the encoding of the time: the top mantissa bit of a
 * signalling NaN is set. What the hardware leaves to software (FPU_E, unimplemented operation):
 * denormal and quiet NaN operands, compares excepted; denormal results, unless FS is set and
 * neither underflow nor inexact is enabled; conversions whose result is no integer of the format.
 * All rules, with their sections of the manual: docs/conformance-fpu.md.
 */
#pragma once

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "isa/cp0.h"

#if FLT_EVAL_METHOD != 0
#error "host arithmetic must not use excess precision: results would differ between hosts"
#endif
#ifdef __FAST_MATH__
#error "host arithmetic must be IEEE 754's: the error terms below would be optimised away"
#endif

/* Bits of FCR31.Cause, and, but for E, of its Enables and Flags. */
#define FPU_I 0x01U /* inexact */
#define FPU_U 0x02U /* underflow */
#define FPU_O 0x04U /* overflow */
#define FPU_Z 0x08U /* division by zero */
#define FPU_V 0x10U /* invalid operation */
#define FPU_E 0x20U /* unimplemented operation */

/* FCR31.RM. */
enum fpu_rounding {
	FPU_NEAREST,
	FPU_ZERO,
	FPU_UP,
	FPU_DOWN
};

/* The slow paths, complete for all operands. `rounding` replaces FCR31.RM. */
uint32_t fpu_slow_add_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause);
uint32_t fpu_slow_mul_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause);
uint32_t fpu_slow_div_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause);
uint32_t fpu_slow_sqrt_s(uint32_t a, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_add_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_mul_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_div_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_sqrt_d(uint64_t a, uint32_t fcsr, uint32_t *cause);
uint32_t fpu_slow_cvt_s_d(uint64_t a, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_cvt_d_s(uint32_t a, uint32_t fcsr, uint32_t *cause);

/* Subtraction negates b. */
uint32_t fpu_slow_sub_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_sub_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause);

/* Sign operations: arithmetic, so NaNs and denormals count as operands. */
uint32_t fpu_slow_abs_s(uint32_t a, uint32_t *cause);
uint32_t fpu_slow_neg_s(uint32_t a, uint32_t *cause);
uint64_t fpu_slow_abs_d(uint64_t a, uint32_t *cause);
uint64_t fpu_slow_neg_d(uint64_t a, uint32_t *cause);

/*
 * To and from integers. Out of range and infinity: unimplemented; signalling NaN: invalid, and the
 * result is the largest integer.
 */
uint32_t fpu_slow_to_w_s(uint32_t a, enum fpu_rounding rounding, uint32_t *cause);
uint32_t fpu_slow_to_w_d(uint64_t a, enum fpu_rounding rounding, uint32_t *cause);
uint64_t fpu_to_l_s(uint32_t a, enum fpu_rounding rounding, uint32_t *cause);
uint64_t fpu_to_l_d(uint64_t a, enum fpu_rounding rounding, uint32_t *cause);
uint32_t fpu_slow_from_w_s(uint32_t a, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_slow_from_w_d(uint32_t a, uint32_t fcsr, uint32_t *cause);
uint32_t fpu_from_l_s(uint64_t a, uint32_t fcsr, uint32_t *cause);
uint64_t fpu_from_l_d(uint64_t a, uint32_t fcsr, uint32_t *cause);

/*
 * C.cond: the new condition bit. `condition` is the instruction's low four bits: unordered (1),
 * equal (2), less (4), and 8 for the predicates that are invalid on any NaN.
 */
bool fpu_slow_compare_s(uint32_t a, uint32_t b, unsigned condition, uint32_t *cause);
bool fpu_slow_compare_d(uint64_t a, uint64_t b, unsigned condition, uint32_t *cause);

static inline double fpu_double(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline uint64_t fpu_bits_d(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline float fpu_float(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline uint32_t fpu_bits_s(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/*
 * Ordinary: far enough from overflow and underflow, for operands and result, that neither the
 * operation nor its error term can leave the range of normal numbers.
 */
static inline bool fpu_is_ordinary_d(uint64_t bits)
{
	return ((bits >> 52) & 0x7ff) - 128 < 1792;
}

static inline bool fpu_is_ordinary_s(uint32_t bits)
{
	return ((bits >> 23) & 0xff) - 32 < 192;
}

static inline bool fpu_is_zero_d(uint64_t bits)
{
	return bits << 1 == 0;
}

static inline bool fpu_is_zero_s(uint32_t bits)
{
	return bits << 1 == 0;
}

/* Is a * b zero because a factor is, and nothing else about them special? */
static inline bool fpu_is_zero_product_d(uint64_t a, uint64_t b)
{
	return fpu_is_zero_d(a) ? fpu_is_ordinary_d(b) || fpu_is_zero_d(b)
				: fpu_is_zero_d(b) && fpu_is_ordinary_d(a);
}

static inline bool fpu_is_zero_product_s(uint32_t a, uint32_t b)
{
	return fpu_is_zero_s(a) ? fpu_is_ordinary_s(b) || fpu_is_zero_s(b)
				: fpu_is_zero_s(b) && fpu_is_ordinary_s(a);
}

/* Mantissa with its hidden bit. */
static inline uint64_t fpu_mantissa_d(uint64_t bits)
{
	return (bits & 0x000fffffffffffffULL) | 0x0010000000000000ULL;
}

/* The error of the rounded sum (Knuth's TwoSum), which is exact for ordinary operands. */
static inline bool fpu_sum_is_inexact_d(double a, double b, double sum)
{
	double b_part = sum - a;

	return (a - (sum - b_part)) + (b - b_part) != 0;
}

static inline bool fpu_sum_is_inexact_s(float a, float b, float sum)
{
	float b_part = sum - a;

	return (a - (sum - b_part)) + (b - b_part) != 0;
}

static inline uint64_t fpu_add_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	double sum = fpu_double(a) + fpu_double(b);

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST &&
				     (fpu_is_ordinary_d(a) || fpu_is_zero_d(a)) &&
				     (fpu_is_ordinary_d(b) || fpu_is_zero_d(b)),
			     1)) {
		*cause = fpu_sum_is_inexact_d(fpu_double(a), fpu_double(b), sum) ? FPU_I : 0;
		return fpu_bits_d(sum);
	}
	return fpu_slow_add_d(a, b, fcsr, cause);
}

static inline uint64_t fpu_sub_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	double difference = fpu_double(a) - fpu_double(b);

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST &&
				     (fpu_is_ordinary_d(a) || fpu_is_zero_d(a)) &&
				     (fpu_is_ordinary_d(b) || fpu_is_zero_d(b)),
			     1)) {
		*cause =
			fpu_sum_is_inexact_d(fpu_double(a), -fpu_double(b), difference) ? FPU_I : 0;
		return fpu_bits_d(difference);
	}
	return fpu_slow_sub_d(a, b, fcsr, cause);
}

/* The product of two 53-bit mantissas has 105 or 106 bits: inexact if any below the top 53 is set.
 */
static inline uint64_t fpu_mul_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	uint64_t product = fpu_bits_d(fpu_double(a) * fpu_double(b));

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_d(a) &&
				     fpu_is_ordinary_d(b) && fpu_is_ordinary_d(product),
			     1)) {
		unsigned __int128 exact = (unsigned __int128)fpu_mantissa_d(a) * fpu_mantissa_d(b);
		unsigned dropped = 52 + (unsigned)(exact >> 105);
		uint64_t rest = (uint64_t)exact << (64 - dropped);

		*cause = rest != 0 ? FPU_I : 0;
		return product;
	}
	if (fpu_is_zero_product_d(a, b)) {
		*cause = 0;
		return (a ^ b) & 0x8000000000000000ULL;
	}
	return fpu_slow_mul_d(a, b, fcsr, cause);
}

/* The quotient is exact if it times the divisor gives the dividend, in one of two alignments. */
static inline uint64_t fpu_div_d(uint64_t a, uint64_t b, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_d(a) &&
				     fpu_is_ordinary_d(b),
			     1)) {
		uint64_t quotient = fpu_bits_d(fpu_double(a) / fpu_double(b));

		if (__builtin_expect(fpu_is_ordinary_d(quotient), 1)) {
			unsigned __int128 back =
				(unsigned __int128)fpu_mantissa_d(quotient) * fpu_mantissa_d(b);
			unsigned __int128 dividend = (unsigned __int128)fpu_mantissa_d(a) << 52;

			*cause = back == dividend || back == dividend << 1 ? 0 : FPU_I;
			return quotient;
		}
	}
	return fpu_slow_div_d(a, b, fcsr, cause);
}

static inline uint64_t fpu_sqrt_d(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect(
		    (fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_d(a) && (a >> 63) == 0, 1)) {
		uint64_t root = fpu_bits_d(sqrt(fpu_double(a)));
		unsigned __int128 square =
			(unsigned __int128)fpu_mantissa_d(root) * fpu_mantissa_d(root);
		unsigned __int128 radicand = (unsigned __int128)fpu_mantissa_d(a) << 52;

		*cause = square == radicand || square == radicand << 1 ? 0 : FPU_I;
		return root;
	}
	return fpu_slow_sqrt_d(a, fcsr, cause);
}

static inline uint32_t fpu_add_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	float sum = fpu_float(a) + fpu_float(b);

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST &&
				     (fpu_is_ordinary_s(a) || fpu_is_zero_s(a)) &&
				     (fpu_is_ordinary_s(b) || fpu_is_zero_s(b)),
			     1)) {
		*cause = fpu_sum_is_inexact_s(fpu_float(a), fpu_float(b), sum) ? FPU_I : 0;
		return fpu_bits_s(sum);
	}
	return fpu_slow_add_s(a, b, fcsr, cause);
}

static inline uint32_t fpu_sub_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	float difference = fpu_float(a) - fpu_float(b);

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST &&
				     (fpu_is_ordinary_s(a) || fpu_is_zero_s(a)) &&
				     (fpu_is_ordinary_s(b) || fpu_is_zero_s(b)),
			     1)) {
		*cause = fpu_sum_is_inexact_s(fpu_float(a), -fpu_float(b), difference) ? FPU_I : 0;
		return fpu_bits_s(difference);
	}
	return fpu_slow_sub_s(a, b, fcsr, cause);
}

/* Products and back-multiplications of single precision are exact in double precision. */
static inline uint32_t fpu_mul_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	double exact = (double)fpu_float(a) * (double)fpu_float(b);
	float product = (float)exact;

	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_s(a) &&
				     fpu_is_ordinary_s(b) && fpu_is_ordinary_s(fpu_bits_s(product)),
			     1)) {
		*cause = (double)product != exact ? FPU_I : 0;
		return fpu_bits_s(product);
	}
	if (fpu_is_zero_product_s(a, b)) {
		*cause = 0;
		return (a ^ b) & 0x80000000U;
	}
	return fpu_slow_mul_s(a, b, fcsr, cause);
}

static inline uint32_t fpu_div_s(uint32_t a, uint32_t b, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_s(a) &&
				     fpu_is_ordinary_s(b),
			     1)) {
		float quotient = fpu_float(a) / fpu_float(b);

		if (__builtin_expect(fpu_is_ordinary_s(fpu_bits_s(quotient)), 1)) {
			*cause = (double)quotient * (double)fpu_float(b) != (double)fpu_float(a)
					 ? FPU_I
					 : 0;
			return fpu_bits_s(quotient);
		}
	}
	return fpu_slow_div_s(a, b, fcsr, cause);
}

static inline uint32_t fpu_sqrt_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect(
		    (fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_s(a) && (a >> 31) == 0, 1)) {
		float root = sqrtf(fpu_float(a));

		*cause = (double)root * (double)root != (double)fpu_float(a) ? FPU_I : 0;
		return fpu_bits_s(root);
	}
	return fpu_slow_sqrt_s(a, fcsr, cause);
}

static inline uint32_t fpu_cvt_s_d(uint64_t a, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST && fpu_is_ordinary_d(a), 1)) {
		float value = (float)fpu_double(a);

		if (__builtin_expect(fpu_is_ordinary_s(fpu_bits_s(value)), 1)) {
			*cause = (double)value != fpu_double(a) ? FPU_I : 0;
			return fpu_bits_s(value);
		}
	}
	return fpu_slow_cvt_s_d(a, fcsr, cause);
}

static inline uint64_t fpu_cvt_d_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect(fpu_is_ordinary_s(a), 1)) {
		*cause = 0;
		return fpu_bits_d((double)fpu_float(a));
	}
	return fpu_slow_cvt_d_s(a, fcsr, cause);
}

/* Neither zero, denormal, infinity nor NaN. */
static inline bool fpu_is_normal_d(uint64_t bits)
{
	return ((bits >> 52) & 0x7ff) - 1 < 0x7fe;
}

static inline bool fpu_is_normal_s(uint32_t bits)
{
	return ((bits >> 23) & 0xff) - 1 < 0xfe;
}

static inline uint64_t fpu_abs_d(uint64_t a, uint32_t *cause)
{
	if (__builtin_expect(fpu_is_normal_d(a), 1)) {
		*cause = 0;
		return a & 0x7fffffffffffffffULL;
	}
	return fpu_slow_abs_d(a, cause);
}

static inline uint64_t fpu_neg_d(uint64_t a, uint32_t *cause)
{
	if (__builtin_expect(fpu_is_normal_d(a), 1)) {
		*cause = 0;
		return a ^ 0x8000000000000000ULL;
	}
	return fpu_slow_neg_d(a, cause);
}

static inline uint32_t fpu_abs_s(uint32_t a, uint32_t *cause)
{
	if (__builtin_expect(fpu_is_normal_s(a), 1)) {
		*cause = 0;
		return a & 0x7fffffffU;
	}
	return fpu_slow_abs_s(a, cause);
}

static inline uint32_t fpu_neg_s(uint32_t a, uint32_t *cause)
{
	if (__builtin_expect(fpu_is_normal_s(a), 1)) {
		*cause = 0;
		return a ^ 0x80000000U;
	}
	return fpu_slow_neg_s(a, cause);
}

/* Words fit a double; single precision rounds them. */
static inline uint64_t fpu_from_w_d(uint32_t a, uint32_t *cause)
{
	*cause = 0;
	return fpu_bits_d((double)(int32_t)a);
}

static inline uint32_t fpu_from_w_s(uint32_t a, uint32_t fcsr, uint32_t *cause)
{
	if (__builtin_expect((fcsr & FCSR_RM) == FPU_NEAREST, 1)) {
		float value = (float)(int32_t)a;

		*cause = (double)value != (double)(int32_t)a ? FPU_I : 0;
		return fpu_bits_s(value);
	}
	return fpu_slow_from_w_s(a, fcsr, cause);
}

/*
 * The word nearest to a number between -2^30 and 2^30, or next to it toward zero: adding
 * 1.5 * 2^52 leaves no place for a fraction, so that the sum is rounded to an integer.
 */
static inline uint32_t fpu_small_to_w(double value, enum fpu_rounding rounding, uint32_t *cause)
{
	double rounded = rounding == FPU_ZERO ? value : (value + 0x1.8p52) - 0x1.8p52;
	int32_t word = (int32_t)rounded;

	*cause = (double)word != value ? FPU_I : 0;
	return (uint32_t)word;
}

/* Exponents from those of 2^-30 to those below 2^30. */
static inline uint32_t fpu_to_w_d(uint64_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	if (__builtin_expect(rounding <= FPU_ZERO && ((a >> 52) & 0x7ff) - 993 < 60, 1)) {
		return fpu_small_to_w(fpu_double(a), rounding, cause);
	}
	return fpu_slow_to_w_d(a, rounding, cause);
}

static inline uint32_t fpu_to_w_s(uint32_t a, enum fpu_rounding rounding, uint32_t *cause)
{
	if (__builtin_expect(rounding <= FPU_ZERO && ((a >> 23) & 0xff) - 97 < 60, 1)) {
		return fpu_small_to_w((double)fpu_float(a), rounding, cause);
	}
	return fpu_slow_to_w_s(a, rounding, cause);
}

/* Infinities and denormals are numbers like others here. */
static inline bool fpu_compare_d(uint64_t a, uint64_t b, unsigned condition, uint32_t *cause)
{
	double left = fpu_double(a);
	double right = fpu_double(b);

	if (__builtin_expect(!isunordered(left, right), 1)) {
		*cause = 0;
		return ((condition & 4) && left < right) || ((condition & 2) && left == right);
	}
	return fpu_slow_compare_d(a, b, condition, cause);
}

static inline bool fpu_compare_s(uint32_t a, uint32_t b, unsigned condition, uint32_t *cause)
{
	float left = fpu_float(a);
	float right = fpu_float(b);

	if (__builtin_expect(!isunordered(left, right), 1)) {
		*cause = 0;
		return ((condition & 4) && left < right) || ((condition & 2) && left == right);
	}
	return fpu_slow_compare_s(a, b, condition, cause);
}

/* SPDX-License-Identifier: MIT */
/*
 * fpu_values.c - floating-point operands.
 */
#include "tests/conformance/fpu_values.h"

#include <fenv.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum fpu_format fpu_row_source(enum isa_id id)
{
	switch (isa_rs(isa_descs[id].match)) {
	case 16:
		return FPU_SINGLE;
	case 17:
		return FPU_DOUBLE;
	case 20:
		return FPU_WORD;
	default:
		return FPU_LONG;
	}
}

enum fpu_format fpu_row_result(enum isa_id id)
{
	switch (isa_descs[id].match & 0x3f) {
	case 0x08:
	case 0x09:
	case 0x0a:
	case 0x0b:
	case 0x25:
		return FPU_LONG;
	case 0x0c:
	case 0x0d:
	case 0x0e:
	case 0x0f:
	case 0x24:
		return FPU_WORD;
	case 0x20:
		return FPU_SINGLE;
	case 0x21:
		return FPU_DOUBLE;
	default:
		return fpu_row_source(id);
	}
}

static const uint32_t single_edges[] = {
	0x00000000, 0x80000000,                                                 /* zero */
	0x3f800000, 0xbf800000,                                                 /* one */
	0x3fc00000, 0x40000000, 0x3f000000, 0xc0400000, 0x7f800000, 0xff800000, /* infinity */
	0x7fbfffff, 0xffbfffff, 0x7f800001,                                     /* quiet NaN */
	0x7fc00000, 0x7fffffff, 0xffc12345,                                     /* signalling NaN */
	0x00000001, 0x807fffff, 0x00400000,                                     /* denormal */
	0x00800000, 0x80800000, 0x00800001,             /* smallest normal */
	0x7f7fffff, 0xff7fffff, 0x7f7ffffe,             /* largest */
	0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, /* 2^31 */
	0x5effffff, 0x5f000000, 0xdf000000,             /* 2^63 */
	0x4b7fffff, 0x4b800000, 0x4b000001,             /* 2^24 */
	0x3effffff, 0x3f7fffff, 0x3f800001, 0xbf000001,
};

static const uint64_t double_edges[] = {
	0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
	0x3ff8000000000000, 0x4000000000000000, 0x3fe0000000000000, 0xc008000000000000,
	0x7ff0000000000000, 0xfff0000000000000, 0x7ff7ffffffffffff, 0xfff7ffffffffffff,
	0x7ff0000000000001, 0x7ff8000000000000, 0x7fffffffffffffff, 0xfff8123456789abc,
	0x0000000000000001, 0x800fffffffffffff, 0x0008000000000000, 0x0010000000000000,
	0x8010000000000000, 0x0010000000000001, 0x7fefffffffffffff, 0xffefffffffffffff,
	0x41dfffffffc00000, 0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000,
	0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000, 0x433fffffffffffff,
	0x4340000000000000, 0x4330000000000001, 0x3fdfffffffffffff, 0x3fefffffffffffff,
	0x3ff0000000000001, 0xbfe0000000000001, 0x47efffffe0000000, 0x47effffff0000000,
	0x380fffffffffffff, 0x3810000000000000, 0x3690000000000000,
};

static uint64_t random_single(struct random *random)
{
	uint64_t bits = random_next(random);

	switch (random_below(random, 4)) {
	case 0:
		return single_edges[random_below(random, COUNT(single_edges))];
	case 1: /* near one, so that sums cancel and products stay */
		return (bits & 0x80ffffff) | (uint64_t)(0x7c + random_below(random, 8)) << 23;
	case 2: /* few fraction bits: exact results and ties */
		return bits & 0xfff00000;
	default:
		return bits & 0xffffffff;
	}
}

static uint64_t random_double(struct random *random)
{
	uint64_t bits = random_next(random);

	switch (random_below(random, 4)) {
	case 0:
		return double_edges[random_below(random, COUNT(double_edges))];
	case 1:
		return (bits & 0x800fffffffffffff) | (uint64_t)(0x3fc + random_below(random, 8))
							     << 52;
	case 2:
		return bits & 0xffff000000000000;
	default:
		return bits;
	}
}

uint64_t fpu_value(struct random *random, enum fpu_format format)
{
	switch (format) {
	case FPU_SINGLE:
		return random_single(random);
	case FPU_DOUBLE:
		return random_double(random);
	case FPU_WORD:
		return random_value(random) & 0xffffffff;
	default:
		return random_value(random);
	}
}

bool fpu_is_denormal(uint64_t bits, enum fpu_format format)
{
	switch (format) {
	case FPU_SINGLE:
		return (bits & 0x7f800000) == 0 && (bits & 0x007fffff) != 0;
	case FPU_DOUBLE:
		return (bits & 0x7ff0000000000000) == 0 && (bits & 0x000fffffffffffff) != 0;
	default:
		return false;
	}
}

bool fpu_is_unimplemented(uint64_t bits, enum fpu_format format)
{
	if (fpu_is_denormal(bits, format)) {
		return true;
	}
	switch (format) {
	case FPU_SINGLE:
		return (bits & 0x7fc00000) == 0x7f800000 && (bits & 0x003fffff) != 0;
	case FPU_DOUBLE:
		return (bits & 0x7ff8000000000000) == 0x7ff0000000000000 &&
		       (bits & 0x0007ffffffffffff) != 0;
	default:
		return false;
	}
}

/* The top fraction bit is set. */
bool fpu_is_signalling(uint64_t bits, enum fpu_format format)
{
	uint64_t pattern = format == FPU_SINGLE ? 0x7fc00000 : 0x7ff8000000000000;

	return (bits & pattern) == pattern;
}

bool fpu_is_zero(uint64_t bits, enum fpu_format format)
{
	return format == FPU_SINGLE ? (bits & 0x7fffffff) == 0 : (bits & INT64_MAX) == 0;
}

static double number(uint64_t bits, enum fpu_format format)
{
	uint32_t low = (uint32_t)bits;
	float single;
	double value;

	if (format == FPU_SINGLE) {
		memcpy(&single, &low, sizeof(single));
		return single;
	}
	memcpy(&value, &bits, sizeof(value));
	return value;
}

bool fpu_exact_zero(const struct step *step)
{
	enum fpu_format format = fpu_row_source(step->row);
	double fs = number(step->fs, format);
	double ft = number(step->ft, format);

	switch (step->row) {
	case ISA_add_s:
	case ISA_add_d:
		return fs == -ft;
	case ISA_sub_s:
	case ISA_sub_d:
		return fs == ft;
	case ISA_mul_s:
	case ISA_mul_d:
		return fs == 0 || ft == 0;
	case ISA_div_s:
	case ISA_div_d:
		return fs == 0 || isinf(ft);
	case ISA_cvt_s_d:
		return fs == 0;
	default:
		return true; /* cannot be tiny */
	}
}

static double rounded(double value, enum isa_id id, unsigned rounding)
{
	static const unsigned by_row[4] = { 0, 1, 2, 3 }; /* ROUND, TRUNC, CEIL, FLOOR */
	unsigned function = isa_descs[id].match & 0x3f;

	if (function < 0x20) {
		rounding = by_row[function & 3];
	}
	switch (rounding) {
	case 0:
		return value - remainder(value, 1.0);
	case 1:
		return trunc(value);
	case 2:
		return ceil(value);
	default:
		return floor(value);
	}
}

bool fpu_leaves_range(const struct step *step)
{
	enum fpu_format format = fpu_row_source(step->row);
	enum fpu_format result = fpu_row_result(step->row);
	double value = number(step->fs, format);
	double limit = result == FPU_WORD ? 0x1p31 : 0x1p63;

	if ((result != FPU_WORD && result != FPU_LONG) || isnan(value)) {
		return false;
	}
	if (isinf(value)) {
		return true;
	}
	value = rounded(value, step->row, step->fcr31 & 3);
	return value >= limit || value < -limit;
}

static uint64_t double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* From long: the host rounds as FCR31 says; volatile, so that it does so now. */
static uint64_t from_long(const struct step *step, bool *inexact)
{
	static const int modes[4] = { FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD };
	volatile int64_t value = (int64_t)step->fs;
	volatile double wide;
	volatile float narrow;
	uint64_t bits = 0;
	int before = fegetround();

	(void)fesetround(modes[step->fcr31 & 3]);
	wide = (double)value;
	narrow = (float)value;
	(void)fesetround(before);
	if (fpu_row_result(step->row) == FPU_SINGLE) {
		float copy = narrow;

		*inexact = (long double)copy != (long double)value;
		memcpy(&bits, &copy, sizeof(copy));
		return bits & 0xffffffff;
	}
	*inexact = (long double)wide != (long double)value;
	return double_bits(wide);
}

uint64_t fpu_convert(const struct step *step, bool *inexact)
{
	double value;
	double integer;

	if (fpu_row_source(step->row) == FPU_LONG) {
		return from_long(step, inexact);
	}
	value = number(step->fs, fpu_row_source(step->row));
	integer = rounded(value, step->row, step->fcr31 & 3);
	*inexact = integer != value;
	return (uint64_t)(int64_t)integer;
}

/* The magnitude of the exact result, as close as the host has it; 0 for what cannot be tiny. */
static long double magnitude(const struct step *step)
{
	enum fpu_format format = fpu_row_source(step->row);
	long double fs = (long double)number(step->fs, format);
	long double ft = (long double)number(step->ft, format);

	switch (step->row) {
	case ISA_add_s:
	case ISA_add_d:
		return fabsl(fs + ft);
	case ISA_sub_s:
	case ISA_sub_d:
		return fabsl(fs - ft);
	case ISA_mul_s:
	case ISA_mul_d:
		return fabsl(fs * ft);
	case ISA_div_s:
	case ISA_div_d:
		return ft != 0 ? fabsl(fs / ft) : 0;
	case ISA_cvt_s_d:
		return fabsl(fs);
	default:
		return 0;
	}
}

bool fpu_rounds_to_smallest(const struct step *step, bool negative)
{
	bool single = fpu_row_result(step->row) == FPU_SINGLE;
	long double smallest = single ? 0x1p-126L : 0x1p-1022L;
	/* Between numbers below the smallest one if the exponent had no bounds. */
	long double spacing = single ? 0x1p-150L : 0x1p-1075L;
	long double gap = smallest - magnitude(step);

	if (gap <= 0) {
		return false;
	}
	switch (step->fcr31 & 3) {
	case 0:
		return gap <= spacing / 2;
	case 2:
		return !negative && gap < spacing;
	case 3:
		return negative && gap < spacing;
	default:
		return false;
	}
}

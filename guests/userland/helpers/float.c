/* SPDX-License-Identifier: MIT */
/*
 * float.c - 64-bit integers to and from floating point, powers and complex products, under the
 * names that gcc calls.
 *
 * With 32-bit floating-point registers (o32) the FPU's own conversions from and to 64 bits are not
 * used. Each conversion here rounds once, as one instruction would. The products and quotients of
 * complex numbers follow C11 annex G.5.1.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define TWO_31 2147483648.0
#define TWO_32 4294967296.0

double __floatundidf(uint64_t value);
double __floatdidf(int64_t value);
float __floatundisf(uint64_t value);
float __floatdisf(int64_t value);
uint64_t __fixunsdfdi(double value);
int64_t __fixdfdi(double value);
uint64_t __fixunssfdi(float value);
int64_t __fixsfdi(float value);
double __powidf2(double base, int exponent);
float __powisf2(float base, int exponent);
double _Complex __muldc3(double a, double b, double c, double d);
float _Complex __mulsc3(float a, float b, float c, float d);
double _Complex __divdc3(double a, double b, double c, double d);
float _Complex __divsc3(float a, float b, float c, float d);

/* Exact: the FPU converts signed words only, so the lowest bit is added apart. */
static double from_word(uint32_t value)
{
	double half = (double)(int32_t)(value >> 1);

	return half + half + (double)(int32_t)(value & 1);
}

/* VALUE is below 2^32 and not negative. */
static uint32_t to_word(double value)
{
	if (value >= TWO_31) {
		return (uint32_t)(int32_t)(value - TWO_31) + 0x80000000u;
	}
	return (uint32_t)(int32_t)value;
}

/* Both products are exact, so only the addition rounds. */
double __floatundidf(uint64_t value)
{
	return from_word((uint32_t)(value >> 32)) * TWO_32 + from_word((uint32_t)value);
}

double __floatdidf(int64_t value)
{
	return (double)(int32_t)(value >> 32) * TWO_32 + from_word((uint32_t)value);
}

/*
 * By way of a double, which must be exact or the number would be rounded twice: bits that do not
 * fit are far below a float's last, so one bit stands for all of them.
 */
float __floatundisf(uint64_t value)
{
	if (value >> 53 != 0 && (value & 0x7ff) != 0) {
		value = (value & ~(uint64_t)0x7ff) | 0x800;
	}
	return (float)__floatundidf(value);
}

float __floatdisf(int64_t value)
{
	if (value < 0) {
		return -__floatundisf(-(uint64_t)value);
	}
	return __floatundisf((uint64_t)value);
}

uint64_t __fixunsdfdi(double value)
{
	uint32_t high;

	if (value < 1.0) {
		return 0;
	}
	high = to_word(value / TWO_32);
	return (uint64_t)high << 32 | to_word(value - from_word(high) * TWO_32);
}

int64_t __fixdfdi(double value)
{
	if (value < 0) {
		return (int64_t)-__fixunsdfdi(-value);
	}
	return (int64_t)__fixunsdfdi(value);
}

uint64_t __fixunssfdi(float value)
{
	return __fixunsdfdi((double)value);
}

int64_t __fixsfdi(float value)
{
	return __fixdfdi((double)value);
}

double __powidf2(double base, int exponent)
{
	unsigned int rest = exponent < 0 ? -(unsigned int)exponent : (unsigned int)exponent;
	double power = (rest & 1) != 0 ? base : 1.0;

	while ((rest >>= 1) != 0) {
		base *= base;
		if ((rest & 1) != 0) {
			power *= base;
		}
	}
	return exponent < 0 ? 1.0 / power : power;
}

float __powisf2(float base, int exponent)
{
	return (float)__powidf2((double)base, exponent);
}

/* An infinity becomes 1, anything else 0, with the sign kept. */
static double box(double value)
{
	return copysign(isinf(value) ? 1.0 : 0.0, value);
}

static double zero_if_nan(double value)
{
	return isnan(value) ? copysign(0.0, value) : value;
}

double _Complex __muldc3(double a, double b, double c, double d)
{
	double x = a * c - b * d;
	double y = a * d + b * c;
	bool again = false;

	if (!isnan(x) || !isnan(y)) {
		return CMPLX(x, y);
	}
	/* Annex G: an infinite factor makes the product infinite, whatever the other is. */
	if (isinf(a) || isinf(b)) {
		a = box(a);
		b = box(b);
		c = zero_if_nan(c);
		d = zero_if_nan(d);
		again = true;
	}
	if (isinf(c) || isinf(d)) {
		c = box(c);
		d = box(d);
		a = zero_if_nan(a);
		b = zero_if_nan(b);
		again = true;
	}
	if (!again && (isinf(a * c) || isinf(b * d) || isinf(a * d) || isinf(b * c))) {
		a = zero_if_nan(a);
		b = zero_if_nan(b);
		c = zero_if_nan(c);
		d = zero_if_nan(d);
		again = true;
	}
	if (again) {
		x = (double)INFINITY * (a * c - b * d);
		y = (double)INFINITY * (a * d + b * c);
	}
	return CMPLX(x, y);
}

double _Complex __divdc3(double a, double b, double c, double d)
{
	double largest = logb(fmax(fabs(c), fabs(d)));
	int scale = 0;
	double norm, x, y;

	/* Scaled, so that the square of the divisor neither overflows nor vanishes. */
	if (isfinite(largest)) {
		scale = -(int)largest;
		c = scalbn(c, scale);
		d = scalbn(d, scale);
	}
	norm = c * c + d * d;
	x = scalbn((a * c + b * d) / norm, scale);
	y = scalbn((b * c - a * d) / norm, scale);
	if (!isnan(x) || !isnan(y)) {
		return CMPLX(x, y);
	}
	if (norm == 0.0 && (!isnan(a) || !isnan(b))) {
		x = copysign((double)INFINITY, c) * a;
		y = copysign((double)INFINITY, c) * b;
	} else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {
		a = box(a);
		b = box(b);
		x = (double)INFINITY * (a * c + b * d);
		y = (double)INFINITY * (b * c - a * d);
	} else if (isinf(largest) && largest > 0 && isfinite(a) && isfinite(b)) {
		c = box(c);
		d = box(d);
		x = 0.0 * (a * c + b * d);
		y = 0.0 * (b * c - a * d);
	}
	return CMPLX(x, y);
}

/* In double nothing of a float's product is lost, and the sum rounds once more, into a float. */
float _Complex __mulsc3(float a, float b, float c, float d)
{
	return (float _Complex)__muldc3((double)a, (double)b, (double)c, (double)d);
}

float _Complex __divsc3(float a, float b, float c, float d)
{
	return (float _Complex)__divdc3((double)a, (double)b, (double)c, (double)d);
}

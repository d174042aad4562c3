/* SPDX-License-Identifier: MIT */
/*
 * int64.c - the compiler's helpers for 64-bit numbers, counting of bits and conversions, each
 * against a second way of working it out.
 */
#include <complex.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include "check.h"

#define CASES 3000

static unsigned int state = 12345;

/* Numbers of all lengths, many of them near a power of two. */
static uint64_t any(void)
{
	uint64_t value = (uint64_t)check_random(&state) << 40 ^
			 (uint64_t)check_random(&state) << 16 ^ check_random(&state);
	unsigned int kind = check_random(&state) % 4;
	unsigned int shift = check_random(&state) % 64;

	if (kind == 0) {
		return (UINT64_C(1) << shift) + (check_random(&state) % 3) - 1;
	}
	return value >> shift;
}

static uint64_t multiply(uint64_t left, uint64_t right)
{
	uint64_t sum = 0;

	for (int bit = 0; bit < 64; bit++) {
		if ((right >> bit & 1) != 0) {
			sum += left << bit;
		}
	}
	return sum;
}

static void test_division(void)
{
	for (int i = 0; i < CASES; i++) {
		volatile uint64_t left = any(), right = any();
		uint64_t quotient, rest;
		int64_t signed_quotient, signed_rest;

		if (right == 0) {
			continue;
		}
		quotient = left / right;
		rest = left % right;
		CHECK(rest < right && multiply(quotient, right) + rest == left);
		CHECK(quotient == 0 || left / quotient >= right);
		CHECK(left * right == multiply(left, right));
		if ((int64_t)left == INT64_MIN && right == UINT64_MAX) {
			continue;
		}
		signed_quotient = (int64_t)left / (int64_t)right;
		signed_rest = (int64_t)left % (int64_t)right;
		CHECK(multiply((uint64_t)signed_quotient, right) + (uint64_t)signed_rest == left);
		CHECK(signed_rest == 0 || (signed_rest < 0) == ((int64_t)left < 0));
		CHECK(llabs(signed_rest) < llabs((int64_t)right) || (int64_t)right == INT64_MIN);
	}
}

static void test_bits(void)
{
	for (int i = 0; i < CASES; i++) {
		volatile uint64_t value = any();
		volatile unsigned int shift = check_random(&state) % 64;
		uint64_t up = value, down = value, swapped = 0;
		int64_t arithmetic = (int64_t)value;
		int ones = 0, first = -1, last = -1;

		for (int bit = 0; bit < 64; bit++) {
			if ((value >> bit & 1) != 0) {
				ones++;
				first = first < 0 ? bit : first;
				last = bit;
			}
		}
		for (int byte = 0; byte < 8; byte++) {
			swapped = swapped << 8 | (value >> 8 * byte & 0xff);
		}
		for (unsigned int bit = 0; bit < shift; bit++) {
			up += up;
			down = down / 2;
			arithmetic =
				arithmetic < 0 ? -((-(arithmetic + 1)) / 2) - 1 : arithmetic / 2;
		}
		CHECK(value << shift == up && value >> shift == down);
		CHECK((int64_t)value >> shift == arithmetic);
		CHECK(__builtin_popcountll(value) == ones && __builtin_bswap64(value) == swapped);
		CHECK(__builtin_ffsll((long long)value) == first + 1);
		CHECK(__builtin_parityll(value) == (ones & 1));
		if (value != 0) {
			CHECK(__builtin_clzll(value) == 63 - last &&
			      __builtin_ctzll(value) == first);
		}
		if ((uint32_t)value != 0) {
			uint32_t word = (uint32_t)value;

			CHECK(word >> (31 - __builtin_clz(word)) == 1);
			CHECK((word >> __builtin_ctz(word) & 1) == 1);
			CHECK(__builtin_bswap32(word) == (uint32_t)(swapped >> 32));
		}
	}
}

/* The nearest double lies within half of its last bit; to integers the fraction is cut off. */
static void test_conversions(void)
{
	for (int i = 0; i < CASES; i++) {
		volatile uint64_t value = any();
		volatile double converted = (double)value;
		volatile float single = (float)value;
		uint64_t scaled;
		int exponent;

		CHECK((double)(int64_t)value ==
		      ((int64_t)value < 0 ? -(double)(0 - value) : converted));
		if (value < UINT64_C(1) << 53) {
			CHECK((uint64_t)converted == value &&
			      (uint64_t)(converted + 0.25) == value);
			CHECK((int64_t)-converted == -(int64_t)value);
			continue;
		}
		scaled = (uint64_t)(frexp(converted, &exponent) * 0x1p53);
		CHECK(exponent >= 54 && exponent <= 65);
		if (exponent <= 64) {
			uint64_t unit = UINT64_C(1) << (exponent - 53);
			uint64_t back = scaled << (exponent - 53);
			uint64_t error = back > value ? back - value : value - back;

			CHECK(error <= unit / 2 && (error < unit / 2 || (scaled & 1) == 0));
			CHECK((uint64_t)converted == back);
		}
		scaled = (uint64_t)(frexpf(single, &exponent) * 0x1p24f);
		if (exponent <= 64) {
			uint64_t unit = UINT64_C(1) << (exponent - 24);
			uint64_t back = scaled << (exponent - 24);
			uint64_t error = back > value ? back - value : value - back;

			CHECK(error <= unit / 2 && (error < unit / 2 || (scaled & 1) == 0));
		}
	}
	/* Rounded to a double first, this would become the float below. */
	CHECK((float)UINT64_C(0x8000008000000001) == 0x1.000002p63f);
	CHECK((float)INT64_C(-0x4000004000000001) == -0x1.000002p62f);
}

static void test_complex(void)
{
	volatile double complex a = 3 + 4 * I, b = -1 + 2 * I, infinite = CMPLX(INFINITY, NAN);
	double complex quotient = a / b;

	CHECK(a * b == -11 + 2 * I && quotient == 1 - 2 * I && cabs(a) == 5);
	CHECK(isinf(creal(infinite * a)) || isinf(cimag(infinite * a)));
	/* The squares of such a divisor are out of range. */
	quotient = a / CMPLX(1e300, 1e300) * 1e300;
	CHECK(fabs(creal(quotient) - 3.5) < 1e-14 && fabs(cimag(quotient) - 0.5) < 1e-14);
}

int main(void)
{
	test_division();
	test_bits();
	test_conversions();
	test_complex();
	return check_ok("int64");
}

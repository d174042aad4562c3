/* SPDX-License-Identifier: MIT */
/*
 * arith.h - IEEE 754 arithmetic in integers, with the R4000's NaNs: what its FPU leaves to
 * software.
 *
 * No state, no floating point: fit for an exception handler. Each function takes FCR31 and returns
 * the exceptions of the operation as bits of FCR31.Cause. With FS set, and neither underflow nor
 * inexact enabled, tiny results are flushed as the hardware does (R4000 UM table 7-1); otherwise
 * they are denormals.
 */
#pragma once

#include <stdint.h>

#define FPEMU_I 0x01U
#define FPEMU_U 0x02U
#define FPEMU_O 0x04U
#define FPEMU_Z 0x08U
#define FPEMU_V 0x10U
#define FPEMU_E 0x20U

enum fpemu_rounding {
	FPEMU_NEAREST,
	FPEMU_ZERO,
	FPEMU_UP,
	FPEMU_DOWN
};

struct fpemu_format {
	unsigned fraction_bits;
	unsigned exponent_bits;
};

extern const struct fpemu_format fpemu_single;
extern const struct fpemu_format fpemu_double;

struct fpemu_result {
	uint64_t bits;
	uint32_t cause;
};

struct fpemu_result fpemu_add(const struct fpemu_format *format, uint64_t a, uint64_t b,
			      uint32_t fcsr);
struct fpemu_result fpemu_subtract(const struct fpemu_format *format, uint64_t a, uint64_t b,
				   uint32_t fcsr);
struct fpemu_result fpemu_multiply(const struct fpemu_format *format, uint64_t a, uint64_t b,
				   uint32_t fcsr);
struct fpemu_result fpemu_divide(const struct fpemu_format *format, uint64_t a, uint64_t b,
				 uint32_t fcsr);
struct fpemu_result fpemu_square_root(const struct fpemu_format *format, uint64_t a, uint32_t fcsr);
struct fpemu_result fpemu_absolute(const struct fpemu_format *format, uint64_t a, uint32_t fcsr);
struct fpemu_result fpemu_negate(const struct fpemu_format *format, uint64_t a, uint32_t fcsr);
struct fpemu_result fpemu_convert(const struct fpemu_format *to, const struct fpemu_format *from,
				  uint64_t a, uint32_t fcsr);
struct fpemu_result fpemu_to_integer(unsigned bits, const struct fpemu_format *from, uint64_t a,
				     enum fpemu_rounding rounding);

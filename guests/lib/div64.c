/* SPDX-License-Identifier: MIT */
/*
 * div64.c - 64-bit division and shifts for o32, under the names that the compiler calls.
 *
 * o32 code holds a 64-bit number in two registers and has no instruction for these; libgcc, which
 * usually has them, is built for MIPS32r2 in Debian and must not be linked. n32 and n64 do without.
 */
#include <stdint.h>

#if _MIPS_SIM == _ABIO32

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);
uint64_t __ashldi3(uint64_t value, int count);
uint64_t __lshrdi3(uint64_t value, int count);
int64_t __ashrdi3(int64_t value, int count);

uint64_t __ashldi3(uint64_t value, int count)
{
	uint32_t high = (uint32_t)(value >> 32);
	uint32_t low = (uint32_t)value;

	if (count >= 32) {
		return (uint64_t)(low << (count - 32)) << 32;
	}
	if (count > 0) {
		high = high << count | low >> (32 - count);
		low <<= count;
	}
	return (uint64_t)high << 32 | low;
}

uint64_t __lshrdi3(uint64_t value, int count)
{
	uint32_t high = (uint32_t)(value >> 32);
	uint32_t low = (uint32_t)value;

	if (count >= 32) {
		return high >> (count - 32);
	}
	if (count > 0) {
		low = low >> count | high << (32 - count);
		high >>= count;
	}
	return (uint64_t)high << 32 | low;
}

int64_t __ashrdi3(int64_t value, int count)
{
	int32_t high = (int32_t)(value >> 32);
	uint32_t low = (uint32_t)value;

	if (count >= 32) {
		return high >> (count - 32);
	}
	if (count > 0) {
		low = low >> count | (uint32_t)high << (32 - count);
		high >>= count;
	}
	return (int64_t)((uint64_t)(uint32_t)high << 32 | low);
}

/*
 * Schoolbook division, one bit a step, or the processor's where both are words; division by zero
 * gives all ones, as the DIV hardware may.
 */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
	uint64_t quotient = 0;
	uint64_t rest = 0;
	int bit = 63;

	if ((dividend | divisor) >> 32 == 0 && divisor != 0) {
		if (remainder != 0) {
			*remainder = (uint32_t)dividend % (uint32_t)divisor;
		}
		return (uint32_t)dividend / (uint32_t)divisor;
	}
	/* Zeros in front of the dividend give zeros in front of the quotient. */
	while (divisor != 0 && bit > 0 && dividend >> 63 == 0) {
		dividend <<= 1;
		bit--;
	}
	for (; bit >= 0; bit--) {
		uint64_t carry = rest >> 63;

		rest = rest << 1 | dividend >> 63;
		dividend <<= 1;
		quotient <<= 1;
		if (carry != 0 || rest >= divisor) {
			rest -= divisor;
			quotient |= 1;
		}
	}
	if (remainder != 0) {
		*remainder = rest;
	}
	return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
	return __udivmoddi4(dividend, divisor, 0);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
	uint64_t remainder;

	__udivmoddi4(dividend, divisor, &remainder);
	return remainder;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
	uint64_t quotient = __udivdi3(magnitude(dividend), magnitude(divisor));

	return (int64_t)((dividend < 0) != (divisor < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
	uint64_t remainder = __umoddi3(magnitude(dividend), magnitude(divisor));

	return (int64_t)(dividend < 0 ? -remainder : remainder);
}

#else

/* ISO C forbids an empty translation unit. */
extern const int div64_not_needed;

#endif

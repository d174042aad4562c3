/* SPDX-License-Identifier: MIT */
/*
 * bits.c - counting and swapping of bits and 64-bit multiplication, under the names that gcc calls.
 *
 * Linked into the guest's libgcc.a beside guests/lib/div64.c. An R4000 has neither clz nor wsbh, so
 * gcc calls these. Nothing here may use the builtin of the same name: it would call itself.
 */
#include <stdint.h>

int __clzsi2(uint32_t value);
int __ctzsi2(uint32_t value);
int __clzdi2(uint64_t value);
int __ctzdi2(uint64_t value);
int __ffssi2(uint32_t value);
int __ffsdi2(uint64_t value);
int __popcountsi2(uint32_t value);
int __popcountdi2(uint64_t value);
int __paritysi2(uint32_t value);
int __paritydi2(uint64_t value);
uint32_t __bswapsi2(uint32_t value);
uint64_t __bswapdi2(uint64_t value);
uint64_t __muldi3(uint64_t left, uint64_t right);
int64_t __divmoddi4(int64_t dividend, int64_t divisor, int64_t *remainder);
int __cmpdi2(int64_t left, int64_t right);
int __ucmpdi2(uint64_t left, uint64_t right);

int __clzsi2(uint32_t value)
{
	int count = 0;

	for (int step = 16; step > 0; step /= 2) {
		if (value >> (32 - step) == 0) {
			count += step;
			value <<= step;
		}
	}
	/* The steps add up to 31; the last bit may be 0 as well. */
	return count + (value >> 31 == 0);
}

/* The lowest set bit alone has as many zeros below as it has not above. */
int __ctzsi2(uint32_t value)
{
	return 31 - __clzsi2(value & -value);
}

int __clzdi2(uint64_t value)
{
	uint32_t high = (uint32_t)(value >> 32);

	return high != 0 ? __clzsi2(high) : 32 + __clzsi2((uint32_t)value);
}

int __ctzdi2(uint64_t value)
{
	uint32_t low = (uint32_t)value;

	return low != 0 ? __ctzsi2(low) : 32 + __ctzsi2((uint32_t)(value >> 32));
}

int __ffssi2(uint32_t value)
{
	return value != 0 ? __ctzsi2(value) + 1 : 0;
}

int __ffsdi2(uint64_t value)
{
	return value != 0 ? __ctzdi2(value) + 1 : 0;
}

int __popcountsi2(uint32_t value)
{
	value -= value >> 1 & 0x55555555;
	value = (value & 0x33333333) + (value >> 2 & 0x33333333);
	value = (value + (value >> 4)) & 0x0f0f0f0f;
	return (int)(value * 0x01010101 >> 24);
}

int __popcountdi2(uint64_t value)
{
	return __popcountsi2((uint32_t)value) + __popcountsi2((uint32_t)(value >> 32));
}

int __paritysi2(uint32_t value)
{
	return __popcountsi2(value) & 1;
}

int __paritydi2(uint64_t value)
{
	return __popcountdi2(value) & 1;
}

/* Written as two steps, because gcc makes a call of the whole swap in one expression. */
uint32_t __bswapsi2(uint32_t value)
{
	uint32_t halves = (value & 0x00ff00ff) << 8;

	halves |= value >> 8 & 0x00ff00ff;
	__asm__("" : "+r"(halves));
	return halves << 16 | halves >> 16;
}

uint64_t __bswapdi2(uint64_t value)
{
	uint64_t high = __bswapsi2((uint32_t)value);

	return high << 32 | __bswapsi2((uint32_t)(value >> 32));
}

uint64_t __muldi3(uint64_t left, uint64_t right)
{
	uint32_t left_low = (uint32_t)left;
	uint32_t right_low = (uint32_t)right;
	uint32_t cross = left_low * (uint32_t)(right >> 32) + right_low * (uint32_t)(left >> 32);

	return (uint64_t)left_low * right_low + ((uint64_t)cross << 32);
}

int64_t __divmoddi4(int64_t dividend, int64_t divisor, int64_t *remainder)
{
	int64_t quotient = dividend / divisor;

	*remainder = (int64_t)((uint64_t)dividend - (uint64_t)quotient * (uint64_t)divisor);
	return quotient;
}

int __cmpdi2(int64_t left, int64_t right)
{
	return (left > right) - (left < right) + 1;
}

int __ucmpdi2(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right) + 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * le.h - little-endian fields in memory that a driver and a device share (virtio 1.2, 1.4).
 *
 * The monitor runs in either byte order. Halfwords, words and doublewords are aligned and accessed
 * at once, because the other side may change them at any time; the R4000 has no byte-swapping
 * instruction, so shifts do it.
 */
#pragma once

#include <stdint.h>

static inline uint16_t le_swap16(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

static inline uint32_t le_swap32(uint32_t value)
{
	return (uint32_t)le_swap16((uint16_t)value) << 16 | le_swap16((uint16_t)(value >> 16));
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LE16(value) le_swap16(value)
#define LE32(value) le_swap32(value)
#else
#define LE16(value) ((uint16_t)(value))
#define LE32(value) ((uint32_t)(value))
#endif

static inline uint16_t le_read16(const void *at)
{
	return LE16(*(const volatile uint16_t *)at);
}

static inline uint32_t le_read32(const void *at)
{
	return LE32(*(const volatile uint32_t *)at);
}

/* Two words: 64-bit fields are never changed while they are read. */
static inline uint64_t le_read64(const void *at)
{
	const uint8_t *byte = at;

	return (uint64_t)le_read32(byte + 4) << 32 | le_read32(byte);
}

static inline void le_write16(void *at, uint16_t value)
{
	*(volatile uint16_t *)at = LE16(value);
}

static inline void le_write32(void *at, uint32_t value)
{
	*(volatile uint32_t *)at = LE32(value);
}

static inline void le_write64(void *at, uint64_t value)
{
	uint8_t *byte = at;

	le_write32(byte, (uint32_t)value);
	le_write32(byte + 4, (uint32_t)(value >> 32));
}

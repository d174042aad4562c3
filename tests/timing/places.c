/* SPDX-License-Identifier: MIT */
/*
 * places.c - misses that are known beforehand, in named functions and objects (check_places).
 *
 * Everything is touched for the first time, as nobody clears initialized data: walk_first() reads
 * each line of `first` once, write_second() writes each line of `second` twice, of which the second
 * time hits.
 */
#include "guests/lib/platform.h"
#include "machine/annotation.h"
#include "machine/map.h"

#define LINE_BYTES 128U

_Alignas(LINE_BYTES) uint8_t first[300 * LINE_BYTES] = { 1 };
_Alignas(LINE_BYTES) uint8_t second[500 * LINE_BYTES] = { 1 };

__attribute__((noinline)) static uint32_t walk_first(void)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < sizeof(first); i += LINE_BYTES) {
		sum += *(volatile uint8_t *)&first[i];
	}
	return sum;
}

__attribute__((noinline)) static void write_second(void)
{
	for (uint32_t i = 0; i < 2 * sizeof(second); i += LINE_BYTES) {
		*(volatile uint8_t *)&second[i % sizeof(second)] = 1;
	}
}

__attribute__((noinline)) static uint32_t ask_annotations(void)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 7; i++) {
		sum += *(volatile uint32_t *)(uintptr_t)(intptr_t)(int32_t)(0xa0000000 +
									    MAP_ANNOTATION_BASE +
									    ANNOTATION_MODE);
	}
	return sum;
}

int main(void)
{
	uint32_t sum = walk_first();

	write_second();
	sum += ask_annotations();
	platform_exit(sum == first[0] + 7U * ANNOTATION_MODE_TIMING ? 0 : 1);
}

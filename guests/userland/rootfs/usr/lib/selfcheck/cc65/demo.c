/* SPDX-License-Identifier: MIT */
/*
 * demo.c - a program for the simulated 6502: primes, a sorted list and a checksum.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT   500
#define NUMBERS 40

static unsigned char composite[LIMIT];
static unsigned numbers[NUMBERS];

static int compare(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left;
	unsigned b = *(const unsigned *)right;

	return a < b ? -1 : a > b;
}

static unsigned count_primes(void)
{
	unsigned count = 0;
	unsigned i, multiple;

	for (i = 2; i < LIMIT; ++i) {
		if (composite[i]) {
			continue;
		}
		++count;
		for (multiple = i + i; multiple < LIMIT; multiple += i) {
			composite[multiple] = 1;
		}
	}
	return count;
}

int main(void)
{
	unsigned long sum = 1;
	unsigned seed = 1;
	unsigned i;

	printf("%u primes below %u\n", count_primes(), LIMIT);
	for (i = 0; i < NUMBERS; ++i) {
		seed = seed * 25173u + 13849u;
		numbers[i] = seed;
	}
	qsort(numbers, NUMBERS, sizeof(numbers[0]), compare);
	for (i = 0; i < NUMBERS; ++i) {
		if (i > 0 && numbers[i] < numbers[i - 1]) {
			printf("not sorted at %u\n", i);
			return EXIT_FAILURE;
		}
		sum = sum * 31 + numbers[i];
	}
	printf("smallest %u, largest %u, checksum %lu\n", numbers[0], numbers[NUMBERS - 1], sum);
	return strtol("0", NULL, 10) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

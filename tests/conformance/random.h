/* SPDX-License-Identifier: MIT */
/*
 * random.h - the generator's own random numbers: the same programs on every host and libc.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* A stream of its own for each program: (seed, number) -> state. */
void random_start(struct random *random, uint64_t seed, uint64_t number);
uint64_t random_next(struct random *random);
/* 0 .. limit - 1 */
unsigned random_below(struct random *random, unsigned limit);
/* True in `percent` of 100 cases. */
bool random_chance(struct random *random, unsigned percent);
/* Values at which instructions change their behaviour, or any value. */
uint64_t random_value(struct random *random);
/* The same, sign-extended from 32 bits. */
uint64_t random_word(struct random *random);

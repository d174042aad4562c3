/* SPDX-License-Identifier: MIT */
/*
 * fp.c - double-precision arithmetic: bodies under gravity (add, multiply, divide, square root),
 * small matrices (load, multiply, add), a polynomial (multiply, add in one chain).
 *
 * All values stay normal numbers: no NaN, no denormal, so nothing traps on an R4000. IEEE 754 fixes
 * every result, so the checksum is made of the results' bits. MIPS III has no multiply-add.
 */
#include <stddef.h>
#include <stdint.h>

#include "bench/cpu/bench.h"

#define BODIES 5
#define MATRIX 6

struct vector {
	double x, y, z;
};

struct body {
	struct vector position;
	struct vector velocity;
	double mass;
};

static struct body bodies[BODIES];
static double rotation[MATRIX][MATRIX];
static double matrices[2][MATRIX][MATRIX];

static uint64_t fp_bits(double value)
{
	union {
		double value;
		uint64_t bits;
	} u = { .value = value };

	return u.bits;
}

static void fp_setup(void)
{
	for (size_t i = 0; i < BODIES; i++) {
		struct body *body = &bodies[i];

		body->position.x = (double)(i * 7 % 11) - 4.75;
		body->position.y = (double)(i * 5 % 11) - 4.25;
		body->position.z = (double)(i * 3 % 11) - 3.75;
		body->velocity.x = ((double)(i * 3 % 7) - 2.75) / 16.0;
		body->velocity.y = ((double)(i * 4 % 7) - 2.25) / 16.0;
		body->velocity.z = ((double)(i * 5 % 7) - 1.75) / 16.0;
		body->mass = i == 0 ? 4.0 : 0.125 / (double)i;
	}
	/* A rotation in each plane (0,1), (2,3), (4,5): 3-4-5 triangles keep lengths. */
	for (size_t i = 0; i < MATRIX; i += 2) {
		rotation[i][i] = rotation[i + 1][i + 1] = 0.8;
		rotation[i][i + 1] = -0.6;
		rotation[i + 1][i] = 0.6;
	}
	for (size_t i = 0; i < MATRIX; i++) {
		for (size_t j = 0; j < MATRIX; j++) {
			matrices[0][i][j] = (double)(i + 2 * j + 1) / 8.0;
		}
	}
}

static __attribute__((noinline)) void fp_pull(struct body *a, struct body *b, double dt)
{
	double dx = a->position.x - b->position.x;
	double dy = a->position.y - b->position.y;
	double dz = a->position.z - b->position.z;
	/* Softened, so that bodies may pass through each other. */
	double square = 0.01 + dx * dx + dy * dy + dz * dz;
	double pull = dt / (square * __builtin_sqrt(square));
	double pull_a = pull * b->mass;
	double pull_b = pull * a->mass;

	a->velocity.x -= dx * pull_a;
	a->velocity.y -= dy * pull_a;
	a->velocity.z -= dz * pull_a;
	b->velocity.x += dx * pull_b;
	b->velocity.y += dy * pull_b;
	b->velocity.z += dz * pull_b;
}

static __attribute__((noinline)) void fp_step(double dt)
{
	for (size_t i = 0; i < BODIES; i++) {
		for (size_t j = i + 1; j < BODIES; j++) {
			fp_pull(&bodies[i], &bodies[j], dt);
		}
	}
	for (size_t i = 0; i < BODIES; i++) {
		bodies[i].position.x += dt * bodies[i].velocity.x;
		bodies[i].position.y += dt * bodies[i].velocity.y;
		bodies[i].position.z += dt * bodies[i].velocity.z;
	}
}

/* to = rotation * from. */
static __attribute__((noinline)) void fp_multiply(double (*restrict to)[MATRIX],
						  const double (*restrict from)[MATRIX])
{
	for (size_t j = 0; j < MATRIX; j++) {
		for (size_t i = 0; i < MATRIX; i++) {
			double sum = rotation[i][0] * from[0][j];

			/* Unrolled by hand: the loop would cost as much as the arithmetic. */
			sum += rotation[i][1] * from[1][j];
			sum += rotation[i][2] * from[2][j];
			sum += rotation[i][3] * from[3][j];
			sum += rotation[i][4] * from[4][j];
			sum += rotation[i][5] * from[5][j];
			to[i][j] = sum;
		}
	}
}

/* sin(x) for |x| < 1 by its series. */
static __attribute__((noinline)) double fp_sine(double x)
{
	double square = x * x;
	double sum = -1.0 / 39916800.0;

	sum = sum * square + 1.0 / 362880.0;
	sum = sum * square - 1.0 / 5040.0;
	sum = sum * square + 1.0 / 120.0;
	sum = sum * square - 1.0 / 6.0;
	return x + x * square * sum;
}

uint64_t bench_run(uint32_t rounds)
{
	uint64_t checksum = 0;
	double x = 0.5;

	fp_setup();
	for (uint32_t i = 0; i < rounds; i++) {
		fp_step(0.001);
		fp_multiply(matrices[(i + 1) % 2], matrices[i % 2]);
		for (int k = 0; k < 8; k++) {
			x = 0.9375 - fp_sine(x);
		}
		checksum = bench_mix(checksum, fp_bits(x));
	}
	for (size_t i = 0; i < BODIES; i++) {
		checksum = bench_mix(checksum, fp_bits(bodies[i].position.x));
		checksum = bench_mix(checksum, fp_bits(bodies[i].position.y));
		checksum = bench_mix(checksum, fp_bits(bodies[i].position.z));
	}
	for (size_t i = 0; i < MATRIX; i++) {
		for (size_t j = 0; j < MATRIX; j++) {
			checksum = bench_mix(checksum, fp_bits(matrices[rounds % 2][i][j]));
		}
	}
	return checksum;
}

/* SPDX-License-Identifier: MIT */
/*
 * litmus.c - small races of 4 CPUs, many times over: which outcomes does the machine let them see?
 *
 * A round has five phases with random pauses before: store buffering beside message passing, load
 * buffering beside two writers, independent readers of independent writes, coherence, and
 * increments by LL and SC. CPUs take turns in the parts. Nothing is ever set back: a variable's
 * values tell their round. Variables lie in lines of their own, at homes of their own, and go
 * through SETS places, so that lines are found cold, shared or owned by anybody.
 *
 * What is seen is noted in a word a round, in the CPU's own memory, and counted in the end. With
 * LITMUS_REORDERED the CPUs do one pair of accesses of each test in the wrong order, as a store
 * buffer or early loads would: then every forbidden outcome must be seen.
 */
#include "guests/lib/lock.h"
#include "guests/lib/print.h"
#include "guests/lib/random.h"
#include "guests/parallel/parallel.h"

#define CPUS       4U
#define SETS       4U
#define LINE_BYTES 128U
#define INCREMENTS 3U
#define NOTES      0x100000U /* where each CPU notes what it has seen */
#define FINALS     0x400000U /* on node 0: what variables held after each round */

/* Whoever loads the program may change them. */
volatile uint32_t litmus_rounds = 1000;
volatile uint32_t litmus_seed = 1;
volatile uint32_t litmus_wants_all = 0; /* every allowed outcome must be seen */

/* Two accesses, mostly with a random time between. */
#ifdef LITMUS_REORDERED
#define IN_ORDER(first, second) \
	do {                    \
		second;         \
		gap(state);     \
		first;          \
	} while (0)
#else
#define IN_ORDER(first, second) \
	do {                    \
		first;          \
		gap(state);     \
		second;         \
	} while (0)
#endif

enum variable {
	SB_X,
	SB_Y,
	MP_X,
	MP_Y,
	LB_X,
	LB_Y,
	TW_X,
	TW_Y,
	IR_X,
	IR_Y,
	CO,
	COUNT,
	VARIABLES
};

enum test {
	SB,
	MP,
	LB,
	TW,
	IRIW,
	COHERENCE,
	ATOMIC,
	TESTS
};

/* Two bits each: what the loads of a round saw. */
enum note {
	NOTE_SB = 0,
	NOTE_MP = 2,
	NOTE_LB = 6,
	NOTE_IRIW = 8,
	NOTE_CO = 12
};

struct final {
	uint32_t x, y, co, count;
};

static volatile uint32_t *variable(uint32_t round, enum variable v)
{
	unsigned set = round % SETS;

	return parallel_memory((set + v) % parallel_nodes, (set * VARIABLES + v) * LINE_BYTES);
}

static uint32_t *notes_of(unsigned cpu)
{
	return parallel_memory(parallel_node_of(cpu), NOTES);
}

static struct final *finals(void)
{
	return parallel_memory(0, FINALS);
}

static unsigned role_of(unsigned cpu, uint32_t round)
{
	return (cpu + round / SETS) % CPUS;
}

/* The CPU of a role. */
static unsigned cpu_of(unsigned role, uint32_t round)
{
	return (role + CPUS - round / SETS % CPUS) % CPUS;
}

/* Rounds count from SETS; those before have left their values. */
void parallel_prepare(void)
{
	for (uint32_t round = 0; round < SETS; round++) {
		for (unsigned v = 0; v < VARIABLES; v++) {
			*variable(round, v) = round;
		}
		*variable(round, TW_X) = 2 * round;
		*variable(round, TW_Y) = 2 * round;
		*variable(round, CO) = 2 * round + 1;
		*variable(round, COUNT) = 0;
	}
}

/* 0: what the variable held before this round; 1: what this round writes; 3: neither. */
static uint32_t seen(uint32_t value, uint32_t round)
{
	return value == round ? 1 : value == round - SETS ? 0 : 3;
}

/* The same of two values in a row; 2: the second one. */
static uint32_t seen_of_two(uint32_t value, uint32_t round)
{
	return value == 2 * round                ? 1
	       : value == 2 * round + 1          ? 2
	       : value == 2 * (round - SETS) + 1 ? 0
						 : 3;
}

static void spend(uint32_t turns)
{
	while (turns-- > 0) {
		__asm__ volatile("");
	}
}

static void gap(uint32_t *state)
{
	uint32_t random = random_next(state);

	if (random & 1) {
		spend(random >> 8 & (random & 6 ? 31 : 511));
	}
}

/* Mostly short, so that the CPUs meet, sometimes as long as several misses; now and then a look. */
static void pause_before(uint32_t *state, volatile uint32_t *x, volatile uint32_t *y)
{
	uint32_t random = random_next(state);

	if ((random & 3) == 0) {
		(void)*x;
		(void)*y;
	}
	spend(random >> 8 & (random & 4 ? 255 : 15));
}

static uint32_t store_buffering(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *mine = variable(round, role == 0 ? SB_X : SB_Y);
	volatile uint32_t *other = variable(round, role == 0 ? SB_Y : SB_X);
	uint32_t value;

	IN_ORDER(*mine = round, value = *other);
	return seen(value, round) << NOTE_SB;
}

static uint32_t message_passing(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *x = variable(round, MP_X);
	volatile uint32_t *y = variable(round, MP_Y);
	uint32_t message;
	uint32_t data;

	if (role == 2) {
		*x = round;
		*y = round;
		return 0;
	}
	IN_ORDER(message = *y, data = *x);
	return seen(message, round) << NOTE_MP | seen(data, round) << (NOTE_MP + 2);
}

static uint32_t load_buffering(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *mine = variable(round, role == 0 ? LB_X : LB_Y);
	volatile uint32_t *other = variable(round, role == 0 ? LB_Y : LB_X);
	uint32_t value;

	IN_ORDER(value = *other, *mine = round);
	return seen(value, round) << NOTE_LB;
}

static void two_writers(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *first = variable(round, role == 2 ? TW_X : TW_Y);
	volatile uint32_t *second = variable(round, role == 2 ? TW_Y : TW_X);

	IN_ORDER(*first = 2 * round, *second = 2 * round + 1);
}

static uint32_t independent(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *x = variable(round, IR_X);
	volatile uint32_t *y = variable(round, IR_Y);
	uint32_t first;
	uint32_t second;

	if (role < 2) {
		*(role == 0 ? x : y) = round;
		return 0;
	}
	if (role == 2) {
		IN_ORDER(first = *x, second = *y);
	} else {
		IN_ORDER(first = *y, second = *x);
	}
	return seen(first, round) << NOTE_IRIW | seen(second, round) << (NOTE_IRIW + 2);
}

static uint32_t coherence(unsigned role, uint32_t round, uint32_t *state)
{
	volatile uint32_t *x = variable(round, CO);
	uint32_t first;
	uint32_t second;

	if (role == 0) {
		IN_ORDER(*x = 2 * round, *x = 2 * round + 1);
		return 0;
	}
	IN_ORDER(first = *x, second = *x);
	return seen_of_two(first, round) << NOTE_CO | seen_of_two(second, round) << (NOTE_CO + 2);
}

static void increment(uint32_t round)
{
	volatile uint32_t *count = variable(round, COUNT);

	for (unsigned i = 0; i < INCREMENTS; i++) {
#ifdef LITMUS_REORDERED
		*count = *count + 1;
#else
		(void)atomic_fetch_add(count, 1);
#endif
	}
}

static void note_final(uint32_t round)
{
	finals()[round] = (struct final){ *variable(round, TW_X), *variable(round, TW_Y),
					  *variable(round, CO), *variable(round, COUNT) };
}

static uint32_t run_round(unsigned role, uint32_t round, uint32_t *state)
{
	uint32_t note;

	pause_before(state, variable(round, role < 2 ? SB_X : MP_X),
		     variable(round, role < 2 ? SB_Y : MP_Y));
	note = role < 2 ? store_buffering(role, round, state) : message_passing(role, round, state);
	pause_before(state, variable(round, role < 2 ? LB_X : TW_X),
		     variable(round, role < 2 ? LB_Y : TW_Y));
	if (role < 2) {
		note |= load_buffering(role, round, state);
	} else {
		two_writers(role, round, state);
	}
	pause_before(state, variable(round, IR_X), variable(round, IR_Y));
	note |= independent(role, round, state);
	pause_before(state, variable(round, CO), variable(round, CO));
	note |= coherence(role, round, state);
	pause_before(state, variable(round, COUNT), variable(round, COUNT));
	increment(round);
	return note;
}

void parallel_run(unsigned cpu)
{
	uint32_t last = SETS + litmus_rounds;
	uint32_t *notes = notes_of(cpu);
	uint32_t state = litmus_seed * 2654435761U + cpu + 1;

	for (uint32_t round = SETS; cpu < CPUS && round <= last; round++) {
		unsigned role = role_of(cpu, round);

		barrier_wait(parallel_memory(0, NOTES - LINE_BYTES), CPUS);
		if (role == 0 && round > SETS) {
			note_final(round - 1);
		}
		if (round < last) {
			notes[round] = run_round(role, round, &state);
		}
	}
}

struct outcomes {
	uint32_t forbidden[TESTS];
	uint32_t allowed[TESTS][16];
};

static void count(struct outcomes *outcomes, enum test test, uint32_t number, int is_forbidden)
{
	if (is_forbidden) {
		outcomes->forbidden[test]++;
	} else {
		outcomes->allowed[test][number]++;
	}
}

static uint32_t noted(unsigned role, uint32_t round, unsigned shift)
{
	return notes_of(cpu_of(role, round))[round] >> shift & 3;
}

static void count_iriw(struct outcomes *outcomes, uint32_t round)
{
	uint32_t r[4];
	uint32_t number = 0;
	int is_forbidden = 0;

	for (unsigned i = 0; i < 4; i++) {
		r[i] = noted(2 + i / 2, round, NOTE_IRIW + 2 * (i % 2));
		is_forbidden |= r[i] > 1;
		number = 2 * number + (r[i] & 1);
	}
	is_forbidden |= r[0] == 1 && r[1] == 0 && r[2] == 1 && r[3] == 0;
	count(outcomes, IRIW, number, is_forbidden);
}

static void count_coherence(struct outcomes *outcomes, uint32_t round)
{
	for (unsigned role = 1; role < CPUS; role++) {
		uint32_t first = noted(role, round, NOTE_CO);
		uint32_t second = noted(role, round, NOTE_CO + 2);

		count(outcomes, COHERENCE, 3 * first + second,
		      first > second || second > 2 || finals()[round].co != 2 * round + 1);
	}
}

static void count_round(struct outcomes *outcomes, uint32_t round)
{
	const struct final *final = &finals()[round];
	uint32_t a = noted(0, round, NOTE_SB);
	uint32_t b = noted(1, round, NOTE_SB);
	uint32_t before = round < 2 * SETS ? 0 : finals()[round - SETS].count;

	count(outcomes, SB, 2 * a + b, (a == 0 && b == 0) || a > 1 || b > 1);
	a = noted(3, round, NOTE_MP);
	b = noted(3, round, NOTE_MP + 2);
	count(outcomes, MP, 2 * a + b, (a == 1 && b == 0) || a > 1 || b > 1);
	a = noted(0, round, NOTE_LB);
	b = noted(1, round, NOTE_LB);
	count(outcomes, LB, 2 * a + b, (a == 1 && b == 1) || a > 1 || b > 1);
	a = final->x - 2 * round;
	b = final->y - 2 * round;
	count(outcomes, TW, 2 * a + b, (a == 0 && b == 0) || a > 1 || b > 1);
	count_iriw(outcomes, round);
	count_coherence(outcomes, round);
	count(outcomes, ATOMIC, 0, final->count - before != CPUS * INCREMENTS);
}

int parallel_check(void)
{
	static const char *const names[TESTS] = { "store buffering",
						  "message passing",
						  "load buffering",
						  "two writers",
						  "IRIW",
						  "coherence",
						  "LL/SC" };
	static const unsigned allowed[TESTS] = { 3, 3, 3, 3, 15, 6, 1 };
	static struct outcomes outcomes;
	int good = 1;

	for (uint32_t round = SETS; round < SETS + litmus_rounds; round++) {
		count_round(&outcomes, round);
	}
	for (unsigned test = 0; test < TESTS; test++) {
		unsigned different = 0;

		printf("%-16s forbidden %u, allowed", names[test], outcomes.forbidden[test]);
		for (unsigned i = 0; i < 16; i++) {
			if (outcomes.allowed[test][i] > 0) {
				printf(" %u", outcomes.allowed[test][i]);
				different++;
			}
		}
		printf(" (%u of %u)\n", different, allowed[test]);
#ifdef LITMUS_REORDERED
		good &= outcomes.forbidden[test] > 0;
#else
		good &= outcomes.forbidden[test] == 0;
		good &= different == allowed[test] || !litmus_wants_all;
#endif
	}
	return good;
}

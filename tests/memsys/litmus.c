/* SPDX-License-Identifier: MIT */
/*
 * litmus.c - small parallel programs whose forbidden outcomes must never be seen.
 *
 *   litmus [RUNS]     each program RUNS times (default 20000); fails at a forbidden outcome, and if
 *                     fewer than all outcomes that sequential consistency allows were seen
 *
 * Each run has random start times, random homes of the variables, random delays of messages, and
 * lines that are cold, shared or owned by somebody.
 *
 * Values live in RAM, and the host visits one CPU after the other, so within a quantum any outcome
 * is that of some interleaving even if coherence is broken. What broken coherence shows is that the
 * outcome depends on the order of visiting: so everything runs a second time in reversed order, and
 * each run must end alike. A table that forgets invalidations must not pass (the last lines).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/memsys/mutants.h"
#include "tests/memsys/traffic.h"

#define CPUS      4
#define FRAMES    64
#define OPS_MAX   3
#define VARIABLES 2
#define REGISTERS 5
#define ROUNDS    3 /* increments of each CPU by LL and SC */

enum op_kind {
	OP_END,
	OP_LOAD,
	OP_STORE,
	OP_INCREMENT
};

struct op {
	enum op_kind kind;
	unsigned variable;
	unsigned value; /* stored, or the register loaded */
};

struct program {
	const char *name;
	struct op ops[CPUS][OPS_MAX];
	/* Of registers and final values; the outcome's number below 64, or -1 if forbidden. */
	int (*outcome)(const unsigned *r, const unsigned *v);
	unsigned allowed; /* number of outcomes */
};

static int outcome_sb(const unsigned *r, const unsigned *v)
{
	(void)v;
	return r[0] == 0 && r[1] == 0 ? -1 : (int)(r[0] * 2 + r[1]);
}

static int outcome_mp(const unsigned *r, const unsigned *v)
{
	(void)v;
	return r[0] == 1 && r[1] == 0 ? -1 : (int)(r[0] * 2 + r[1]);
}

static int outcome_lb(const unsigned *r, const unsigned *v)
{
	(void)v;
	return r[0] == 1 && r[1] == 1 ? -1 : (int)(r[0] * 2 + r[1]);
}

static int outcome_iriw(const unsigned *r, const unsigned *v)
{
	(void)v;
	return r[0] == 1 && r[1] == 0 && r[2] == 1 && r[3] == 0
		       ? -1
		       : (int)(r[0] * 8 + r[1] * 4 + r[2] * 2 + r[3]);
}

/* Two readers of one variable see its values in the same order. */
static int outcome_coherence(const unsigned *r, const unsigned *v)
{
	bool down = r[0] > r[1] || r[2] > r[3];

	return down || v[0] != 2 ? -1 : (int)(r[0] * 3 + r[1]);
}

static int outcome_2w(const unsigned *r, const unsigned *v)
{
	(void)r;
	return v[0] == 1 && v[1] == 1 ? -1 : (int)(v[0] * 3 + v[1]);
}

static int outcome_atomic(const unsigned *r, const unsigned *v)
{
	(void)r;
	return v[0] == CPUS * ROUNDS ? 0 : -1;
}

#define LOAD(variable, into)            \
	{                               \
		OP_LOAD, variable, into \
	}
#define STORE(variable, value)            \
	{                                 \
		OP_STORE, variable, value \
	}

enum {
	X,
	Y
};

static const struct program programs[] = {
	{ "store buffering",
	  { { STORE(X, 1), LOAD(Y, 0) }, { STORE(Y, 1), LOAD(X, 1) } },
	  outcome_sb,
	  3 },
	{ "message passing",
	  { { STORE(X, 1), STORE(Y, 1) }, { LOAD(Y, 0), LOAD(X, 1) } },
	  outcome_mp,
	  3 },
	{ "load buffering",
	  { { LOAD(X, 0), STORE(Y, 1) }, { LOAD(Y, 1), STORE(X, 1) } },
	  outcome_lb,
	  3 },
	{ "independent reads, independent writes",
	  { { STORE(X, 1) },
	    { STORE(Y, 1) },
	    { LOAD(X, 0), LOAD(Y, 1) },
	    { LOAD(Y, 2), LOAD(X, 3) } },
	  outcome_iriw,
	  15 },
	{ "coherence",
	  { { STORE(X, 1), LOAD(Y, 4), STORE(X, 2) },
	    { LOAD(X, 0), LOAD(Y, 4), LOAD(X, 1) },
	    { LOAD(X, 2), LOAD(X, 3) } },
	  outcome_coherence,
	  6 },
	{ "two writers of two variables",
	  { { STORE(X, 1), STORE(Y, 2) }, { STORE(Y, 1), STORE(X, 2) } },
	  outcome_2w,
	  3 },
	{ "increments by LL and SC",
	  { { { OP_INCREMENT, X, 0 } },
	    { { OP_INCREMENT, X, 0 } },
	    { { OP_INCREMENT, X, 0 } },
	    { { OP_INCREMENT, X, 0 } } },
	  outcome_atomic,
	  1 },
};

/* A CPU within its program. */
struct progress {
	unsigned position;
	unsigned increments;
	uint64_t start; /* cycle before which it idles */
	bool warms;     /* it touches a variable before it starts */
	bool has_ended;
	unsigned linked; /* value that the LL has read */
};

struct litmus {
	const struct program *program;
	struct progress cpu[CPUS];
	unsigned values[VARIABLES];
	uint64_t places[VARIABLES];
	unsigned registers[REGISTERS];
	unsigned run, runs;
	uint64_t seen;     /* outcomes */
	uint64_t sequence; /* hash of the outcomes in their order */
	bool is_forbidden;
};

static struct traffic_access idle(uint64_t cycles)
{
	return (struct traffic_access){ .kind = TRAFFIC_IDLE, .paddr = cycles };
}

static struct traffic_access next(struct traffic *traffic, struct traffic_cpu *cpu)
{
	struct litmus *l = traffic->context;
	struct progress *p = &l->cpu[cpu->number];
	struct op op = l->program->ops[cpu->number][p->position];

	if (l->run == l->runs) {
		return (struct traffic_access){ .kind = TRAFFIC_END };
	}
	if (p->warms) {
		p->warms = false;
		return (struct traffic_access){
			.kind = TRAFFIC_FETCH, .paddr = l->places[traffic_random(&cpu->random) % 2]
		};
	}
	if (cpu->now < p->start) {
		uint64_t rest = p->start - cpu->now;

		return idle(rest < 40 ? rest : 40);
	}
	if (op.kind == OP_END || p->position == OPS_MAX) {
		p->has_ended = true;
		return idle(60);
	}
	if (op.kind == OP_INCREMENT) {
		return (struct traffic_access){ cpu->has_link ? TRAFFIC_SC : TRAFFIC_LL, 4,
						l->places[op.variable] };
	}
	return (struct traffic_access){ op.kind == OP_LOAD ? TRAFFIC_LOAD : TRAFFIC_STORE, 4,
					l->places[op.variable] };
}

/* The values are memory: whoever has an access granted reads or writes them. */
static void done(struct traffic *traffic, struct traffic_cpu *cpu)
{
	struct litmus *l = traffic->context;
	struct progress *p = &l->cpu[cpu->number];
	struct op op = l->program->ops[cpu->number][p->position];

	switch (cpu->access.kind) {
	case TRAFFIC_LOAD:
		l->registers[op.value] = l->values[op.variable];
		p->position++;
		break;
	case TRAFFIC_STORE:
		l->values[op.variable] = op.value;
		p->position++;
		break;
	case TRAFFIC_LL:
		p->linked = l->values[op.variable];
		break;
	case TRAFFIC_SC:
		l->values[op.variable] = p->linked + 1;
		if (++p->increments == ROUNDS) {
			p->position++;
		}
		break;
	default:
		break;
	}
}

static void begin_run(struct traffic *traffic, struct litmus *l)
{
	uint64_t spread = 1 + traffic_random(&traffic->random) % 3000;

	memset(l->values, 0, sizeof(l->values));
	memset(l->registers, 0, sizeof(l->registers));
	for (unsigned i = 0; i < VARIABLES; i++) {
		uint64_t r = traffic_random(&traffic->random);

		/* One of 8 lines of any node; the two may share a line. */
		l->places[i] = r % CPUS * (FRAMES * 4096) + (r >> 8) % 8 * 128 + i * 8;
	}
	for (unsigned i = 0; i < CPUS; i++) {
		uint64_t r = traffic_random(&traffic->random);

		l->cpu[i] = (struct progress){ .start = traffic->now + 64 + r % spread,
					       .warms = (r >> 32) % 3 == 0 };
		traffic->cpus[i].has_link = false;
	}
}

/* Between quanta, when all CPUs have come to their ends: judges the run, begins the next. */
static void between(struct traffic *traffic)
{
	struct litmus *l = traffic->context;
	int outcome;

	for (unsigned i = 0; i < CPUS; i++) {
		if (!l->cpu[i].has_ended) {
			return;
		}
	}
	outcome = l->program->outcome(l->registers, l->values);
	l->sequence = (l->sequence ^ (uint64_t)(outcome + 1)) * 0x100000001b3;
	if (outcome < 0) {
		l->is_forbidden = true;
	} else {
		l->seen |= (uint64_t)1 << outcome;
	}
	l->run++;
	begin_run(traffic, l);
}

/* All runs of a program; false if the memory system found an error of its own. */
static bool run_program(struct litmus *l, const struct protocol *protocol, bool is_reversed)
{
	struct memsys_config config;
	struct traffic *traffic;
	struct error err;
	bool good;

	memsys_config_default(&config, CPUS, FRAMES);
	config.l1i = (struct memsys_geometry){ 256, 2, 32 };
	config.l1d = (struct memsys_geometry){ 256, 2, 32 };
	config.l2 = (struct memsys_geometry){ 1024, 2, 128 };
	config.jitter_cycles = 300;
	config.seed = 1;
	config.check = false;
	config.protocol = protocol;
	traffic = traffic_create(&config, 1, &err);
	if (!traffic) {
		printf("%s\n", err.text);
		return false;
	}
	traffic->next = next;
	traffic->done = done;
	traffic->between = between;
	traffic->context = l;
	traffic->is_reversed = is_reversed;
	begin_run(traffic, l);
	good = traffic_run(traffic, (uint64_t)l->runs * 200000) && l->run == l->runs;
	traffic_destroy(traffic);
	return good;
}

static bool check(const struct program *program, unsigned runs)
{
	struct litmus forward = { .program = program, .runs = runs };
	struct litmus reversed = forward;
	bool good = run_program(&forward, NULL, false) && run_program(&reversed, NULL, true);
	unsigned seen = (unsigned)__builtin_popcountll(forward.seen);

	printf("%-40s %u runs, %u of %u allowed outcomes seen\n", program->name, forward.run, seen,
	       program->allowed);
	if (forward.is_forbidden || reversed.is_forbidden) {
		printf("FAILED: a forbidden outcome\n");
		good = false;
	}
	if (forward.sequence != reversed.sequence) {
		printf("FAILED: the order of visiting CPUs changes an outcome\n");
		good = false;
	}
	return good && seen == program->allowed;
}

/* Does a table with a planted error show by outcomes alone, without the checker? */
static bool check_mutant(const char *name)
{
	struct mutant_protocol made;
	unsigned shown = 0;
	unsigned count = sizeof(programs) / sizeof(programs[0]);

	for (unsigned i = 0; i < mutant_count; i++) {
		if (strcmp(mutants[i].name, name) == 0) {
			mutant_make(&made, &mutants[i]);
		}
	}
	for (unsigned i = 0; i < count; i++) {
		struct litmus forward = { .program = &programs[i], .runs = 3000 };
		struct litmus reversed = forward;

		run_program(&forward, &made.protocol, false);
		run_program(&reversed, &made.protocol, true);
		shown += forward.is_forbidden || forward.sequence != reversed.sequence;
	}
	printf("%s: shows in %u of %u programs\n", name, shown, count);
	return shown > 0;
}

int main(int argc, char **argv)
{
	long runs = argc == 2 ? strtol(argv[1], NULL, 10) : 20000;
	bool good = true;

	if (argc > 2 || runs < 1 || runs > 100000000) {
		fprintf(stderr, "usage: litmus [RUNS]\n");
		return 2;
	}
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		good = check(&programs[i], (unsigned)runs) && good;
	}
	good = check_mutant("invalidation_ignored") && good;
	good = check_mutant("invalidations_not_sent") && good;
	return good ? 0 : 1;
}

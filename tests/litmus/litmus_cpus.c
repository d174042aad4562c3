/* SPDX-License-Identifier: MIT */
/*
 * litmus_cpus.c - the litmus tests as MIPS programs on simulated CPUs (guests/parallel/litmus.c).
 *
 *   litmus_cpus PROGRAM REORDERED [ROUNDS]
 *       ROUNDS (default 15000: 105,000 runs of the seven tests) on the paper's machine; fewer on
 *       other networks, with random delays of messages, small caches and short quanta: no outcome
 *       but those of sequential consistency, and from 100,000 rounds on all of these. Everything
 *       short runs again with CPUs visited in reversed order, and must see the same in every round.
 *       REORDERED, whose CPUs do accesses in the wrong order, must see every forbidden outcome: the
 *       tests are sharp enough.
 *   litmus_cpus --mutants PROGRAM
 *       Each planted error of the protocol (tests/memsys/mutants.def) must show: by a forbidden
 *       outcome, by outcomes that depend on the order of turns, or by a check of the machine.
 *
 * Values live in RAM, so broken coherence alone gives no stale value: it shows in LL and SC, in the
 * order of turns, and in the versions that a checked machine keeps with each line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/control.h"
#include "sim/elf/elf_load.h"
#include "sim/machine.h"
#include "sim/state_hash.h"
#include "tests/memsys/mutants.h"

#define NODES         4U
#define SHORT_ROUNDS  800U
#define SHARP_ROUNDS  5000U
#define MUTANT_ROUNDS 120U
#define KSEG_MASK     0x1fffffffULL
/* As guests/parallel has them. */
#define MEMORY_BYTES  (16ULL << 20)
#define PROGRAM_BYTES 0x00420000ULL
#define NOTES         0x100000ULL
#define FINALS        0x400000ULL
#define MAX_CYCLES    3000000000ULL

struct variant {
	const char *name;
	enum memsys_topology topology;
	unsigned jitter_cycles;
	unsigned quantum_cycles;
	uint32_t l2_bytes;
	uint32_t l2_ways;
	bool round_robin;
};

/*
 * No L2 is so small that code and data of a loop with LL and SC may exclude each other: then no SC
 * would ever succeed, as on any machine.
 */
static const struct variant variants[] = {
	{ "mesh", MEMSYS_MESH, 0, 64, 1 << 20, 2, false },
	{ "mesh, random delays", MEMSYS_MESH, 60, 64, 1 << 20, 2, false },
	{ "mesh, 4 KB of 4 ways", MEMSYS_MESH, 40, 64, 4096, 4, false },
	{ "hypercube, quantum of 1", MEMSYS_HYPERCUBE, 0, 1, 1 << 20, 2, false },
	{ "hypercube, 8 KB, random delays", MEMSYS_HYPERCUBE, 1000, 17, 8192, 4, true },
	{ "bus", MEMSYS_BUS, 0, 64, 1 << 20, 2, false },
	{ "bus, random delays", MEMSYS_BUS, 100, 31, 1 << 20, 4, false },
};

/* One run, and how it ended. */
struct run {
	const struct variant *variant;
	const struct protocol *protocol;
	uint32_t rounds;
	uint32_t seed;
	bool wants_all;
	bool is_reversed;
	bool is_checked;
	uint64_t max_cycles;

	struct stop stop;
	uint64_t hash;
	char failure[256];
	char text[4096]; /* console */
	size_t text_bytes;
};

static void fail(const char *what, const struct run *run)
{
	fprintf(stderr,
		"FAIL: %s (%s, %" PRIu32 " rounds, seed %" PRIu32 "%s): stop %d code %u %s\n%s\n",
		what, run->variant->name, run->rounds, run->seed,
		run->is_reversed ? ", reversed" : "", run->stop.reason, run->stop.code,
		run->failure, run->text);
	exit(1);
}

static void on_console(void *context, unsigned console, uint8_t byte)
{
	struct run *run = context;

	(void)console;
	if (run->text_bytes + 1 < sizeof(run->text)) {
		run->text[run->text_bytes++] = (char)byte;
		run->text[run->text_bytes] = '\0';
	}
}

static struct machine *create(const struct run *run)
{
	const struct variant *variant = run->variant;
	struct machine_config config = machine_config_default();
	struct error err;

	config.type = MACHINE_MIRRORBALL;
	config.cpus = NODES;
	config.nodes = NODES;
	config.memory_bytes = NODES * MEMORY_BYTES;
	config.topology = variant->topology;
	config.layout = variant->round_robin ? FRAME_ROUND_ROBIN : FRAME_BLOCK;
	config.reversed_turns = run->is_reversed;
	config.timing = true;
	memsys_config_default(&config.memory, NODES, 0);
	config.memory.topology = variant->topology;
	config.memory.jitter_cycles = variant->jitter_cycles;
	config.memory.quantum_cycles = variant->quantum_cycles;
	config.memory.seed = run->seed;
	config.memory.check = run->is_checked;
	config.memory.classify = false;
	config.memory.protocol = run->protocol;
	config.memory.l2.bytes = variant->l2_bytes;
	config.memory.l2.ways = variant->l2_ways;
	if (variant->l2_bytes < config.memory.l1d.bytes) {
		config.memory.l1d = config.memory.l1i =
			(struct memsys_geometry){ variant->l2_bytes / 2, 1, 32 };
	}
	struct machine *machine = machine_create(&config, &err);

	if (machine == NULL) {
		fprintf(stderr, "FAIL: %s\n", err.text);
		exit(1);
	}
	return machine;
}

static bool store(void *context, uint64_t paddr, const void *data, size_t size)
{
	return data == NULL || machine_write_physical(context, paddr, data, size);
}

/* A word of the program, big-endian. */
static void set_word(struct machine *machine, const struct elf_file *elf, const char *name,
		     uint32_t value)
{
	const struct elf_symbol *symbol = elf_find_name(elf, name);
	uint32_t word = __builtin_bswap32(value);

	if (symbol == NULL ||
	    !machine_write_physical(machine, symbol->address & KSEG_MASK, &word, sizeof(word))) {
		fprintf(stderr, "FAIL: the program has no %s\n", name);
		exit(1);
	}
}

/*
 * What the program has noted of every round: the rest of the machine goes on in fast mode, where
 * the order of turns does matter.
 */
static uint64_t hash_of(const struct machine *machine, uint32_t rounds)
{
	static uint8_t page[4096];
	struct state_hash *hash = state_hash_create();

	for (unsigned node = 0; node <= NODES; node++) {
		bool is_finals = node == NODES;
		uint64_t begin = PROGRAM_BYTES + (is_finals ? FINALS : node * MEMORY_BYTES + NOTES);
		uint64_t size = (uint64_t)rounds * (is_finals ? 16 : 4);

		for (uint64_t at = 0; at < size; at += sizeof(page)) {
			if (!machine_read_physical(machine, begin + at, page, sizeof(page))) {
				abort();
			}
			state_hash_bytes(hash, page, sizeof(page));
		}
	}
	uint64_t result = state_hash_result(hash);

	state_hash_destroy(hash);
	return result;
}

static void execute(struct run *run, const char *path)
{
	struct machine *machine = create(run);
	struct control_limits limits = { .max_cycles = run->max_cycles };
	struct error err;
	struct elf_file *elf = elf_open(path, &err);

	if (elf == NULL || !elf_load(elf, false, store, machine, &err)) {
		fprintf(stderr, "FAIL: %s\n", err.text);
		exit(1);
	}
	set_word(machine, elf, "litmus_rounds", run->rounds);
	set_word(machine, elf, "litmus_seed", run->seed);
	set_word(machine, elf, "litmus_wants_all", run->wants_all);
	machine_set_entry(machine, elf_entry(elf), elf_wants_fr(elf));
	machine_set_console(machine, on_console, run);
	run->text_bytes = 0;
	run->text[0] = '\0';
	run->failure[0] = '\0';
	run->stop = control_run(machine, &limits);
	if (run->stop.reason == STOP_INVARIANT) {
		snprintf(run->failure, sizeof(run->failure), "%.200s",
			 machine_error(machine)->text);
	}
	run->hash = hash_of(machine, run->rounds);
	elf_close(elf);
	machine_destroy(machine);
}

static bool is_good(const struct run *run)
{
	return run->stop.reason == STOP_EXIT && run->stop.code == 0;
}

/* On one machine, forward and reversed. */
static void test_variant(const struct variant *variant, const char *program)
{
	struct run forward = { .variant = variant,
			       .rounds = SHORT_ROUNDS,
			       .seed = 1 + (uint32_t)(variant - variants),
			       .max_cycles = MAX_CYCLES };
	struct run reversed = forward;

	reversed.is_reversed = true;
	execute(&forward, program);
	if (!is_good(&forward)) {
		fail("a forbidden outcome", &forward);
	}
	execute(&reversed, program);
	if (!is_good(&reversed)) {
		fail("a forbidden outcome", &reversed);
	}
	if (forward.hash != reversed.hash) {
		fail("the order of turns changes outcomes", &reversed);
	}
	printf("%-32s %" PRIu32 " rounds, either order of turns: %016" PRIx64 "\n", variant->name,
	       forward.rounds, forward.hash);
}

static int test_all(const char *program, const char *reordered, uint32_t rounds)
{
	struct run sharp = {
		.variant = &variants[0], .rounds = SHARP_ROUNDS, .seed = 7, .max_cycles = MAX_CYCLES
	};
	struct run all = { .variant = &variants[1],
			   .rounds = rounds,
			   .seed = 42,
			   .wants_all = rounds >= 100000,
			   .max_cycles = MAX_CYCLES };

	execute(&sharp, reordered);
	if (!is_good(&sharp)) {
		fail("accesses in the wrong order go unnoticed", &sharp);
	}
	printf("Accesses in the wrong order, %" PRIu32 " rounds:\n%s\n", sharp.rounds, sharp.text);
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		test_variant(&variants[i], program);
	}
	execute(&all, program);
	if (!is_good(&all)) {
		fail("a forbidden outcome, or not all allowed ones", &all);
	}
	printf("\n%" PRIu32 " rounds:\n%s", rounds, all.text);
	return 0;
}

/* How a mutant shows; NULL if it does not. */
static const char *catch (const struct protocol *protocol, const char *program, uint32_t seed,
			  const struct variant *variant, uint64_t max_cycles, char *text,
			  size_t size)
{
	struct run run = { .variant = variant,
			   .protocol = protocol,
			   .rounds = MUTANT_ROUNDS,
			   .seed = seed,
			   .max_cycles = max_cycles };
	struct run other = run;

	execute(&run, program);
	if (!is_good(&run)) {
		snprintf(text, size, "%s",
			 run.failure[0] != '\0'               ? run.failure
			 : run.stop.reason == STOP_MAX_CYCLES ? "a CPU waits for ever"
							      : "a forbidden outcome");
		return text;
	}
	other.is_reversed = true;
	execute(&other, program);
	if (!is_good(&other) || other.hash != run.hash) {
		return "the order of turns shows";
	}
	other.is_reversed = false;
	other.is_checked = true;
	execute(&other, program);
	if (!is_good(&other)) {
		snprintf(text, size, "checked: %.200s", other.failure);
		return text;
	}
	return NULL;
}

static int test_mutants(const char *program)
{
	/* Long enough for every good run; a mutant that waits for ever should not wait long. */
	const uint64_t max_cycles = 8000000;
	const size_t tries[] = { 0, 2, 4 };
	unsigned missed = 0;

	for (unsigned i = 0; i < mutant_count; i++) {
		struct mutant_protocol made;
		char text[256];
		const char *how = NULL;

		mutant_make(&made, &mutants[i]);
		for (size_t j = 0; how == NULL && j < sizeof(tries) / sizeof(tries[0]); j++) {
			how = catch (&made.protocol, program, i + 1, &variants[tries[j]],
				     max_cycles, text, sizeof(text));
		}
		/* The programs make no uncached access: errors of ports do not concern them. */
		bool concerns = strncmp(mutants[i].name, "port_", 5) != 0;

		printf("%-28s %s\n", mutants[i].name,
		       how != NULL ? how
		       : concerns  ? "NOT CAUGHT"
				   : "(of ports: no difference)");
		missed += concerns != (how != NULL);
	}
	printf("%u mutants, %u surprises\n", mutant_count, missed);
	return missed != 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--mutants") == 0) {
		return test_mutants(argv[2]);
	}
	if (argc == 3 || argc == 4) {
		return test_all(argv[1], argv[2],
				argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 15000);
	}
	fprintf(stderr, "usage: litmus_cpus PROGRAM REORDERED [ROUNDS]\n"
			"       litmus_cpus --mutants PROGRAM\n");
	return 2;
}

/* SPDX-License-Identifier: MIT */
/*
 * fpu_vectors.c - compares sim/fpu with Berkeley TestFloat's vectors.
 *
 * For each operation and rounding mode it runs testfloat_gen, computes what an R4000 must do with
 * each vector (expect.c), and compares results and exceptions under several settings of FCR31, of
 * the inline path and of the integer path. Prints vectors by operation and class; a class that can
 * occur but did not is a failure, like a mismatch. Exit code 0, 1 (failed) or 2 (usage).
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/cp0.h"
#include "tests/fpu/batch.h"
#include "tests/fpu/expect.h"
#include "tests/fpu/mutate.h"

#define MISMATCHES_SHOWN 10

/* Settings of FCR31 besides the rounding mode: only FS and two of the enables count. */
static const uint32_t settings[] = {
	0,
	FCSR_FS,
	FCSR_FS | (0x02 << FCSR_ENABLES_SHIFT),
	FCSR_FS | (0x01 << FCSR_ENABLES_SHIFT),
	FCSR_ENABLES,
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static const char *const rounding_options[] = { "-rnear_even", "-rminMag", "-rmax", "-rmin" };

#define ROUNDINGS 4

struct options {
	const char *generator;
	const char *only;
	unsigned level;        /* of operations of two operands */
	uint64_t unary_count;  /* vectors per operation and rounding mode, 0: TestFloat's own */
	uint64_t binary_count; /* the same for operations of two operands */
	unsigned seed;
	bool mutations;
	const char *batch;
	bool is_little;
	unsigned batch_each;
};

struct run {
	const struct options *options;
	const struct mutation *mutation;
	struct batch *batch;
	uint64_t vectors;
	uint64_t comparisons;
	uint64_t mismatches;
	uint64_t classes[CLASS_COUNT];       /* of the operation at hand */
	uint64_t total_classes[CLASS_COUNT]; /* of all */
};

static const char *operation_name(const struct operation *operation)
{
	return isa_descs[operation->insn].text;
}

/* The next number in hexadecimal after *text; false if there is none. */
static bool parse_hex(const char **text, uint64_t *value)
{
	char *end;

	*value = strtoull(*text, &end, 16);
	if (end == *text) {
		return false;
	}
	*text = end;
	return true;
}

/* A line of testfloat_gen: operands, result, flags. */
static bool parse_vector(const struct operation *operation, const char *line, struct vector *vector)
{
	uint64_t flags;

	vector->b = 0;
	if (!parse_hex(&line, &vector->a) ||
	    (operation->is_binary && !parse_hex(&line, &vector->b)) ||
	    !parse_hex(&line, &vector->result) || !parse_hex(&line, &flags) || flags > 0x1f) {
		return false;
	}
	vector->flags = (uint32_t)flags;
	return true;
}

static void report(struct run *run, const struct operation *operation, const char *path,
		   const struct vector *vector, uint32_t fcsr, const struct expectation *e,
		   const struct outcome *outcome)
{
	if (run->mismatches++ >= MISMATCHES_SHOWN || run->mutation != NULL) {
		return;
	}
	fprintf(stderr,
		"%s (%s) %016" PRIx64 " %016" PRIx64 " fcsr %08x: expected %016" PRIx64
		" cause %02x (%s), got %016" PRIx64 " cause %02x\n",
		operation_name(operation), path, vector->a, vector->b, fcsr, e->result, e->cause,
		vector_class_names[e->class], outcome->result, outcome->cause);
}

static void compare(struct run *run, const struct operation *operation, operation_fn *fn,
		    const char *path, const struct vector *vector, uint32_t fcsr,
		    const struct expectation *e)
{
	struct outcome outcome = { .cause = 0xffffffff };
	uint64_t a = expect_to_mips(operation->from, vector->a);
	uint64_t b = expect_to_mips(operation->from, vector->b);

	outcome.result = fn(a, b, fcsr, &outcome.cause);
	if (run->mutation != NULL) {
		run->mutation->apply(a, b, fcsr, &outcome);
	}
	run->comparisons++;
	/* An unimplemented operation has no result. */
	if (outcome.cause != e->cause || (e->cause != 0x20 && outcome.result != e->result)) {
		report(run, operation, path, vector, fcsr, e, &outcome);
	}
}

/* One vector under all settings; `chosen` counts how many of each class went into the batch. */
static bool check_vector(struct run *run, const struct operation *operation, unsigned rounding,
			 const struct vector *vector, unsigned chosen[SETTINGS][CLASS_COUNT])
{
	for (size_t i = 0; i < SETTINGS; i++) {
		uint32_t fcsr = settings[i] | rounding;
		struct expectation e = expect_vector(operation, vector, fcsr);

		compare(run, operation, operation->run, "inline", vector, fcsr, &e);
		if (operation->run_slow != NULL) {
			compare(run, operation, operation->run_slow, "integer", vector, fcsr, &e);
		}
		run->classes[e.class]++;
		if (run->batch != NULL && chosen[i][e.class] < run->options->batch_each) {
			chosen[i][e.class]++;
			if (!batch_add(run->batch, operation, vector, fcsr, &e)) {
				perror(run->options->batch);
				return false;
			}
		}
	}
	run->vectors++;
	return true;
}

/* Starts testfloat_gen. A fixed mode of the operation goes before FCR31's. */
static FILE *open_generator(const struct options *options, const struct operation *operation,
			    unsigned rounding)
{
	unsigned mode = operation->rounding >= 0 ? (unsigned)operation->rounding : rounding;
	/* Level 2 of one operand takes no time; of two it has 40 million vectors. A batch wants
	 * few. */
	unsigned level = operation->is_binary || options->batch != NULL ? options->level : 2;
	uint64_t count = operation->is_binary ? options->binary_count : options->unary_count;
	char number[40] = "";
	char command[1024];

	if (count != 0) {
		snprintf(number, sizeof(number), "-n %" PRIu64, count);
	}
	snprintf(command, sizeof(command),
		 "exec '%s' %s -tininessafter -exact -level %u -seed %u %s %s", options->generator,
		 rounding_options[mode], level, options->seed + rounding, number,
		 operation->function);
	return popen(command, "r"); // NOLINT(cert-env33-c): a test runs a program it was given
}

static bool run_rounding(struct run *run, const struct operation *operation, unsigned rounding)
{
	unsigned chosen[SETTINGS][CLASS_COUNT] = { { 0 } };
	FILE *generator = open_generator(run->options, operation, rounding);
	struct vector vector;
	char line[128];
	bool good = true;

	if (generator == NULL) {
		perror("popen");
		return false;
	}
	while (good && fgets(line, sizeof(line), generator) != NULL) {
		if (!parse_vector(operation, line, &vector)) {
			fprintf(stderr, "%s: cannot understand '%s'\n", operation->function, line);
			good = false;
		} else {
			good = check_vector(run, operation, rounding, &vector, chosen);
		}
	}
	if (pclose(generator) != 0 && good) {
		fprintf(stderr, "%s failed for %s\n", run->options->generator, operation->function);
		good = false;
	}
	return good;
}

static bool run_operation(struct run *run, const struct operation *operation)
{
	memset(run->classes, 0, sizeof(run->classes));
	/* A compare does not round: its vectors are the same in every mode. */
	unsigned roundings = operation->kind == KIND_COMPARE ? 1 : ROUNDINGS;

	for (unsigned rounding = 0; rounding < roundings; rounding++) {
		if (!run_rounding(run, operation, rounding)) {
			return false;
		}
	}
	return true;
}

/* The operation's row of the table; false if a class is empty, or not, against the rules. */
static bool print_classes(struct run *run, const struct operation *operation)
{
	uint32_t possible = expect_classes(operation);
	bool good = true;

	printf("%-10s", operation_name(operation));
	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		uint64_t count = run->classes[class];

		run->total_classes[class] += count;
		if (possible & (1U << class)) {
			printf(" %10" PRIu64, count);
		} else {
			printf(" %10s", count == 0 ? "-" : "?");
		}
		if ((count != 0) != ((possible >> class & 1) != 0)) {
			fflush(stdout);
			fprintf(stderr, "%s: class %s %s\n", operation_name(operation),
				vector_class_names[class],
				count == 0 ? "is empty" : "cannot occur but did");
			good = false;
		}
	}
	printf("\n");
	return good;
}

static void print_header(void)
{
	printf("%-10s", "");
	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		printf(" %10s", vector_class_names[class]);
	}
	printf("\n");
}

static int run_all(const struct options *options, struct batch *batch)
{
	struct run run = { .options = options, .batch = batch };
	bool good = true;

	print_header();
	for (size_t i = 0; i < operation_count; i++) {
		if (options->only != NULL &&
		    strcmp(options->only, operation_name(&operations[i])) != 0) {
			continue;
		}
		if (!run_operation(&run, &operations[i])) {
			return 1;
		}
		good &= print_classes(&run, &operations[i]);
	}
	printf("%-10s", "all");
	for (unsigned class = 0; class < CLASS_COUNT; class ++) {
		printf(" %10" PRIu64, run.total_classes[class]);
	}
	printf("\n%" PRIu64 " vectors, %" PRIu64 " comparisons, %" PRIu64 " mismatches\n",
	       run.vectors, run.comparisons, run.mismatches);
	return good && run.vectors != 0 && run.mismatches == 0 ? 0 : 1;
}

/* Each mutation must be found. */
static int run_mutations(const struct options *options)
{
	int status = 0;

	for (size_t i = 0; i < mutation_count; i++) {
		struct run run = { .options = options, .mutation = &mutations[i] };

		for (size_t j = 0; j < operation_count; j++) {
			if (operations[j].insn == mutations[i].insn &&
			    !run_operation(&run, &operations[j])) {
				return 1;
			}
		}
		printf("%-18s %-10s %8" PRIu64 " of %" PRIu64 " comparisons: %s\n",
		       mutations[i].name, isa_descs[mutations[i].insn].text, run.mismatches,
		       run.comparisons, run.mismatches != 0 ? "found" : "MISSED");
		if (run.mismatches == 0) {
			status = 1;
		}
	}
	return status;
}

static int run_batch(const struct options *options)
{
	struct batch batch = { .file = fopen(options->batch, "wb"),
			       .is_little = options->is_little,
			       .random = 0x9e3779b97f4a7c15 };
	int status;

	if (batch.file == NULL) {
		perror(options->batch);
		return 1;
	}
	status = run_all(options, &batch);
	if (fclose(batch.file) != 0) {
		perror(options->batch);
		return 1;
	}
	printf("%u records in %s\n", batch.count, options->batch);
	return status;
}

static int usage(int status)
{
	fprintf(status == 0 ? stdout : stderr,
		"usage: fpu_vectors --generator PROGRAM [OPTION...]\n"
		"  --generator PROGRAM  TestFloat's testfloat_gen\n"
		"  --level N            TestFloat's level for two operands, 1 (default) or 2\n"
		"  --unary N            vectors per operation of one operand and rounding mode\n"
		"  --binary N           the same for two operands (default of both: the level's)\n"
		"  --seed N             TestFloat's first seed (default 1)\n"
		"  --only NAME          one operation, as add.d\n"
		"  --mutations          inject errors: all must be found\n"
		"  --batch FILE         also write records for the simulated CPU\n"
		"  --each N             so many for each operation, mode, setting, class (default "
		"4)\n"
		"  --little             little-endian records\n");
	return status;
}

/* A number from 0 to `limit`. */
static bool parse_number(const char *text, uint64_t limit, uint64_t *value)
{
	char *end;

	*value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || *value > limit) {
		fprintf(stderr, "fpu_vectors: '%s' is not a number from 0 to %" PRIu64 "\n", text,
			limit);
		return false;
	}
	return true;
}

static bool parse_option(int option, struct options *options)
{
	uint64_t value = 0;
	uint64_t limit = option == 'l'                    ? 2
			 : option == 'u' || option == 'b' ? 1000000000000
							  : 1000000;

	if (strchr("lubse", option) != NULL && !parse_number(optarg, limit, &value)) {
		return false;
	}
	switch (option) {
	case 'g':
		options->generator = optarg;
		return true;
	case 'o':
		options->only = optarg;
		return true;
	case 'f':
		options->batch = optarg;
		return true;
	case 'm':
		options->mutations = true;
		return true;
	case 'i':
		options->is_little = true;
		return true;
	case 'l':
		options->level = (unsigned)value;
		return true;
	case 'u':
		options->unary_count = value;
		return true;
	case 'b':
		options->binary_count = value;
		return true;
	case 's':
		options->seed = (unsigned)value;
		return true;
	case 'e':
		options->batch_each = (unsigned)value;
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "generator", required_argument, NULL, 'g' },
		{ "only", required_argument, NULL, 'o' },
		{ "level", required_argument, NULL, 'l' },
		{ "unary", required_argument, NULL, 'u' },
		{ "binary", required_argument, NULL, 'b' },
		{ "seed", required_argument, NULL, 's' },
		{ "mutations", no_argument, NULL, 'm' },
		{ "batch", required_argument, NULL, 'f' },
		{ "each", required_argument, NULL, 'e' },
		{ "little", no_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .level = 1, .seed = 1, .batch_each = 4 };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'h') {
			return usage(0);
		}
		if (!parse_option(option, &options)) {
			return usage(2);
		}
	}
	if (options.generator == NULL || optind != argc) {
		return usage(2);
	}
	if (options.mutations) {
		return run_mutations(&options);
	}
	return options.batch != NULL ? run_batch(&options) : run_all(&options, NULL);
}

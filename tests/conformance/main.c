/* SPDX-License-Identifier: MIT */
/*
 * main.c - the command `conformance`: generates programs, runs them, compares, prints the tables.
 *
 * Exit code 0 if nothing is unexplained, our CPU did what the manual says wherever the generator
 * knows it, and every instruction was executed; 1 otherwise; 2 for wrong usage.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/batch.h"
#include "tests/conformance/compare.h"
#include "tests/conformance/coverage.h"
#include "tests/conformance/mutate.h"
#include "tests/conformance/report.h"

struct options {
	struct batch_options batch;
	unsigned programs;
	unsigned first;
	unsigned reports;
	uint64_t minimum; /* executions of each row */
	bool list;
	bool self_test;
	bool all_rules;
	bool table; /* print the coverage of every row */
};

struct session {
	struct options options;
	struct comparison comparison;
	struct coverage coverage;
	double cpu_seconds[SIMULATORS];
	bool failed;
};

int main(int argc, char **argv);

static const char usage[] =
	"usage: conformance --mirrorball COMMAND --big ELF --little ELF [OPTION...]\n"
	"\n"
	"Generates random MIPS III programs and compares what our CPU, QEMU and GXemul make of "
	"them.\n"
	"\n"
	"  --mirrorball COMMAND  our simulator\n"
	"  --big, --little ELF   the runtime for programs, in both byte orders\n"
	"  --programs N          how many (default 32)\n"
	"  --first N             number of the first one (default 0)\n"
	"  --seed N              another set of programs (default 1)\n"
	"  --directory DIR       for temporary files (default .)\n"
	"  --keep                leave the ELF files there\n"
	"  --list                print listing and records of every program\n"
	"  --reports N           unexplained differences to print (default 10)\n"
	"  --minimum N           each instruction must be executed so often (default 0)\n"
	"  --all-rules           each rule of differences.def must explain something\n"
	"  --table               print how often each instruction was executed\n"
	"  --self-test           show that every kind of error would be reported\n"
	"  --timeout SECONDS     for one image on one simulator (default 60)\n";

static void list_program(const struct batch *batch, unsigned index)
{
	const struct program *program = batch->programs[index];

	printf("program %u: %s, %s, status %08" PRIx64 ", code %016" PRIx64 ", data %016" PRIx64
	       "\n",
	       program->number, program_class_names[program->class],
	       program_mode_names[program->mode], program->status, program->code_vaddr,
	       program->data_vaddr);
	for (unsigned i = 0; i < program->step_count; i++) {
		printf("  step %u, row %s, traits %" PRIx64 "\n", i,
		       isa_descs[program->steps[i].row].text, program->steps[i].traits);
		print_step(stdout, program, i);
	}
	for (unsigned s = 0; s < SIMULATORS; s++) {
		print_records(stdout, simulator_names[s], batch->outcomes[s][index].records,
			      batch->outcomes[s][index].count);
	}
}

static void compare_one(const struct batch *batch, unsigned i, struct comparison *comparison)
{
	const struct outcome *ours = &batch->outcomes[MIRRORBALL][i];

	compare_expected(comparison, batch->programs[i], ours);
	for (unsigned s = QEMU; s < SIMULATORS; s++) {
		compare_program(comparison, batch->programs[i], s, ours, &batch->outcomes[s][i]);
	}
}

static void compare_batch(const struct batch *batch, struct comparison *comparison)
{
	for (unsigned i = 0; i < batch->count; i++) {
		compare_one(batch, i, comparison);
	}
}

static bool is_clean(const struct comparison *comparison)
{
	return comparison->unexplained[QEMU] == 0 && comparison->unexplained[GXEMUL] == 0 &&
	       comparison->unexpected == 0;
}

/* Puts each kind of error into one outcome of our CPU: the comparison must report it. */
static bool self_test(struct batch *batch, FILE *nowhere)
{
	bool all_reported = true;

	for (enum mutation mutation = 0; mutation < MUTATIONS; mutation++) {
		struct comparison comparison = { .report = nowhere };
		bool applied = false;

		for (unsigned i = 0; i < batch->count && !applied; i++) {
			struct outcome *ours = &batch->outcomes[MIRRORBALL][i];
			struct outcome original = *ours;

			ours->records = calloc(ours->count + 1, sizeof(*ours->records));
			if (ours->records == NULL) {
				abort();
			}
			memcpy(ours->records, original.records,
			       original.count * sizeof(*ours->records));
			applied = outcome_mutate(ours, mutation);
			if (applied) {
				compare_batch(batch, &comparison);
			}
			outcome_free(ours);
			*ours = original;
		}
		printf("self-test: %s: %s\n", mutation_names[mutation],
		       !applied                ? "no program has it"
		       : is_clean(&comparison) ? "NOT REPORTED"
					       : "reported");
		all_reported = all_reported && applied && !is_clean(&comparison);
	}
	return all_reported;
}

static void print_missed(const struct program *program, const struct record *record, unsigned field)
{
	const struct step *step = &program->steps[record->step];

	printf("self-test: not reported: program %u, step %u, row %s, traits %" PRIx64
	       ", record %c, field %u\n",
	       program->number, record->step, isa_descs[step->row].text, step->traits, record->kind,
	       field);
}

/* One wrong bit in each field of each record, one after the other: all are reported. */
static bool self_test_sweep(struct batch *batch, FILE *nowhere)
{
	uint64_t planted = 0;
	uint64_t missed = 0;

	for (unsigned i = 0; i < batch->count; i++) {
		struct outcome *ours = &batch->outcomes[MIRRORBALL][i];

		for (size_t r = 0; r < ours->count; r++) {
			for (unsigned k = 0; k < ours->records[r].fields; k++) {
				struct comparison comparison = { .report = nowhere };
				uint64_t bit = UINT64_C(1) << (planted * 7 & 63);

				if ((ours->records[r].undefined >> k & 1) != 0) {
					continue;
				}
				ours->records[r].field[k] ^= bit;
				compare_one(batch, i, &comparison);
				planted++;
				if (is_clean(&comparison)) {
					missed++;
					print_missed(batch->programs[i], &ours->records[r], k);
				}
				ours->records[r].field[k] ^= bit;
			}
		}
	}
	printf("self-test: one wrong bit in each field of each record: %" PRIu64
	       " planted, %" PRIu64 " not reported\n",
	       planted, missed);
	return missed == 0;
}

static bool run_self_test(struct batch *batch)
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct comparison comparison = { .report = stdout, .reports_left = 10 };
	bool done;

	if (nowhere == NULL) {
		return false;
	}
	compare_batch(batch, &comparison);
	done = is_clean(&comparison) && self_test(batch, nowhere);
	done = self_test_sweep(batch, nowhere) && done;
	fclose(nowhere);
	return done;
}

static bool run_image(struct session *session, unsigned first, unsigned count)
{
	const struct options *o = &session->options;
	struct batch batch;
	bool done = batch_run(&batch, &o->batch, first, count);

	session->failed = session->failed || batch.failed;
	for (unsigned i = 0; done && i < count; i++) {
		const struct outcome *const outcomes[SIMULATORS] = {
			&batch.outcomes[MIRRORBALL][i],
			&batch.outcomes[QEMU][i],
			&batch.outcomes[GXEMUL][i],
		};

		if (o->list) {
			list_program(&batch, i);
		}
		coverage_add(&session->coverage, batch.programs[i], outcomes);
	}
	for (unsigned s = 0; s < SIMULATORS; s++) {
		session->cpu_seconds[s] += batch.cpu_seconds[s];
	}
	if (done && o->self_test) {
		done = run_self_test(&batch);
	} else if (done) {
		compare_batch(&batch, &session->comparison);
	}
	batch_free(&batch);
	return done;
}

static unsigned parse_number(const char *name, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0' || value > 100000000) {
		fprintf(stderr, "conformance: --%s '%s' is not a number\n", name, text);
		exit(2);
	}
	return (unsigned)value;
}

enum option_code {
	OPTION_MIRRORBALL,
	OPTION_BIG,
	OPTION_LITTLE,
	OPTION_PROGRAMS,
	OPTION_FIRST,
	OPTION_SEED,
	OPTION_DIRECTORY,
	OPTION_KEEP,
	OPTION_LIST,
	OPTION_REPORTS,
	OPTION_MINIMUM,
	OPTION_ALL_RULES,
	OPTION_TABLE,
	OPTION_SELF_TEST,
	OPTION_TIMEOUT,
	OPTION_HELP,
};

static const struct option option_names[] = {
	[OPTION_MIRRORBALL] = { "mirrorball", required_argument, NULL, 0 },
	[OPTION_BIG] = { "big", required_argument, NULL, 0 },
	[OPTION_LITTLE] = { "little", required_argument, NULL, 0 },
	[OPTION_PROGRAMS] = { "programs", required_argument, NULL, 0 },
	[OPTION_FIRST] = { "first", required_argument, NULL, 0 },
	[OPTION_SEED] = { "seed", required_argument, NULL, 0 },
	[OPTION_DIRECTORY] = { "directory", required_argument, NULL, 0 },
	[OPTION_KEEP] = { "keep", no_argument, NULL, 0 },
	[OPTION_LIST] = { "list", no_argument, NULL, 0 },
	[OPTION_REPORTS] = { "reports", required_argument, NULL, 0 },
	[OPTION_MINIMUM] = { "minimum", required_argument, NULL, 0 },
	[OPTION_ALL_RULES] = { "all-rules", no_argument, NULL, 0 },
	[OPTION_TABLE] = { "table", no_argument, NULL, 0 },
	[OPTION_SELF_TEST] = { "self-test", no_argument, NULL, 0 },
	[OPTION_TIMEOUT] = { "timeout", required_argument, NULL, 0 },
	[OPTION_HELP] = { "help", no_argument, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct options *o, enum option_code code, const char *value)
{
	const char *name = option_names[code].name;

	switch (code) {
	case OPTION_MIRRORBALL:
		o->batch.paths.mirrorball = value;
		break;
	case OPTION_BIG:
		o->batch.runtime_big = value;
		break;
	case OPTION_LITTLE:
		o->batch.runtime_little = value;
		break;
	case OPTION_PROGRAMS:
		o->programs = parse_number(name, value);
		break;
	case OPTION_FIRST:
		o->first = parse_number(name, value);
		break;
	case OPTION_SEED:
		o->batch.seed = parse_number(name, value);
		break;
	case OPTION_DIRECTORY:
		o->batch.directory = value;
		break;
	case OPTION_KEEP:
		o->batch.keep = true;
		break;
	case OPTION_LIST:
		o->list = true;
		break;
	case OPTION_REPORTS:
		o->reports = parse_number(name, value);
		break;
	case OPTION_MINIMUM:
		o->minimum = parse_number(name, value);
		break;
	case OPTION_ALL_RULES:
		o->all_rules = true;
		break;
	case OPTION_TABLE:
		o->table = true;
		break;
	case OPTION_SELF_TEST:
		o->self_test = true;
		break;
	case OPTION_TIMEOUT:
		o->batch.paths.timeout_seconds = parse_number(name, value);
		break;
	case OPTION_HELP:
		fputs(usage, stdout);
		exit(0);
	}
}

static void parse_options(struct options *o, int argc, char **argv)
{
	int index = 0;
	int result;

	while ((result = getopt_long(argc, argv, "", option_names, &index)) != -1) {
		if (result != 0) {
			fputs(usage, stderr);
			exit(2);
		}
		take_option(o, (enum option_code)index, optarg);
	}
	if (optind != argc || o->batch.paths.mirrorball == NULL || o->batch.runtime_big == NULL ||
	    o->batch.runtime_little == NULL) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* The tables, and whether all is well. */
static bool finish(struct session *session)
{
	const struct options *o = &session->options;
	bool good = is_clean(&session->comparison) && !session->failed;

	report_print(&session->comparison, session->cpu_seconds, stdout);
	if (o->table) {
		coverage_print(&session->coverage, stdout);
	}
	good = coverage_check(&session->coverage, o->minimum, stdout) && good;
	if (o->all_rules) {
		good = report_check_rules(&session->comparison, stdout) && good;
	}
	printf("conformance: %s\n", good ? "passed" : "FAILED");
	return good;
}

/* Image by image; false if that is not possible or something is wrong. */
static bool run_session(struct session *session)
{
	const struct options *o = &session->options;
	unsigned end = o->first + o->programs;

	for (unsigned first = o->first; first < end;) {
		unsigned next = (first / PROGRAMS_PER_IMAGE + 1) * PROGRAMS_PER_IMAGE;

		next = next < end ? next : end;
		if (!run_image(session, first, next - first)) {
			return false;
		}
		first = next;
	}
	return o->self_test ? !session->failed : finish(session);
}

int main(int argc, char **argv)
{
	struct session *session = calloc(1, sizeof(*session));
	bool good;

	if (session == NULL) {
		return 1;
	}
	session->options = (struct options){
		.batch = {
			.seed = 1,
			.directory = ".",
			.paths = { .qemu = true, .gxemul = true, .timeout_seconds = 60 },
		},
		.programs = 32,
		.reports = 10,
	};
	parse_options(&session->options, argc, argv);
	session->comparison.report = stdout;
	session->comparison.reports_left = session->options.reports;
	good = run_session(session);
	free(session);
	return good ? 0 : 1;
}

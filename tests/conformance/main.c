/* SPDX-License-Identifier: MIT */
/*
 * main.c - the command `conformance`: generates programs, runs them, compares, prints the tables.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/compare.h"
#include "tests/conformance/generate.h"
#include "tests/conformance/image_file.h"
#include "tests/conformance/simulator.h"

struct options {
	uint64_t seed;
	unsigned programs;
	unsigned first;
	const char *runtime_big;
	const char *runtime_little;
	const char *directory;
	struct simulator_paths paths;
	bool list; /* print the listing and records of each program */
	bool keep;
	unsigned reports;
};

struct session {
	struct options options;
	struct comparison comparison;
	double cpu_seconds[SIMULATORS];
};

int main(int argc, char **argv);

static void list_program(const struct program *program, struct outcome outcomes[SIMULATORS])
{
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
	for (unsigned i = 0; i < SIMULATORS; i++) {
		print_records(stdout, program, simulator_names[i], outcomes[i].records,
			      outcomes[i].count);
	}
}

/* Runs programs first .. first + count - 1, all of one image, and compares. */
static bool run_image(struct session *session, unsigned first, unsigned count)
{
	const struct options *o = &session->options;
	struct program *programs[PROGRAMS_PER_IMAGE];
	struct outcome outcomes[SIMULATORS][PROGRAMS_PER_IMAGE] = { 0 };
	struct simulator_run runs[SIMULATORS];
	bool big = first / PROGRAMS_PER_IMAGE % 4 != 3;
	enum simulator reference = o->paths.mirrorball != NULL ? MIRRORBALL : QEMU;
	char path[4096];
	bool done;

	for (unsigned i = 0; i < count; i++) {
		programs[i] = calloc(1, sizeof(*programs[i]));
		if (programs[i] == NULL) {
			abort();
		}
		generate_program(programs[i], o->seed, first + i);
	}
	(void)snprintf(path, sizeof(path), "%s/programs-%u.elf", o->directory, first);
	done = image_write(big ? o->runtime_big : o->runtime_little, path, programs, count) &&
	       simulator_run_all(&o->paths, path, big, runs);
	for (unsigned s = 0; done && s < SIMULATORS; s++) {
		outcome_parse(runs[s].text, programs, count, outcomes[s]);
		session->cpu_seconds[s] += runs[s].cpu_seconds;
		if (runs[s].timed_out) {
			fprintf(stderr, "conformance: %s did not end\n", simulator_names[s]);
		}
	}
	for (unsigned i = 0; done && i < count; i++) {
		struct outcome mine[SIMULATORS] = { outcomes[0][i], outcomes[1][i],
						    outcomes[2][i] };

		if (o->list) {
			list_program(programs[i], mine);
		}
		if (reference == MIRRORBALL) {
			compare_expected(&session->comparison, programs[i], &mine[reference]);
		}
		for (unsigned s = reference + 1; s < SIMULATORS; s++) {
			if (runs[s].text != NULL) {
				compare_program(&session->comparison, programs[i], s,
						&mine[reference], &mine[s]);
			}
		}
	}
	for (unsigned i = 0; i < count; i++) {
		free(programs[i]);
		for (unsigned s = 0; s < SIMULATORS; s++) {
			outcome_free(&outcomes[s][i]);
		}
	}
	for (unsigned s = 0; done && s < SIMULATORS; s++) {
		free(runs[s].text);
	}
	if (!o->keep) {
		(void)unlink(path);
	}
	return done;
}

static void print_summary(const struct session *session)
{
	const struct comparison *c = &session->comparison;

	for (unsigned s = 0; s < SIMULATORS; s++) {
		printf("%-10s programs %" PRIu64 ", not for it %" PRIu64 ", records %" PRIu64
		       ", unexplained %" PRIu64 ", CPU %.1f s\n",
		       simulator_names[s], c->programs[s], c->skipped[s], c->records[s],
		       c->unexplained[s], session->cpu_seconds[s]);
	}
	printf("expected by the manual %" PRIu64 ", otherwise %" PRIu64 "\n", c->expected,
	       c->unexpected);
	for (unsigned i = 0; i < RULES; i++) {
		printf("%8" PRIu64 "  %s\n", c->explained[i], rules[i].name);
	}
}

static void parse_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "programs", required_argument, NULL, 'n' },
		{ "first", required_argument, NULL, 'f' },
		{ "big", required_argument, NULL, 'B' },
		{ "little", required_argument, NULL, 'L' },
		{ "directory", required_argument, NULL, 'd' },
		{ "mirrorball", required_argument, NULL, 'm' },
		{ "no-qemu", no_argument, NULL, 'Q' },
		{ "no-gxemul", no_argument, NULL, 'G' },
		{ "reports", required_argument, NULL, 'r' },
		{ "list", no_argument, NULL, 'l' },
		{ "keep", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's':
			o->seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			o->programs = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'f':
			o->first = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'B':
			o->runtime_big = optarg;
			break;
		case 'L':
			o->runtime_little = optarg;
			break;
		case 'd':
			o->directory = optarg;
			break;
		case 'm':
			o->paths.mirrorball = optarg;
			break;
		case 'Q':
			o->paths.qemu = false;
			break;
		case 'G':
			o->paths.gxemul = false;
			break;
		case 'r':
			o->reports = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'l':
			o->list = true;
			break;
		case 'k':
			o->keep = true;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	static struct session session = {
		.options = {
			.seed = 1,
			.programs = 32,
			.directory = ".",
			.reports = 10,
			.paths = { .qemu = true, .gxemul = true, .timeout_seconds = 60 },
		},
	};
	unsigned end;

	parse_options(&session.options, argc, argv);
	session.comparison.report = stdout;
	session.comparison.reports_left = session.options.reports;
	end = session.options.first + session.options.programs;
	for (unsigned first = session.options.first; first < end;) {
		unsigned next = (first / PROGRAMS_PER_IMAGE + 1) * PROGRAMS_PER_IMAGE;

		next = next < end ? next : end;
		if (!run_image(&session, first, next - first)) {
			return 1;
		}
		first = next;
	}
	print_summary(&session);
	for (unsigned s = 0; s < SIMULATORS; s++) {
		if (session.comparison.unexplained[s] != 0) {
			return 1;
		}
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * main.c - the command `equivalence`: generates programs for a kernel of a virtual machine, runs
 * them on the oracle and under the monitor, and compares what every trap found.
 *
 * Exit code 0 if nothing differs and every program came to its regular end, 1 otherwise, 2 for
 * wrong usage or a simulator that cannot be started.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/image_file.h"
#include "tests/equivalence/generate.h"
#include "tests/equivalence/guest/frame.h"
#include "tests/equivalence/run.h"
#include "tests/equivalence/show.h"

#define SETTINGS_MAX 8

struct options {
	const char *mirrorball;
	const char *monitor[2]; /* little, big */
	const char *runtime[2];
	const char *directory;
	const char *settings[SETTINGS_MAX + 1];
	uint64_t seed;
	unsigned programs;
	unsigned first;
	unsigned reports;
	unsigned setting_count;
	bool ways[WAYS];
	bool keep;
	bool list;
	bool slots;
};

struct session {
	struct options options;
	unsigned next_slot; /* --slots: the next case */
	unsigned cases;     /* that were made */
	struct program *programs[PROGRAMS_PER_IMAGE];
	uint64_t compared[WAYS];
	uint64_t different[WAYS];
	uint64_t records;
	uint64_t ticks[2]; /* taken inside of programs: oracle, monitor */
	uint64_t instructions;
	double cpu_seconds[WAYS];
};

int main(int argc, char **argv);

static const char usage[] =
	"usage: equivalence --mirrorball COMMAND --monitor ELF,ELF --runtime ELF,ELF [OPTION...]\n"
	"\n"
	"Generates random programs for a kernel in a virtual machine and compares what the "
	"processor\n"
	"(cpu.segments=vm) and the monitor make of them. ELFs: big-endian, little-endian.\n"
	"\n"
	"  --programs N     how many (default 32)\n"
	"  --first N        number of the first one (default 0)\n"
	"  --seed N         another set of programs (default 1)\n"
	"  --slots          instead: all privileged instructions behind all branches\n"
	"  --ways WAY,...   trap, rewrite (default trap); shared-page: with a runtime that "
	"declares it\n"
	"  --set KEY=VALUE  a setting of the run under the monitor; repeatable\n"
	"  --directory DIR  for temporary files (default .)\n"
	"  --keep           leave the images there\n"
	"  --list           print the code and the records of each program\n"
	"  --reports N      differences to print (default 5); 0: end at the first image with one\n";

/* The byte order goes round with the images. */
static bool is_big(unsigned first)
{
	return first / PROGRAMS_PER_IMAGE % 4 != 3;
}

static bool write_image(const struct session *session, unsigned first, unsigned count, char *path,
			size_t bytes)
{
	(void)snprintf(path, bytes, "%s/equivalence-%ld-%u.elf", session->options.directory,
		       (long)getpid(), first);
	return image_write(session->options.runtime[is_big(first)], path, session->programs, count);
}

static struct run_paths paths_of(const struct options *options, bool big)
{
	return (struct run_paths){ .mirrorball = options->mirrorball,
				   .monitor = options->monitor[big],
				   .directory = options->directory,
				   .settings = options->settings };
}

/* One program with its records on both, behind those that came before it. */
static void show_program(const struct session *session, unsigned index, bool big, enum run_way way)
{
	const struct options *options = &session->options;
	struct run_paths paths = paths_of(options, big);
	struct program *program = session->programs[index];
	struct run_output outputs[2];
	char path[4096];

	printf("program %u: %s, %s, %s, status %08" PRIx64 ", code %016" PRIx64 ", data %016" PRIx64
	       "\n",
	       program->number, program_class_names[program->class],
	       program_mode_names[program->mode], big ? "big" : "little", program->status,
	       program->code_vaddr, program->data_vaddr);
	program->flags |= PROGRAM_VERBOSE;
	(void)snprintf(path, sizeof(path), "%s/equivalence-%ld-program-%u.elf", options->directory,
		       (long)getpid(), program->number);
	if (image_write(options->runtime[big], path, session->programs, index + 1) &&
	    run_image(&paths, WAY_ORACLE, path, &outputs[0])) {
		if (run_image(&paths, way, path, &outputs[1])) {
			show_difference(program, outputs[0].text, outputs[1].text,
					run_way_names[way]);
			if (options->list) {
				printf("%s---\n%s", outputs[0].text, outputs[1].text);
			}
			free(outputs[1].text);
		}
		free(outputs[0].text);
	}
	program->flags &= ~(unsigned)PROGRAM_VERBOSE;
	if (!options->keep) {
		(void)unlink(path);
	}
}

static void print_end(const struct run_output *output, enum run_way way)
{
	const char *tail =
		output->length > 600 ? output->text + output->length - 600 : output->text;

	printf("%s: ended with %s %d; the last it printed:\n%s\n", run_way_names[way],
	       WIFEXITED(output->status) ? "code" : "signal",
	       WIFEXITED(output->status) ? WEXITSTATUS(output->status) : WTERMSIG(output->status),
	       tail);
}

static void compare_image(struct session *session, unsigned count, bool big, enum run_way way,
			  const struct run_output *oracle, const struct run_output *monitor)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned number = session->programs[i]->number;
		struct run_result a = { 0 };
		struct run_result b = { 0 };
		bool has_a = run_find_result(oracle, number, &a);
		bool has_b = run_find_result(monitor, number, &b);

		session->compared[way]++;
		if (has_a && has_b && a.reason == 0 && b.reason == 0 && a.records == b.records &&
		    a.digest == b.digest) {
			session->records += a.records;
			session->ticks[0] += a.ticks_inside;
			session->ticks[1] += b.ticks_inside;
			continue;
		}
		session->different[way]++;
		if (session->options.reports == 0) {
			continue;
		}
		session->options.reports--;
		if (has_a && a.reason != 0) {
			printf("program %u ends for reason %" PRIu64 " on the oracle\n", number,
			       a.reason);
		}
		show_program(session, i, big, way);
		if (!has_a || !has_b) {
			print_end(has_a ? monitor : oracle, has_a ? way : WAY_ORACLE);
			break; /* nor do those behind it have results */
		}
	}
}

/* Programs [first, first + count) with `flags` on the oracle and by the ways from `way` on. */
static bool run_programs(struct session *session, unsigned first, unsigned count, unsigned flags,
			 enum run_way way, enum run_way end)
{
	const struct options *options = &session->options;
	bool big = is_big(first);
	struct run_paths paths = paths_of(options, big);
	struct run_output oracle;
	char path[4096];
	bool done;

	for (unsigned i = 0; i < count; i++) {
		*session->programs[i] = (struct program){ 0 };
		if (options->slots) {
			session->cases +=
				equivalence_generate_slots(session->programs[i], options->seed,
							   first + i, flags, &session->next_slot);
		} else {
			equivalence_generate(session->programs[i], options->seed, first + i, flags);
		}
		session->instructions += session->programs[i]->code_count;
	}
	if (!write_image(session, first, count, path, sizeof(path)) ||
	    !run_image(&paths, WAY_ORACLE, path, &oracle)) {
		return false;
	}
	session->cpu_seconds[WAY_ORACLE] += oracle.cpu_seconds;
	done = true;
	for (; way < end && done; way++) {
		struct run_output monitor;

		if (!options->ways[way]) {
			continue;
		}
		done = run_image(&paths, way, path, &monitor);
		if (done) {
			session->cpu_seconds[way] += monitor.cpu_seconds;
			compare_image(session, count, big, way, &oracle, &monitor);
			free(monitor.text);
		}
	}
	free(oracle.text);
	if (!options->keep) {
		(void)unlink(path);
	}
	return done;
}

/* By each way: programs of its own where registers may be on the shared page. */
static bool run_by_ways(struct session *session, unsigned first, unsigned count)
{
	const bool *ways = session->options.ways;
	unsigned slot = session->next_slot;

	if (ways[WAY_TRAP] && !run_programs(session, first, count, 0, WAY_TRAP, WAY_PAGE)) {
		return false;
	}
	if (ways[WAY_PAGE]) {
		session->next_slot = slot;
		if (!run_programs(session, first, count, PROGRAM_PAGE | PROGRAM_PATCHED, WAY_PAGE,
				  WAY_REWRITE)) {
			return false;
		}
	}
	if (!ways[WAY_REWRITE]) {
		return true;
	}
	session->next_slot = slot;
	return run_programs(session, first, count, PROGRAM_PAGE, WAY_REWRITE, WAYS);
}

static uint64_t differences(const struct session *session)
{
	uint64_t different = 0;

	for (enum run_way way = WAY_TRAP; way < WAYS; way++) {
		different += session->different[way];
	}
	return different;
}

static bool run_images(struct session *session)
{
	const struct options *options = &session->options;
	unsigned first = options->first;
	unsigned end = first + options->programs;
	bool stops = options->reports == 0;

	while (options->slots ? session->next_slot < SLOT_CASES : first < end) {
		unsigned count = PROGRAMS_PER_IMAGE - first % PROGRAMS_PER_IMAGE;

		if (!options->slots && count > end - first) {
			count = end - first;
		}
		if (!run_by_ways(session, first, count)) {
			return false;
		}
		if (stops && differences(session) != 0) {
			break;
		}
		first += count;
	}
	return true;
}

/* True if nothing differs. */
static bool print_summary(const struct session *session)
{
	const struct options *options = &session->options;

	printf("seed %" PRIu64 ": %u %s, %" PRIu64 " instructions; oracle %.1f CPU-seconds\n",
	       options->seed, options->slots ? session->cases : options->programs,
	       options->slots ? "cases" : "programs", session->instructions,
	       session->cpu_seconds[WAY_ORACLE]);
	for (enum run_way way = WAY_TRAP; way < WAYS; way++) {
		if (options->ways[way]) {
			printf("%-12s %" PRIu64 " programs compared, %" PRIu64
			       " differ; %.1f CPU-seconds\n",
			       run_way_names[way], session->compared[way], session->different[way],
			       session->cpu_seconds[way]);
		}
	}
	printf("%" PRIu64 " records equal; interrupts by the timer anywhere: oracle %" PRIu64
	       ", monitor %" PRIu64 "\n",
	       session->records, session->ticks[0], session->ticks[1]);
	if (!options->slots && options->programs >= 100 &&
	    (session->ticks[0] == 0 || session->ticks[1] == 0)) {
		printf("no interrupt by the timer has come inside of a program\n");
		return false;
	}
	return differences(session) == 0;
}

static int run_all(struct session *session)
{
	struct program *programs = calloc(PROGRAMS_PER_IMAGE, sizeof(*programs));
	int code = 2;

	if (programs == NULL) {
		return 2;
	}
	for (unsigned i = 0; i < PROGRAMS_PER_IMAGE; i++) {
		session->programs[i] = &programs[i];
	}
	if (run_images(session)) {
		code = print_summary(session) ? 0 : 1;
	}
	free(programs);
	return code;
}

/* "BIG,LITTLE" */
static bool take_pair(char *text, const char *pair[2])
{
	char *comma = strchr(text, ',');

	if (comma == NULL) {
		return false;
	}
	*comma = '\0';
	pair[1] = text;
	pair[0] = comma + 1;
	return true;
}

static bool take_ways(char *text, bool ways[WAYS])
{
	ways[WAY_TRAP] = false;
	for (char *name = strtok(text, ","); name != NULL; name = strtok(NULL, ",")) {
		enum run_way way = WAY_TRAP;

		while (way < WAYS && strcmp(name, run_way_names[way]) != 0) {
			way++;
		}
		if (way == WAYS) {
			return false;
		}
		ways[way] = true;
	}
	return true;
}

static bool take_option(struct options *options, int option)
{
	switch (option) {
	case 'm':
		options->mirrorball = optarg;
		return true;
	case 'M':
		return take_pair(optarg, options->monitor);
	case 'R':
		return take_pair(optarg, options->runtime);
	case 'p':
		options->programs = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'f':
		options->first = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 's':
		options->seed = strtoull(optarg, NULL, 10);
		return true;
	case 'w':
		return take_ways(optarg, options->ways);
	case 'S':
		if (options->setting_count == SETTINGS_MAX) {
			return false;
		}
		options->settings[options->setting_count++] = optarg;
		return true;
	case 'd':
		options->directory = optarg;
		return true;
	case 'k':
		options->keep = true;
		return true;
	case 'o':
		options->slots = true;
		return true;
	case 'l':
		options->list = true;
		return true;
	case 'r':
		options->reports = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "mirrorball", required_argument, NULL, 'm' },
		{ "monitor", required_argument, NULL, 'M' },
		{ "runtime", required_argument, NULL, 'R' },
		{ "programs", required_argument, NULL, 'p' },
		{ "first", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "ways", required_argument, NULL, 'w' },
		{ "set", required_argument, NULL, 'S' },
		{ "directory", required_argument, NULL, 'd' },
		{ "slots", no_argument, NULL, 'o' },
		{ "keep", no_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ "reports", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	struct session session = { .options = { .directory = ".",
						.seed = 1,
						.programs = 32,
						.reports = 5,
						.ways[WAY_TRAP] = true } };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (!take_option(&session.options, option)) {
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc || session.options.mirrorball == NULL ||
	    session.options.monitor[0] == NULL || session.options.runtime[0] == NULL) {
		fputs(usage, stderr);
		return 2;
	}
	return run_all(&session);
}

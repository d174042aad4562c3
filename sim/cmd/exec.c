/* SPDX-License-Identifier: MIT */
/*
 * exec.c - `mirrorball exec`: one bare-metal program on one machine.
 *
 * Reads options, builds the machine, runs it in slices (for the progress line), and reports. What
 * the program computes depends on nothing that happens here.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine/annotation.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/observers.h"
#include "sim/cmd/options.h"
#include "sim/cmd/output.h"
#include "sim/control.h"
#include "sim/elf/elf_load.h"

#define PROGRESS_SLICE_CYCLES 50000000U
#define DOCUMENT_VERSION      1

struct exec_options {
	bool help;
	uint64_t cpus;
	uint64_t nodes;
	uint64_t memory;
	uint64_t tlb_entries;
	uint64_t quantum;
	uint64_t seed;
	unsigned endian;
	unsigned engine;
	unsigned mode;
	uint64_t max_cycles;
	uint64_t max_instructions;
	const char *out;
	bool force;
	bool dump_registers;
	bool json;
	bool quiet;
	const char *trace;
	const char *trace_file;
	bool profile;
	bool warn;
	struct option_list set;
};

static const char *const endian_names[] = { "auto", "big", "little", NULL };
static const char *const engine_names[] = { "block", "step", NULL };
static const char *const mode_names[] = { "fast", NULL };

enum {
	ENDIAN_AUTO,
	ENDIAN_BIG,
	ENDIAN_LITTLE
};
enum {
	ENGINE_BLOCK,
	ENGINE_STEP
};

/* A run from its options to its report. */
struct exec_run {
	struct exec_options options;
	const char *program;
	char program_hash[17];
	struct elf_file *elf;
	struct machine *machine;
	struct console_sink sink;
	struct observers observers;
	struct stop stop;
	double host_seconds;
};

static struct exec_options default_options(void)
{
	struct machine_config config = machine_config_default();

	return (struct exec_options){
		.cpus = config.cpus,
		.nodes = 0,
		.memory = config.memory_bytes,
		.tlb_entries = config.tlb_entries,
		.quantum = config.quantum_cycles,
		.seed = config.seed,
	};
}

/* The keys of --set are the long options of the machine under their configuration names. */
static bool apply_settings(struct exec_options *o, struct error *err)
{
	const struct option keys[] = {
		{ "machine.cpus", OPTION_NUMBER, &o->cpus, "N", "", 1, MACHINE_CPUS_MAX, NULL },
		{ "machine.nodes", OPTION_NUMBER, &o->nodes, "N", "", 1, MACHINE_CPUS_MAX, NULL },
		{ "machine.memory", OPTION_SIZE, &o->memory, "SIZE", "", 4096, 0, NULL },
		{ "machine.tlb_entries", OPTION_NUMBER, &o->tlb_entries, "N", "", 0, 0, NULL },
		{ "machine.quantum", OPTION_NUMBER, &o->quantum, "CYCLES", "", 1, 0, NULL },
		{ "machine.seed", OPTION_NUMBER, &o->seed, "N", "", 0, 0, NULL },
		{ "machine.engine", OPTION_CHOICE, &o->engine, "NAME", "", 0, 0, engine_names },
	};

	for (unsigned i = 0; i < o->set.count; i++) {
		char name[OPTION_LIST_MAX];
		const char *equals = strchr(o->set.value[i], '=');

		if (equals == NULL || (size_t)(equals - o->set.value[i]) >= sizeof(name)) {
			return error_set(err, EXIT_USAGE, "--set: '%s' is not key.path=value",
					 o->set.value[i]);
		}
		memcpy(name, o->set.value[i], (size_t)(equals - o->set.value[i]));
		name[equals - o->set.value[i]] = '\0';
		if (!options_set(keys, sizeof(keys) / sizeof(keys[0]), "--set", name, equals + 1,
				 err)) {
			return false;
		}
	}
	return true;
}

/* Prints the help, or parses argv into the run's options and program. */
static bool parse(struct exec_run *run, int argc, char **argv, struct error *err)
{
	struct exec_options *o = &run->options;
	const struct option table[] = {
		{ "--cpus", OPTION_NUMBER, &o->cpus, "N", "CPUs, 1 to 64 (default 1)", 1,
		  MACHINE_CPUS_MAX, NULL },
		{ "--nodes", OPTION_NUMBER, &o->nodes, "N", "nodes (default 1)", 1,
		  MACHINE_CPUS_MAX, NULL },
		{ "--memory", OPTION_SIZE, &o->memory, "SIZE", "RAM, up to 256M (default 32M)",
		  4096, 0, NULL },
		{ "--tlb-entries", OPTION_NUMBER, &o->tlb_entries, "N", "48 (default) or 64", 0, 0,
		  NULL },
		{ "--endian", OPTION_CHOICE, &o->endian, "ORDER",
		  "big, little, auto: the program's (default)", 0, 0, endian_names },
		{ "--mode", OPTION_CHOICE, &o->mode, "MODE", "fast: no caches, 1 cycle each", 0, 0,
		  mode_names },
		{ "--max-cycles", OPTION_NUMBER, &o->max_cycles, "N",
		  "end with code 5 at this cycle", 1, 0, NULL },
		{ "--max-instructions", OPTION_NUMBER, &o->max_instructions, "N",
		  "end with code 5 after this many", 1, 0, NULL },
		{ "--dump-registers", OPTION_FLAG, &o->dump_registers, NULL,
		  "print the final registers as JSON", 0, 0, NULL },
		{ "--json", OPTION_FLAG, &o->json, NULL, "print one JSON document, no console", 0,
		  0, NULL },
		{ "--out", OPTION_TEXT, &o->out, "DIR", "write results into a new directory", 0, 0,
		  NULL },
		{ "--force", OPTION_FLAG, &o->force, NULL, "replace results in --out", 0, 0, NULL },
		{ "--quiet", OPTION_FLAG, &o->quiet, NULL, "no summary, no progress", 0, 0, NULL },
		{ "--trace", OPTION_TEXT, &o->trace, "WHAT",
		  "insn,exc,tlb,mem,dev or all, to --trace-file or trace.txt in --out", 0, 0,
		  NULL },
		{ "--trace-file", OPTION_TEXT, &o->trace_file, "FILE", "where --trace goes", 0, 0,
		  NULL },
		{ "--profile", OPTION_FLAG, &o->profile, NULL,
		  "profile.txt and profile.folded in --out; without, flat to stderr", 0, 0, NULL },
		{ "--warn", OPTION_FLAG, &o->warn, NULL,
		  "say on stderr where the program does what the manual calls undefined", 0, 0,
		  NULL },
		{ "--engine", OPTION_CHOICE, &o->engine, "NAME",
		  "block (default) or step: same results, slower", 0, 0, engine_names },
		{ "--set", OPTION_LIST, &o->set, "KEY=VALUE", "set machine.KEY; repeatable", 0, 0,
		  NULL },
		{ "--help", OPTION_FLAG, &o->help, NULL, "print this", 0, 0, NULL },
	};
	size_t count = sizeof(table) / sizeof(table[0]);
	size_t words;

	if (!options_parse(table, count, argc, argv, &run->program, 1, &words, err)) {
		return false;
	}
	if (o->help) {
		puts("usage: mirrorball exec [OPTION...] PROGRAM.elf\n\n"
		     "Runs a bare-metal MIPS program on a testmips machine: RAM from physical 0,\n"
		     "console at 0x10000000, halt at 0x10000010 (docs/machine/).\n");
		options_print_help(table, count);
		return true;
	}
	if (words != 1) {
		return error_set(err, EXIT_USAGE,
				 "exec needs a program: mirrorball exec PROGRAM.elf");
	}
	return apply_settings(o, err);
}

static bool check_byte_order(const struct exec_run *run, struct error *err)
{
	bool is_big = elf_is_big_endian(run->elf);
	unsigned wanted = run->options.endian;

	if (wanted == ENDIAN_AUTO || (wanted == ENDIAN_BIG) == is_big) {
		return true;
	}
	return error_set(err, EXIT_USAGE, "%s is %s-endian, but --endian %s was asked for",
			 run->program, is_big ? "big" : "little", endian_names[wanted]);
}

static struct machine_config make_config(const struct exec_run *run)
{
	const struct exec_options *o = &run->options;
	struct machine_config config = machine_config_default();

	config.cpus = (unsigned)o->cpus;
	config.nodes = o->nodes != 0 ? (unsigned)o->nodes : 1;
	config.memory_bytes = o->memory;
	config.tlb_entries = o->tlb_entries <= UINT32_MAX ? (unsigned)o->tlb_entries : UINT32_MAX;
	config.quantum_cycles = o->quantum;
	config.seed = o->seed;
	config.step_engine = o->engine == ENGINE_STEP;
	config.big_endian = elf_is_big_endian(run->elf);
	return config;
}

static bool store(void *context, uint64_t paddr, const void *data, size_t size)
{
	return machine_write_physical(context, paddr, data, size);
}

static bool open_consoles(struct exec_run *run, struct error *err)
{
	static const char *const names[OUTPUT_CONSOLES] = { "console-0.txt", "console-1.txt" };
	struct console_sink *sink = &run->sink;

	sink->machine = run->machine;
	sink->to_stdout = !run->options.json;
	sink->to_text = run->options.json;
	for (unsigned i = 0; run->options.out != NULL && i < OUTPUT_CONSOLES; i++) {
		if (!output_open(&sink->file[i], run->options.out, names[i], err)) {
			return false;
		}
	}
	machine_set_console(run->machine, console_sink_put, sink);
	return true;
}

static bool prepare(struct exec_run *run, struct error *err)
{
	run->elf = elf_open(run->program, err);
	if (run->elf == NULL || !check_byte_order(run, err) ||
	    !output_hash_file(run->program, run->program_hash, err)) {
		return false;
	}
	struct machine_config config = make_config(run);

	run->machine = machine_create(&config, err);
	if (run->machine == NULL || !elf_load(run->elf, store, run->machine, err)) {
		return false;
	}
	if (run->options.out != NULL &&
	    !output_create_directory(run->options.out, run->options.force, err)) {
		return false;
	}
	machine_set_entry(run->machine, elf_entry(run->elf), elf_wants_fr(run->elf));
	const struct observer_options observe = {
		.trace = run->options.trace,
		.trace_file = run->options.trace_file,
		.out = run->options.out,
		.profile = run->options.profile,
		.warn = run->options.warn,
	};

	return open_consoles(run, err) &&
	       observers_begin(&run->observers, &observe, run->machine, run->elf, err);
}

static double host_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void show_progress(const struct exec_run *run, double since)
{
	double seconds = host_now() - since;
	double millions = (double)machine_instructions(run->machine) / 1e6;

	fprintf(stderr, "\r%.3f s simulated, %.0f million instructions, %.0f MIPS, %.1f s ",
		(double)machine_cycles(run->machine) / 400e6, millions, millions / seconds,
		seconds);
}

/* Ctrl-C ends the run in order: results so far are written. */
static struct machine *interrupted_machine;

static void on_interrupt(int number)
{
	(void)number;
	/* It only sets a flag. NOLINTNEXTLINE(bugprone-signal-handler) */
	control_interrupt(interrupted_machine);
}

static void execute(struct exec_run *run)
{
	const struct exec_options *o = &run->options;
	bool progress = !o->quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	double begin = host_now();

	interrupted_machine = run->machine;
	signal(SIGINT, on_interrupt);
	for (;;) {
		uint64_t slice = machine_cycles(run->machine) + PROGRESS_SLICE_CYCLES;
		bool is_last = !progress || (o->max_cycles != 0 && o->max_cycles <= slice);
		struct control_limits limits = {
			.max_cycles = is_last ? o->max_cycles : slice,
			.max_instructions = o->max_instructions,
		};

		run->stop = control_run(run->machine, &limits);
		if (run->stop.reason != STOP_MAX_CYCLES || is_last) {
			break;
		}
		show_progress(run, begin);
	}
	signal(SIGINT, SIG_DFL);
	run->host_seconds = host_now() - begin;
	if (progress) {
		fputc('\n', stderr);
	}
}

/* " (symbol+0x10)" for the end of a message; empty where no symbol is known. */
static void describe_address(const struct exec_run *run, uint64_t address, char *text, size_t size)
{
	const struct elf_symbol *symbol = elf_find_symbol(run->elf, address);

	text[0] = '\0';
	if (symbol != NULL) {
		snprintf(text, size, " (%s+0x%" PRIx64 ")", symbol->name,
			 address - symbol->address);
	}
}

static bool judge_panic(const struct exec_run *run, struct error *err)
{
	const struct stop *stop = &run->stop;
	bool is_monitor = stop->code == ANNOTATION_PANIC_MONITOR;
	char place[256];

	describe_address(run, stop->addr, place, sizeof(place));
	return error_set(err, is_monitor ? EXIT_MONITOR : EXIT_GUEST,
			 "%s vm=%" PRIu32 " vcpu=%" PRIu32 " pc=0x%" PRIx64 "%s",
			 is_monitor ? "monitor-panic" : "guest-panic", stop->who >> 16,
			 stop->who & 0xffff, stop->addr, place);
}

/* What the way a run stopped means to the caller of the command. */
static bool judge_stop(const struct exec_run *run, struct error *err)
{
	const struct stop *stop = &run->stop;

	if (run->sink.failed) {
		*err = run->sink.error;
		return false;
	}
	switch (stop->reason) {
	case STOP_HALT:
		return true;
	case STOP_EXIT:
		if (stop->code == 0) {
			return true;
		}
		return error_set(err, EXIT_PROGRAM, "program-failed code=%" PRIu32 " cpu=%u",
				 stop->code, stop->cpu);
	case STOP_PANIC:
		return judge_panic(run, err);
	case STOP_MAX_CYCLES:
		return error_set(err, EXIT_BUDGET, "out-of-cycles limit=%" PRIu64,
				 run->options.max_cycles);
	case STOP_MAX_INSNS:
		return error_set(err, EXIT_BUDGET, "out-of-instructions limit=%" PRIu64,
				 run->options.max_instructions);
	case STOP_DEADLOCK:
		return error_set(err, EXIT_GUEST,
				 "guest-hang every CPU is paused and nothing can wake one");
	case STOP_INTERRUPTED:
		return error_set(err, EXIT_BUDGET, "interrupted by the user");
	default:
		return error_set(err, EXIT_HOST_IO, "%s", machine_error(run->machine)->text);
	}
}

static const char *reason_name(enum stop_reason reason)
{
	switch (reason) {
	case STOP_HALT:
		return "halt";
	case STOP_EXIT:
		return "exit";
	case STOP_PANIC:
		return "panic";
	case STOP_MAX_CYCLES:
		return "max-cycles";
	case STOP_MAX_INSNS:
		return "max-instructions";
	case STOP_DEADLOCK:
		return "deadlock";
	case STOP_INTERRUPTED:
		return "interrupted";
	default:
		return "io-error";
	}
}

static json_t *config_document(const struct exec_run *run)
{
	const struct machine_config *config = machine_get_config(run->machine);

	return json_pack("{s:i, s:{s:s, s:i, s:i, s:I, s:i, s:s, s:I, s:I}, s:{s:s, s:s}}",
			 "version", DOCUMENT_VERSION, "machine", "type", "testmips", "cpus",
			 (int)config->cpus, "nodes", (int)config->nodes, "memory_bytes",
			 (json_int_t)config->memory_bytes, "tlb_entries", (int)config->tlb_entries,
			 "endian", config->big_endian ? "big" : "little", "quantum_cycles",
			 (json_int_t)config->quantum_cycles, "seed", (json_int_t)config->seed,
			 "program", "file", run->program, "xxh3", run->program_hash);
}

static json_t *result_document(struct exec_run *run, int code)
{
	json_t *document =
		json_pack("{s:i, s:s, s:i, s:i, s:I, s:I}", "version", DOCUMENT_VERSION, "reason",
			  reason_name(run->stop.reason), "exit_code", code, "program_code",
			  (int)run->stop.code, "cycles", (json_int_t)machine_cycles(run->machine),
			  "instructions", (json_int_t)machine_instructions(run->machine));

	json_object_set_new(document, "state_hash",
			    json_sprintf("%016" PRIx64, machine_state_hash(run->machine)));
	return document;
}

static bool write_results(struct exec_run *run, int code, struct error *err)
{
	for (unsigned i = 0; i < OUTPUT_CONSOLES; i++) {
		if (!output_commit(&run->sink.file[i], err)) {
			return false;
		}
	}
	json_t *config = config_document(run);
	json_t *stats = result_document(run, code);
	bool written = output_write_json(run->options.out, "config.json", config, err) &&
		       output_write_json(run->options.out, "stats.json", stats, err);

	json_decref(config);
	json_decref(stats);
	return written;
}

static bool print_document(struct exec_run *run, int code, struct error *err)
{
	json_t *document;

	if (run->options.json) {
		document = result_document(run, code);
		json_object_set_new(document, "config", config_document(run));
		json_t *consoles = json_array();

		for (unsigned i = 0; i < OUTPUT_CONSOLES && run->options.out == NULL; i++) {
			/* Bytes that are no UTF-8 have no place in JSON. */
			json_t *text = json_stringn(run->sink.text[i], run->sink.text_bytes[i]);

			json_array_append_new(consoles, text != NULL ? text : json_null());
		}
		json_object_set_new(document, "consoles", consoles);
		if (run->options.dump_registers) {
			json_object_set_new(document, "registers", output_registers(run->machine));
		}
	} else if (run->options.dump_registers) {
		document = output_registers(run->machine);
	} else {
		return true;
	}
	json_dumpf(document, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(document);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		return error_set(err, EXIT_HOST_IO, "cannot write to standard output");
	}
	return true;
}

static void print_summary(struct exec_run *run)
{
	uint64_t instructions = machine_instructions(run->machine);

	if (run->options.quiet || run->options.json) {
		return;
	}
	fflush(stdout);
	fprintf(stderr,
		"mirrorball: %s after %" PRIu64 " instructions, %" PRIu64
		" cycles; %.3f s of host time, %.1f MIPS; state hash %016" PRIx64 "\n",
		reason_name(run->stop.reason), instructions, machine_cycles(run->machine),
		run->host_seconds,
		run->host_seconds > 0 ? (double)instructions / run->host_seconds / 1e6 : 0.0,
		machine_state_hash(run->machine));
}

static bool run_program(struct exec_run *run, struct error *err)
{
	struct error report;

	if (!prepare(run, err)) {
		return false;
	}
	execute(run);
	bool good = judge_stop(run, err);
	int code = good ? EXIT_DONE : (int)err->code;

	print_summary(run);
	/* A host error while reporting is worse news than whatever the program did. */
	if (!observers_finish(&run->observers, &report) ||
	    (run->options.out != NULL && !run->sink.failed && !write_results(run, code, &report)) ||
	    !print_document(run, code, &report)) {
		*err = report;
		return false;
	}
	return good;
}

static void release(struct exec_run *run)
{
	for (unsigned i = 0; i < OUTPUT_CONSOLES; i++) {
		output_discard(&run->sink.file[i]);
		free(run->sink.text[i]);
	}
	observers_release(&run->observers);
	machine_destroy(run->machine);
	elf_close(run->elf);
}

int cmd_exec(int argc, char **argv)
{
	struct exec_run run = { .options = default_options() };
	struct error err;

	if (!parse(&run, argc, argv, &err)) {
		return cmd_fail(&err);
	}
	if (run.options.help) {
		return EXIT_DONE;
	}
	bool good = run_program(&run, &err);

	release(&run);
	return good ? EXIT_DONE : cmd_fail(&err);
}

/* SPDX-License-Identifier: MIT */
/* report.c - verdicts and documents. */
#include "sim/cmd/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "isa/names.h"
#include "machine/annotation.h"
#include "sim/cmd/attribution_report.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/counters.h"
#include "sim/cmd/footprint.h"
#include "sim/cmd/measure_report.h"
#include "sim/cmd/memory_report.h"
#include "sim/cmd/places_report.h"
#include "sim/cmd/session.h"
#include "sim/cmd/settings.h"
#include "sim/cmd/symbols.h"
#include "sim/config/files.h"
#include "sim/control.h"

#define OPTION_FILE_BYTES_MAX (256U << 20)

const char *report_reason(const struct session *session)
{
	if (session->is_out_of_host_time) {
		return "max-host-time";
	}
	if (session->panic.has_come) {
		return "panic";
	}
	if (session->has_quit) {
		return "quit";
	}
	if (session->has_diverged) {
		return "diverged";
	}
	if (session->script.state == SCRIPT_STOPPED || session->script.state == SCRIPT_FAILED) {
		return session->script.state == SCRIPT_STOPPED ? "script" : "script-failed";
	}
	switch (session->stop.reason) {
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
	case STOP_OWNERSHIP:
		return "ownership";
	default:
		return "io-error";
	}
}

static bool judge_panic(const struct session *session, struct error *err)
{
	const struct stop *stop = &session->stop;
	bool is_monitor = stop->code == ANNOTATION_PANIC_MONITOR;
	/* A kernel on the bare machine may say no more than that: it is its CPU, and where it is.
	 */
	bool is_bare = stop->who == 0 && stop->addr == 0;
	uint64_t pc =
		is_bare ? control_read_register(session->machine, stop->cpu, REG_PC) : stop->addr;
	const char *line = session->panic.has_come ? session->panic.line : "";
	char place[256];

	if (stop->code == ANNOTATION_PANIC_REFUSED) {
		return error_set(err, EXIT_USAGE,
				 "refused vm=%" PRIu32 ": the monitor's console says why",
				 stop->who >> 16);
	}
	symbols_describe(session->symbols, pc, place, sizeof(place));
	return error_set(err, is_monitor ? EXIT_MONITOR : EXIT_GUEST,
			 "%s vm=%" PRIu32 " vcpu=%" PRIu32 " pc=0x%" PRIx64 "%s%s%s",
			 is_monitor ? "monitor-panic" : "guest-panic", stop->who >> 16,
			 is_bare ? stop->cpu : stop->who & 0xffff, pc, place,
			 line[0] != '\0' ? ": " : "", line);
}

/* A panic that was only printed: where the CPU is that was next, and the line. */
static bool judge_console_panic(const struct session *session, struct error *err)
{
	unsigned cpu = session->stop.cpu;
	uint64_t pc = control_read_register(session->machine, cpu, REG_PC);
	char place[256];

	symbols_describe(session->symbols, pc, place, sizeof(place));
	return error_set(err, EXIT_GUEST, "guest-panic vm=0 vcpu=%u pc=0x%" PRIx64 "%s: %s", cpu,
			 pc, place, session->panic.line);
}

/* A run that was cut off: `what` with its limit, and where the program was. */
static bool judge_budget(const struct session *session, struct error *err, const char *what)
{
	unsigned cpu = session->stop.cpu;
	uint64_t pc = control_read_register(session->machine, cpu, REG_PC);
	char place[256];

	symbols_describe(session->symbols, pc, place, sizeof(place));
	return error_set(err, EXIT_BUDGET, "%s cpu=%u pc=0x%" PRIx64 "%s", what, cpu, pc, place);
}

static bool judge_limit(const struct session *session, struct error *err)
{
	const struct run_options *o = session->options;
	char what[64];

	if (session->is_out_of_host_time) {
		snprintf(what, sizeof(what), "out-of-host-time limit=%" PRIu64 "ns",
			 o->max_host_ns);
	} else if (session->stop.reason == STOP_INTERRUPTED) {
		snprintf(what, sizeof(what), "interrupted");
	} else if (session->stop.reason == STOP_MAX_CYCLES) {
		snprintf(what, sizeof(what), "out-of-cycles limit=%" PRIu64, o->max_cycles);
	} else {
		snprintf(what, sizeof(what), "out-of-instructions limit=%" PRIu64,
			 o->max_instructions);
	}
	return judge_budget(session, err, what);
}

/* A run that came to its end in order, or out of a budget, but would not on silicon. */
static bool judge_hazards(const struct session *session, struct error *err)
{
	uint64_t count = machine_hazards(session->machine);

	return count == 0 || error_set(err, EXIT_MONITOR,
				       "cp0-hazards count=%" PRIu64
				       ": the program needs more than an R4000 gives",
				       count);
}

/* What the host could not do. */
static bool judge_host(const struct session *session, struct error *err)
{
	if (session->sink.has_failed) {
		*err = session->sink.error;
		return false;
	}
	if (session->saver.has_failed) {
		*err = session->saver.error;
		return false;
	}
	if (session->script_saver.has_failed) {
		*err = session->script_saver.error;
		return false;
	}
	if (series_has_failed(&session->series)) {
		return error_set(err, EXIT_HOST_IO,
				 "cannot write %s: the disk is full or has failed", SERIES_NAME);
	}
	if (observers_have_failed(&session->observers)) {
		return observers_failure(&session->observers, err);
	}
	return true;
}

bool report_judge(const struct session *session, struct error *err)
{
	const struct stop *stop = &session->stop;

	if (!judge_host(session, err)) {
		return false;
	}
	if (session->has_diverged) {
		return error_set(err, EXIT_DIVERGENCE,
				 "replay-diverged entry=%" PRIu64 " cycle=%" PRIu64
				 ": the machine is not the one of the recorded run",
				 session->replay.given, machine_cycles(session->machine));
	}
	if (session->panic.has_come && stop->reason != STOP_PANIC) {
		return judge_console_panic(session, err);
	}
	if (session->script.state == SCRIPT_FAILED) {
		*err = session->script.error;
		return false;
	}
	if (session->has_quit || session->script.state == SCRIPT_STOPPED) {
		return judge_hazards(session, err);
	}
	switch (stop->reason) {
	case STOP_HALT:
		return judge_hazards(session, err);
	case STOP_EXIT:
		return stop->code == 0 ? judge_hazards(session, err)
				       : error_set(err, EXIT_PROGRAM,
						   "program-failed code=%" PRIu32 " cpu=%u",
						   stop->code, stop->cpu);
	case STOP_PANIC:
		return judge_panic(session, err);
	case STOP_MAX_CYCLES:
	case STOP_MAX_INSNS:
	case STOP_INTERRUPTED:
		return judge_hazards(session, err) && judge_limit(session, err);
	case STOP_DEADLOCK:
		return error_set(
			err, EXIT_GUEST,
			"guest-hang every CPU sleeps for ever or faults for ever at its vector");
	case STOP_OWNERSHIP:
		*err = *machine_error(session->machine);
		return false;
	default:
		return error_set(err, EXIT_HOST_IO, "%s", machine_error(session->machine)->text);
	}
}

/* Length of the UTF-8 sequence at `bytes`, which has no overlong forms or surrogates; 0 if none. */
static size_t utf8_length(const unsigned char *bytes, size_t size)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char low, high;   /* of the second */
		unsigned char length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (bytes[0] < 0x80) {
		return 1;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (bytes[0] < forms[i].first || bytes[0] > forms[i].last) {
			continue;
		}
		if (size < forms[i].length || bytes[1] < forms[i].low || bytes[1] > forms[i].high) {
			return 0;
		}
		for (size_t j = 2; j < forms[i].length; j++) {
			if ((bytes[j] & 0xc0) != 0x80) {
				return 0;
			}
		}
		return forms[i].length;
	}
	return 0;
}

json_t *report_text(const char *bytes, size_t size)
{
	static const unsigned char replacement[] = { 0xef, 0xbf, 0xbd }; /* U+FFFD */
	char *text = malloc(size * sizeof(replacement) + 1);
	size_t used = 0;

	if (text == NULL) {
		return json_null();
	}
	for (size_t i = 0; i < size;) {
		size_t length = utf8_length((const unsigned char *)bytes + i, size - i);

		if (length == 0) {
			memcpy(text + used, replacement, sizeof(replacement));
			used += sizeof(replacement);
			i++;
		} else {
			memcpy(text + used, bytes + i, length);
			used += length;
			i += length;
		}
	}
	json_t *string = json_stringn(text, used);

	free(text);
	return string;
}

json_t *report_file(const char *name, uint64_t bytes, uint64_t hash)
{
	json_t *file = json_object();

	json_object_set_new(file, "file", report_text(name, strlen(name)));
	json_object_set_new(file, "bytes", json_integer((json_int_t)bytes));
	json_object_set_new(file, "xxh3", json_sprintf("%016" PRIx64, hash));
	return file;
}

static json_t *report_machine(const struct machine_config *config)
{
	return json_pack("{s:s, s:i, s:i, s:I, s:i, s:s, s:I, s:I, s:s, s:s, s:s, s:s}", "type",
			 config->type == MACHINE_TESTMIPS ? "testmips" : "mirrorball", "cpus",
			 (int)config->cpus, "nodes", (int)config->nodes, "memory_bytes",
			 (json_int_t)config->memory_bytes, "tlb_entries", (int)config->tlb_entries,
			 "endian", config->big_endian ? "big" : "little", "quantum_cycles",
			 (json_int_t)config->quantum_cycles, "seed", (json_int_t)config->seed,
			 "engine", settings_engine_names[config->step_engine], "hazards",
			 settings_hazards_names[config->hazard_check], "turns",
			 settings_turns_names[config->reversed_turns], "segments",
			 settings_segments_names[config->vm_segments]);
}

/* A budget; null if there is none. */
static json_t *limit(uint64_t value)
{
	return value != 0 ? json_integer((json_int_t)value) : json_null();
}

static json_t *report_limits(const struct session *session)
{
	json_t *limits = json_object();

	json_object_set_new(limits, "max_cycles", limit(session->options->max_cycles));
	json_object_set_new(limits, "max_instructions", limit(session->options->max_instructions));
	json_object_set_new(limits, "max_host_ns", limit(session->options->max_host_ns));
	return limits;
}

/* A file of the options as it is now; null if there is none. */
static json_t *report_option_file(const char *name)
{
	struct error ignored;
	uint8_t *bytes;
	size_t size;

	if (name == NULL || !files_read(name, OPTION_FILE_BYTES_MAX, &bytes, &size, &ignored)) {
		return json_null();
	}
	json_t *file = report_file(name, size, XXH3_64bits(bytes, size));

	free(bytes);
	return file;
}

json_t *report_config(const struct session *session, const char *subcommand)
{
	json_t *config = json_object();
	const struct input *input = &session->input;
	const char *name = session->options->input;

	json_object_set_new(config, "version", json_integer(REPORT_VERSION));
	json_object_set_new(config, "subcommand", json_string(subcommand));
	json_object_set_new(config, "mirrorball", json_string(CMD_VERSION));
	json_object_set_new(config, "mode", json_string(run_options_mode(session->options)));
	json_object_set_new(config, "machine",
			    report_machine(machine_get_config(session->machine)));
	json_object_set_new(config, "limits", report_limits(session));
	json_object_set_new(config, "input",
			    name == NULL ? json_null()
					 : report_file(name, input->size, input_hash(input)));
	json_object_set_new(config, "script", report_option_file(session->options->script));
	json_object_set_new(config, "replay", report_option_file(session->options->replay));
	return config;
}

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%016" PRIx64, value);
}

static json_t *register_range(const struct machine *machine, unsigned cpu, unsigned first)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < 32; i++) {
		json_array_append_new(array, hex(control_read_register(machine, cpu, first + i)));
	}
	return array;
}

static json_t *cp0_registers(const struct machine *machine, unsigned cpu)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < 32; i++) {
		const char *name = isa_cp0_registers[i].name;

		if (name != NULL) {
			json_object_set_new(object, name,
					    hex(control_read_register(machine, cpu, REG_CP0 + i)));
		}
	}
	return object;
}

/* Registers of every CPU. */
static json_t *registers(const struct machine *machine)
{
	json_t *cpus = json_array();

	for (unsigned cpu = 0; cpu < machine_get_config(machine)->cpus; cpu++) {
		json_t *entry = json_object();

		json_object_set_new(entry, "cpu", json_integer((json_int_t)cpu));
		json_object_set_new(entry, "running",
				    json_boolean(control_cpu_is_running(machine, cpu)));
		json_object_set_new(entry, "gpr", register_range(machine, cpu, REG_GPR0));
		json_object_set_new(entry, "hi", hex(control_read_register(machine, cpu, REG_HI)));
		json_object_set_new(entry, "lo", hex(control_read_register(machine, cpu, REG_LO)));
		json_object_set_new(entry, "pc", hex(control_read_register(machine, cpu, REG_PC)));
		json_object_set_new(entry, "fpr", register_range(machine, cpu, REG_FPR0));
		json_object_set_new(entry, "fcr0",
				    hex(control_read_register(machine, cpu, REG_FCR0)));
		json_object_set_new(entry, "fcr31",
				    hex(control_read_register(machine, cpu, REG_FCR31)));
		json_object_set_new(entry, "cp0", cp0_registers(machine, cpu));
		json_array_append_new(cpus, entry);
	}
	return cpus;
}

json_t *report_result(const struct session *session, const struct error *verdict, uint64_t hash)
{
	const struct machine *machine = session->machine;
	const struct stop *stop = &session->stop;
	json_t *result = json_object();

	json_object_set_new(result, "version", json_integer(REPORT_VERSION));
	json_object_set_new(result, "reason", json_string(report_reason(session)));
	json_object_set_new(result, "exit_code", json_integer((json_int_t)verdict->code));
	json_object_set_new(result, "message",
			    verdict->code == EXIT_DONE
				    ? json_null()
				    : report_text(verdict->text, strlen(verdict->text)));
	json_object_set_new(result, "program_code",
			    json_integer(stop->reason == STOP_EXIT ? (json_int_t)stop->code : 0));
	json_object_set_new(result, "cycles", json_integer((json_int_t)machine_cycles(machine)));
	json_object_set_new(result, "instructions",
			    json_integer((json_int_t)machine_instructions(machine)));
	json_object_set_new(result, "cpus", counters_report(machine));
	json_object_set_new(result, "counters", counters_describe());
	json_object_set_new(result, "memory", memory_report(machine));
	json_object_set_new(result, "footprint", footprint_report(machine, session->symbols));
	json_object_set_new(result, "places", places_report(session->observers.places));
	json_object_set_new(result, "attribution",
			    attribution_report(session->observers.attribution));
	json_object_set_new(result, "measured",
			    measure_report(session->observers.measure, session->symbols));
	json_object_set_new(result, "movement", move_trace_report(&session->observers.moves));
	json_object_set_new(result, "series", series_describe(&session->series));
	json_object_set_new(result, "state_hash", json_sprintf("%016" PRIx64, hash));
	return result;
}

static json_t *consoles(const struct session *session)
{
	const struct console_sink *sink = &session->sink;
	json_t *array = json_array();

	for (unsigned i = 0; i < OUTPUT_CONSOLES; i++) {
		json_array_append_new(array, report_text(sink->text[i], sink->text_bytes[i]));
	}
	return array;
}

/* Adds to the result what only standard output has. */
static void complete_document(const struct session *session, json_t *config, json_t *document)
{
	const struct console_sink *sink = &session->sink;

	json_object_set(document, "config", config);
	if (session->options->out == NULL) {
		json_object_set_new(document, "consoles", consoles(session));
		json_object_set_new(document, "consoles_cut",
				    json_boolean(sink->is_cut[0] || sink->is_cut[1]));
	}
	if (session->options->dump_registers) {
		json_object_set_new(document, "registers", registers(session->machine));
	}
}

bool report_print(const struct session *session, json_t *config, json_t *result, struct error *err)
{
	json_t *document;

	if (session->options->json) {
		document = json_incref(result);
		complete_document(session, config, document);
	} else if (session->options->dump_registers) {
		document = json_object();
		json_object_set_new(document, "version", json_integer(REPORT_VERSION));
		json_object_set_new(document, "registers", registers(session->machine));
		/* On a line of its own, whatever the program printed. */
		if (!console_sink_is_at_line_start(&session->sink)) {
			putchar('\n');
		}
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

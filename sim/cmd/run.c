/* SPDX-License-Identifier: MIT */
/* run.c - `mirrorball run`: the machine that a configuration file describes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/cmd/cmd.h"
#include "sim/cmd/disk_report.h"
#include "sim/cmd/loader.h"
#include "sim/cmd/report.h"
#include "sim/cmd/session.h"
#include "sim/cmd/symbols.h"
#include "sim/config/boot_plan.h"
#include "sim/config/config.h"

#define OWN_ROWS 1U
#define ROWS     (OWN_ROWS + RUN_OPTIONS_ROWS)

/* Until --mode is given; never outside of this file. */
#define MODE_FROM_CONFIG (RUN_MODE_TIMING + 1)

struct run {
	struct run_options options;
	bool help_config;
	const char *file; /* the configuration's */
	struct config config;
	struct elf_file *elf;
	struct machine *machine;
	struct boot_plan plan;
	struct disk_report disks;
	struct session session;
};

static void fill_table(struct run *run, struct option rows[ROWS])
{
	const struct option own[OWN_ROWS] = {
		{ "--help-config", OPTION_FLAG, &run->help_config, NULL,
		  "list the keys of the configuration", 0, 0, NULL },
	};

	memcpy(rows, own, sizeof(own));
	run_options_fill(&run->options, rows + OWN_ROWS);
}

static bool parse(struct run *run, int argc, char **argv, struct error *err)
{
	struct option table[ROWS];
	size_t words;

	fill_table(run, table);
	run->options.mode = MODE_FROM_CONFIG;
	if (!options_parse(table, ROWS, argc, argv, &run->file, 1, &words, err)) {
		return false;
	}
	if (run->options.help || run->help_config) {
		return true;
	}
	if (words != 1 || run->file[0] == '\0') {
		return error_set(err, EXIT_USAGE,
				 "run needs a configuration: mirrorball run CONFIG.lua");
	}
	return run_options_check(&run->options, err);
}

static void print_help(struct run *run)
{
	struct option table[ROWS];

	if (run->help_config) {
		puts("Keys of a configuration (docs/configuration.md):\n");
		config_print_keys();
		return;
	}
	fill_table(run, table);
	puts("usage: mirrorball run [OPTION...] CONFIG.lua\n\n"
	     "Runs the machine that the configuration describes: a Lua program that returns a\n"
	     "table, or the config.json of an earlier run. The smallest one:\n\n"
	     "  return { machine = { nodes = 2, memory_per_node = \"32M\" },\n"
	     "           program = \"hello.elf\" }\n");
	options_print_help(table, ROWS);
	puts("\nExit codes: 0 done, 1 the program failed, 2 usage, 3 guest panic or hang,\n"
	     "4 monitor panic, 5 budget spent, 7 host I/O error (docs/command.md).");
}

/* The machine tells what is wrong with its caches and latencies, not in which file. */
static bool create_machine(struct run *run, const struct machine_config *config, struct error *err)
{
	run->machine = machine_create(config, err);
	if (run->machine == NULL) {
		struct error inner = *err;

		error_set(err, inner.code, "%s: %s", run->file, inner.text);
	}
	return run->machine != NULL;
}

/*
 * Does anybody ask which files went into the run? Hashing them takes seconds where disks are large;
 * a run that leaves nothing does without.
 */
static bool is_recorded(const struct run *run)
{
	const struct run_options *o = &run->options;
	const struct config_list *steps = &run->config.console;
	const struct config_step *step = steps->item;

	for (size_t i = 0; i < steps->count; i++) {
		if (step[i].save[0] != '\0') {
			return true;
		}
	}
	return o->out != NULL || o->json || o->save != NULL || o->script != NULL ||
	       run->config.frozen != NULL;
}

static bool build(struct run *run, struct error *err)
{
	struct config *config = &run->config;

	if (!config_load(config, run->file, run->options.set.value, run->options.set.count, err)) {
		return false;
	}
	if (run->options.mode == MODE_FROM_CONFIG) {
		run->options.mode = config->mode;
	}
	config->mode = run->options.mode;
	if (run->options.interval_ns != 0) {
		config->statistics.interval_ns = run->options.interval_ns;
	}
	if (run->options.places) {
		config->statistics.places = 1;
	}
	run->options.places = config->statistics.places != 0;
	run->options.interval_ns = config->statistics.interval_ns;
	run->elf = elf_open(config->program, err);
	if (run->elf == NULL) {
		return false;
	}
	bool is_big = elf_is_big_endian(run->elf);
	struct machine_config machine = config_to_machine(config, is_big);

	if (machine.big_endian != is_big) {
		return error_set(err, EXIT_USAGE, "%s: machine.endian is %s, but %s is %s-endian",
				 run->file, machine.big_endian ? "big" : "little", config->program,
				 is_big ? "big" : "little");
	}
	if (!create_machine(run, &machine, err) ||
	    !boot_plan_make(&run->plan, config, machine_get_config(run->machine), err)) {
		return false;
	}
	if (is_recorded(run) &&
	    !disk_report_make(&run->disks, machine_get_config(run->machine), err)) {
		return false;
	}
	const struct loader loader = {
		.elf = run->elf,
		.name = config->program,
		.machine = run->machine,
		.boot = &run->plan.boot,
		.is_quiet = run->options.quiet,
	};

	return loader_load(&loader, err);
}

/* The file that `key` of `names` names. */
static void append_file(json_t *files, const json_t *names, const char *key,
			const struct boot_file *file)
{
	const char *name = json_string_value(json_object_get(names, key));

	json_array_append_new(files,
			      report_file(name, file->size, XXH3_64bits(file->bytes, file->size)));
}

/* The configuration with all defaults, and the files that went into the run. */
static json_t *describe(const struct run *run)
{
	const struct config *config = &run->config;
	json_t *document = report_config(&run->session, "run");
	json_t *frozen = config_freeze(config);
	json_t *files = json_array();
	const json_t *modules = json_object_get(frozen, "modules");
	const json_t *disks = json_object_get(json_object_get(frozen, "machine"), "disks");

	json_array_append_new(files,
			      report_file(json_string_value(json_object_get(frozen, "program")),
					  elf_content_bytes(run->elf), elf_content_hash(run->elf)));
	if (run->plan.initrd.bytes != NULL) {
		append_file(files, frozen, "initrd", &run->plan.initrd);
	}
	for (size_t i = 0; i < config->modules.count; i++) {
		append_file(files, json_array_get(modules, i), "file", &run->plan.file[i]);
	}
	for (unsigned i = 0; i < run->disks.count; i++) {
		const json_t *disk = json_array_get(disks, i);

		disk_report_add(&run->disks, i, json_string_value(json_object_get(disk, "image")),
				files);
	}
	json_object_set_new(document, "configuration", frozen);
	json_object_set_new(document, "files", files);
	return document;
}

/* A frozen configuration runs with the files that it was frozen with. */
static bool check_files(const struct run *run, const json_t *document, struct error *err)
{
	json_t *files = json_object_get(document, "files");
	json_t *file;
	size_t i;

	json_array_foreach(files, i, file)
	{
		if (!config_check_frozen(&run->config,
					 json_string_value(json_object_get(file, "file")),
					 json_string_value(json_object_get(file, "xxh3")), err)) {
			return false;
		}
	}
	return true;
}

/* The scripted console, if nobody else is to type. */
static bool take_console(struct run *run, struct error *err)
{
	const struct config *config = &run->config;
	const struct run_options *o = &run->options;

	if (config->console.count == 0 || o->script != NULL) {
		return true;
	}
	if (o->gdb != NULL) {
		/* Who debugs stops where a step would wait. */
		if (!o->quiet) {
			fprintf(stderr, "mirrorball: the debugger has the run: no console steps\n");
		}
		return true;
	}
	if (o->input != NULL) {
		return error_set(err, EXIT_USAGE,
				 "%s: the configuration has console steps, which do not go "
				 "together with --input",
				 run->file);
	}
	return script_create(&run->session.script, &config->console, config->machine.clock_hz, err);
}

static bool run_machine(struct run *run, struct error *err)
{
	struct session *session = &run->session;

	if (!build(run, err) ||
	    !symbols_add(&run->elf, run->config.symbols, &run->options.symbols, err)) {
		return false;
	}
	session->options = &run->options;
	session->machine = run->machine;
	session->symbols = run->elf;
	session->panic_text = run->config.panic;
	session->has_subnet = boot_plan_has_nics(&run->plan);
	json_t *config = describe(run);
	bool good = check_files(run, config, err) && take_console(run, err) &&
		    session_begin(session, err);

	json_decref(config);
	if (!good) {
		return false;
	}
	session->origin = describe(run);
	session_run(session);
	config = describe(run);
	good = session_end(session, config, err);
	json_decref(config);
	return good;
}

/* What experiments/ runs is made by a script of its own. */
static void advise(struct error *err)
{
	struct error inner = *err;

	if (strstr(err->text, "build/guests/") != NULL &&
	    strstr(err->text, strerror(ENOENT)) != NULL) {
		error_set(err, inner.code,
			  "%s (guests/build makes Linux and its root file systems, once)",
			  inner.text);
	}
}

int cmd_run(int argc, char **argv)
{
	struct run run = { 0 };
	struct error err;

	if (!parse(&run, argc, argv, &err)) {
		return cmd_fail(&err);
	}
	if (run.options.help || run.help_config) {
		print_help(&run);
		return cmd_flush();
	}
	bool good = run_machine(&run, &err);

	if (!good) {
		advise(&err);
	}

	session_release(&run.session);
	boot_plan_release(&run.plan);
	machine_destroy(run.machine);
	elf_close(run.elf);
	config_release(&run.config);
	return good ? EXIT_DONE : cmd_fail(&err);
}

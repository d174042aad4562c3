/* SPDX-License-Identifier: MIT */
/* resume.c - `mirrorball resume`: going on from a checkpoint. */
#include <stdio.h>
#include <string.h>

#include "sim/checkpoint/checkpoint.h"
#include "sim/cmd/cmd.h"
#include "sim/cmd/report.h"
#include "sim/cmd/session.h"
#include "sim/cmd/symbols.h"

/* Until --mode is given; never outside of this file. */
#define MODE_AS_SAVED (RUN_MODE_TIMING + 1)

struct resume {
	struct run_options options;
	const char *path; /* of the checkpoint */
	struct checkpoint_extra extra;
	json_t *origin; /* the configuration of the run that was saved */
	struct elf_file *elf;
	struct machine *machine;
	struct session session;
};

static bool parse(struct resume *resume, int argc, char **argv, struct error *err)
{
	struct option table[RUN_OPTIONS_ROWS];
	size_t words;

	run_options_fill(&resume->options, table);
	resume->options.mode = MODE_AS_SAVED;
	if (!options_parse(table, RUN_OPTIONS_ROWS, argc, argv, &resume->path, 1, &words, err)) {
		return false;
	}
	if (resume->options.help) {
		return true;
	}
	if (words != 1 || resume->path[0] == '\0') {
		return error_set(err, EXIT_USAGE,
				 "resume needs a checkpoint: mirrorball resume CHECKPOINT");
	}
	if (resume->options.set.count != 0) {
		return error_set(err, EXIT_USAGE,
				 "--set: the machine of a checkpoint is as it was saved");
	}
	if (resume->options.check_ownership) {
		return error_set(err, EXIT_USAGE,
				 "--check-ownership: only from power-on, its list is not part of "
				 "checkpoints");
	}
	return run_options_check(&resume->options, err);
}

static void print_help(void)
{
	struct run_options options = { 0 };
	struct option table[RUN_OPTIONS_ROWS];

	run_options_fill(&options, table);
	puts("usage: mirrorball resume [OPTION...] CHECKPOINT\n\n"
	     "Goes on from a checkpoint of --save, to the same end as the run that wrote it.\n"
	     "Cycles and instructions count from power-on. --mode timing measures from there.\n");
	options_print_help(table, RUN_OPTIONS_ROWS);
}

static bool load(struct resume *resume, struct error *err)
{
	struct checkpoint_extra *extra = &resume->extra;

	double begin = session_host_time();

	resume->machine = checkpoint_read(resume->path, extra, err);
	if (resume->machine == NULL) {
		return false;
	}
	if (!resume->options.quiet && !resume->options.json) {
		fprintf(stderr, "mirrorball: restored %s in %.2f s\n", resume->path,
			session_host_time() - begin);
	}
	if (resume->options.mode == MODE_AS_SAVED) {
		resume->options.mode =
			machine_is_timing(resume->machine) ? RUN_MODE_TIMING : RUN_MODE_FAST;
	} else {
		machine_set_timing(resume->machine, resume->options.mode == RUN_MODE_TIMING);
	}
	resume->origin = json_loadb(extra->origin, extra->origin_bytes, 0, NULL);
	if (resume->origin == NULL) {
		return error_set(err, EXIT_HOST_IO,
				 "%s: damaged checkpoint: the configuration of its run",
				 resume->path);
	}
	resume->elf = symbols_open_program(resume->origin);
	return true;
}

/* The steps that are left, in the same way. They go on in the middle of a wait. */
static bool restore_script(struct resume *resume, struct error *err)
{
	const struct checkpoint_extra *extra = &resume->extra;
	const struct run_options *o = &resume->options;

	if (o->input != NULL || o->script != NULL || o->gdb != NULL) {
		return true;
	}
	return script_thaw(&resume->session.script, extra->script, extra->script_bytes) ||
	       error_set(err, EXIT_HOST_IO, "%s: damaged checkpoint: its console steps",
			 resume->path);
}

/* Unless something else is typed from now on, what had not been typed yet. */
static void restore_input(struct resume *resume)
{
	struct input *input = &resume->session.input;
	const struct run_options *o = &resume->options;

	if (o->input != NULL || o->script != NULL) {
		return;
	}
	input->bytes = resume->extra.input;
	input->size = resume->extra.input_bytes;
	input->given = resume->extra.input_given;
	input->next_cycle = resume->extra.input_next_cycle;
	input->is_restored = true;
	resume->extra.input = NULL;
}

static json_t *describe(const struct resume *resume)
{
	json_t *config = report_config(&resume->session, "resume");

	json_object_set_new(config, "checkpoint", report_text(resume->path, strlen(resume->path)));
	json_object_set(config, "origin", resume->origin);
	return config;
}

/* Some virtual machine of the run has a network device. */
static bool has_subnet(const json_t *configuration)
{
	const json_t *vms = json_object_get(configuration, "vms");
	bool has_nics = false;

	for (size_t i = 0; i < json_array_size(vms); i++) {
		has_nics = has_nics ||
			   json_array_size(json_object_get(json_array_get(vms, i), "nics")) != 0;
	}
	return has_nics;
}

static bool run_machine(struct resume *resume, struct error *err)
{
	struct session *session = &resume->session;

	if (!load(resume, err) || !symbols_add(&resume->elf, NULL, &resume->options.symbols, err)) {
		return false;
	}
	session->options = &resume->options;
	session->machine = resume->machine;
	session->symbols = resume->elf;
	session->panic_text = json_string_value(
		json_object_get(json_object_get(resume->origin, "configuration"), "panic"));
	session->has_subnet = has_subnet(json_object_get(resume->origin, "configuration"));
	session->typed_entries = resume->extra.typed_entries;
	if (!session_begin(session, err) || !restore_script(resume, err)) {
		return false;
	}
	restore_input(resume);
	session->origin = json_incref(resume->origin);
	session_run(session);
	json_t *config = describe(resume);
	bool good = session_end(session, config, err);

	json_decref(config);
	return good;
}

int cmd_resume(int argc, char **argv)
{
	struct resume resume = { 0 };
	struct error err;

	if (!parse(&resume, argc, argv, &err)) {
		return cmd_fail(&err);
	}
	if (resume.options.help) {
		print_help();
		return cmd_flush();
	}
	bool good = run_machine(&resume, &err);

	session_release(&resume.session);
	checkpoint_release_extra(&resume.extra);
	json_decref(resume.origin);
	machine_destroy(resume.machine);
	elf_close(resume.elf);
	return good ? EXIT_DONE : cmd_fail(&err);
}

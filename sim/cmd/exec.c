/* SPDX-License-Identifier: MIT */
/* exec.c - `mirrorball exec`: a bare-metal program on a testmips machine. */
#include <string.h>

#include "sim/cmd/cmd.h"
#include "sim/cmd/disk_report.h"
#include "sim/cmd/exec_options.h"
#include "sim/cmd/loader.h"
#include "sim/cmd/report.h"
#include "sim/cmd/session.h"
#include "sim/cmd/symbols.h"

#define DISK_LATENCY_NS 100000U

struct exec_run {
	struct exec_options options;
	struct elf_file *elf;
	struct machine *machine;
	struct session session;
	struct disk_report disks;
};

static bool check_byte_order(const struct exec_run *run, struct error *err)
{
	bool is_big = elf_is_big_endian(run->elf);
	unsigned wanted = run->options.settings.endian;

	if (wanted == SETTINGS_ENDIAN_AUTO || (wanted == SETTINGS_ENDIAN_BIG) == is_big) {
		return true;
	}
	return error_set(err, EXIT_USAGE, "%s is %s-endian, but --endian %s was asked for",
			 run->options.program, is_big ? "big" : "little",
			 settings_endian_names[wanted]);
}

/* The fixed model, with the latency that configurations have by default. */
static void fill_disks(const struct exec_options *options, struct machine_config *config)
{
	config->disks = options->disks.count;
	for (unsigned i = 0; i < config->disks; i++) {
		struct disk_config *disk = &config->disk[i];

		disk->latency_ns = DISK_LATENCY_NS;
		strncpy(disk->image, options->disks.value[i], sizeof(disk->image) - 1);
	}
}

static bool build(struct exec_run *run, struct error *err)
{
	const struct exec_options *o = &run->options;

	run->elf = elf_open(o->program, err);
	if (run->elf == NULL || !check_byte_order(run, err)) {
		return false;
	}
	struct machine_config config =
		settings_to_config(&o->settings, elf_is_big_endian(run->elf));

	config.timing = o->run.mode == RUN_MODE_TIMING;
	fill_disks(o, &config);

	run->machine = machine_create(&config, err);
	const struct loader loader = {
		.elf = run->elf,
		.name = o->program,
		.machine = run->machine,
		.is_quiet = o->run.quiet,
	};

	return run->machine != NULL && disk_report_make(&run->disks, &config, err) &&
	       loader_load(&loader, err);
}

static json_t *describe(const struct exec_run *run)
{
	json_t *config = report_config(&run->session, "exec");
	json_t *disks = json_array();

	for (unsigned i = 0; i < run->disks.count; i++) {
		disk_report_add(&run->disks, i, run->options.disks.value[i], disks);
	}
	json_object_set_new(config, "program",
			    report_file(run->options.program, elf_content_bytes(run->elf),
					elf_content_hash(run->elf)));
	json_object_set_new(config, "disks", disks);
	return config;
}

static bool run_program(struct exec_run *run, struct error *err)
{
	struct session *session = &run->session;

	if (!build(run, err) || !symbols_add(&run->elf, NULL, &run->options.run.symbols, err)) {
		return false;
	}
	session->options = &run->options.run;
	session->machine = run->machine;
	session->symbols = run->elf;
	if (!session_begin(session, err)) {
		return false;
	}
	session->origin = describe(run);
	session_run(session);
	json_t *config = describe(run);
	bool good = session_end(session, config, err);

	json_decref(config);
	return good;
}

int cmd_exec(int argc, char **argv)
{
	struct exec_run run = { 0 };
	struct error err;

	if (!exec_options_parse(&run.options, argc, argv, &err)) {
		return cmd_fail(&err);
	}
	if (run.options.run.help) {
		exec_options_print_help();
		return cmd_flush();
	}
	bool good = run_program(&run, &err);

	session_release(&run.session);
	machine_destroy(run.machine);
	elf_close(run.elf);
	return good ? EXIT_DONE : cmd_fail(&err);
}

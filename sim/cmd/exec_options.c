/* SPDX-License-Identifier: MIT */
/* exec_options.c - the table of `mirrorball exec`. */
#include "sim/cmd/exec_options.h"

#include <stdio.h>
#include <string.h>

#define OWN_ROWS 8U
#define ROWS     (OWN_ROWS + RUN_OPTIONS_ROWS)

static void fill_table(struct exec_options *o, struct option rows[ROWS])
{
	struct settings *s = &o->settings;
	const struct option table[OWN_ROWS] = {
		{ "--cpus", OPTION_NUMBER, &s->cpus, "N", "CPUs, 1 to 64 (default 1)", 1,
		  MACHINE_CPUS_MAX, NULL },
		{ "--nodes", OPTION_NUMBER, &s->nodes, "N",
		  "nodes, a divisor of the CPUs (default 1)", 1, MACHINE_CPUS_MAX, NULL },
		{ "--memory", OPTION_SIZE, &s->memory_bytes, "SIZE",
		  "RAM, up to 256M (default 32M)", 4096, 0, NULL },
		{ "--tlb-entries", OPTION_NUMBER, &s->tlb_entries, "N", "48 (default) or 64", 0, 0,
		  NULL },
		{ "--endian", OPTION_CHOICE, &s->endian, "ORDER",
		  "big, little, auto: the program's (default)", 0, 0, settings_endian_names },
		{ "--engine", OPTION_CHOICE, &s->engine, "NAME",
		  "block (default) or step: same results, slower", 0, 0, settings_engine_names },
		{ "--hazards", OPTION_CHOICE, &s->hazards, "WHETHER",
		  "on: end with code 4 if the program has CP0 hazards (default off)", 0, 0,
		  settings_hazards_names },
		{ "--disk", OPTION_LIST, &o->disks, "FILE",
		  "raw image of a block device in the next virtio slot; repeatable", 0, 0, NULL },
	};

	memcpy(rows, table, sizeof(table));
	run_options_fill(&o->run, rows + OWN_ROWS);
}

static bool check_disks(const struct option_list *disks, struct error *err)
{
	if (disks->count > MACHINE_DISKS_MAX) {
		return error_set(err, EXIT_USAGE, "--disk: %u disks, expected at most %d",
				 disks->count, MACHINE_DISKS_MAX);
	}
	for (unsigned i = 0; i < disks->count; i++) {
		if (strlen(disks->value[i]) >= DISK_PATH_BYTES) {
			return error_set(err, EXIT_USAGE,
					 "--disk: the name has %zu bytes, expected at most %u",
					 strlen(disks->value[i]), DISK_PATH_BYTES - 1);
		}
	}
	return true;
}

bool exec_options_parse(struct exec_options *options, int argc, char **argv, struct error *err)
{
	struct option table[ROWS];
	size_t words;

	*options = (struct exec_options){ .settings = settings_default() };
	fill_table(options, table);
	if (!options_parse(table, ROWS, argc, argv, &options->program, 1, &words, err)) {
		return false;
	}
	if (options->run.help) {
		return true;
	}
	if (words != 1 || options->program[0] == '\0') {
		return error_set(err, EXIT_USAGE,
				 "exec needs a program: mirrorball exec PROGRAM.elf");
	}
	return check_disks(&options->disks, err) &&
	       settings_apply(&options->settings, &options->run.set, err) &&
	       run_options_check(&options->run, err);
}

void exec_options_print_help(void)
{
	struct exec_options options = { .settings = settings_default() };
	struct option table[ROWS];

	fill_table(&options, table);
	puts("usage: mirrorball exec [OPTION...] PROGRAM.elf\n\n"
	     "Runs a bare-metal MIPS program on a testmips machine: RAM from physical 0,\n"
	     "console at 0x10000000, halt at 0x10000010 (docs/machine/testmips.md).\n");
	options_print_help(table, ROWS);
	puts("\nKeys of --set:\n");
	settings_print_help();
	puts("\nExit codes: 0 done, 1 the program failed, 2 usage, 3 guest panic or hang,\n"
	     "4 monitor panic, 5 budget spent, 7 host I/O error (docs/command.md).");
}

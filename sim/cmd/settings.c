/* SPDX-License-Identifier: MIT */
/* settings.c - the keys of a machine's configuration. */
#include "sim/cmd/settings.h"

#include <stdio.h>
#include <string.h>

#define KEYS           11U
#define KEY_BYTES_MAX  64U
#define TLB_OUT_OF_ANY 65U

const char *const settings_endian_names[] = { "auto", "big", "little", NULL };
const char *const settings_engine_names[] = { "block", "step", NULL };
const char *const settings_hazards_names[] = { "off", "on", NULL };
const char *const settings_turns_names[] = { "forward", "reversed", NULL };
const char *const settings_segments_names[] = { "machine", "vm", NULL };

struct settings settings_default(void)
{
	struct machine_config config = machine_config_default();

	return (struct settings){
		.cpus = config.cpus,
		.nodes = config.nodes,
		.memory_bytes = config.memory_bytes,
		.tlb_entries = config.tlb_entries,
		.quantum_cycles = config.quantum_cycles,
		.seed = config.seed,
		.hazards = config.hazard_check,
	};
}

static void fill_keys(struct settings *s, struct option rows[KEYS])
{
	const struct option keys[KEYS] = {
		{ "machine.cpus", OPTION_NUMBER, &s->cpus, "N", "CPUs, 1 to 64", 1,
		  MACHINE_CPUS_MAX, NULL },
		{ "machine.nodes", OPTION_NUMBER, &s->nodes, "N", "nodes, a divisor of the CPUs", 1,
		  MACHINE_CPUS_MAX, NULL },
		{ "machine.memory", OPTION_SIZE, &s->memory_bytes, "SIZE", "RAM of all nodes", 4096,
		  0, NULL },
		{ "machine.tlb_entries", OPTION_NUMBER, &s->tlb_entries, "N", "48 or 64", 0, 0,
		  NULL },
		{ "machine.endian", OPTION_CHOICE, &s->endian, "ORDER",
		  "big, little, auto: the program's", 0, 0, settings_endian_names },
		{ "machine.quantum", OPTION_NUMBER, &s->quantum_cycles, "CYCLES",
		  "cycles of a CPU before the next one's turn", 1, 0, NULL },
		{ "machine.seed", OPTION_NUMBER, &s->seed, "N", "of all that is random", 0,
		  INT64_MAX, NULL },
		{ "machine.engine", OPTION_CHOICE, &s->engine, "NAME",
		  "block, or step: same results, slower", 0, 0, settings_engine_names },
		{ "machine.hazards", OPTION_CHOICE, &s->hazards, "WHETHER",
		  "on: look for CP0 hazards in the program (docs/isa.md)", 0, 0,
		  settings_hazards_names },
		{ "machine.turns", OPTION_CHOICE, &s->turns, "ORDER",
		  "of the CPUs in a quantum: forward, reversed", 0, 0, settings_turns_names },
		{ "cpu.segments", OPTION_CHOICE, &s->segments, "WHOSE",
		  "machine, or vm: addresses as a virtual machine's guest sees them", 0, 0,
		  settings_segments_names },
	};

	memcpy(rows, keys, sizeof(keys));
}

bool settings_set(struct settings *settings, const char *where, const char *key, const char *value,
		  struct error *err)
{
	struct option keys[KEYS];

	fill_keys(settings, keys);
	return options_set(keys, KEYS, where, key, value, err);
}

bool settings_apply(struct settings *settings, const struct option_list *list, struct error *err)
{
	for (unsigned i = 0; i < list->count; i++) {
		char key[KEY_BYTES_MAX];
		size_t length = strcspn(list->value[i], "=");

		if (list->value[i][length] == '\0' || length == 0 || length >= sizeof(key)) {
			return error_set(err, EXIT_USAGE,
					 "--set: '%s' is not KEY=VALUE, as machine.cpus=4",
					 list->value[i]);
		}
		memcpy(key, list->value[i], length);
		key[length] = '\0';
		if (!settings_set(settings, "--set", key, list->value[i] + length + 1, err)) {
			return false;
		}
	}
	return true;
}

void settings_print_help(void)
{
	struct settings settings = settings_default();
	struct option keys[KEYS];

	fill_keys(&settings, keys);
	options_print_help(keys, KEYS);
}

struct machine_config settings_to_config(const struct settings *settings, bool program_is_big)
{
	struct machine_config config = machine_config_default();

	config.cpus = (unsigned)settings->cpus;
	config.nodes = (unsigned)settings->nodes;
	config.memory_bytes = settings->memory_bytes;
	/* Any wrong number is as wrong as this one; the machine says what it expects. */
	config.tlb_entries = settings->tlb_entries < TLB_OUT_OF_ANY
				     ? (unsigned)settings->tlb_entries
				     : TLB_OUT_OF_ANY;
	config.quantum_cycles = settings->quantum_cycles;
	config.seed = settings->seed;
	config.step_engine = settings->engine == SETTINGS_ENGINE_STEP;
	config.hazard_check = settings->hazards != 0;
	config.reversed_turns = settings->turns != 0;
	config.vm_segments = settings->segments != 0;
	config.big_endian = settings->endian == SETTINGS_ENDIAN_AUTO
				    ? program_is_big
				    : settings->endian == SETTINGS_ENDIAN_BIG;
	return config;
}

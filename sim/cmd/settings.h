/* SPDX-License-Identifier: MIT */
/*
 * settings.h - what a machine is made of, as people write it: keys, units, defaults.
 *
 * One table serves the options of `exec`, --set and every later form of configuration.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/cmd/options.h"
#include "sim/machine.h"

enum settings_endian {
	SETTINGS_ENDIAN_AUTO, /* the program's */
	SETTINGS_ENDIAN_BIG,
	SETTINGS_ENDIAN_LITTLE
};

enum settings_engine {
	SETTINGS_ENGINE_BLOCK,
	SETTINGS_ENGINE_STEP
};

/* NULL-terminated, for OPTION_CHOICE. */
extern const char *const settings_endian_names[];
extern const char *const settings_engine_names[];
extern const char *const settings_hazards_names[];
extern const char *const settings_turns_names[];
extern const char *const settings_segments_names[];

struct settings {
	uint64_t cpus;
	uint64_t nodes;
	uint64_t memory_bytes;
	uint64_t tlb_entries;
	uint64_t quantum_cycles;
	uint64_t seed;
	unsigned endian;  /* enum settings_endian */
	unsigned engine;  /* enum settings_engine */
	unsigned hazards; /* 1: look for CP0 hazards */
	unsigned turns;
	unsigned segments; /* 1: those of a virtual machine's guest */
};

struct settings settings_default(void);

/* Sets the key "machine.cpus", ...; `where` begins the message of an unknown one. */
bool settings_set(struct settings *settings, const char *where, const char *key, const char *value,
		  struct error *err);

/* Applies every "key.path=value" of --set. */
bool settings_apply(struct settings *settings, const struct option_list *list, struct error *err);

/* Prints the keys as help text to stdout. */
void settings_print_help(void);

/* The configuration of a testmips machine; machine_create() judges it. */
struct machine_config settings_to_config(const struct settings *settings, bool program_is_big);

/* SPDX-License-Identifier: MIT */
/*
 * config.h - the configuration of a run, from a Lua file, --set and defaults.
 *
 * schema.c has a row for every key; docs/configuration.md lists them.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

enum config_endian {
	CONFIG_ENDIAN_AUTO, /* the program's */
	CONFIG_ENDIAN_BIG,
	CONFIG_ENDIAN_LITTLE
};

enum config_hazards {
	CONFIG_HAZARDS_AUTO, /* as the simulator was built */
	CONFIG_HAZARDS_OFF,
	CONFIG_HAZARDS_ON
};

/* Items of one key; `item` is an array of the structure that the key has. */
struct config_list {
	void *item;
	size_t count;
};

struct config_machine {
	uint64_t nodes;
	uint64_t cpus_per_node;
	uint64_t memory_per_node;
	uint64_t tlb_entries;
	uint64_t quantum;
	uint64_t seed;
	uint64_t clock_hz;
	uint64_t date_s;
	uint64_t local_ns;
	uint64_t remote_ns;
	unsigned layout;          /* enum frame_layout */
	unsigned topology;        /* NODE_TOPOLOGY_* */
	unsigned endian;          /* enum config_endian */
	unsigned engine;          /* 1: single steps */
	unsigned hazards;         /* enum config_hazards */
	unsigned turns;           /* 1: reversed */
	struct config_list disks; /* struct config_disk */
	struct config_list nics;  /* struct config_nic */
	uint64_t network_latency_ns;
	uint64_t network_bytes_per_s;
	unsigned network_gateway; /* 1: nat */
};

struct config_cache {
	uint64_t bytes;
	uint64_t ways;
	uint64_t line_bytes;
};

struct config_framebuffer {
	uint64_t width; /* 0: none */
	uint64_t height;
	unsigned format; /* 0: x8r8g8b8, 1: r5g6b5 */
};

/* As struct memsys_config (sim/memsys/config.h), in the widths of the schema. */
struct config_memory {
	struct config_cache l1i, l1d, l2;
	uint64_t l2_hit_cycles;
	uint64_t quantum_cycles; /* 0: as many as the other values allow, at most the default */
	uint64_t request_ns, home_ns, reply_ns, pass_ns, probe_ns, inv_ns;
	uint64_t home_busy_ns, pass_busy_ns, light_busy_ns, bank_busy_ns;
	uint64_t banks;
	uint64_t link_mb_per_s, bus_mb_per_s;
	uint64_t header_bytes;
	uint64_t hop_ns;
	uint64_t jitter_cycles;
	unsigned classify; /* 1: on */
};

struct config_statistics {
	uint64_t interval_ns; /* of series.csv */
	unsigned places;      /* 1: on */
};

struct config_disk {
	char *image;
	char *overlay;          /* or "" */
	unsigned is_persistent; /* 1: on */
	unsigned is_read_only;  /* 1: on */
	unsigned is_swap;       /* 1: on */
	unsigned model;         /* enum disk_model_kind */
	uint64_t latency_ns;
	uint64_t bytes_per_s;
	uint64_t jitter_ns;
};

struct config_nic {
	char *mac; /* "": made from its number */
	uint64_t mtu;
};

struct config_module {
	char *name;
	char *file;
	char *bootargs; /* "" if there are none */
};

/* A number for a CPU; a switch: name and what it is set to. */
struct config_number {
	uint64_t value;
};

struct config_switch {
	char *name;
	char *text; /* NULL: a number or a flag */
	uint64_t number;
	bool is_flag;
	bool is_on; /* of a flag */
};

enum config_step_mode {
	CONFIG_STEP_MODE_SAME,
	CONFIG_STEP_MODE_FAST,
	CONFIG_STEP_MODE_TIMING
};

/* A step of the scripted console (docs/console.md). */
struct config_step {
	char *wait; /* "": for nothing */
	uint64_t timeout_ns;
	char *send;
	char *save;    /* "": no checkpoint */
	unsigned mode; /* enum config_step_mode */
	unsigned stop; /* 1: on */
};

/* A virtual disk: on which disk of the machine, and who sees writes for how long. */
struct config_vm_disk {
	uint64_t base;
	unsigned shared;     /* 1: writes are visible to others */
	unsigned persistent; /* 1: writes outlive the VM */
};

/* A virtual machine's network device. */
struct config_vm_nic {
	char *mac; /* "": one is made */
	uint64_t mtu;
};

struct config_vm {
	char *name;
	uint64_t memory;
	uint64_t vcpus;
	char *kernel;
	char *device_tree; /* "": one is made */
	char *initrd;      /* "": none */
	char *bootargs;
	unsigned privileged;         /* index into config_privileged_names */
	struct config_list disks;    /* struct config_vm_disk */
	struct config_list nics;     /* struct config_vm_nic */
	struct config_list cpus;     /* struct config_number */
	struct config_list policies; /* struct config_switch */
};

struct config {
	struct config_machine machine;
	struct config_memory memory;
	struct config_framebuffer framebuffer;
	struct config_statistics statistics;
	unsigned mode; /* 1: timing */
	char *program;
	char *bootargs;
	char *initrd;               /* "": none */
	char *symbols;              /* file with symbols of a user's program; "": none */
	char *panic;                /* text of the console that means a panic; "auto", "none" */
	struct config_list console; /* struct config_step */
	struct config_list modules; /* struct config_module */
	struct config_list vms;     /* struct config_vm */

	char *path;      /* of the file */
	json_t *written; /* what the file and --set say */
	json_t *frozen;  /* "files" of a frozen configuration, or NULL */
	char *source;    /* text of a Lua file, to find lines in; or NULL */
};

extern const char *const config_privileged_names[];

/*
 * Reads the file, a Lua program or the config.json of an earlier run, applies "key.path=value"
 * and checks all of it. Always needs config_release() afterwards.
 */
bool config_load(struct config *config, const char *path, const char *const *sets, size_t set_count,
		 struct error *err);
void config_release(struct config *config);

/*
 * Reads a file with nothing but the steps of a scripted console: a list as `console` has it. Always
 * needs config_release() afterwards.
 */
bool config_load_console(struct config *config, const char *path, struct error *err);

/* The address of one device, as 02:4d:42:00:00:01. False: the text is none. */
bool config_parse_mac(const char *text, uint8_t mac[6]);

/* The address of network device `number`. False: the text is none, or that of a group. */
bool config_mac(const struct config *config, size_t number, uint8_t mac[6]);

/* The machine it asks for. */
struct machine_config config_to_machine(const struct config *config, bool program_is_big);

/* All keys with their values, as config.json has them. */
json_t *config_freeze(const struct config *config);

/*
 * Compares a file that is used (its name as in `config`, its hash) with what the frozen
 * configuration had. True for one that is not frozen.
 */
bool config_check_frozen(const struct config *config, const char *file, const char *hash,
			 struct error *err);

/* Prints every key as a line of help; tests/config/keys reads it. */
void config_print_keys(void);

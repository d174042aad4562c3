/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what the device tree says of the machine: CPUs, nodes, memory, devices, modules.
 *
 * The only description of the machine that the monitor has; read once at boot (boot.c), constant
 * afterwards. A device that the tree does not name has the address NO_DEVICE.
 */
#pragma once

#include "machine/frame.h"

#include "src/include/types.h"
#include "src/lib/status.h"
#include "src/platform/fdt.h"

#define NO_DEVICE UINT64_MAX

/* A node has two ranges where the I/O window cuts its memory. */
#define MACHINE_RANGES_MAX (MAP_NODES_MAX + 2)

struct machine_range {
	uint64_t base;
	uint64_t end;
	uint32_t node; /* 0 in the round-robin layout */
};

struct machine {
	struct fdt tree;
	uint32_t cpu_count;
	uint32_t node_count;
	uint32_t tlb_entries;
	uint32_t range_count;
	uint32_t clock_hz; /* cycles of `clock`, and of the CPUs */
	enum frame_layout layout;
	uint32_t frames_per_node;
	uint8_t cpu_node[MAP_CPUS_MAX];
	struct machine_range range[MACHINE_RANGES_MAX];
	/* Row i: from node i; 10 is local. */
	uint32_t distance[MAP_NODES_MAX * MAP_NODES_MAX];

	/* Addresses of device registers (memory_uncached). */
	uint64_t uart;
	uint32_t uart_shift;
	uint32_t uart_source; /* of the interrupt controller */
	uint32_t off_value;   /* what to store at `off` to end the run */
	uint64_t off;
	uint64_t intc;
	uint64_t messages;
	uint64_t cpuctl;
	uint64_t clock;
	uint64_t rtc;
	uint64_t power;
	uint64_t annotation;
	uint64_t node_controller[MAP_NODES_MAX];
};

extern struct machine machine;

/*
 * Reads the tree at `blob`. OK, or ERR_INVALID with the name of what is wrong in *what: a tree that
 * is none, no CPUs, memory that does not begin at 0 or is not dealt evenly.
 */
MUST_CHECK enum status machine_read_tree(struct machine *found, const void *blob,
					 const char **what);

/* A boot module by name: where its bytes are; false if there is none. */
bool machine_module(const struct machine *found, const char *name, uint64_t *paddr,
		    uint64_t *bytes);

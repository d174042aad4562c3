/* SPDX-License-Identifier: MIT */
/* devices.h - what the trees of machine and virtual machine have in common. */
#pragma once

#include "sim/devtree/writer.h"
#include "sim/machine.h"

/* References between nodes. */
enum devtree_phandle {
	PHANDLE_LINES = 1,
	PHANDLE_INTC,
	PHANDLE_POWER
};

/* Root properties. */
void devices_write_root(struct devtree_writer *writer, const char *compatible, const char *model);

/* Properties of /chosen that every program gets; `salt` makes seeds differ. */
void devices_write_chosen(struct devtree_writer *writer, const char *bootargs, uint64_t seed,
			  uint64_t salt);
/* In /chosen: where a root file system is; nothing if it has no bytes. */
void devices_write_initrd(struct devtree_writer *writer, uint64_t paddr, uint64_t bytes);

/* One CPU; `node` < 0: it has no numa-node-id. */
void devices_write_cpu(struct devtree_writer *writer, unsigned number, uint64_t clock_hz,
		       uint32_t tlb_entries, int node);

/* The lines into CPUs, a node of the root. */
void devices_write_lines(struct devtree_writer *writer);

/* Begins /soc with the devices that both have. */
void devices_begin_soc(struct devtree_writer *writer, unsigned cpus, uint64_t clock_hz);

/* Virtio slot `slot`, inside /soc. */
void devices_write_virtio(struct devtree_writer *writer, unsigned slot, bool is_swap);

/* How to switch the machine off, a node of the root. */
void devices_write_poweroff(struct devtree_writer *writer);

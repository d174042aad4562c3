/* SPDX-License-Identifier: MIT */
/*
 * boot.h - what the loader puts into memory beside the program: device tree and modules
 * (docs/machine/boot.md).
 */
#pragma once

#include "sim/devtree/devtree.h"

/*
 * Set `tree` and the modules' names and sizes, then boot_place() fills in addresses and makes the
 * machine's tree.
 */
struct boot {
	struct devtree_machine tree;
	struct devtree_module *module; /* tree.module, to be changed */
	const uint8_t **content;       /* of each module */
	const uint8_t *initrd;         /* tree.initrd_bytes long; or NULL */

	uint8_t *blob;
	size_t blob_bytes;
	uint64_t blob_paddr;
};

/* Places everything and makes the tree. */
bool boot_place(struct boot *boot, struct error *err);

/* Would [paddr, paddr + size) overwrite the loader's data? */
bool boot_meets(const struct boot *boot, uint64_t paddr, uint64_t size);

/* Stores tree and modules and tells CPU 0; after machine_set_entry(). */
bool boot_store(const struct boot *boot, struct machine *machine, struct error *err);

void boot_release(struct boot *boot);

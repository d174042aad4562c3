/* SPDX-License-Identifier: MIT */
/* boot_plan.h - what the loader has to do for a configuration: its modules, trees, addresses. */
#pragma once

#include "sim/config/config.h"
#include "sim/devtree/boot.h"

/* The content of a module: a file, or a tree that was made. */
struct boot_file {
	uint8_t *bytes;
	size_t size;
	char *name; /* of a module that the configuration does not have; or NULL */
};

struct boot_plan {
	struct boot boot;
	struct boot_file *file; /* of each module, those of the configuration first */
	struct boot_file initrd;
	struct devtree_vm *vm;
	uint32_t **cpus; /* of each virtual machine */
	struct devtree_vm_disk **disk;
	struct devtree_vm_nic **nic;
	struct devtree_policy **policy;
	size_t vm_count;
};

/* Reads the modules, makes the trees, places all of it. Always needs boot_plan_release(). */
bool boot_plan_make(struct boot_plan *plan, const struct config *config,
		    const struct machine_config *machine, struct error *err);
/* Some virtual machine has a network device. */
bool boot_plan_has_nics(const struct boot_plan *plan);
void boot_plan_release(struct boot_plan *plan);

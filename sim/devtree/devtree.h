/* SPDX-License-Identifier: MIT */
/*
 * devtree.h - the device trees of the machine and of the virtual machines on it.
 *
 * docs/machine/devtree.md describes them; boot.c puts them into memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

/* A switch of a virtual machine's policy: what the monitor makes of it is its own affair. */
struct devtree_policy {
	const char *name; /* of the property, without its prefix */
	const char *text; /* NULL: a number */
	uint32_t number;
	bool is_flag; /* an empty property */
};

/* A virtual machine's disk, in the slot of its place in the list. */
struct devtree_vm_disk {
	uint32_t base; /* slot of the machine's disk */
	bool is_shared;
	bool is_persistent;
};

#define DEVTREE_MAC_BYTES 6

/* Its network device, in the slot behind its disks. */
struct devtree_vm_nic {
	uint8_t mac[DEVTREE_MAC_BYTES];
	uint32_t mtu;
};

/* A virtual machine for a monitor to start. */
struct devtree_vm {
	const char *name;
	uint64_t memory;
	uint32_t vcpus;
	const char *kernel;     /* name of a module */
	const char *tree;       /* name of a module */
	const char *initrd;     /* name of a module, or "" */
	uint64_t initrd_bytes;  /* as its tree says */
	const char *bootargs;   /* goes into its tree */
	const char *privileged; /* DEVTREE_VM_PRIVILEGED_* */
	const uint32_t *cpus;   /* where its VCPUs start, or NULL */
	const struct devtree_vm_disk *disk;
	size_t disk_count;
	const struct devtree_vm_nic *nic;
	size_t nic_count;
	const struct devtree_policy *policy;
	size_t policy_count;
};

struct devtree_module {
	const char *name;
	const char *bootargs; /* or NULL */
	uint64_t paddr;
	uint64_t bytes;
};

struct devtree_machine {
	const struct machine_config *config;
	const char *bootargs;
	uint64_t initrd; /* a root file system in memory: where, and how long; 0: none */
	uint64_t initrd_bytes;
	uint64_t reserved; /* what the loader uses of memory */
	uint64_t reserved_bytes;
	const struct devtree_module *module;
	size_t module_count;
	const struct devtree_vm *vm;
	size_t vm_count;
};

/* The trees; to be freed by the caller, NULL after an error. */
uint8_t *devtree_of_machine(const struct devtree_machine *machine, size_t *size, struct error *err);
uint8_t *devtree_of_vm(const struct machine_config *config, const struct devtree_vm *vm,
		       size_t *size, struct error *err);

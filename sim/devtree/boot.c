/* SPDX-License-Identifier: MIT */
/* boot.c - placing tree and modules downward from the end of the memory that the loader may use. */
#include "sim/devtree/boot.h"

#include <inttypes.h>
#include <stdlib.h>

#include "machine/boot.h"
#include "machine/map.h"

static uint64_t round_up(uint64_t bytes)
{
	return (bytes + MAP_PAGE_BYTES - 1) & ~(uint64_t)(MAP_PAGE_BYTES - 1);
}

static uint64_t data_top(const struct machine_config *config)
{
	return config->memory_bytes < BOOT_DATA_TOP ? config->memory_bytes : BOOT_DATA_TOP;
}

/* Takes `bytes` off the end of what is left below *top. */
static bool take(uint64_t *top, uint64_t bytes, const char *what, struct error *err)
{
	if (round_up(bytes) > *top) {
		return error_set(err, EXIT_USAGE,
				 "%s (%" PRIu64
				 " bytes) finds no room in memory: the loader puts device tree, "
				 "modules and initrd below physical 0x%x or the end of RAM",
				 what, bytes, BOOT_DATA_TOP);
	}
	*top -= round_up(bytes);
	return true;
}

/*
 * Names of nodes hold addresses, so a tree's size depends on them: a first one with the longest
 * addresses tells how much room the real one needs at most.
 */
bool boot_place(struct boot *boot, struct error *err)
{
	struct devtree_machine *tree = &boot->tree;
	uint64_t end = data_top(tree->config);
	uint64_t top = tree->config->picture.width != 0 ? tree->config->picture.paddr : end;
	size_t bytes;

	for (size_t i = 0; i < tree->module_count; i++) {
		boot->module[i].paddr = BOOT_DATA_TOP - MAP_PAGE_BYTES;
	}
	tree->module = boot->module;
	tree->reserved = 0;
	tree->reserved_bytes = end;
	uint8_t *first = devtree_of_machine(tree, &bytes, err);

	free(first);
	if (first == NULL || !take(&top, bytes, "the device tree", err)) {
		return false;
	}
	boot->blob_paddr = top;
	for (size_t i = 0; i < tree->module_count; i++) {
		if (!take(&top, tree->module[i].bytes, tree->module[i].name, err)) {
			return false;
		}
		boot->module[i].paddr = top;
	}
	if (!take(&top, tree->initrd_bytes, "the initrd", err)) {
		return false;
	}
	tree->initrd = top;
	tree->reserved = top;
	tree->reserved_bytes = end - top;
	boot->blob = devtree_of_machine(tree, &boot->blob_bytes, err);
	return boot->blob != NULL;
}

bool boot_meets(const struct boot *boot, uint64_t paddr, uint64_t size)
{
	return paddr < boot->tree.reserved + boot->tree.reserved_bytes &&
	       boot->tree.reserved < paddr + size;
}

bool boot_store(const struct boot *boot, struct machine *machine, struct error *err)
{
	bool done =
		machine_write_physical(machine, boot->blob_paddr, boot->blob, boot->blob_bytes) &&
		(boot->tree.initrd_bytes == 0 ||
		 machine_write_physical(machine, boot->tree.initrd, boot->initrd,
					boot->tree.initrd_bytes));

	for (size_t i = 0; done && i < boot->tree.module_count; i++) {
		done = machine_write_physical(machine, boot->module[i].paddr, boot->content[i],
					      boot->module[i].bytes);
	}
	machine_set_device_tree(machine, boot->blob_paddr);
	return done || error_set(err, EXIT_USAGE, "device tree and modules do not fit into memory");
}

void boot_release(struct boot *boot)
{
	free(boot->blob);
	boot->blob = NULL;
}

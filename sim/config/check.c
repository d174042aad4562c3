/* SPDX-License-Identifier: MIT */
/* check.c - checks across keys. */
#include "sim/config/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine/boot.h"
#include "machine/map.h"
#include "sim/cmd/options.h"
#include "sim/config/values.h"

/* Begins a message about `key` with its place. */
static bool refuse(const struct config *config, const char *key, const char *text,
		   struct error *err)
{
	char place[VALUES_NAME_MAX];

	values_place(config, key, place, sizeof(place));
	return error_set(err, EXIT_USAGE, "%s%s %s", place, key, text);
}

static bool check_machine(const struct config *config, struct error *err)
{
	const struct config_machine *m = &config->machine;
	char text[256];

	if (m->nodes * m->cpus_per_node > MACHINE_CPUS_MAX) {
		snprintf(text, sizeof(text),
			 "is %" PRIu64 ": %" PRIu64 " nodes have %" PRIu64
			 " CPUs then, expected at most %d in all",
			 m->cpus_per_node, m->nodes, m->nodes * m->cpus_per_node, MACHINE_CPUS_MAX);
		return refuse(config, "machine.cpus_per_node", text, err);
	}
	if (m->memory_per_node % MAP_PAGE_BYTES != 0) {
		snprintf(text, sizeof(text), "is %" PRIu64 " bytes: expected a multiple of 4096",
			 m->memory_per_node);
		return refuse(config, "machine.memory_per_node", text, err);
	}
	if (m->nodes * m->memory_per_node > MAP_RAM_BYTES_MAX) {
		snprintf(text, sizeof(text),
			 "is %" PRIu64 " bytes: %" PRIu64 " nodes have %" PRIu64
			 " MB then, expected at most %" PRIu64
			 " MB in all: physical addresses have 36 bits",
			 m->memory_per_node, m->nodes, (m->nodes * m->memory_per_node) >> 20,
			 (uint64_t)MAP_RAM_BYTES_MAX >> 20);
		return refuse(config, "machine.memory_per_node", text, err);
	}
	if (m->clock_hz % 1000000 != 0) {
		snprintf(text, sizeof(text), "is %" PRIu64 " Hz: expected whole MHz", m->clock_hz);
		return refuse(config, "machine.clock", text, err);
	}
	if (m->tlb_entries != 48 && m->tlb_entries != 64) {
		snprintf(text, sizeof(text), "is %" PRIu64 ": expected 48 or 64", m->tlb_entries);
		return refuse(config, "machine.tlb_entries", text, err);
	}
	return true;
}

/* A file of disk `number`; it must fit into struct disk_config. */
static bool check_disk_file(const struct config *config, size_t number, const char *key,
			    const char *path, struct error *err)
{
	char name[64];
	char text[128];

	if (strlen(path) < DISK_PATH_BYTES) {
		return true;
	}
	snprintf(name, sizeof(name), "machine.disks[%zu].%s", number + 1, key);
	snprintf(text, sizeof(text), "has %zu bytes: expected at most %u, with its folder",
		 strlen(path), DISK_PATH_BYTES - 1);
	return refuse(config, name, text, err);
}

static bool check_disks(const struct config *config, struct error *err)
{
	const struct config_disk *disk = config->machine.disks.item;

	for (size_t i = 0; i < config->machine.disks.count; i++) {
		if (!check_disk_file(config, i, "image", disk[i].image, err) ||
		    !check_disk_file(config, i, "overlay", disk[i].overlay, err)) {
			return false;
		}
	}
	return true;
}

static bool check_nics(const struct config *config, struct error *err)
{
	uint8_t mac[MACHINE_NICS_MAX][6];

	for (size_t i = 0; i < config->machine.nics.count; i++) {
		const char *text = ((const struct config_nic *)config->machine.nics.item)[i].mac;
		char key[64];
		char what[256];

		snprintf(key, sizeof(key), "machine.nics[%zu].mac", i + 1);
		if (!config_mac(config, i, mac[i])) {
			snprintf(what, sizeof(what),
				 "is \"%.100s\": expected the address of one device, as "
				 "02:4d:42:00:00:01",
				 text);
			return refuse(config, key, what, err);
		}
		for (size_t j = 0; j < i; j++) {
			if (memcmp(mac[i], mac[j], sizeof(mac[i])) == 0) {
				snprintf(what, sizeof(what), "is that of machine.nics[%zu] already",
					 j + 1);
				return refuse(config, key, what, err);
			}
		}
	}
	return true;
}

static const char *module_name(const void *context, size_t index)
{
	return ((const struct config_module *)context)[index].name;
}

static bool has_module(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->modules.count; i++) {
		if (strcmp(module_name(config->modules.item, i), name) == 0) {
			return true;
		}
	}
	return false;
}

static bool check_modules(const struct config *config, struct error *err)
{
	const struct config_module *module = config->modules.item;
	char key[64];
	char text[512];

	for (size_t i = 0; i < config->modules.count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(module[i].name, module[j].name) == 0) {
				snprintf(key, sizeof(key), "modules[%zu].name", i + 1);
				snprintf(text, sizeof(text),
					 "is \"%.100s\": modules[%zu] has that name already",
					 module[i].name, j + 1);
				return refuse(config, key, text, err);
			}
		}
	}
	return true;
}

/* A virtual machine's `key` names a module. */
static bool check_reference(const struct config *config, size_t vm, const char *key,
			    const char *name, struct error *err)
{
	char path[64];
	char text[512];

	if (has_module(config, name)) {
		return true;
	}
	const char *nearest =
		options_nearest(name, module_name, config->modules.item, config->modules.count);

	snprintf(path, sizeof(path), "vms[%zu].%s", vm + 1, key);
	snprintf(text, sizeof(text), "is \"%.100s\": no module has that name%s%.100s%s", name,
		 nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
	return refuse(config, path, text, err);
}

static bool check_cpus(const struct config *config, size_t number, struct error *err)
{
	const struct config_vm *vm = (const struct config_vm *)config->vms.item + number;
	const struct config_number *cpu = vm->cpus.item;
	uint64_t cpus = config->machine.nodes * config->machine.cpus_per_node;
	char path[64];
	char text[256];

	snprintf(path, sizeof(path), "vms[%zu].cpus", number + 1);
	if (vm->cpus.count != 0 && vm->cpus.count != vm->vcpus) {
		snprintf(text, sizeof(text),
			 "has %zu numbers: expected one for each of the %" PRIu64 " VCPUs",
			 vm->cpus.count, vm->vcpus);
		return refuse(config, path, text, err);
	}
	for (size_t i = 0; i < vm->cpus.count; i++) {
		if (cpu[i].value >= cpus) {
			snprintf(text, sizeof(text),
				 "has %" PRIu64 ": the machine's CPUs are 0 to %" PRIu64,
				 cpu[i].value, cpus - 1);
			return refuse(config, path, text, err);
		}
	}
	return true;
}

static bool check_vm(const struct config *config, size_t number, struct error *err)
{
	const struct config_vm *vm = (const struct config_vm *)config->vms.item + number;
	char path[64];
	char text[256];

	if (vm->memory % MAP_PAGE_BYTES != 0) {
		snprintf(path, sizeof(path), "vms[%zu].memory", number + 1);
		snprintf(text, sizeof(text), "is %" PRIu64 " bytes: expected a multiple of 4096",
			 vm->memory);
		return refuse(config, path, text, err);
	}
	for (size_t i = 0; i < number; i++) {
		if (strcmp(vm->name, ((const struct config_vm *)config->vms.item)[i].name) == 0) {
			snprintf(path, sizeof(path), "vms[%zu].name", number + 1);
			snprintf(text, sizeof(text),
				 "is \"%.100s\": vms[%zu] has that name already", vm->name, i + 1);
			return refuse(config, path, text, err);
		}
	}
	if (vm->device_tree[0] == '\0') {
		snprintf(text, sizeof(text), "%.200s-tree", vm->name);
		if (has_module(config, text)) {
			snprintf(path, sizeof(path), "vms[%zu].name", number + 1);
			return refuse(config, path,
				      "leads to a module NAME-tree for its device tree, and there "
				      "is one of that name; device_tree can name it",
				      err);
		}
	} else if (!check_reference(config, number, "device_tree", vm->device_tree, err)) {
		return false;
	}
	return check_reference(config, number, "kernel", vm->kernel, err) &&
	       (vm->initrd[0] == '\0' ||
		check_reference(config, number, "initrd", vm->initrd, err)) &&
	       check_cpus(config, number, err);
}

bool check_console(const struct config *config, struct error *err)
{
	const struct config_step *step = config->console.item;
	char path[64];

	for (size_t i = 0; i < config->console.count; i++) {
		if (step[i].wait[0] == '\0' && step[i].send[0] == '\0' && step[i].save[0] == '\0' &&
		    step[i].mode == CONFIG_STEP_MODE_SAME && step[i].stop == 0) {
			snprintf(path, sizeof(path), "console[%zu]", i + 1);
			return refuse(config, path,
				      "does nothing: expected wait, send, mode, save or stop", err);
		}
	}
	return true;
}

bool check_config(const struct config *config, struct error *err)
{
	size_t trees = 0;
	char text[128];

	if (!check_machine(config, err) || !check_disks(config, err) || !check_nics(config, err) ||
	    !check_modules(config, err) || !check_console(config, err)) {
		return false;
	}
	for (size_t i = 0; i < config->vms.count; i++) {
		const struct config_vm *vm = (const struct config_vm *)config->vms.item + i;

		if (!check_vm(config, i, err)) {
			return false;
		}
		trees += vm->device_tree[0] == '\0';
	}
	if (config->modules.count + trees > BOOT_MODULES_MAX) {
		snprintf(text, sizeof(text),
			 "has %zu items, and %zu device trees of VMs come to them: expected at "
			 "most %d in all",
			 config->modules.count, trees, BOOT_MODULES_MAX);
		return refuse(config, "modules", text, err);
	}
	return true;
}

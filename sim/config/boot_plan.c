/* SPDX-License-Identifier: MIT */
/* boot_plan.c - from keys of the configuration to the loader's data. */
#include "sim/config/boot_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/boot.h"
#include "sim/config/files.h"

/* Of our own properties (docs/machine/devtree.md). */
#define POLICY_PREFIX "mirrorball,"

static void *checked_calloc(size_t count, size_t bytes)
{
	void *memory = calloc(count + 1, bytes);

	if (memory == NULL) {
		abort(); /* the host is out of memory */
	}
	return memory;
}

static char *join(const char *first, const char *second)
{
	char *text;

	if (asprintf(&text, "%s%s", first, second) < 0) {
		abort(); /* the host is out of memory */
	}
	return text;
}

/* Properties "mirrorball,NAME"; a switch that is off has none. */
static size_t make_policies(const struct config_vm *vm, struct devtree_policy *policy)
{
	const struct config_switch *item = vm->policies.item;
	size_t count = 0;

	for (size_t i = 0; i < vm->policies.count; i++) {
		if (item[i].is_flag && !item[i].is_on) {
			continue;
		}
		policy[count++] = (struct devtree_policy){
			.name = join(POLICY_PREFIX, item[i].name),
			.text = item[i].text,
			.number = (uint32_t)item[i].number,
			.is_flag = item[i].is_flag,
		};
	}
	return count;
}

static void make_disks(struct devtree_vm_disk *disk, const struct config_vm *vm)
{
	const struct config_vm_disk *item = vm->disks.item;

	for (size_t i = 0; i < vm->disks.count; i++) {
		disk[i] = (struct devtree_vm_disk){
			.base = (uint32_t)item[i].base,
			.is_shared = item[i].shared != 0,
			.is_persistent = item[i].persistent != 0,
		};
	}
}

/* An address that is made is locally administered, and names machine and slot. */
static bool make_nics(struct devtree_vm_nic *nic, size_t number, const struct config_vm *vm,
		      struct error *err)
{
	const struct config_vm_nic *item = vm->nics.item;

	if (vm->disks.count + vm->nics.count > MAP_VIRTIO_COUNT) {
		return error_set(err, EXIT_USAGE,
				 "vms[%zu] has %zu disks and network devices: there are %u slots",
				 number + 1, vm->disks.count + vm->nics.count, MAP_VIRTIO_COUNT);
	}
	for (size_t i = 0; i < vm->nics.count; i++) {
		const uint8_t made[] = { 0x02, 'M', 'B', 1, (uint8_t)number, (uint8_t)i };

		memcpy(nic[i].mac, made, sizeof(made));
		nic[i].mtu = (uint32_t)item[i].mtu;
		if (item[i].mac[0] != '\0' && !config_parse_mac(item[i].mac, nic[i].mac)) {
			return error_set(err, EXIT_USAGE,
					 "vms[%zu].nics[%zu].mac is \"%.40s\": expected the "
					 "address of a device, as \"02:4d:42:00:00:01\"",
					 number + 1, i + 1, item[i].mac);
		}
	}
	return true;
}

static void make_vm(struct boot_plan *plan, size_t number, const struct config_vm *vm)
{
	const struct config_number *cpu = vm->cpus.item;

	plan->policy[number] = checked_calloc(vm->policies.count, sizeof(struct devtree_policy));
	plan->cpus[number] = checked_calloc(vm->cpus.count, sizeof(uint32_t));
	for (size_t i = 0; i < vm->cpus.count; i++) {
		plan->cpus[number][i] = (uint32_t)cpu[i].value;
	}
	plan->disk[number] = checked_calloc(vm->disks.count, sizeof(struct devtree_vm_disk));
	make_disks(plan->disk[number], vm);
	plan->nic[number] = checked_calloc(vm->nics.count, sizeof(struct devtree_vm_nic));
	plan->vm[number] = (struct devtree_vm){
		.name = vm->name,
		.memory = vm->memory,
		.vcpus = (uint32_t)vm->vcpus,
		.kernel = vm->kernel,
		.tree = vm->device_tree,
		.initrd = vm->initrd,
		.bootargs = vm->bootargs,
		.privileged = config_privileged_names[vm->privileged],
		.cpus = vm->cpus.count != 0 ? plan->cpus[number] : NULL,
		.disk = plan->disk[number],
		.disk_count = vm->disks.count,
		.nic = plan->nic[number],
		.nic_count = vm->nics.count,
		.policy = plan->policy[number],
		.policy_count = make_policies(vm, plan->policy[number]),
	};
}

static void add_module(struct boot_plan *plan, const char *name, const char *bootargs)
{
	struct devtree_machine *tree = &plan->boot.tree;
	size_t number = tree->module_count++;

	plan->boot.module[number] = (struct devtree_module){
		.name = name,
		.bootargs = bootargs != NULL && bootargs[0] != '\0' ? bootargs : NULL,
		.bytes = plan->file[number].size,
	};
	plan->boot.content[number] = plan->file[number].bytes;
}

static bool read_modules(struct boot_plan *plan, const struct config *config, struct error *err)
{
	const struct config_module *module = config->modules.item;

	for (size_t i = 0; i < config->modules.count; i++) {
		struct boot_file *file = &plan->file[i];

		if (!files_read(module[i].file, BOOT_DATA_TOP, &file->bytes, &file->size, err)) {
			return false;
		}
		add_module(plan, module[i].name, module[i].bootargs);
	}
	return true;
}

static bool read_initrd(struct boot_plan *plan, const struct config *config, struct error *err)
{
	struct boot_file *file = &plan->initrd;

	if (config->initrd[0] == '\0') {
		return true;
	}
	if (!files_read(config->initrd, BOOT_DATA_TOP, &file->bytes, &file->size, err)) {
		return false;
	}
	if (file->size == 0) {
		return error_set(err, EXIT_USAGE, "%s: initrd: %s is empty", config->path,
				 config->initrd);
	}
	plan->boot.initrd = file->bytes;
	plan->boot.tree.initrd_bytes = file->size;
	return true;
}

static uint64_t module_bytes(const struct boot_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->boot.tree.module_count; i++) {
		if (strcmp(plan->boot.module[i].name, name) == 0) {
			return plan->boot.module[i].bytes;
		}
	}
	return 0;
}

/* A virtual machine without a tree of its own gets one, as module NAME-tree. */
static bool make_trees(struct boot_plan *plan, const struct machine_config *machine,
		       struct error *err)
{
	for (size_t i = 0; i < plan->vm_count; i++) {
		struct boot_file *file = &plan->file[plan->boot.tree.module_count];

		if (plan->vm[i].tree[0] != '\0') {
			continue;
		}
		plan->vm[i].initrd_bytes = module_bytes(plan, plan->vm[i].initrd);
		file->bytes = devtree_of_vm(machine, &plan->vm[i], &file->size, err);
		if (file->bytes == NULL) {
			return false;
		}
		file->name = join(plan->vm[i].name, "-tree");
		plan->vm[i].tree = file->name;
		add_module(plan, file->name, NULL);
	}
	return true;
}

bool boot_plan_make(struct boot_plan *plan, const struct config *config,
		    const struct machine_config *machine, struct error *err)
{
	size_t vms = config->vms.count;
	size_t modules = config->modules.count + vms;

	*plan = (struct boot_plan){
		.boot.tree = { .config = machine, .bootargs = config->bootargs, .vm_count = vms },
		.boot.module = checked_calloc(modules, sizeof(struct devtree_module)),
		.boot.content = checked_calloc(modules, sizeof(uint8_t *)),
		.file = checked_calloc(modules, sizeof(struct boot_file)),
		.vm = checked_calloc(vms, sizeof(struct devtree_vm)),
		.cpus = checked_calloc(vms, sizeof(uint32_t *)),
		.disk = checked_calloc(vms, sizeof(struct devtree_vm_disk *)),
		.nic = checked_calloc(vms, sizeof(struct devtree_vm_nic *)),
		.policy = checked_calloc(vms, sizeof(struct devtree_policy *)),
		.vm_count = vms,
	};
	plan->boot.tree.vm = plan->vm;
	for (size_t i = 0; i < vms; i++) {
		const struct config_vm *vm = (const struct config_vm *)config->vms.item + i;

		make_vm(plan, i, vm);
		if (!make_nics(plan->nic[i], i, vm, err)) {
			return false;
		}
	}
	return read_initrd(plan, config, err) && read_modules(plan, config, err) &&
	       make_trees(plan, machine, err) && boot_place(&plan->boot, err);
}

bool boot_plan_has_nics(const struct boot_plan *plan)
{
	bool has_nics = false;

	for (size_t i = 0; i < plan->boot.tree.vm_count; i++) {
		has_nics = has_nics || plan->vm[i].nic_count != 0;
	}
	return has_nics;
}

void boot_plan_release(struct boot_plan *plan)
{
	for (size_t i = 0; i < plan->vm_count; i++) {
		for (size_t j = 0; j < plan->vm[i].policy_count; j++) {
			free((char *)(uintptr_t)plan->policy[i][j].name);
		}
		free(plan->policy[i]);
		free(plan->disk[i]);
		free(plan->nic[i]);
		free(plan->cpus[i]);
	}
	for (size_t i = 0; i < plan->boot.tree.module_count; i++) {
		free(plan->file[i].bytes);
		free(plan->file[i].name);
	}
	free(plan->initrd.bytes);
	boot_release(&plan->boot);
	free(plan->boot.module);
	free((void *)plan->boot.content);
	free(plan->file);
	free(plan->vm);
	free((void *)plan->cpus);
	free((void *)plan->disk);
	free((void *)plan->nic);
	free((void *)plan->policy);
	*plan = (struct boot_plan){ 0 };
}

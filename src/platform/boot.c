/* SPDX-License-Identifier: MIT */
/*
 * boot.c - the order of things at boot.
 *
 * CPU 0 alone: tree, memory, structures of CPUs and VMs; then the other CPUs, each of which waits
 * until all are there; then everybody runs VCPUs.
 */
#include "src/platform/boot.h"

#include <stdarg.h>

#include "src/cpu/cpu.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/memory.h"
#include "src/lib/hooks.h"
#include "src/numa/movement.h"
#include "src/platform/console.h"
#include "src/platform/devices.h"
#include "src/platform/disk.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/platform/vms.h"

/* Where cpu_start() puts the vectors: machine address of CKSEG0. */
#define VECTORS_PADDR 0

extern const char monitor_text[];
extern const char monitor_alias_end[];
extern const char monitor_end[];

static bool is_done;

bool boot_is_done(void)
{
	return is_done;
}

void boot_refuse(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	console_print_list("cannot start: ", format, list);
	va_end(list);
	devices_refuse();
}

static void print_banner(void)
{
	uint64_t frames = (uint64_t)machine.frames_per_node * machine.node_count;

	console_print("virtual machine monitor: %u CPU%s, %u node%s, %lu MB, %u MHz",
		      machine.cpu_count, machine.cpu_count == 1 ? "" : "s", machine.node_count,
		      machine.node_count == 1 ? "" : "s", frames >> (20 - PAGE_SHIFT),
		      machine.clock_hz / 1000000);
}

static void read_tree(const void *tree)
{
	const char *what = "device tree";

	console_init(NO_DEVICE, 0);
	if (tree == NULL || machine_read_tree(&machine, tree, &what) != OK) {
		if (machine.tree.blob != NULL) {
			console_init(machine.uart, machine.uart_shift);
			devices_init();
		}
		boot_refuse("%s", what);
	}
	console_init(machine.uart, machine.uart_shift);
	devices_init();
	print_banner();
	if (machine.cpu_count > 1 &&
	    (machine.cpuctl == NO_DEVICE || machine.messages == NO_DEVICE)) {
		boot_refuse("%u CPUs, but no way to start or interrupt them", machine.cpu_count);
	}
}

void boot_first_cpu(const void *tree)
{
	uint32_t copies;

	read_tree(tree);
	memory_init(memory_paddr(monitor_end));
	memory_init_pages();
	smp_init();
	disks_prepare();
	vms_prepare();
	memory_give_rest();
	cpu_start(smp_cpu(0), VECTORS_PADDR);
	devices_start_cpu(0);
	is_done = true;
	copies = smp_copy_text(memory_paddr(monitor_alias_end));
	smp_start_others();
	console_print("%u CPU%s started, %u cop%s of the text, %lu MB free", machine.cpu_count,
		      machine.cpu_count == 1 ? "" : "s", copies, copies == 1 ? "y" : "ies",
		      page_alloc_free_count(&machine_pages) >> (20 - PAGE_SHIFT));
	vms_create();
	if (vms_count() != 0) {
		devices_route(vms_get(0)->vcpus[0]->cpu->number);
	}
	smp_release();
	movement_start();
	vms_enter(smp_cpu(0));
	cpu_run();
}

void boot_other_cpu(struct cpu *cpu)
{
	/* The vectors came with the copy of the text, or are node 0's. */
	cpu_start(cpu, UINT64_MAX);
	devices_start_cpu(cpu->number);
	smp_wait(cpu);
	vms_enter(cpu);
	cpu_run();
}

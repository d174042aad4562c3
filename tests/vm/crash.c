/* SPDX-License-Identifier: MIT */
/*
 * crash.c - a monitor with a failure planted, or a question asked, where it makes its VMs and where
 * it enters them; bootargs say which (check_failures). Linked with --wrap.
 */
#include "src/cpu/cpu.h"
#include "src/cpu/vm.h"
#include "src/include/memory.h"
#include "src/lib/hooks.h"
#include "src/lib/string.h"
#include "src/platform/console.h"
#include "src/platform/machine.h"

void __wrap_vms_create(void);
void __real_vms_create(void);
void __wrap_vms_enter(struct cpu *cpu);
void __real_vms_enter(struct cpu *cpu);

void __wrap_vm_end(struct vm *vm, enum vm_end end, uint32_t code, const char *reason);
void __real_vm_end(struct vm *vm, enum vm_end end, uint32_t code, const char *reason);

/* Read-only data, so in what is copied to every node. */
static const uint32_t marker = 1;

static bool is_asked(const char *how)
{
	const char *asked =
		fdt_string(&machine.tree, fdt_child(&machine.tree, 0, "chosen"), "bootargs", 0);

	return asked != NULL && string_equal(asked, how);
}

/* The marker without a node's alias: node 0's. */
static volatile uint32_t *original(void)
{
	uint64_t paddr = memory_paddr(&marker);

	return memory_at(paddr | (uint64_t)1 << MAP_NO_ALIAS_BIT);
}

void __wrap_vms_create(void)
{
	if (is_asked("check")) {
		CHECK(machine.cpu_count == 0);
	}
	if (is_asked("load")) {
		/* CKSSEG: nothing of the monitor is mapped there. */
		console_print("read %u", *(volatile unsigned *)(intptr_t)(int32_t)0xc0000000U);
	}
	if (is_asked("alias")) {
		*original() = 2;
	}
	__real_vms_create();
}

/* Every CPU: node 0's is changed now, the others have their copies. */
void __wrap_vms_enter(struct cpu *cpu)
{
	if (is_asked("alias")) {
		console_print("CPU %u of node %u sees %u, and %u at node 0", cpu->number, cpu->node,
			      *(const volatile uint32_t *)&marker, *original());
	}
	if (is_asked("late")) {
		CHECK(cpu->number != machine.cpu_count - 1);
	}
	__real_vms_enter(cpu);
}

/* When guests have run. */
void __wrap_vm_end(struct vm *vm, enum vm_end end, uint32_t code, const char *reason)
{
	CHECK(!is_asked("end"));
	__real_vm_end(vm, end, code, reason);
}

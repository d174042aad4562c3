/* SPDX-License-Identifier: MIT */
/*
 * crash.c - a monitor that fails where it would make its VMs; bootargs say how (check_failures).
 * Linked with --wrap=vms_create.
 */
#include "src/lib/hooks.h"
#include "src/lib/string.h"
#include "src/platform/console.h"
#include "src/platform/machine.h"

void __wrap_vms_create(void);
void __real_vms_create(void);

void __wrap_vms_create(void)
{
	const char *how =
		fdt_string(&machine.tree, fdt_path(&machine.tree, "/chosen"), "bootargs", 0);

	if (how != NULL && string_equal(how, "check")) {
		CHECK(machine.cpu_count == 0);
	}
	if (how != NULL && string_equal(how, "load")) {
		/* CKSSEG: nothing of the monitor is mapped there. */
		console_print("read %u", *(volatile unsigned *)(intptr_t)(int32_t)0xc0000000U);
	}
	__real_vms_create();
}

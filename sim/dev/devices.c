/* SPDX-License-Identifier: MIT */
/* devices.c - which devices a machine has. */
#include "sim/dev/devices.h"

#include "sim/machine_state.h"

bool devices_create(struct machine *machine)
{
	machine->intc = intc_create();
	return machine_add_device(machine, machine->intc) &&
	       machine_add_device(machine, cpuctl_create()) &&
	       machine_add_device(machine, clock_create()) &&
	       machine_add_device(machine, testmips_console_create()) &&
	       machine_add_device(machine, testmips_mp_create(&machine->config)) &&
	       machine_add_device(machine, uart_create()) &&
	       machine_add_device(machine, restart_create()) &&
	       machine_add_device(machine, power_create()) &&
	       machine_add_device(machine, annotation_create());
}

/* SPDX-License-Identifier: MIT */
/* devices.c - which devices a machine has. */
#include "sim/dev/devices.h"

#include "sim/machine_state.h"

static bool add_testmips(struct machine *machine)
{
	return machine_add_device(machine, testmips_console_create()) &&
	       machine_add_device(machine, testmips_mp_create(&machine->config));
}

static bool add_mirrorball(struct machine *machine)
{
	return machine_add_device(machine, node_create(&machine->config)) &&
	       machine_add_device(machine, misscount_rows_create(&machine->config));
}

bool devices_create(struct machine *machine)
{
	machine->intc = intc_create();
	machine->rtc = rtc_create(&machine->config);
	machine->virtio = virtio_bus_create();
	machine->framebuffer = framebuffer_create(&machine->config);
	return machine_add_device(machine, machine->intc) &&
	       machine_add_device(machine, machine->framebuffer) &&
	       machine_add_device(machine, cpuctl_create()) &&
	       machine_add_device(machine, clock_create()) &&
	       machine_add_device(machine, machine->rtc) &&
	       machine_add_device(machine, machine->virtio) &&
	       (machine->config.type == MACHINE_TESTMIPS ? add_testmips(machine)
							 : add_mirrorball(machine)) &&
	       machine_add_device(machine, uart_create()) &&
	       machine_add_device(machine, restart_create()) &&
	       machine_add_device(machine, power_create()) &&
	       machine_add_device(machine, annotation_create());
}

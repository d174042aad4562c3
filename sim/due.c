/* SPDX-License-Identifier: MIT */
/* due.c - when devices are called: the events of a machine (machine_state.h). */
#include "sim/machine_state.h"

void machine_update_due(struct machine *machine)
{
	machine->due = UINT64_MAX;
	for (unsigned i = 0; i < machine->device_count; i++) {
		if (machine->device[i]->due < machine->due) {
			machine->due = machine->device[i]->due;
		}
	}
}

/* A CPU that is alone has nobody to wait for: its quantum ends when a device is due. */
static void end_quantum_early(struct machine *machine, uint64_t cycle)
{
	struct core *core = machine->core[0];
	uint64_t next = core_now(core) + 1;

	if (machine->config.cpus > 1 || machine->timing || cycle >= machine->slice_end ||
	    next >= machine->slice_end) {
		return;
	}
	machine->slice_end = cycle > next ? cycle : next;
	core->stop = true;
	core_kick(core);
}

void machine_set_due(struct machine *machine, struct device *device, uint64_t cycle)
{
	device->due = cycle;
	machine_update_due(machine);
	end_quantum_early(machine, cycle);
}

void machine_advance_devices(struct machine *machine)
{
	if (machine->slice_begin < machine->due) {
		return;
	}
	for (unsigned i = 0; i < machine->device_count; i++) {
		struct device *device = machine->device[i];

		if (device->due <= machine->slice_begin) {
			device->due = UINT64_MAX;
			if (device->ops->advance != NULL) {
				device->ops->advance(device, machine->slice_begin);
			}
		}
	}
	machine_update_due(machine);
}

/* SPDX-License-Identifier: MIT */
/* devices.h - the devices of each machine type. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/dev/device.h"
#include "sim/machine.h"

/* Makes the devices that the machine's type has and puts them on its bus. */
bool devices_create(struct machine *machine);

/* One device each; NULL when the host is out of memory. */
struct device *testmips_console_create(void);
struct device *testmips_mp_create(const struct machine_config *config);
struct device *uart_create(void);
struct device *restart_create(void);
struct device *power_create(void);
struct device *annotation_create(void);
struct device *intc_create(void);
struct device *cpuctl_create(void);
struct device *clock_create(void);
struct device *rtc_create(const struct machine_config *config);
struct device *framebuffer_create(const struct machine_config *config);
struct device *node_create(const struct machine_config *config);
struct device *virtio_bus_create(void);
struct device *misscount_rows_create(const struct machine_config *config);

/* When the bus of virtio slots is part of the machine: makes the devices of its configuration. */
bool virtio_bus_plug(struct device *device, struct error *err);

/* Is the picture shown, as far as the guest is concerned? */
bool framebuffer_is_on(const struct device *device);

/* For devices: source `source` (LINES_SOURCE_*) of the interrupt controller goes up or down. */
void intc_set_source(struct device *device, unsigned source, bool level);

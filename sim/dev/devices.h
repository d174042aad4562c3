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
struct device *node_create(const struct machine_config *config);
struct device *misscount_rows_create(const struct machine_config *config);

/* For devices: source `source` (LINES_SOURCE_*) of the interrupt controller goes up or down. */
void intc_set_source(struct device *device, unsigned source, bool level);

/* Between two quanta, at machine->alarm_cycle or later: the alarm of the time of day goes off. */
void rtc_alarm(struct device *device, uint64_t now);

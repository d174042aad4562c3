/* SPDX-License-Identifier: MIT */
/* disk_report.h - the images of a machine's disks among the files that went into a run. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"

/* What is told of them; hashed once, before the run. */
struct disk_report {
	unsigned count;
	uint64_t bytes[MACHINE_DISKS_MAX];
	uint64_t hash[MACHINE_DISKS_MAX];
};

bool disk_report_make(struct disk_report *report, const struct machine_config *config,
		      struct error *err);

/* Appends disk `number`, under this name. */
void disk_report_add(const struct disk_report *report, unsigned number, const char *name,
		     json_t *files);

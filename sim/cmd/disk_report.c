/* SPDX-License-Identifier: MIT */
/* disk_report.c - size and hash of each disk's image. */
#include "sim/cmd/disk_report.h"

#include "sim/cmd/report.h"

bool disk_report_make(struct disk_report *report, const struct machine_config *config,
		      struct error *err)
{
	report->count = config->disks;
	for (unsigned i = 0; i < config->disks; i++) {
		if (!disk_hash_image(config->disk[i].image, &report->bytes[i], &report->hash[i],
				     err)) {
			return false;
		}
	}
	return true;
}

void disk_report_add(const struct disk_report *report, unsigned number, const char *name,
		     json_t *files)
{
	json_array_append_new(files,
			      report_file(name, report->bytes[number], report->hash[number]));
}

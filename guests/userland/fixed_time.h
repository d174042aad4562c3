/* SPDX-License-Identifier: MIT */
/*
 * fixed_time.h - included before every source of cc65, for the guest and for the host.
 *
 * Assembler and librarian write the time of day and the times of the files they read into objects.
 * With one fixed time instead, equal sources give equal objects on every machine.
 */
#pragma once

#include <sys/stat.h>
#include <time.h>

static inline time_t fixed_time(time_t *result)
{
	if (result != 0) {
		*result = FIXED_TIME;
	}
	return FIXED_TIME;
}

static inline int fixed_stat(const char *path, struct stat *result)
{
	int status = stat(path, result);

	result->st_mtime = FIXED_TIME;
	return status;
}

#define time(result)       fixed_time(result)
#define stat(path, result) fixed_stat(path, result)

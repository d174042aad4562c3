/* SPDX-License-Identifier: MIT */
/* log_writes.h - entries of the log that log_writes.c writes and crash_states.c reads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_kind {
	LOG_WRITE,
	LOG_RESIZE,
	LOG_SYNC
};

/* Behind it `size` bytes of data. */
struct log_entry {
	uint32_t kind;
	uint32_t zero;
	uint64_t offset; /* or the new size */
	uint64_t size;
	uint64_t output; /* bytes that had been printed */
};

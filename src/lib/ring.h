/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the last bytes of the console, kept for after a crash.
 *
 * One writer at a time (the console's lock). It overwrites the oldest; `written` counts all bytes
 * ever. A reader (a debugger, the panic path, a post-mortem in the dumped memory) needs nothing but
 * this structure: magic, size, and the byte with number n at data[n % size] for the last `size`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MAGIC 0x4d42524e /* "MBRN" */

struct ring {
	uint32_t magic;
	uint32_t size; /* a power of two */
	uint64_t written;
	char *data;
};

/* Keeps what a ring of this size at `data` had before (a soft reset); false if it had nothing. */
bool ring_init(struct ring *ring, char *data, uint32_t size);
void ring_put(struct ring *ring, char c);
/* Copies up to `bytes` from number *position on, skipping what is overwritten; advances it. */
size_t ring_read(const struct ring *ring, uint64_t *position, char *to, size_t bytes);

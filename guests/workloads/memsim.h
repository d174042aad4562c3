/* SPDX-License-Identifier: MIT */
/* memsim.h - a simulator of a small multiprocessor's caches, on references that it makes itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MEMSIM_CPUS 8U

struct memsim_line {
	uint32_t tag;   /* number of the line in memory, plus 1; 0: nothing here */
	uint32_t state; /* MEMSIM_... of memsim.c, and when it was last used */
};

struct memsim {
	uint32_t lines;            /* of memory */
	uint32_t sets;             /* of each cache, 2 ways each */
	struct memsim_line *cache; /* [cpu][set][way] */
	uint16_t *directory;   /* of each line: a bit for each CPU that has it, and who owns it */
	uint32_t *page_misses; /* of each page of 32 lines */
	uint32_t random[MEMSIM_CPUS];
	uint32_t stream[MEMSIM_CPUS]; /* where each CPU's sequential references are */
	uint32_t time;
	uint32_t hits;
	uint32_t misses;
	uint32_t upgrades;
	uint32_t transfers;
	uint32_t write_backs;
};

/* Caches of sets * 2 lines each; `lines` of memory, a multiple of 32. False: no memory. */
bool memsim_make(struct memsim *memsim, uint32_t lines, uint32_t sets, uint32_t seed);
void memsim_free(struct memsim *memsim);
/* So many references of each CPU. */
void memsim_run(struct memsim *memsim, uint32_t references);
/* All counters and all lines as one number. */
uint32_t memsim_signature(const struct memsim *memsim);

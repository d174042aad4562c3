/* SPDX-License-Identifier: MIT */
/*
 * movement.h - what a monitor that moves pages tells of it: actions, reasons, records of its log.
 *
 * The monitor keeps a log of its last decisions for each CPU in its memory; whoever reads it takes
 * no time of the machine. Layouts and numbers only. Manual page:
 * docs/machine/movement.md.
 */
#pragma once

/* What was done. */
#define MOVEMENT_NONE      0 /* refused, or nothing to gain */
#define MOVEMENT_MIGRATE   1
#define MOVEMENT_REPLICATE 2
#define MOVEMENT_COLLAPSE  3 /* copies were given up */
#define MOVEMENT_ACTIONS   4

/* Why. */
#define MOVEMENT_DOMINATED     0  /* one node misses */
#define MOVEMENT_READ_SHARED   1  /* several nodes read */
#define MOVEMENT_LOCAL         2  /* misses at home, or where a copy is */
#define MOVEMENT_WRITE_SHARED  3  /* several nodes, and writes */
#define MOVEMENT_LIMIT         4  /* moved often enough in this interval */
#define MOVEMENT_THRASH        5  /* moved too often: it stays */
#define MOVEMENT_NO_MEMORY     6  /* no free page where it should go */
#define MOVEMENT_PRESSURE      7  /* too few free pages for copies */
#define MOVEMENT_PINNED        8  /* a device uses it */
#define MOVEMENT_BUSY          9  /* being changed */
#define MOVEMENT_NOT_A_VMS     10 /* the monitor's own, or free */
#define MOVEMENT_BELOW_TRIGGER 11 /* too few misses for this VM */
#define MOVEMENT_OFF           12 /* switched off for this VM */
#define MOVEMENT_WRITTEN       13 /* the first write to a page with copies */
#define MOVEMENT_RECLAIMED     14 /* copies given up for memory */
#define MOVEMENT_RANDOM        15 /* the stress test's */
#define MOVEMENT_SPREAD        16 /* mapped at more places than are known: all TLBs would be emptied */
#define MOVEMENT_REASONS       17

/* The log of a CPU: a power of two of records; number n is at n % MOVEMENT_RECORDS. */
#define MOVEMENT_RECORDS 512

#ifndef __ASSEMBLER__
#include <stdint.h>

struct movement_record {
	uint64_t nodes;  /* where the page has gone, or its copies: bit by node */
	uint32_t time;   /* of Count, when it was done */
	uint32_t page;   /* guest physical page; machine page if it is no VM's */
	uint16_t vm;     /* number, or 0xffff */
	uint8_t action;  /* MOVEMENT_* */
	uint8_t reason;  /* MOVEMENT_* */
	uint8_t from;    /* its home node before */
	uint8_t cpu;     /* whose misses made it hot */
	uint16_t misses; /* of the hot node: all kinds, as the decision saw them */
	uint16_t others; /* of all other nodes */
	uint16_t writes; /* of all nodes */
	uint16_t copy;   /* Count cycles / 4 of the copying */
	uint16_t total;  /* Count cycles / 4 of all, from the queue's entry on */
};

/* Of one CPU: totals by action and reason, and the log. */
struct movement_log {
	uint32_t written; /* records ever */
	uint32_t records; /* MOVEMENT_RECORDS */
	uint64_t done[MOVEMENT_ACTIONS][MOVEMENT_REASONS];
	uint64_t copy_cycles[MOVEMENT_ACTIONS];  /* of Count */
	uint64_t total_cycles[MOVEMENT_ACTIONS]; /* of Count; the copying is in it */
	uint64_t handed_over;                    /* to other CPUs */
	uint64_t handed_over_cycles;             /* of Count */
	uint64_t pages[MOVEMENT_ACTIONS];        /* moved, copies made, copies given up */
	struct movement_record record[MOVEMENT_RECORDS];
};

_Static_assert(sizeof(struct movement_record) == 32, "layout");
#endif

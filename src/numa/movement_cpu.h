/* SPDX-License-Identifier: MIT */
/* movement_cpu.h - what movement.c, and nobody else, keeps of each CPU. */
#pragma once

#include "machine/movement.h"

#include "src/lib/hooks.h"
#include "src/numa/policy.h"

#define QUIET_MAX 512
#define INBOX_MAX 32
#define BATCH     8 /* pages that are decided on, and moved, together */

/* A page that has been decided on and stays: its trigger is cleared when its time has come. */
struct quiet {
	uint32_t mpn;
	uint32_t due; /* number of an interval */
};

/* A hot page that is being decided on. */
struct hot {
	uint64_t entry;
	uint32_t frame;
	uint32_t mpn;
	uint32_t home;
	uint32_t vm; /* MEMMAP_VMS_MAX: no VM's */
	uint32_t gpn;
	uint32_t counts; /* time spent on it, of Count */
	uint32_t copy;   /* of that, copying */
	bool is_done;    /* what was decided */
	bool is_pinned;
	struct policy_decision decision;
};

/* Of one CPU, on its node. */
struct movement_cpu {
	/* Hot pages, from the homes' queues. */
	struct lock lock;
	uint32_t inbox_count;
	uint64_t inbox[INBOX_MAX];
	/* Nobody else's. */
	struct movement_log log;
	bool is_collecting; /* the controller's interrupt is off until the queue is empty */
	uint64_t collect_at;
	uint64_t kicks;          /* CPUs that have been given something */
	uint32_t quiet_interval; /* when the quiet pages were looked at last */
	struct hot hot[BATCH];
	uint8_t collapse_reason; /* why copies are given up now */
	bool random_due;
	uint32_t random;
	uint32_t quiet_count;
	struct quiet quiet[QUIET_MAX];
	struct policy_page page; /* what is being decided on */
	union {
		uint64_t pair[MAP_CPUS_MAX / 2];
		struct policy_counts counts[MAP_CPUS_MAX];
	};
};

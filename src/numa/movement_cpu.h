/* SPDX-License-Identifier: MIT */
/* movement_cpu.h - what movement.c keeps of each CPU; for it and random.c alone. */
#pragma once

#include "machine/movement.h"

#include "src/lib/hooks.h"
#include "src/numa/policy.h"

#define QUIET_MAX 2048
#define INBOX_MAX 64
#define BATCH     8 /* pages that are moved together */

/* A page that stays: its trigger is cleared when its time has come. */
struct quiet {
	uint32_t mpn;
	uint32_t due; /* number of an interval */
};

/* A hot page. */
struct hot {
	/* What has been decided, NONE: that is to come. For its time, the machine page. */
	struct movement_record record;
	uint32_t counts; /* time spent on it, of Count */
	bool is_done;
};

/* Of one CPU, on its node. */
struct movement_cpu {
	/* Hot pages that are to be moved. */
	struct lock lock;
	uint32_t inbox_count;
	struct movement_record inbox[INBOX_MAX];
	/* Nobody else's. */
	struct movement_log log;
	uint64_t
		collect_at; /* until then the controller's interrupt is off; UINT64_MAX: it is on */
	bool collect_due;
	uint64_t waiting;        /* CPUs whose hot pages were collected last */
	uint32_t interval;       /* the current one, while pages are decided on */
	uint32_t quiet_interval; /* when the quiet pages were looked at last */
	uint32_t tries;          /* of busy pages that are left */
	struct hot hot[BATCH];
	uint8_t collapse_reason; /* why copies are given up now */
	uint32_t quiet_count;
	struct quiet quiet[QUIET_MAX];
	struct policy_page page; /* what is being decided on */
	union {
		uint64_t pair[MAP_CPUS_MAX / 2];
		struct policy_counts counts[MAP_CPUS_MAX];
	};
};

/* Counts it and, at the log's end, notes it; times are Count's. */
void movement_note(struct movement_log *log, const struct movement_record *record, uint32_t copy,
		   uint32_t total);

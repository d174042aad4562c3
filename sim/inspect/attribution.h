/* SPDX-License-Identifier: MIT */
/*
 * attribution.h - whose time a CPU's cycles are: users, guest kernels, and the monitor by cause.
 *
 * A monitor writes into its struct inspect_cpu (machine/inspect.h) whom and what it works for.
 * Every cycle of every CPU is counted to one VCPU, or nobody, and one part; a change takes effect
 * with the store. Takes no simulated time and changes nothing. Before the first VCPU runs all time
 * is nobody's, for INSPECT_CAUSE_BOOT.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/inspect.h"
#include "sim/inspect/inspect.h"

struct core;
struct core_hooks;

/* Parts of a VCPU's time: the guest's, then the monitor's causes from INSPECT_CAUSE_* 1 on. */
enum attribution_part {
	ATTRIBUTION_USER,   /* user mode */
	ATTRIBUTION_KERNEL, /* supervisor mode: the guest's kernel */
	ATTRIBUTION_MONITOR /* + cause - 1 */
};
#define ATTRIBUTION_PARTS (ATTRIBUTION_MONITOR + INSPECT_CAUSE_COUNT - 1)

struct attribution_time {
	uint64_t executed; /* cycles with an instruction */
	uint64_t stalled;  /* cycles that an instruction waited for memory */
	uint64_t idle;
	uint64_t entries; /* how often this part began */
};

/* Exception codes of Cause. */
#define ATTRIBUTION_CODES 32U

struct attribution;

/*
 * For the monitor whose header is at physical address `header`, NULL: no memory. Without a monitor,
 * with 0, kernel mode is the guest's kernel: all there is for an observer.
 */
struct attribution *attribution_begin(struct machine *machine, uint64_t header);
void attribution_add_hooks(struct attribution *attribution, struct core_hooks *hooks);
void attribution_end(struct attribution *attribution);

/*
 * `listener` is called whenever a CPU leaves kernel mode or the monitor says what it does, once it
 * has published something.
 */
void attribution_set_listener(struct attribution *attribution,
			      void (*listener)(void *context, unsigned cpu, uint64_t cycle),
			      void *context);

/* Who wants to know at once, by VCPU, or by CPU where there is no monitor. */
struct attribution_observer {
	void *context;
	/* Time of a part: before any later event that concerns the VCPU. INSPECT_NONE: nobody's. */
	void (*spent)(void *context, uint32_t vcpu, unsigned part,
		      const struct attribution_time *time);
	/* User mode was left, and entered. */
	void (*left)(void *context, const struct core *core, uint32_t vcpu, bool at_refill);
	void (*entered)(void *context, const struct core *core, uint32_t vcpu);
};
void attribution_set_observer(struct attribution *attribution,
			      const struct attribution_observer *observer);
/*
 * For the observer: the VCPU whose kernel executes now, before the instruction at `cycle`, with its
 * time told up to then. False: the CPU executes no guest's kernel.
 */
bool attribution_in_kernel(struct attribution *attribution, const struct core *core, uint64_t cycle,
			   uint32_t *vcpu);
/* Is the time that of a monitor? */
bool attribution_has_monitor(const struct attribution *attribution);

/* "user", "kernel", "tlb_write", ... */
const char *attribution_name(unsigned part);

/*
 * Of the traps of guests from user mode, or their kernels' mode, with exception `code`: how often
 * the monitor did something for INSPECT_CAUSE_* `cause`. One trap may have several.
 */
uint64_t attribution_traps(const struct attribution *attribution, bool is_user, unsigned code,
			   unsigned cause);

/* Brings the counts up to now. */
void attribution_settle(struct attribution *attribution);
/* Nothing is published: then nobody's time is all there is. */
const struct inspect *attribution_view(const struct attribution *attribution);
/* ATTRIBUTION_PARTS times of a VCPU; of nobody with INSPECT_NONE. After attribution_settle(). */
const struct attribution_time *attribution_of(const struct attribution *attribution, uint32_t vcpu);

/* SPDX-License-Identifier: MIT */
/*
 * movement.h - moves the guests' pages to where their misses come from (paper 4.2.2).
 *
 * The node controllers count the misses of every machine page and CPU and queue hot pages. The
 * interrupt comes to a CPU of the page's home. If one other CPU waits it decides for it, by the
 * counters, which lie there; if several wait, each decides itself (policy_decide). The CPU that is
 * to have the page or a copy asks whether it may (policy_allow) and acts (src/pmap) between two
 * instructions of its guest: so work goes where the gain is, and a node that all pages lie on does
 * not do all of it.
 *
 * An inbox has a lock, inside which no other is taken; log and list of quiet pages are their CPU's.
 *
 * A page that stays where it is would become hot again and again: it is quiet, its trigger set,
 * for one interval, and for QUIET_LOCAL intervals if its misses were local.
 *
 * Invariants:
 *   I1  a frame whose trigger is set is in its home's queue, or quiet, or being handled.
 *   I2  a frame that is given to somebody new by a migration starts with counters of 0.
 */
#pragma once

#include "src/include/types.h"
#include "src/lib/status.h"
#include "src/numa/policy.h"

struct cpu;
struct pmap;
struct vm;

/* Before memory_give_rest(): the policy of a VM; if it moves pages, its views and logs. */
void movement_prepare(struct vm *vm, const struct policy *policy);
/* By CPU the physical address of its log, for whoever looks from outside (machine/inspect.h). */
const uint64_t *movement_table(void);
/* Some VM wants its pages moved. */
bool movement_is_on(void);
/* Controllers count from now on. CPU 0, before guests run. */
void movement_start(void);

/* TLB misses as the trigger (refills.h): the monitor has entered the page at `gpa` in C. */
void movement_refilled(struct cpu *cpu, uint64_t gpa);

/* The node's line is up: decides on all pages of the queue. On the CPU that it is routed to. */
void movement_interrupt(struct cpu *cpu);
/* Another CPU may have handed pages over. */
void movement_take(struct cpu *cpu);
/* At cpu->tick: quiet pages whose time is over count again. */
void movement_tick(struct cpu *cpu);
/* Copies of pages give way: how many were freed. */
uint32_t movement_reclaim(struct cpu *cpu);

/* SPDX-License-Identifier: MIT */
/* single.c - one access after the other (single.h). */
#include "tests/memsys/single.h"

#include <check.h>
#include <stdlib.h>

#define PATIENCE 10000 /* quanta */

enum single_kind {
	SINGLE_LOAD,
	SINGLE_FETCH,
	SINGLE_STORE,
	SINGLE_UNCACHED
};

static void on_lost(void *context, unsigned cpu, uint64_t line, uint32_t bytes,
		    enum memsys_loss loss)
{
	struct single *single = context;

	(void)cpu;
	(void)bytes;
	single->lost_count[loss]++;
	single->last_lost = line;
}

static void on_resume(void *context, unsigned cpu, uint64_t cycle)
{
	struct single *single = context;

	(void)cpu;
	single->is_resumed = true;
	single->resumed_at = cycle;
}

static void on_perform(void *context, unsigned cpu)
{
	(void)context;
	(void)cpu;
}

static void on_dma_perform(void *context, uint64_t cookie, uint64_t paddr, uint32_t bytes)
{
	struct single *single = context;

	(void)cookie;
	(void)paddr;
	(void)bytes;
	single->dma_lines++;
}

static void on_dma_done(void *context, uint64_t cookie, uint64_t cycle)
{
	struct single *single = context;

	(void)cookie;
	(void)cycle;
	single->dma_transfers++;
}

static void on_hot_page(void *context, unsigned cpu, bool up)
{
	struct single *single = context;

	ck_assert(single->line_up[cpu] != up);
	single->line_up[cpu] = up;
	single->line_changes++;
}

static const struct memsys_ops ops = { .lost = on_lost,
				       .resume = on_resume,
				       .perform = on_perform,
				       .dma_perform = on_dma_perform,
				       .dma_done = on_dma_done,
				       .hot_page = on_hot_page };

struct single *single_create(const struct memsys_config *config)
{
	struct single *single = calloc(1, sizeof(*single));
	struct error err = { 0 };

	ck_assert_ptr_nonnull(single);
	single->memsys = memsys_create(config, &ops, single, &err);
	ck_assert_msg(single->memsys != NULL, "%s", err.text);
	return single;
}

void single_destroy(struct single *single)
{
	memsys_destroy(single->memsys);
	free(single);
}

static void one_quantum(struct single *single)
{
	single->now += memsys_quantum(single->memsys);
	ck_assert_msg(memsys_boundary(single->memsys, single->now), "%s",
		      memsys_failure(single->memsys));
}

void single_settle(struct single *single)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		one_quantum(single);
		if (memsys_is_quiet(single->memsys)) {
			if (single->settled++ % 16 == 0) {
				ck_assert_msg(memsys_check(single->memsys, single->now), "%s",
					      memsys_failure(single->memsys));
			}
			return;
		}
	}
	ck_abort_msg("no rest");
}

void single_wait_until(struct single *single, uint64_t cycle)
{
	single_settle(single);
	while (single->now < cycle) {
		one_quantum(single);
	}
}

static uint32_t call(struct single *single, enum single_kind kind, unsigned cpu, uint64_t paddr,
		     unsigned bytes, bool is_store)
{
	struct memsys_cpu *hot = memsys_cpu(single->memsys, cpu);

	switch (kind) {
	case SINGLE_LOAD:
		return memsys_load(hot, paddr, single->now);
	case SINGLE_FETCH:
		return memsys_fetch(hot, paddr, single->now);
	case SINGLE_STORE:
		return memsys_store(hot, paddr, bytes, single->now);
	case SINGLE_UNCACHED:
	default:
		return memsys_uncached(hot, paddr, bytes, is_store, single->now);
	}
}

static uint64_t access_once(struct single *single, enum single_kind kind, unsigned cpu,
			    uint64_t paddr, unsigned bytes, bool is_store)
{
	uint64_t issued = single->now;
	uint32_t stall = call(single, kind, cpu, paddr, bytes, is_store);

	if (stall != MEMSYS_BLOCKED) {
		return stall;
	}
	single->is_resumed = false;
	for (unsigned i = 0; i < PATIENCE && !single->is_resumed; i++) {
		one_quantum(single);
	}
	ck_assert(single->is_resumed);
	ck_assert_uint_ge(single->resumed_at, single->now);
	if (kind != SINGLE_UNCACHED) {
		ck_assert_uint_eq(call(single, kind, cpu, paddr, bytes, is_store), 0);
	}
	single_settle(single);
	return single->resumed_at - issued;
}

uint64_t single_load(struct single *single, unsigned cpu, uint64_t paddr)
{
	return access_once(single, SINGLE_LOAD, cpu, paddr, 4, false);
}

uint64_t single_fetch(struct single *single, unsigned cpu, uint64_t paddr)
{
	return access_once(single, SINGLE_FETCH, cpu, paddr, 4, false);
}

uint64_t single_store(struct single *single, unsigned cpu, uint64_t paddr, unsigned bytes)
{
	return access_once(single, SINGLE_STORE, cpu, paddr, bytes, true);
}

uint64_t single_uncached(struct single *single, unsigned cpu, uint64_t paddr, bool is_store)
{
	return access_once(single, SINGLE_UNCACHED, cpu, paddr, 4, is_store);
}

void single_dma(struct single *single, unsigned node, uint64_t paddr, uint64_t bytes, bool is_write)
{
	memsys_dma(single->memsys, node, paddr, bytes, is_write, single->now, 0);
	single_settle(single);
}

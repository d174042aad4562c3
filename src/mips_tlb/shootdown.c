/* SPDX-License-Identifier: MIT */
/*
 * shootdown.c - queues of pairs to remove, interrupts, waiting (shootdown.h says why it is safe).
 */
#include "src/mips_tlb/shootdown.h"

#include <stddef.h>

#include "src/mips_tlb/l2tlb.h"
#include "src/mips_tlb/window.h"

void shootdown_target_init(struct shootdown_target *target, struct l2tlb *l2tlb)
{
	*target = (struct shootdown_target){ .cpu = SHOOTDOWN_NO_CPU, .l2tlb = l2tlb };
}

__attribute__((noinline)) void shootdown_begin(struct shootdown_batch *batch, uint32_t self_cpu,
					       struct shootdown_target *self)
{
	batch->self_cpu = self_cpu;
	batch->self = self;
	batch->count = 0;
	batch->requests = 0;
	batch->interrupts = 0;
}

/* Remembers that request number `request` of `target` is to be waited for. */
static void note(struct shootdown_batch *batch, struct shootdown_target *target, uint64_t request)
{
	batch->requests++;
	for (uint32_t i = 0; i < batch->count; i++) {
		if (batch->wait[i].target == target) {
			batch->wait[i].request = request;
			return;
		}
	}
	if (batch->count == SHOOTDOWN_BATCH_TARGETS) {
		shootdown_run(batch);
	}
	batch->wait[batch->count].target = target;
	batch->wait[batch->count].request = request;
	batch->count++;
}

static bool queue_holds(const struct shootdown_target *target, uint64_t entryhi)
{
	for (uint32_t i = 0; i < target->count; i++) {
		if (target->entryhi[i] == entryhi) {
			return true;
		}
	}
	return false;
}

__attribute__((noinline)) static void serve_one(struct l2tlb *l2tlb, uint64_t entryhi)
{
	if (window_area_of(entryhi) == WINDOW_AREA_GUEST) {
		if (entryhi & SHOOTDOWN_ANY_ASID) {
			l2tlb_drop_range(l2tlb, entryhi, 0, true);
		} else {
			(void)l2tlb_drop(l2tlb, entryhi);
		}
	} else if (l2tlb->in_hardware) {
		tlb_hw_drop(entryhi);
	}
}

/* Everything if `entryhi` is NULL. What this CPU has goes at once. */
static void post(struct shootdown_batch *batch, struct shootdown_target *target,
		 const uint64_t *entryhi)
{
	uint64_t request;

	if (entryhi && target == batch->self) {
		serve_one(target->l2tlb, *entryhi);
		return;
	}
	lock_acquire(&target->lock);
	if (!entryhi || (target->count == SHOOTDOWN_REQUESTS && !queue_holds(target, *entryhi))) {
		target->flush = 1;
	} else if (!target->flush && !queue_holds(target, *entryhi)) {
		target->entryhi[target->count++] = *entryhi;
	}
	request = target->posted + 1;
	__atomic_store_n(&target->posted, request, __ATOMIC_RELEASE);
	lock_release(&target->lock);
	note(batch, target, request);
}

void shootdown_add(struct shootdown_batch *batch, struct shootdown_target *target, uint64_t entryhi)
{
	post(batch, target, &entryhi);
}

void shootdown_add_flush(struct shootdown_batch *batch, struct shootdown_target *target)
{
	post(batch, target, NULL);
}

static uint32_t cpu_of(const struct shootdown_target *target)
{
	return __atomic_load_n(&target->cpu, __ATOMIC_ACQUIRE);
}

static bool is_done(const struct shootdown_target *target, uint64_t request)
{
	/* cpu first: once it is none, the queue is served before the VCPU runs again. */
	return cpu_of(target) == SHOOTDOWN_NO_CPU ||
	       __atomic_load_n(&target->served, __ATOMIC_ACQUIRE) >= request;
}

void shootdown_send(struct shootdown_batch *batch)
{
	uint64_t interrupted = 0;

	memory_barrier();
	for (uint32_t i = 0; i < batch->count; i++) {
		struct shootdown_target *target = batch->wait[i].target;
		uint32_t cpu = cpu_of(target);

		if (cpu == batch->self_cpu) {
			shootdown_serve(target);
		} else if (cpu != SHOOTDOWN_NO_CPU && !is_done(target, batch->wait[i].request) &&
			   !(interrupted & (uint64_t)1 << cpu)) {
			interrupted |= (uint64_t)1 << cpu;
			batch->interrupts++;
			ipi_shootdown(cpu);
		}
	}
}

void shootdown_wait(struct shootdown_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		while (!is_done(batch->wait[i].target, batch->wait[i].request)) {
			/* The other CPU may be waiting for us. */
			shootdown_serve(batch->self);
		}
	}
	batch->count = 0;
}

void shootdown_run(struct shootdown_batch *batch)
{
	shootdown_send(batch);
	shootdown_wait(batch);
}

void shootdown_serve(struct shootdown_target *target)
{
	uint64_t entryhi[SHOOTDOWN_REQUESTS];
	uint64_t request;
	uint32_t count;
	uint32_t flush;

	if (target == NULL || !shootdown_pending(target)) {
		/* Who waits comes here in a loop: it must not keep the lock from those who post. */
		return;
	}
	lock_acquire(&target->lock);
	request = target->posted;
	count = target->count;
	flush = target->flush;
	for (uint32_t i = 0; i < count; i++) {
		entryhi[i] = target->entryhi[i];
	}
	target->count = 0;
	target->flush = 0;
	lock_release(&target->lock);

	if (flush) {
		l2tlb_flush(target->l2tlb, NULL, NULL);
		if (target->l2tlb->in_hardware) {
			/* The window's pairs as well. */
			tlb_hw_flush();
		}
	}
	for (uint32_t i = 0; i < count && !flush; i++) {
		serve_one(target->l2tlb, entryhi[i]);
	}
	__atomic_store_n(&target->served, request, __ATOMIC_RELEASE);
}

void shootdown_set_cpu(struct shootdown_target *target, uint32_t cpu)
{
	lock_acquire(&target->lock);
	__atomic_store_n(&target->cpu, cpu, __ATOMIC_RELEASE);
	lock_release(&target->lock);
}

const char *shootdown_check(const struct shootdown_target *target)
{
	bool is_empty = target->count == 0 && !target->flush;

	if (target->served > target->posted || (target->served == target->posted) != is_empty) {
		return "shootdown I1: served and posted do not fit the queue";
	}
	if (target->count > SHOOTDOWN_REQUESTS) {
		return "shootdown I2: too many requests";
	}
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* movement.c - hot pages: from the controller's queue to a decision, an action and a record. */
#include "src/numa/movement.h"

#include "machine/misscount.h"

#include "src/cpu/cpu.h"
#include "src/cpu/platform.h"
#include "src/cpu/timer.h"
#include "src/cpu/vcpu.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/include/cp0.h"
#include "src/include/memory.h"
#include "src/numa/movement_cpu.h"
#include "src/numa/random.h"
#include "src/numa/refills.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/pmap/pmap.h"

#define QUIET_LOCAL   8
#define RECLAIM_PAGES 16 /* copies given up at once */
/*
 * Counts (500 us) that hot pages wait in a home's queue for others: an interrupt, a hand-over and a
 * shootdown for all of them, and the monitor's text comes into the cache once.
 */
#define COLLECT_COUNTS 100000
#define TRIES          200 /* of pages that are busy, before the guest goes on: some 100 us */

/* Constant once guests run; far away for most CPUs: what a decision needs is together. */
static struct {
	bool is_on;
	uint32_t trigger;       /* the smallest of all VMs */
	uint32_t interval_log2; /* in counts; the smallest of all VMs */
	struct {
		struct pmap *pmap;
		struct policy policy;
	} vm[MEMMAP_VMS_MAX];
	uint64_t log[MAP_CPUS_MAX]; /* their logs' physical addresses */
	uint32_t reclaim_next[MAP_NODES_MAX];
} movement;

bool movement_is_on(void)
{
	return movement.is_on;
}

const uint64_t *movement_table(void)
{
	return movement.log;
}

void movement_prepare(struct vm *vm, const struct policy *policy)
{
	movement.vm[vm->number].pmap = vm->pmap;
	movement.vm[vm->number].policy = *policy;
	if (!policy->migrates && !policy->replicates && !policy->is_random) {
		return;
	}
	for (uint32_t node = 0; node < machine.node_count; node++) {
		pmap_add_view(vm->pmap, node, memory_take(node, pmap_view_bytes(vm->pmap)));
	}
#if MONITOR_TLB
	if (policy->by_tlb) {
		refills_prepare(vm, policy->trigger);
	}
#endif
	if (!movement.is_on) {
		movement.trigger = UINT32_MAX;
		movement.interval_log2 = 31;
		for (uint32_t i = 0; i < machine.cpu_count; i++) {
			uint32_t node = machine.cpu_node[i];
			struct movement_cpu *own = memory_take(node, sizeof(*own));

			own->log.records = MOVEMENT_RECORDS;
			own->page = (struct policy_page){
				.counts = own->counts,
				.cpu_node = machine.cpu_node,
				.cpu_count = machine.cpu_count,
				.node_count = machine.node_count,
			};
			own->collapse_reason = MOVEMENT_WRITTEN;
			own->collect_at = UINT64_MAX;
			movement.log[i] = memory_paddr(&own->log);
			smp_cpu(i)->movement = own;
		}
	}
	random_prepare(vm, policy);
	movement.is_on = true;
	if (policy->trigger < movement.trigger && !policy->by_tlb) {
		movement.trigger = policy->trigger;
	}
	if (policy->reset_log2 - 1U < movement.interval_log2) {
		movement.interval_log2 = policy->reset_log2 - 1U;
	}
}

static uint32_t entry_cpu(uint64_t entry)
{
	return (uint32_t)(entry >> 32 & MISSCOUNT_ENTRY_CPU) >> MISSCOUNT_ENTRY_CPU_SHIFT;
}

static uint64_t counters_of(uint32_t node)
{
	return machine.node_controller[node] + MISSCOUNT_OFFSET;
}

void movement_start(void)
{
	if (!movement_is_on()) {
		return;
	}
	for (uint32_t node = 0; node < machine.node_count; node++) {
		uint64_t counters = counters_of(node);

		device_write32(counters + MISSCOUNT_THRESHOLD, movement.trigger);
		device_write32(counters + MISSCOUNT_DECAY, movement.interval_log2 + 1);
		device_write32(counters + MISSCOUNT_CONTROL,
			       MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
	}
}

static uint32_t interval_of(struct cpu *cpu)
{
	return (uint32_t)(cpu_time(cpu) >> movement.interval_log2);
}

static uint32_t frame_of(uint32_t mpn)
{
	uint64_t frame = 0;

	(void)frame_of_paddr((uint64_t)mpn << PAGE_SHIFT, FRAME_COUNT_MAX, &frame);
	return (uint32_t)frame;
}

/* The counters of a page and its trigger become 0. */
static void clear(uint32_t home, uint32_t mpn)
{
	device_write32(counters_of(home) + MISSCOUNT_CLEAR, frame_of(mpn));
}

/* When movement_tick() is wanted next. */
static void set_tick(struct cpu *cpu, struct movement_cpu *own)
{
	uint64_t now = cpu_time(cpu);
	uint64_t next = UINT64_MAX;

	if (own->quiet_count != 0) {
		next = ((now >> movement.interval_log2) + 1) << movement.interval_log2;
	}
	if (own->collect_at < next) {
		next = own->collect_at;
	}
	cpu->tick = random_tick(cpu, now, movement.interval_log2, next);
}

/* The page is not looked at again before `intervals` have passed. */
static void keep_quiet(struct cpu *cpu, const struct movement_record *record, uint32_t intervals)
{
	struct movement_cpu *own = cpu->movement;

	if (own->quiet_count == QUIET_MAX) {
		clear(record->from, record->time);
		return;
	}
	own->quiet[own->quiet_count++] = (struct quiet){ record->time, own->interval + intervals };
	if (cpu->tick == UINT64_MAX) {
		set_tick(cpu, own);
		timer_want(cpu, cpu->tick);
	}
}

/* Quiet pages whose time is over count again. */
static void look_at_quiet(struct movement_cpu *own, uint32_t now)
{
	size_t kept = 0;

	own->quiet_interval = now;
	for (uint32_t i = 0; i < own->quiet_count; i++) {
		struct quiet quiet = own->quiet[i];

		if ((int32_t)(now - quiet.due) >= 0) {
			clear(page_node(&machine_pages, quiet.mpn), quiet.mpn);
		} else {
			own->quiet[kept++] = quiet;
		}
	}
	own->quiet_count = (uint32_t)kept;
}

void movement_tick(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;
	uint32_t interval = interval_of(cpu);

	if (own->quiet_interval != interval) {
		look_at_quiet(own, interval);
		refills_forget(cpu);
	}
	/* Not from here: who sets a timer may be in the middle of something. */
	if (own->collect_at <= cpu_time(cpu)) {
		own->collect_at = UINT64_MAX;
		own->collect_due = true;
	}
	set_tick(cpu, own);
}

static uint16_t clip(uint32_t value)
{
	return value < UINT16_MAX ? (uint16_t)value : UINT16_MAX;
}

void movement_note(struct movement_log *log, const struct movement_record *record, uint32_t copy,
		   uint32_t total)
{
	struct movement_record *to = &log->record[log->written % MOVEMENT_RECORDS];

	log->done[record->action][record->reason]++;
	log->pages[record->action] += record->action != MOVEMENT_NONE;
	log->copy_cycles[record->action] += copy;
	log->total_cycles[record->action] += total;
	*to = *record;
	to->time = cp0_read(CP0_COUNT);
	to->copy = clip(copy / 4);
	to->total = clip(total / 4);
	log->written++;
}

void page_collapsed(uint32_t vm, uint32_t gpn, uint32_t home)
{
	struct movement_cpu *own = cpu_self()->movement;
	struct movement_record record = {
		.page = gpn,
		.vm = (uint16_t)vm,
		.action = MOVEMENT_COLLAPSE,
		.from = (uint8_t)home,
		.cpu = (uint8_t)cpu_self()->number,
	};

	if (movement_is_on()) {
		record.reason = own->collapse_reason;
		movement_note(&own->log, &record, 0, 0);
	}
}

/* Whose page it is: of several VMs the one that the hot CPU works for. */
static bool find_user(const struct memmap_page *page, struct movement_record *record)
{
	const struct vcpu *vcpu;

	if (page->info.kind == INSPECT_FRAME_PRIVATE) {
		record->vm = page->info.vm;
		record->page = page->info.ppn;
		return record->vm < MEMMAP_VMS_MAX;
	}
	vcpu = smp_cpu(record->cpu)->tlb_owner;
	if (page->info.kind != INSPECT_FRAME_SHARED || vcpu == NULL) {
		return false;
	}
	record->vm = (uint16_t)vcpu->vm->number;
	return memmap_find_user(&machine_memmap, record->time, record->vm, &record->page);
}

static void read_row(struct movement_cpu *own, uint32_t frame)
{
	const volatile uint64_t *row = (const volatile uint64_t *)memory_uncached(
		MAP_MISS_BASE + ((uint64_t)frame << MISSCOUNT_ROW_SHIFT));
	uint32_t cpus = machine.cpu_count;

	for (uint32_t i = 0; i < (cpus + 1) / 2; i++) {
		own->pair[i] = row[i];
	}
}

static bool is_by_tlb(const struct movement_record *record)
{
	return MONITOR_TLB && record->vm != UINT16_MAX && movement.vm[record->vm].policy.by_tlb;
}

/* By the counters, and whether it has been refused in this interval where it should go. */
static void decide(struct cpu *cpu, struct movement_record *record)
{
	struct movement_cpu *own = cpu->movement;
	const struct memmap_page *page = memmap_lookup(&machine_memmap, record->time);
	uint32_t refused = page->refused - own->interval * MOVEMENT_REASONS;
	struct policy_decision decision = { .reason = MOVEMENT_NOT_A_VMS };
	struct pmap_hot state;

	if (find_user(page, record)) {
		if (is_by_tlb(record)) {
			refills_read(record->vm, record->page, own->counts);
		} else {
			read_row(own, frame_of(record->time));
		}
		own->page.hot_cpu = record->cpu;
		own->page.home = record->from;
		own->page.is_pinned = page->info.pins != 0;
		policy_decide(&movement.vm[record->vm].policy, &own->page, &decision);
		if (is_by_tlb(record) &&
		    pmap_look_hot(movement.vm[record->vm].pmap, record->page, record->time,
				  cpu->node, own->interval, &state) == OK) {
			/* A TLB misses on copies, too. */
			decision.nodes &= ~state.replicas;
			if (decision.action != MOVEMENT_NONE && decision.nodes == 0) {
				decision.action = MOVEMENT_NONE;
				decision.reason = MOVEMENT_LOCAL;
			}
		}
		if (decision.action != MOVEMENT_NONE && refused < MOVEMENT_REASONS &&
		    refused != 0) {
			decision.action = MOVEMENT_NONE;
			decision.reason = (uint8_t)refused;
			decision.nodes = 0;
		}
	} else {
		record->vm = UINT16_MAX;
		record->page = record->time;
	}
	record->nodes = decision.nodes;
	record->action = decision.action;
	record->reason = decision.reason;
	record->misses = clip(decision.misses);
	record->others = clip(decision.others);
	record->writes = clip(decision.writes);
}

/* The page's counters begin anew, or it is quiet; those of the TLB go on until all are forgotten.
 */
static void settle_counters(struct cpu *cpu, const struct movement_record *record)
{
	if (is_by_tlb(record)) {
		refills_keep_quiet(record->vm, record->page, cpu->node);
	}
	if (record->action == MOVEMENT_NONE || is_by_tlb(record)) {
		keep_quiet(cpu, record,
			   record->reason == MOVEMENT_LOCAL || record->reason == MOVEMENT_NOT_A_VMS
				   ? QUIET_LOCAL
				   : 1);
	} else {
		clear(record->from, record->time);
	}
}

/* The CPU's bit; 0 if it has enough to do: the page may become hot again. */
static uint64_t put(uint32_t cpu, const struct movement_record *record)
{
	struct movement_cpu *to = smp_cpu(cpu)->movement;
	bool is_full;

	lock_acquire(&to->lock);
	is_full = to->inbox_count == INBOX_MAX;
	if (!is_full) {
		to->inbox[to->inbox_count++] = *record;
	}
	lock_release(&to->lock);
	if (is_full) {
		clear(record->from, record->time);
	}
	return is_full ? 0 : (uint64_t)1 << cpu;
}

static uint64_t hand_over(struct movement_cpu *own, uint32_t cpu,
			  const struct movement_record *record)
{
	own->log.handed_over++;
	return put(cpu, record);
}

/* The first CPU of the node that has missed: it has most to gain and the shortest way to copy to.
 */
static uint32_t reader_of(const struct movement_cpu *own, uint32_t node)
{
	uint32_t cpu = 0;

	while (machine.cpu_node[cpu] != node ||
	       (own->counts[cpu].reads == 0 && own->counts[cpu].writes == 0)) {
		cpu++;
	}
	return cpu;
}

static void kick_all(uint64_t cpus)
{
	for (uint32_t i = 0; cpus != 0; i++, cpus >>= 1) {
		if (cpus & 1) {
			platform_kick(i);
		}
	}
}

/*
 * What stood in the way of what was decided becomes the decision. But nodes that read a page are
 * told together, and it is busy while the first of them makes it read-only: then it is tried again.
 */
static void finish(struct cpu *cpu, struct movement_record *record, enum status status,
		   uint32_t copied, uint32_t counts)
{
	struct movement_log *log = &cpu->movement->log;

	if (status == ERR_BUSY && cpu->movement->tries != 0 && put(cpu->number, record)) {
		cpu->movement->tries--;
		log->copy_cycles[record->action] += copied;
		log->total_cycles[record->action] += counts;
		return;
	}
	if (status != OK) {
		record->action = MOVEMENT_NONE;
		record->reason = status == ERR_NOMEM ? MOVEMENT_NO_MEMORY : MOVEMENT_BUSY;
		record->nodes = 0;
	}
	movement_note(log, record, copied, counts);
}

/* What has been decided still stands, here. */
static void look(struct cpu *cpu, struct hot *hot, uint32_t start)
{
	struct movement_cpu *own = cpu->movement;
	struct movement_record *record = &hot->record;
	struct policy_decision decision = {
		.action = record->action,
		.nodes = (uint64_t)1 << cpu->node,
	};
	struct pmap_hot state;
	enum status status = pmap_look_hot(movement.vm[record->vm].pmap, record->page, record->time,
					   cpu->node, own->interval, &state);

	if (status == OK) {
		policy_allow(&movement.vm[record->vm].policy, &state, &decision);
		record->action = decision.action;
		record->reason = decision.reason;
		record->nodes = decision.nodes;
		if (decision.action == MOVEMENT_NONE && decision.reason != MOVEMENT_LOCAL) {
			memmap_lookup(&machine_memmap, record->time)->refused =
				own->interval * MOVEMENT_REASONS + decision.reason;
		}
	}
	hot->counts = cp0_read(CP0_COUNT) - start;
	hot->is_done = status != OK || record->action == MOVEMENT_NONE;
	if (hot->is_done) {
		finish(cpu, record, status, 0, hot->counts);
	}
}

/* All pages of a VM to which the same is to be done, their time in equal parts. */
static void act(struct cpu *cpu, struct hot *hot, uint32_t count, const struct hot *first)
{
	struct pmap_caller caller = cpu_pmap_caller();
	struct pmap *pmap = movement.vm[first->record.vm].pmap;
	uint32_t start = cp0_read(CP0_COUNT);
	uint32_t copied = cpu->copy_counts;
	uint8_t action = first->record.action;
	uint32_t vm = first->record.vm;
	struct pmap_transfer item[BATCH];
	struct hot *of[BATCH];
	size_t items = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!hot[i].is_done && hot[i].record.vm == vm && hot[i].record.action == action) {
			item[items].gpn = hot[i].record.page;
			of[items++] = &hot[i];
		}
	}
	if (action == MOVEMENT_MIGRATE) {
		cpu->inspect.cause = INSPECT_CAUSE_MIGRATE;
		pmap_move_pages(pmap, item, (uint32_t)items, cpu->node, &caller);
	} else {
		cpu->inspect.cause = INSPECT_CAUSE_REPLICATE;
		pmap_replicate_pages(pmap, item, (uint32_t)items, cpu->node, &caller);
	}
	for (size_t i = 0; i < items; i++) {
		if (action == MOVEMENT_MIGRATE && item[i].mpn != 0) {
			clear(cpu->node, item[i].mpn);
		}
		of[i]->is_done = true;
	}
	copied = (cpu->copy_counts - copied) / (uint32_t)items;
	start = (cp0_read(CP0_COUNT) - start) / (uint32_t)items;
	for (size_t i = 0; i < items; i++) {
		finish(cpu, &of[i]->record, item[i].status, copied, of[i]->counts + start);
	}
}

/*
 * Decides on a hot page, best at its home, where the counters are: most pages stay. The CPUs that
 * are to act; all but this one have been told.
 */
static uint64_t consider(struct cpu *cpu, struct movement_record *record, uint32_t start)
{
	struct movement_cpu *own = cpu->movement;
	uint64_t readers = 0;

	decide(cpu, record);
	settle_counters(cpu, record);
	if (record->action == MOVEMENT_NONE) {
		movement_note(&own->log, record, 0, cp0_read(CP0_COUNT) - start);
		return 0;
	}
	for (uint32_t node = 0; node < machine.node_count; node++) {
		if (record->nodes >> node & 1) {
			uint32_t reader = reader_of(own, node);

			readers |= reader != cpu->number ? hand_over(own, reader, record)
							 : (uint64_t)1 << reader;
		}
	}
	return readers;
}

/* Hot pages of the batch: what each needs, and what is to be done together. */
static void handle(struct cpu *cpu, uint32_t count)
{
	struct pmap_caller caller = cpu_pmap_caller();
	struct hot *hot = cpu->movement->hot;
	uint64_t self = (uint64_t)1 << cpu->number;
	uint64_t kicks = 0;
	uint64_t readers;
	uint32_t start;

	cpu->movement->interval = interval_of(cpu);
	for (uint32_t i = 0; i < count; i++) {
		/* Others wait for this CPU to give translations up, not for all of its work. */
		shootdown_serve(caller.self);
		start = cp0_read(CP0_COUNT);
		readers = hot[i].record.action == MOVEMENT_NONE
				  ? consider(cpu, &hot[i].record, start)
				  : self;
		kicks |= readers;
		hot[i].is_done = true;
		if (readers & self) {
			look(cpu, &hot[i], start);
		}
	}
	kick_all(kicks & ~self);
	for (uint32_t i = 0; i < count; i++) {
		if (!hot[i].is_done) {
			act(cpu, hot, count, &hot[i]);
		}
	}
}

/*
 * All hot pages of the node. Where several CPUs wait for them, now or the last time, they decide
 * themselves, at the same time: one that did it for all would be in their way.
 */
static void collect(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;
	struct movement_record record = { .from = (uint8_t)cpu->node };
	struct pmap_caller caller = cpu_pmap_caller();
	uint64_t queue = counters_of(cpu->node) + MISSCOUNT_QUEUE;
	uint64_t self = (uint64_t)1 << cpu->number;
	uint64_t waiting = own->waiting;
	uint32_t start = cp0_read(CP0_COUNT);
	uint64_t kicks = 0;
	uint64_t entry;

	own->collect_due = false;
	own->interval = interval_of(cpu);
	own->waiting = 0;
	while ((entry = device_read64(queue)) != 0) {
		uint32_t hot_cpu = entry_cpu(entry);
		bool is_here;

		record.action = MOVEMENT_NONE;
		record.cpu = (uint8_t)hot_cpu;
		record.time = (uint32_t)frame_to_page(entry >> 32 & MISSCOUNT_ENTRY_FRAME);
		own->waiting |= ((uint64_t)1 << hot_cpu) & ~self;
		waiting |= own->waiting;
		is_here = !(waiting & (waiting - 1));
		kicks |= is_here ? consider(cpu, &record, start) : hand_over(own, hot_cpu, &record);
		if (!is_here || record.action != MOVEMENT_NONE) {
			own->log.handed_over_cycles += cp0_read(CP0_COUNT) - start;
		}
		shootdown_serve(caller.self);
		start = cp0_read(CP0_COUNT);
	}
	/* One that has come since raises the line at once. */
	device_write32(counters_of(cpu->node) + MISSCOUNT_CONTROL,
		       MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
	kick_all(kicks & ~self);
	own->log.handed_over_cycles += cp0_read(CP0_COUNT) - start;
}

void movement_interrupt(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;

	device_write32(counters_of(cpu->node) + MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	own->collect_at = cpu_time(cpu) + COLLECT_COUNTS;
	set_tick(cpu, own);
	timer_want(cpu, cpu->tick);
}

#if MONITOR_TLB
void movement_refilled(struct cpu *cpu, uint64_t gpa)
{
	uint32_t gpn = (uint32_t)(gpa >> PAGE_SHIFT);

	if (!refills_are_enough(cpu, gpn)) {
		return;
	}
	for (uint32_t half = 0; half < 2; half++) {
		uint32_t word = pmap_ready(cpu->tlb_owner->vm->pmap, (gpn & ~1U) + half);

		if (word & ENTRYLO_V) {
			struct movement_record record = { .cpu = (uint8_t)cpu->number };

			record.time = (word & PMAP_READY_PFN) >> ENTRYLO_PFN_SHIFT;
			record.from = (uint8_t)page_node(&machine_pages, record.time);
			(void)hand_over(cpu->movement, cpu->number, &record);
		}
	}
	platform_kick(cpu->number);
}
#endif

void movement_take(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;

	if (own == NULL) {
		return;
	}
	if (own->collect_due) {
		collect(cpu);
	}
	random_move(cpu);
	own->tries = TRIES;
	while (atomic_load(&own->inbox_count) != 0) {
		size_t count = 0;

		lock_acquire(&own->lock);
		while (own->inbox_count != 0 && count < BATCH) {
			own->hot[count++].record = own->inbox[--own->inbox_count];
		}
		lock_release(&own->lock);
		handle(cpu, (uint32_t)count);
	}
}

/* Goes round the frames of each node: a copy that is found frees all copies of its page. */
static uint32_t reclaim_from(uint32_t node, const struct pmap_caller *caller)
{
	uint32_t frames = machine.frames_per_node;
	uint32_t freed = 0;

	for (uint32_t i = 0; i < frames && freed < RECLAIM_PAGES; i++) {
		uint32_t at = (movement.reclaim_next[node] + i) % frames;
		const struct inspect_frame *info = &machine_memmap.node[node][at].info;
		struct pmap *pmap;

		if (info->kind != INSPECT_FRAME_REPLICA || info->vm >= MEMMAP_VMS_MAX) {
			continue;
		}
		pmap = movement.vm[info->vm].pmap;
		if (pmap_collapse(pmap, info->ppn, caller) == OK) {
			freed++;
		}
	}
	movement.reclaim_next[node] += RECLAIM_PAGES;
	return freed;
}

uint32_t movement_reclaim(struct cpu *cpu)
{
	struct pmap_caller caller = cpu_pmap_caller();
	uint32_t freed = 0;

	if (!movement_is_on()) {
		return 0;
	}
	cpu->movement->collapse_reason = MOVEMENT_RECLAIMED;
	for (uint32_t i = 0; i < machine.node_count && freed == 0; i++) {
		freed = reclaim_from(machine_pages.order[cpu->node][i], &caller);
	}
	cpu->movement->collapse_reason = MOVEMENT_WRITTEN;
	return freed;
}

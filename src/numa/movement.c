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
#include "src/numa/refills.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/platform/smp.h"
#include "src/platform/vms.h"
#include "src/pmap/pmap.h"

#define QUIET_LOCAL   8
#define RECLAIM_PAGES 16 /* copies given up at once */
/*
 * Counts (500 us) that hot pages wait in a home's queue for others: an interrupt, a hand-over and a
 * shootdown for all of them, and the monitor's text comes into the cache once.
 */
#define COLLECT_COUNTS 100000
#define RANDOM_LOOKS   256

/* Constant once guests run. */
static struct {
	bool is_on;
	uint64_t log[MAP_CPUS_MAX]; /* their logs' physical addresses */
	struct pmap *pmap[MEMMAP_VMS_MAX];
	struct policy policy[MEMMAP_VMS_MAX];
	uint32_t trigger;       /* the smallest of all VMs */
	uint32_t interval_log2; /* in counts; the smallest of all VMs */
	bool is_random;         /* of some VM */
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
	movement.pmap[vm->number] = vm->pmap;
	movement.policy[vm->number] = *policy;
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
			own->random = i + 1;
			movement.log[i] = memory_paddr(&own->log);
			smp_cpu(i)->movement = own;
		}
	}
	for (uint32_t i = 0; i < machine.cpu_count && policy->is_random; i++) {
		smp_cpu(i)->tick = 0;
	}
	movement.is_on = true;
	movement.is_random |= policy->is_random;
	if (policy->trigger < movement.trigger && !policy->by_tlb) {
		movement.trigger = policy->trigger;
	}
	if (policy->reset_log2 - 1U < movement.interval_log2) {
		movement.interval_log2 = policy->reset_log2 - 1U;
	}
}

/* In the low word of an entry, in place of its time: not to be decided on any more. */
#define ENTRY_REPLICATE 1U

static uint64_t make_entry(uint32_t cpu, uint32_t frame, uint32_t low)
{
	return (uint64_t)(MISSCOUNT_ENTRY_VALID | cpu << MISSCOUNT_ENTRY_CPU_SHIFT | frame) << 32 |
	       low;
}

static uint32_t entry_cpu(uint64_t entry)
{
	return (uint32_t)(entry >> 32 & MISSCOUNT_ENTRY_CPU) >> MISSCOUNT_ENTRY_CPU_SHIFT;
}

static uint32_t entry_frame(uint64_t entry)
{
	return (uint32_t)(entry >> 32) & MISSCOUNT_ENTRY_FRAME;
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

/* The counters of a frame and its trigger become 0. */
static void clear_frame(uint32_t node, uint32_t frame)
{
	device_write32(counters_of(node) + MISSCOUNT_CLEAR, frame);
}

static void clear(uint32_t mpn)
{
	uint64_t frame = 0;

	(void)frame_of_paddr((uint64_t)mpn << PAGE_SHIFT, FRAME_COUNT_MAX, &frame);
	clear_frame(page_node(&machine_pages, mpn), (uint32_t)frame);
}

static uint32_t random_number(struct cpu *cpu)
{
	uint32_t *state = &cpu->movement->random;

	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* When movement_tick() is wanted next. */
static void set_tick(struct cpu *cpu, struct movement_cpu *own)
{
	uint64_t now = cpu_time(cpu);
	uint64_t next = UINT64_MAX;

	if (own->quiet_count != 0) {
		next = ((now >> movement.interval_log2) + 1) << movement.interval_log2;
	}
	if (own->is_collecting && own->collect_at < next) {
		next = own->collect_at;
	}
	if (movement.is_random) {
		next = now + 1 + (random_number(cpu) & ((1U << (movement.interval_log2 - 2)) - 1));
	}
	cpu->tick = next;
}

/* The page is not looked at again before `intervals` have passed. */
static void keep_quiet(struct cpu *cpu, uint32_t mpn, uint32_t intervals)
{
	struct movement_cpu *own = cpu->movement;

	if (own->quiet_count == QUIET_MAX) {
		clear(mpn);
		return;
	}
	own->quiet[own->quiet_count].mpn = mpn;
	own->quiet[own->quiet_count].due = interval_of(cpu) + intervals;
	own->quiet_count++;
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
			clear(quiet.mpn);
		} else {
			own->quiet[kept] = quiet;
			kept++;
		}
	}
	own->quiet_count = (uint32_t)kept;
}

static void collect(struct cpu *cpu);

void movement_tick(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;

	if (own->quiet_interval != interval_of(cpu)) {
		look_at_quiet(own, interval_of(cpu));
		refills_forget(cpu);
	}
	if (own->is_collecting && own->collect_at <= cpu_time(cpu)) {
		collect(cpu);
	}
	if (movement.is_random) {
		/* Not from here: who sets a timer may be in the middle of something. */
		own->random_due = true;
	}
	set_tick(cpu, own);
}

static uint16_t clip(uint32_t value)
{
	return value < UINT16_MAX ? (uint16_t)value : UINT16_MAX;
}

/* Counts it and, at the log's end, notes it; times are Count's. */
static void note(struct movement_log *log, const struct movement_record *record, uint32_t pages,
		 uint32_t copy, uint32_t total)
{
	struct movement_record *to = &log->record[log->written % MOVEMENT_RECORDS];

	log->done[record->action][record->reason]++;
	log->pages[record->action] += pages;
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
		note(&own->log, &record, 1, 0, 0);
	}
}

/* Whose page it is: of several VMs the one that the hot CPU works for. */
static bool find_user(struct hot *hot)
{
	const struct memmap_page *page;
	const struct vcpu *vcpu;
	uint32_t index;

	page_locate_frame(&machine_pages, hot->frame, &hot->home, &index);
	page = &machine_memmap.node[hot->home][index];
	hot->is_pinned = page->info.pins != 0;
	if (page->info.kind == INSPECT_FRAME_PRIVATE) {
		hot->vm = page->info.vm;
		hot->gpn = page->info.ppn;
		return hot->vm < MEMMAP_VMS_MAX;
	}
	vcpu = smp_cpu(entry_cpu(hot->entry))->tlb_owner;
	if (page->info.kind != INSPECT_FRAME_SHARED || vcpu == NULL) {
		return false;
	}
	hot->vm = vcpu->vm->number;
	return memmap_find_user(&machine_memmap, hot->mpn, hot->vm, &hot->gpn);
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

/*
 * First by the counters alone: most pages stay, and to look at their state and at nodes' free pages
 * costs a miss each.
 */
static void decide(struct cpu *cpu, struct hot *hot)
{
	struct movement_cpu *own = cpu->movement;
	const struct policy *policy = &movement.policy[hot->vm];
	struct policy_page *page = &own->page;
	struct pmap_hot state = { 0 };
	bool is_enough = true;

	page->hot_cpu = entry_cpu(hot->entry);
	page->home = hot->home;
	page->replicas = 0;
	page->is_shared = false;
	page->is_pinned = false;
	page->is_spread = false;
	page->moves = 0;
	page->interval_moves = 0;
	for (uint32_t node = 0; node < page->node_count; node++) {
		page->free_pages[node] = UINT32_MAX;
	}
	policy_decide(policy, page, &hot->decision);
	if (hot->decision.action == MOVEMENT_NONE) {
		return;
	}
	for (uint32_t node = 0; node < page->node_count; node++) {
		if (hot->decision.nodes >> node & 1) {
			page->free_pages[node] = machine_pages.pool[node]->free_count;
			is_enough = is_enough && page->free_pages[node] > policy->reserve;
		}
	}
	if (!pmap_look_hot(movement.pmap[hot->vm], hot->gpn, hot->mpn, interval_of(cpu), &state)) {
		hot->decision = (struct policy_decision){ .reason = MOVEMENT_BUSY };
		return;
	}
	if (is_enough && (state.replicas | state.moves | state.interval_moves | state.is_shared |
			  hot->is_pinned | state.is_spread) == 0) {
		/* As was assumed. */
		return;
	}
	page->replicas = state.replicas;
	page->is_shared = state.is_shared;
	page->is_pinned = hot->is_pinned;
	page->is_spread = state.is_spread;
	page->moves = state.moves;
	page->interval_moves = state.interval_moves;
	policy_decide(policy, page, &hot->decision);
}

/* To the CPU that misses, which has most to gain and the shortest way to copy to; false: full. */
static bool hand_over(uint32_t cpu, uint64_t entry)
{
	struct movement_cpu *to = smp_cpu(cpu)->movement;
	bool is_full;

	lock_acquire(&to->lock);
	is_full = to->inbox_count == INBOX_MAX;
	if (!is_full) {
		to->inbox[to->inbox_count] = entry;
		to->inbox_count++;
	}
	lock_release(&to->lock);
	return !is_full;
}

/* The first CPU of the node that has missed: it makes its node's copy. */
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

/* Copies for other nodes than this CPU's are made by their own CPUs, at the same time. */
static void tell_readers(const struct cpu *cpu, struct hot *hot)
{
	struct movement_cpu *own = cpu->movement;
	uint64_t here = (uint64_t)1 << cpu->node;

	for (uint32_t node = 0; node < machine.node_count; node++) {
		if (hot->decision.nodes & ~here & (uint64_t)1 << node) {
			uint32_t reader = reader_of(own, node);

			if (hand_over(reader, make_entry(reader, hot->frame, ENTRY_REPLICATE))) {
				own->kicks |= (uint64_t)1 << reader;
			}
		}
	}
	hot->decision.nodes &= here;
	hot->is_done = hot->decision.nodes == 0;
}

/* What stood in the way of what was decided becomes the decision. */
static void settle(struct policy_decision *decision, enum status status)
{
	if (status != OK) {
		decision->action = MOVEMENT_NONE;
		decision->reason = status == ERR_NOMEM ? MOVEMENT_NO_MEMORY : MOVEMENT_BUSY;
	}
}

/* What is to be done with a hot page. */
static void look(struct cpu *cpu, struct hot *hot)
{
	struct movement_cpu *own = cpu->movement;
	uint32_t start = cp0_read(CP0_COUNT);

	hot->frame = entry_frame(hot->entry);
	hot->mpn = (uint32_t)frame_to_page(hot->frame);
	hot->copy = 0;
	hot->is_done = false;
	hot->decision = (struct policy_decision){ .reason = MOVEMENT_NOT_A_VMS };
	if (!find_user(hot)) {
		hot->vm = MEMMAP_VMS_MAX;
	} else if (hot->entry & ENTRY_REPLICATE) {
		hot->decision.action = MOVEMENT_REPLICATE;
		hot->decision.reason = MOVEMENT_READ_SHARED;
		hot->decision.nodes = (uint64_t)1 << cpu->node;
	} else {
		if (MONITOR_TLB && movement.policy[hot->vm].by_tlb) {
			refills_read(hot->vm, hot->gpn, own->counts, false);
		} else {
			read_row(own, hot->frame);
		}
		decide(cpu, hot);
		if (hot->decision.action == MOVEMENT_REPLICATE) {
			tell_readers(cpu, hot);
		}
	}
	hot->counts = cp0_read(CP0_COUNT) - start;
}

/* All pages of a VM to which the same is to be done, their time in equal parts. */
static void act(struct cpu *cpu, struct hot *hot, uint32_t count, const struct hot *first)
{
	struct pmap_caller caller = cpu_pmap_caller();
	struct pmap *pmap = movement.pmap[first->vm];
	uint32_t start = cp0_read(CP0_COUNT);
	uint32_t copied = cpu->copy_counts;
	uint8_t action = first->decision.action;
	uint32_t vm = first->vm;
	struct pmap_transfer item[BATCH];
	struct hot *of[BATCH];
	size_t items = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!hot[i].is_done && hot[i].vm == vm && hot[i].decision.action == action) {
			item[items].gpn = hot[i].gpn;
			of[items] = &hot[i];
			items++;
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
			clear(item[i].mpn);
		}
		settle(&of[i]->decision, item[i].status);
		of[i]->is_done = true;
	}
	copied = (cpu->copy_counts - copied) / (uint32_t)items;
	start = (cp0_read(CP0_COUNT) - start) / (uint32_t)items;
	for (size_t i = 0; i < items; i++) {
		of[i]->copy = copied;
		of[i]->counts += start;
	}
}

/* Trigger, record. */
static void finish(struct cpu *cpu, const struct hot *hot)
{
	const struct policy_decision *decision = &hot->decision;
	struct movement_record record = {
		.nodes = decision->nodes,
		.page = hot->vm != MEMMAP_VMS_MAX ? hot->gpn : hot->mpn,
		.vm = hot->vm != MEMMAP_VMS_MAX ? (uint16_t)hot->vm : UINT16_MAX,
		.action = decision->action,
		.reason = decision->reason,
		.from = (uint8_t)hot->home,
		.cpu = (uint8_t)entry_cpu(hot->entry),
		.misses = clip(decision->misses),
		.others = clip(decision->others),
		.writes = clip(decision->writes),
	};
	uint32_t start = cp0_read(CP0_COUNT);

	if (hot->entry & ENTRY_REPLICATE) {
		/* Who decided has cleared the counters, or keeps the page quiet. */
	} else if (MONITOR_TLB && hot->vm != MEMMAP_VMS_MAX && movement.policy[hot->vm].by_tlb) {
		if (decision->action != MOVEMENT_NONE) {
			refills_read(hot->vm, hot->gpn, cpu->movement->counts, true);
		} else {
			refills_keep_quiet(hot->vm, hot->gpn, cpu->node);
			keep_quiet(cpu, hot->mpn, 1);
		}
	} else if (decision->action != MOVEMENT_NONE) {
		clear_frame(hot->home, hot->frame);
	} else {
		keep_quiet(cpu, hot->mpn,
			   decision->reason == MOVEMENT_LOCAL ||
					   decision->reason == MOVEMENT_NOT_A_VMS
				   ? QUIET_LOCAL
				   : 1);
	}
	note(&cpu->movement->log, &record, decision->nodes != 0, hot->copy,
	     hot->counts + cp0_read(CP0_COUNT) - start);
}

/* Hot pages of the batch: what each needs, what is to be done together, records. */
static void handle(struct cpu *cpu, uint32_t count)
{
	struct hot *hot = cpu->movement->hot;
	struct pmap_caller caller = cpu_pmap_caller();

	for (uint32_t i = 0; i < count; i++) {
		/* Others wait for this CPU to give translations up, not for all of its work. */
		shootdown_serve(caller.self);
		look(cpu, &hot[i]);
	}
	kick_all(cpu->movement->kicks);
	cpu->movement->kicks = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (!hot[i].is_done && hot[i].decision.action != MOVEMENT_NONE) {
			act(cpu, hot, count, &hot[i]);
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		finish(cpu, &hot[i]);
	}
}

/* All hot pages of the node to the CPUs that miss. */
static void collect(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;
	uint64_t queue = counters_of(cpu->node) + MISSCOUNT_QUEUE;
	uint32_t start = cp0_read(CP0_COUNT);
	uint64_t entry = device_read64(queue);
	uint64_t kicks = 0;

	own->is_collecting = false;
	for (; entry != 0; entry = device_read64(queue)) {
		if (hand_over(entry_cpu(entry), entry & ~(uint64_t)UINT32_MAX)) {
			kicks |= (uint64_t)1 << entry_cpu(entry);
			own->log.handed_over++;
		} else {
			/* It has enough to do; the page may become hot again. */
			clear_frame(cpu->node, entry_frame(entry));
		}
	}
	/* One that has come since raises the line at once. */
	device_write32(counters_of(cpu->node) + MISSCOUNT_CONTROL,
		       MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
	/* This CPU looks at the end of the interrupt that it is in. */
	kick_all(kicks & ~((uint64_t)1 << cpu->number));
	own->log.handed_over_cycles += cp0_read(CP0_COUNT) - start;
}

void movement_interrupt(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;

	device_write32(counters_of(cpu->node) + MISSCOUNT_CONTROL, MISSCOUNT_CONTROL_COUNT);
	own->is_collecting = true;
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
		uint64_t paddr = (uint64_t)(word & PMAP_READY_PFN)
				 << (PAGE_SHIFT - ENTRYLO_PFN_SHIFT);
		uint64_t frame;

		if (word & ENTRYLO_V && frame_of_paddr(paddr, FRAME_COUNT_MAX, &frame)) {
			(void)hand_over(cpu->number, make_entry(cpu->number, (uint32_t)frame, 0));
		}
	}
	platform_kick(cpu->number);
}
#endif

/* Some page of some VM is moved, copied, or loses its copies. */
static void move_at_random(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;
	struct pmap_caller caller = cpu_pmap_caller();
	uint32_t vm = random_number(cpu) % vms_count();
	uint32_t node = random_number(cpu) % machine.node_count;
	struct pmap *pmap = movement.pmap[vm];
	/* Rather in the lower part, where kernels are and a page is that has been touched. */
	uint32_t frame = random_number(cpu) % (pmap->frame_count >> random_number(cpu) % 4);
	struct movement_record record = { .vm = (uint16_t)vm, .cpu = (uint8_t)cpu->number };
	uint32_t ready = 0;
	enum status status;

	if (!movement.policy[vm].is_random) {
		return;
	}
	/* Most of a VM's memory was never touched. */
	for (uint32_t i = 0; i < RANDOM_LOOKS && !(ready & ENTRYLO_V); i++) {
		frame = (frame + 1) % pmap->frame_count;
		ready = pmap_ready(pmap, (uint32_t)frame_to_page(frame));
	}
	record.page = (uint32_t)frame_to_page(frame);
	record.nodes = (uint64_t)1 << node;
	record.from =
		(uint8_t)page_node(&machine_pages, (ready & PMAP_READY_PFN) >> ENTRYLO_PFN_SHIFT);
	record.action = (uint8_t)(MOVEMENT_MIGRATE + random_number(cpu) % 4);
	own->collapse_reason = MOVEMENT_RANDOM;
	cpu->inspect.cause = INSPECT_CAUSE_MIGRATE;
	if (record.action == MOVEMENT_MIGRATE) {
		status = pmap_move(pmap, record.page, node, &caller);
	} else if (record.action == MOVEMENT_COLLAPSE) {
		/* Which notes itself. */
		status = pmap_collapse(pmap, record.page, &caller) == OK ? ERR_FULL : ERR_BUSY;
	} else {
		record.action = MOVEMENT_REPLICATE;
		status = pmap_replicate(pmap, record.page, node, &caller);
	}
	own->collapse_reason = MOVEMENT_WRITTEN;
	if (status != ERR_FULL && status != ERR_RANGE) {
		record.reason = status == OK          ? MOVEMENT_RANDOM
				: status == ERR_NOMEM ? MOVEMENT_NO_MEMORY
						      : MOVEMENT_BUSY;
		record.action = status == OK ? record.action : MOVEMENT_NONE;
		note(&own->log, &record, status == OK, 0, 0);
	}
}

void movement_take(struct cpu *cpu)
{
	struct movement_cpu *own = cpu->movement;

	if (own != NULL && own->random_due) {
		own->random_due = false;
		move_at_random(cpu);
	}
	while (own != NULL && atomic_load(&own->inbox_count) != 0) {
		size_t count = 0;

		lock_acquire(&own->lock);
		while (own->inbox_count != 0 && count < BATCH) {
			own->inbox_count--;
			own->hot[count].entry = own->inbox[own->inbox_count];
			count++;
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
		pmap = movement.pmap[info->vm];
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

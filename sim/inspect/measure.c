/* SPDX-License-Identifier: MIT */
/*
 * measure.c - what is open of each thread, and where its time goes.
 *
 * A thread's list of what is open is a stack: a visit from user mode, if there is one, is the
 * first, calls and ways from one address to another are above it; time goes to the last. A call
 * ends where its return address is come to with its stack pointer. What ends takes what is above it
 * with it, and so does a new call where the stack was deeper: code that did not return.
 */
#include "sim/inspect/measure.h"

#include <stdlib.h>
#include <string.h>

#include "sim/core/core.h"
#include "sim/inspect/measure_spec.h"
#include "sim/inspect/measure_table.h"

#define DEPTH_MAX   16U
#define THREADS_MAX 4096U
#define POINTS_MAX  65536U
#define NO_ITEM     MEASURE_ITEMS_MAX
/* A kernel's stacks are so large and begin at multiples of it. */
#define STACK_SHIFT 14
#define GP          28
#define SP          29
#define RA          31

struct open {
	unsigned item; /* NO_ITEM: a visit that has no name yet */
	bool is_visit;
	bool at_refill;
	bool timed;
	uint64_t ra; /* of a call, else 0 */
	uint64_t sp;
	uint64_t began;
	struct attribution_time time[ATTRIBUTION_PARTS];
};

struct thread {
	unsigned depth;
	struct open open[DEPTH_MAX];
};

struct caller {
	struct caller *next;
	struct measure_caller counts;
};

/* What is to be done at an address. */
struct point {
	uint64_t begins; /* of these items */
	uint64_t ends;
	bool is_return;
	bool is_switch;
	struct caller *callers; /* of calls that return here */
};

struct measure {
	struct machine *machine;
	struct attribution *attribution;
	const struct elf_file *symbols;
	struct measure_spec spec[MEASURE_ITEMS_MAX];
	unsigned spec_count;
	struct measure_counts counts[MEASURE_ITEMS_MAX][2];
	uint64_t lost;
	struct measure_table points;
	struct measure_table threads; /* by $28 and VM */
	struct thread *now[INSPECT_VCPUS_MAX];
	struct thread before[INSPECT_VCPUS_MAX]; /* before the first switch is seen */
};

static struct point *point_at(struct measure *measure, uint64_t vaddr)
{
	struct point *point = measure_table_find(&measure->points, vaddr);

	if (point == NULL && measure->points.used < POINTS_MAX) {
		point = calloc(1, sizeof(*point));
		if (point == NULL) {
			abort(); /* the host is out of memory */
		}
		measure_table_add(&measure->points, vaddr, point);
		machine_add_point(measure->machine, vaddr);
	}
	return point;
}

static struct open *top_of(struct thread *thread)
{
	return thread->depth > 0 ? &thread->open[thread->depth - 1] : NULL;
}

/* What is above `depth` has not come to its end. */
static void cut(struct measure *measure, struct thread *thread, unsigned depth)
{
	while (thread->depth > depth) {
		measure->lost += !top_of(thread)->is_visit;
		thread->depth--;
	}
}

static struct open *push(struct measure *measure, struct thread *thread, const struct core *core,
			 uint64_t cycle)
{
	if (thread->depth == DEPTH_MAX) {
		measure->lost++;
		return NULL;
	}
	struct open *open = &thread->open[thread->depth++];

	*open = (struct open){ .item = NO_ITEM, .timed = core->cache != NULL, .began = cycle };
	return open;
}

static void add(struct attribution_time *sum, const struct attribution_time *time)
{
	sum->executed += time->executed;
	sum->stalled += time->stalled;
	sum->idle += time->idle;
	sum->entries += time->entries;
}

static void count_caller(struct measure *measure, const struct open *open, uint64_t elapsed)
{
	struct point *point = measure_table_find(&measure->points, open->ra);
	struct caller *caller = point->callers;

	while (caller != NULL &&
	       (caller->counts.item != open->item || caller->counts.timed != open->timed)) {
		caller = caller->next;
	}
	if (caller == NULL) {
		caller = calloc(1, sizeof(*caller));
		if (caller == NULL) {
			abort(); /* the host is out of memory */
		}
		caller->counts.item = open->item;
		caller->counts.timed = open->timed;
		caller->counts.address = open->ra;
		caller->next = point->callers;
		point->callers = caller;
	}
	caller->counts.count++;
	caller->counts.elapsed += elapsed;
	for (unsigned part = 0; part < ATTRIBUTION_PARTS; part++) {
		add(&caller->counts.time, &open->time[part]);
	}
}

/* The last that is open has come to its end. */
static void pop(struct measure *measure, struct thread *thread, uint64_t cycle)
{
	const struct open *open = top_of(thread);
	uint64_t elapsed = cycle > open->began ? cycle - open->began : 0;

	thread->depth--;
	if (open->item == NO_ITEM) {
		return;
	}
	struct measure_counts *counts = &measure->counts[open->item][open->timed];

	counts->count++;
	counts->elapsed += elapsed;
	for (unsigned part = 0; part < ATTRIBUTION_PARTS; part++) {
		add(&counts->time[part], &open->time[part]);
	}
	if (measure->spec[open->item].by_caller) {
		count_caller(measure, open, elapsed);
	}
}

static uint32_t vm_of(const struct measure *measure, uint32_t vcpu)
{
	const struct inspect *view = attribution_view(measure->attribution);
	struct inspect_vcpu published;

	return view != NULL && inspect_vcpu_published(view, vcpu, &published) ? published.vm : 0;
}

/* Another thread executes. */
static void switch_thread(struct measure *measure, uint32_t vcpu, uint64_t gp)
{
	/* Kernels' addresses leave the middle bits alone. */
	uint64_t key = gp ^ (uint64_t)vm_of(measure, vcpu) << 40;
	struct thread *thread = measure_table_find(&measure->threads, key);

	if (thread == NULL && measure->threads.used < THREADS_MAX) {
		thread = calloc(1, sizeof(*thread));
		if (thread == NULL) {
			abort(); /* the host is out of memory */
		}
		measure_table_add(&measure->threads, key, thread);
	}
	if (thread == NULL) {
		thread = &measure->before[vcpu];
		cut(measure, thread, 0);
		measure->lost++;
	}
	measure->now[vcpu] = thread;
}

/* Everything whose return address this is. */
static void return_to(struct measure *measure, struct thread *thread, const struct core *core,
		      uint64_t pc, uint64_t cycle)
{
	for (unsigned i = thread->depth; i > 0; i--) {
		const struct open *open = &thread->open[i - 1];

		if (open->ra == pc && open->sp == core->gpr[SP]) {
			cut(measure, thread, i);
			pop(measure, thread, cycle);
		}
	}
}

static void end_way(struct measure *measure, struct thread *thread, unsigned item, uint64_t cycle)
{
	for (unsigned i = thread->depth; i > 0; i--) {
		if (thread->open[i - 1].item == item) {
			cut(measure, thread, i);
			pop(measure, thread, cycle);
			return;
		}
	}
}

/* A visit has the first of all names that fit. */
static void name_visit(struct thread *thread, unsigned item)
{
	struct open *visit = &thread->open[0];

	if (thread->depth > 0 && visit->is_visit && item < visit->item) {
		visit->item = item;
	}
}

static void begin_call(struct measure *measure, struct thread *thread, const struct core *core,
		       unsigned item, uint64_t cycle)
{
	bool is_call = measure->spec[item].kind == MEASURE_CALL;
	uint64_t ra = is_call ? core->gpr[RA] : 0;
	uint64_t sp = core->gpr[SP];
	struct open *top = top_of(thread);

	while (top != NULL && !top->is_visit && top->sp < sp &&
	       top->sp >> STACK_SHIFT == sp >> STACK_SHIFT) {
		cut(measure, thread, thread->depth - 1);
		top = top_of(thread);
	}
	if (top != NULL && top->item == item && top->sp == sp && top->ra == ra) {
		return; /* the instruction had raised an exception and comes again */
	}
	if (is_call) {
		struct point *point = point_at(measure, ra);

		if (point == NULL) {
			measure->lost++;
			return;
		}
		point->is_return = true;
	}
	top = push(measure, thread, core, cycle);
	if (top != NULL) {
		top->item = item;
		top->ra = ra;
		top->sp = sp;
	}
}

static void on_point(void *context, struct core *core, uint64_t pc, uint64_t cycle)
{
	struct measure *measure = context;
	struct point *point = measure_table_find(&measure->points, pc);
	uint32_t vcpu;

	if (point == NULL || !attribution_in_kernel(measure->attribution, core, cycle, &vcpu) ||
	    vcpu >= INSPECT_VCPUS_MAX) {
		return;
	}
	if (point->is_switch) {
		switch_thread(measure, vcpu, core->gpr[GP]);
	}
	struct thread *thread = measure->now[vcpu];

	if (point->is_return) {
		return_to(measure, thread, core, pc, cycle);
	}
	for (unsigned item = 0; (point->ends | point->begins) >> item != 0; item++) {
		if ((point->ends >> item & 1) != 0) {
			end_way(measure, thread, item, cycle);
		}
		if ((point->begins >> item & 1) == 0) {
			continue;
		}
		if (measure->spec[item].kind == MEASURE_VISIT) {
			name_visit(thread, item);
		} else {
			begin_call(measure, thread, core, item, cycle);
		}
	}
}

static void on_spent(void *context, uint32_t vcpu, unsigned part,
		     const struct attribution_time *time)
{
	struct measure *measure = context;
	struct open *top = vcpu < INSPECT_VCPUS_MAX ? top_of(measure->now[vcpu]) : NULL;

	if (top != NULL) {
		add(&top->time[part], time);
	}
}

static void on_left(void *context, const struct core *core, uint32_t vcpu, bool at_refill)
{
	struct measure *measure = context;

	if (vcpu < INSPECT_VCPUS_MAX) {
		struct thread *thread = measure->now[vcpu];

		cut(measure, thread, 0);
		struct open *visit = push(measure, thread, core, core_now(core));

		visit->is_visit = true;
		visit->at_refill = at_refill;
	}
}

static void on_entered(void *context, const struct core *core, uint32_t vcpu)
{
	struct measure *measure = context;
	struct thread *thread = vcpu < INSPECT_VCPUS_MAX ? measure->now[vcpu] : NULL;

	if (thread == NULL || thread->depth == 0 || !thread->open[0].is_visit) {
		if (thread != NULL) {
			cut(measure, thread, 0);
		}
		return;
	}
	for (unsigned item = 0; item < measure->spec_count; item++) {
		const struct measure_spec *spec = &measure->spec[item];

		if (spec->kind == MEASURE_VISIT &&
		    (spec->takes_all || (spec->takes_refills && thread->open[0].at_refill))) {
			name_visit(thread, item);
		}
	}
	cut(measure, thread, 1);
	pop(measure, thread, core_now(core));
}

struct measure *measure_begin(struct machine *machine, struct attribution *attribution,
			      const struct elf_file *symbols)
{
	struct measure *measure = calloc(1, sizeof(*measure));

	if (measure == NULL) {
		return NULL;
	}
	measure->machine = machine;
	measure->attribution = attribution;
	/* The monitor's own functions are not what is measured. */
	measure->symbols =
		attribution_has_monitor(attribution) ? elf_more_symbols(symbols) : symbols;
	struct measure_cursor cursor = { .file = measure->symbols };
	const struct measure_word function = { MEASURE_SWITCH, strlen(MEASURE_SWITCH) };
	uint64_t address;

	for (unsigned vcpu = 0; vcpu < INSPECT_VCPUS_MAX; vcpu++) {
		measure->now[vcpu] = &measure->before[vcpu];
	}
	while (measure_spec_find(&cursor, &function, &address)) {
		struct point *point = point_at(measure, address);

		point->is_switch = true;
	}
	const struct attribution_observer observer = {
		.context = measure,
		.spent = on_spent,
		.left = on_left,
		.entered = on_entered,
	};

	attribution_set_observer(attribution, &observer);
	return measure;
}

void measure_end(struct measure *measure)
{
	if (measure == NULL) {
		return;
	}
	for (size_t i = 0; i < measure->points.room; i++) {
		struct point *point = measure->points.value[i];

		while (point != NULL && point->callers != NULL) {
			struct caller *caller = point->callers;

			point->callers = caller->next;
			free(caller);
		}
	}
	measure_table_release(&measure->points);
	measure_table_release(&measure->threads);
	free(measure);
}

/* Every address of the functions in `list`. False: one of them has none. */
static bool add_points(struct measure *measure, struct measure_word list, bool is_end,
		       struct error *err)
{
	uint64_t bit = 1ULL << measure->spec_count;
	struct measure_word function;

	while (measure_spec_next(&list, &function)) {
		struct measure_cursor cursor = { .file = measure->symbols };
		uint64_t address;
		bool is_found = false;

		while (measure_spec_find(&cursor, &function, &address)) {
			struct point *point = point_at(measure, address);

			is_found = true;
			if (point == NULL) {
				return error_set(err, EXIT_USAGE, "--measure: too many functions");
			}
			*(is_end ? &point->ends : &point->begins) |= bit;
		}
		if (!is_found) {
			return error_set(
				err, EXIT_USAGE,
				"--measure: the symbols have no function '%.*s'; those of a "
				"VM's kernel come with --symbols FILE",
				(int)function.bytes, function.text);
		}
	}
	return true;
}

static bool is_new(const struct measure *measure, const struct measure_spec *spec,
		   struct error *err)
{
	for (unsigned i = 0; i < measure->spec_count; i++) {
		const struct measure_word *name = &measure->spec[i].name;

		if (name->bytes == spec->name.bytes &&
		    memcmp(name->text, spec->name.text, name->bytes) == 0) {
			return error_set(err, EXIT_USAGE, "--measure: two are named '%.*s'",
					 (int)name->bytes, name->text);
		}
	}
	return true;
}

bool measure_add(struct measure *measure, const char *text, struct error *err)
{
	struct measure_spec *spec = &measure->spec[measure->spec_count];

	if (measure->spec_count == MEASURE_ITEMS_MAX) {
		return error_set(err, EXIT_USAGE, "--measure: more than %u of them",
				 MEASURE_ITEMS_MAX);
	}
	if (!measure_spec_parse(spec, text, err) || !is_new(measure, spec, err) ||
	    !add_points(measure, spec->from, false, err) ||
	    !add_points(measure, spec->to, true, err)) {
		return false;
	}
	measure->spec_count++;
	return true;
}

void measure_add_hooks(struct measure *measure, struct core_hooks *hooks)
{
	hooks->measure = measure;
	hooks->point = on_point;
}

const char *measure_name(const struct measure *measure, unsigned item, size_t *bytes)
{
	if (item >= measure->spec_count) {
		return NULL;
	}
	*bytes = measure->spec[item].name.bytes;
	return measure->spec[item].name.text;
}

const struct measure_counts *measure_counts(const struct measure *measure, unsigned item,
					    bool timed)
{
	return &measure->counts[item][timed];
}

void measure_callers(const struct measure *measure,
		     void (*take)(void *context, const struct measure_caller *caller),
		     void *context)
{
	for (size_t i = 0; i < measure->points.room; i++) {
		const struct point *point = measure->points.value[i];
		const struct caller *caller = point != NULL ? point->callers : NULL;

		for (; caller != NULL; caller = caller->next) {
			take(context, &caller->counts);
		}
	}
}

uint64_t measure_lost(const struct measure *measure)
{
	return measure->lost;
}

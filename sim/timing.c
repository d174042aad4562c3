/* SPDX-License-Identifier: MIT */
/* timing.c - the memory system of a machine: when it exists, what it calls, how speeds change. */
#include "sim/timing.h"

#include "machine/lines.h"
#include "machine/map.h"
#include "sim/core/block.h"
#include "sim/core/timed.h"
#include "sim/machine_state.h"
#include "sim/memsys/archive.h"

#define COOKIE_DEVICE_SHIFT 56
#define COOKIE_MASK         (((uint64_t)1 << COOKIE_DEVICE_SHIFT) - 1)

static void on_lost(void *context, unsigned cpu, uint64_t line, uint32_t bytes,
		    enum memsys_loss loss)
{
	struct machine *machine = context;

	if (loss != MEMSYS_DOWNGRADED) {
		timed_lost(machine->core[cpu], line, bytes);
	}
}

/* The memory system does not know the addresses of devices. */
static void tell_miss(struct machine *machine, unsigned cpu)
{
	const struct core *core = machine->core[cpu];
	struct memsys_miss miss = *memsys_last_miss(machine->memsys, cpu);

	if (miss.is_uncached) {
		miss.paddr = core->bypass.paddr;
	}
	machine->miss(machine->miss_context, cpu, core->pc, &miss);
}

static void on_resume(void *context, unsigned cpu, uint64_t cycle)
{
	struct machine *machine = context;

	if (machine->miss != NULL) {
		tell_miss(machine, cpu);
	}
	timed_resume(machine->core[cpu], cycle);
}

static void on_perform(void *context, unsigned cpu)
{
	struct machine *machine = context;

	timed_perform(machine->core[cpu]);
}

/* The upper byte of a cookie is the number of the device; NULL: a checkpoint says nonsense. */
static struct device *transferring(const struct machine *machine, uint64_t cookie)
{
	uint64_t number = cookie >> COOKIE_DEVICE_SHIFT;

	return number < machine->device_count && machine->device[number]->ops->transfer != NULL
		       ? machine->device[number]
		       : NULL;
}

static void on_dma_perform(void *context, uint64_t cookie, uint64_t paddr, uint32_t bytes)
{
	struct machine *machine = context;
	struct device *device = transferring(machine, cookie);

	if (device != NULL) {
		device->ops->transfer(device, cookie & COOKIE_MASK, paddr, bytes);
	}
}

static void on_dma_done(void *context, uint64_t cookie, uint64_t cycle)
{
	struct machine *machine = context;
	struct device *device = transferring(machine, cookie);

	if (device != NULL) {
		device->ops->transferred(device, cookie & COOKIE_MASK, cycle);
	}
}

static void on_hot_page(void *context, unsigned cpu, bool up)
{
	struct machine *machine = context;

	core_set_irq(machine->core[cpu], LINES_IP_NODE, up);
}

static const struct memsys_ops ops = {
	.lost = on_lost,
	.resume = on_resume,
	.perform = on_perform,
	.dma_perform = on_dma_perform,
	.dma_done = on_dma_done,
	.hot_page = on_hot_page,
};

bool timing_check(const struct machine *machine, struct error *err)
{
	return memsys_config_check(&machine->config.memory, err);
}

static void fail(struct machine *machine, const char *text)
{
	error_set(&machine->error, EXIT_MONITOR, "memory system: %s", text);
	machine_stop(machine, STOP_INVARIANT, 0, 0);
}

/* The memory system is built when timing is first asked for, or a register of its miss counters. */
struct memsys *timing_memory(struct machine *machine)
{
	if (machine->memsys == NULL) {
		machine->memsys =
			memsys_create(&machine->config.memory, &ops, machine, &machine->error);
		if (machine->memsys == NULL) {
			machine_stop(machine, STOP_IO_ERROR, 0, 0);
		}
	}
	return machine->memsys;
}

/* Makes caches and directory cold; the registers of the miss counters stay. */
static bool prepare(struct machine *machine)
{
	if (timing_memory(machine) == NULL) {
		machine->timing_wanted = false;
		return false;
	}
	memsys_reset(machine->memsys);
	code_set_lines(machine->code, &memsys_cpu(machine->memsys, 0)->fetch);
	return true;
}

/* What is under way comes to its end before timing does: CPUs that wait for memory go on. */
static void drain(struct machine *machine)
{
	uint64_t now = machine->slice_end;

	while (!memsys_is_quiet(machine->memsys)) {
		now += memsys_quantum(machine->memsys);
		if (!memsys_boundary(machine->memsys, now)) {
			fail(machine, memsys_failure(machine->memsys));
			return;
		}
	}
}

static void change_speed(struct machine *machine)
{
	if (machine->timing_wanted && !prepare(machine)) {
		return;
	}
	if (!machine->timing_wanted) {
		drain(machine);
	}
	machine->timing = machine->timing_wanted;
	for (unsigned i = 0; i < machine->config.cpus; i++) {
		if (machine->timing) {
			timed_switch(machine->core[i], memsys_cpu(machine->memsys, i),
				     memsys_stats_cpu(machine->memsys, i), machine->slice_end);
		} else {
			timed_switch(machine->core[i], NULL, NULL, machine->slice_end);
		}
	}
}

void timing_boundary(struct machine *machine)
{
	if (machine->timing && !memsys_boundary(machine->memsys, machine->slice_end)) {
		fail(machine, memsys_failure(machine->memsys));
	}
	/* Nobody had anything to do in this quantum; will there ever be something? */
	if (machine->timing && !machine->has_begun && memsys_is_stuck(machine->memsys)) {
		fail(machine, "all CPUs wait for ever");
	}
	if (machine->timing != machine->timing_wanted) {
		change_speed(machine);
	}
}

void machine_transfer(struct machine *machine, const struct device *device, uint64_t cookie,
		      uint64_t paddr, uint32_t bytes, bool is_write, uint64_t time)
{
	memsys_dma(machine->memsys, 0, paddr, bytes, is_write, time,
		   (uint64_t)device->number << COOKIE_DEVICE_SHIFT | cookie);
}

bool timing_is_quiet(const struct machine *machine)
{
	return !machine->timing || memsys_is_quiet(machine->memsys);
}

uint64_t timing_quantum(const struct machine *machine)
{
	return memsys_quantum(machine->memsys);
}

void timing_hash(const struct machine *machine, struct state_hash *hash)
{
	if (machine->memsys != NULL) {
		memsys_hash(machine->memsys, hash);
	}
}

bool timing_save(const struct machine *machine, const struct memsys_stream *stream,
		 struct error *err)
{
	return machine->memsys == NULL || memsys_archive_save(machine->memsys, stream, err);
}

bool timing_load(struct machine *machine, const struct memsys_stream *stream, struct error *err)
{
	machine->memsys = memsys_create(&machine->config.memory, &ops, machine, err);
	if (machine->memsys == NULL || !memsys_archive_load(machine->memsys, stream, err)) {
		return false;
	}
	code_set_lines(machine->code, &memsys_cpu(machine->memsys, 0)->fetch);
	for (unsigned i = 0; machine->timing && i < machine->config.cpus; i++) {
		machine->core[i]->cache = memsys_cpu(machine->memsys, i);
		machine->core[i]->cache_stats = memsys_stats_cpu(machine->memsys, i);
		core_note_observers(machine->core[i]);
	}
	return true;
}

void timing_destroy(struct machine *machine)
{
	memsys_destroy(machine->memsys);
}

void machine_set_timing(struct machine *machine, bool on)
{
	struct core *core = machine->core[0];

	machine->timing_wanted = on;
	/* A CPU alone need not wait for the end of the quantum: it ends with this instruction. */
	if (machine->config.cpus == 1 && on != machine->timing &&
	    core_now(core) + 1 < machine->slice_end) {
		machine->slice_end = core_now(core) + 1;
		core->stop = true;
		core_kick(core);
	}
}

void machine_cpu_split(const struct machine *machine, unsigned cpu, unsigned mode,
		       struct machine_split *split)
{
	struct core_split part =
		timed_split(machine->core[cpu], (enum core_mode)mode, machine_cycles(machine));

	*split = (struct machine_split){
		.execution = part.execution,
		.stall_l2 = part.stall_l2,
		.stall_local = part.stall_local,
		.stall_remote = part.stall_remote,
		.stall_uncached = part.stall_uncached,
		.idle = part.idle,
	};
}

const struct memsys *machine_memory(const struct machine *machine)
{
	return machine->memsys;
}

bool machine_is_timing(const struct machine *machine)
{
	return machine->timing;
}

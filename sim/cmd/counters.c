/* SPDX-License-Identifier: MIT */
/* counters.c - the table of all counters, from the machine, the split of time and stats.def. */
#include "sim/cmd/counters.h"

#include "isa/cp0.h"
#include "sim/machine.h"
#include "sim/memsys/memsys.h"

/* In the order of read_plain(). */
static const struct counter plain[COUNTERS_PLAIN] = {
	{ "executed_instructions", "instructions", "instructions executed" },
	{ "stall_cycles", "cycles", "an instruction waited for memory (timing mode)" },
	{ "idle_cycles", "cycles", "no instruction: paused, in power-save, interrupts taken" },
	{ "exceptions", "exceptions", "exceptions and interrupts taken, except resets" },
	{ "interrupts", "exceptions", "of these, interrupts" },
	{ "tlb_refills", "exceptions", "of these, no TLB entry matched: TLB misses" },
	{ "tlb_invalid", "exceptions", "of these, the matching TLB entry was not valid" },
	{ "tlb_modified", "exceptions", "of these, a store to a page that is not writable" },
	{ "cache_operations", "instructions", "CACHE instructions executed" },
};

#define SPLIT_PARTS 6U
#define SPLIT_ROWS  (MACHINE_MODES * SPLIT_PARTS)

/* In the order of struct machine_split. */
#define SPLIT_OF(mode)                                                                      \
	{ mode "_execution", "cycles", "timing mode, " mode ": executed instructions" },    \
		{ mode "_stall_l2", "cycles", "timing mode, " mode ": waited for the L2" }, \
		{ mode "_stall_local", "cycles",                                            \
		  "timing mode, " mode ": waited for memory of the CPU's node" },           \
		{ mode "_stall_remote", "cycles",                                           \
		  "timing mode, " mode ": waited for memory of another node" },             \
		{ mode "_stall_uncached", "cycles",                                         \
		  "timing mode, " mode ": waited for uncached memory or devices" },         \
	{                                                                                   \
		mode "_idle", "cycles", "timing mode, " mode ": executed nothing"           \
	}

static const struct counter split[SPLIT_ROWS] = {
	SPLIT_OF("user"),
	SPLIT_OF("supervisor"),
	SPLIT_OF("kernel"),
};

unsigned counters_cpu_count(void)
{
	return COUNTERS_PLAIN + SPLIT_ROWS + memsys_cpu_stat_count;
}

unsigned counters_node_count(void)
{
	return memsys_node_stat_count;
}

static struct counter of_memsys(const struct memsys_stat *row)
{
	return (struct counter){ row->name, row->unit, row->text };
}

struct counter counters_cpu(unsigned index)
{
	if (index < COUNTERS_PLAIN) {
		return plain[index];
	}
	index -= COUNTERS_PLAIN;
	return index < SPLIT_ROWS ? split[index]
				  : of_memsys(&memsys_cpu_stat_table[index - SPLIT_ROWS]);
}

struct counter counters_node(unsigned index)
{
	return of_memsys(&memsys_node_stat_table[index]);
}

static void read_plain(const struct machine *machine, unsigned cpu, uint64_t *values)
{
	uint64_t misses = machine_cpu_exceptions(machine, cpu, EXC_TLBL) +
			  machine_cpu_exceptions(machine, cpu, EXC_TLBS);

	values[0] = machine_cpu_instructions(machine, cpu);
	values[1] = machine_cpu_stall_cycles(machine, cpu);
	values[2] = machine_cpu_idle_cycles(machine, cpu);
	values[3] = 0;
	for (unsigned code = 0; code < 32; code++) {
		values[3] += machine_cpu_exceptions(machine, cpu, code);
	}
	values[4] = machine_cpu_exceptions(machine, cpu, EXC_INT);
	values[5] = machine_cpu_tlb_refills(machine, cpu);
	values[6] = misses - values[5];
	values[7] = machine_cpu_exceptions(machine, cpu, EXC_MOD);
	values[8] = machine_cpu_cache_operations(machine, cpu);
}

static void read_split(const struct machine *machine, unsigned cpu, uint64_t *values)
{
	for (unsigned mode = 0; mode < MACHINE_MODES; mode++) {
		struct machine_split part;

		machine_cpu_split(machine, cpu, mode, &part);
		*values++ = part.execution;
		*values++ = part.stall_l2;
		*values++ = part.stall_local;
		*values++ = part.stall_remote;
		*values++ = part.stall_uncached;
		*values++ = part.idle;
	}
}

static void read_memsys(const void *stats, const struct memsys_stat *rows, unsigned count,
			uint64_t *values)
{
	for (unsigned i = 0; i < count; i++) {
		values[i] = stats == NULL
				    ? 0
				    : *(const uint64_t *)((const char *)stats + rows[i].offset);
	}
}

void counters_read_cpu(const struct machine *machine, unsigned cpu, uint64_t *values)
{
	const struct memsys *memory = machine_memory(machine);

	read_plain(machine, cpu, values);
	read_split(machine, cpu, values + COUNTERS_PLAIN);
	read_memsys(memory != NULL ? memsys_stats_cpu(memory, cpu) : NULL, memsys_cpu_stat_table,
		    memsys_cpu_stat_count, values + COUNTERS_PLAIN + SPLIT_ROWS);
}

void counters_read_node(const struct machine *machine, unsigned node, uint64_t *values)
{
	const struct memsys *memory = machine_memory(machine);

	read_memsys(memory != NULL ? memsys_stats_node(memory, node) : NULL, memsys_node_stat_table,
		    memsys_node_stat_count, values);
}

json_t *counters_report(const struct machine *machine)
{
	json_t *cpus = json_array();

	for (unsigned cpu = 0; cpu < machine_get_config(machine)->cpus; cpu++) {
		json_t *entry = json_object();
		uint64_t values[COUNTERS_PLAIN];

		read_plain(machine, cpu, values);
		for (unsigned i = 0; i < COUNTERS_PLAIN; i++) {
			json_object_set_new(entry, plain[i].name,
					    json_integer((json_int_t)values[i]));
		}
		json_array_append_new(cpus, entry);
	}
	return cpus;
}

json_t *counters_describe(void)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < COUNTERS_PLAIN; i++) {
		json_object_set_new(
			object, plain[i].name,
			json_pack("{s:s, s:s}", "unit", plain[i].unit, "text", plain[i].text));
	}
	return object;
}

/* SPDX-License-Identifier: MIT */
/* memory_report.c - the memory system's counters as JSON: names and units from stats.def. */
#include "sim/cmd/memory_report.h"

#include "sim/machine.h"
#include "sim/memsys/memsys.h"

static void add_number(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static uint64_t counter(const void *stats, const struct memsys_stat *row)
{
	return *(const uint64_t *)((const char *)stats + row->offset);
}

static void add_counters(json_t *object, const void *stats, const struct memsys_stat *rows,
			 unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		add_number(object, rows[i].name, counter(stats, &rows[i]));
	}
}

/* {"l1i_misses": {"unit": "misses", "text": "..."}, ...} */
static json_t *describe(const struct memsys_stat *rows, unsigned count)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < count; i++) {
		json_object_set_new(
			object, rows[i].name,
			json_pack("{s:s, s:s}", "unit", rows[i].unit, "text", rows[i].text));
	}
	return object;
}

static json_t *split_report(const struct machine *machine, unsigned cpu)
{
	static const char *const names[MACHINE_MODES] = { "user", "supervisor", "kernel" };
	json_t *modes = json_object();

	for (unsigned mode = 0; mode < MACHINE_MODES; mode++) {
		struct machine_split split;
		json_t *cycles = json_object();

		machine_cpu_split(machine, cpu, mode, &split);
		add_number(cycles, "execution", split.execution);
		add_number(cycles, "stall_l2", split.stall_l2);
		add_number(cycles, "stall_local", split.stall_local);
		add_number(cycles, "stall_remote", split.stall_remote);
		add_number(cycles, "stall_uncached", split.stall_uncached);
		add_number(cycles, "idle", split.idle);
		json_object_set_new(modes, names[mode], cycles);
	}
	return modes;
}

static json_t *cpu_report(const struct machine *machine, unsigned cpu)
{
	const struct memsys_cpu_stats *stats = memsys_stats_cpu(machine_memory(machine), cpu);
	json_t *object = json_object();
	json_t *misses = json_array();

	json_object_set_new(object, "time", split_report(machine, cpu));
	add_counters(object, stats, memsys_cpu_stat_table, memsys_cpu_stat_count);
	for (unsigned node = 0; node < machine_get_config(machine)->nodes; node++) {
		json_array_append_new(misses, json_integer((json_int_t)stats->misses_to[node]));
	}
	json_object_set_new(object, "misses_to", misses);
	return object;
}

json_t *memory_report(const struct machine *machine)
{
	const struct memsys *memory = machine_memory(machine);
	const struct machine_config *config = machine_get_config(machine);

	if (memory == NULL) {
		return json_null();
	}
	json_t *report = json_object();
	json_t *cpus = json_array();
	json_t *nodes = json_array();

	for (unsigned cpu = 0; cpu < config->cpus; cpu++) {
		json_array_append_new(cpus, cpu_report(machine, cpu));
	}
	for (unsigned node = 0; node < config->nodes; node++) {
		json_t *object = json_object();

		add_counters(object, memsys_stats_node(memory, node), memsys_node_stat_table,
			     memsys_node_stat_count);
		json_array_append_new(nodes, object);
	}
	json_object_set_new(report, "cpus", cpus);
	json_object_set_new(report, "nodes", nodes);
	add_number(report, "network_waited_cycles", memsys_stats_network_waited(memory));
	json_object_set_new(report, "cpu_counters",
			    describe(memsys_cpu_stat_table, memsys_cpu_stat_count));
	json_object_set_new(report, "node_counters",
			    describe(memsys_node_stat_table, memsys_node_stat_count));
	return report;
}

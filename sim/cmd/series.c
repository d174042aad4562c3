/* SPDX-License-Identifier: MIT */
/* series.c - sampling the counters into series.csv. */
#include "sim/cmd/series.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cmd/counters.h"
#include "sim/control.h"

static uint64_t cycles_of(const struct machine *machine, uint64_t ns)
{
	uint64_t mhz = machine_get_config(machine)->clock_hz / 1000000;
	uint64_t cycles = ns / 1000 * mhz + ns % 1000 * mhz / 1000;

	return cycles > 0 ? cycles : 1;
}

static uint64_t ns_of(const struct machine *machine, uint64_t cycles)
{
	uint64_t mhz = machine_get_config(machine)->clock_hz / 1000000;

	return mhz == 0 ? 0 : cycles / mhz * 1000 + cycles % mhz * 1000 / mhz;
}

static void read_all(const struct machine *machine, uint64_t *values)
{
	const struct machine_config *config = machine_get_config(machine);

	for (unsigned cpu = 0; cpu < config->cpus; cpu++) {
		counters_read_cpu(machine, cpu, values);
		values += counters_cpu_count();
	}
	for (unsigned node = 0; node < config->nodes; node++) {
		counters_read_node(machine, node, values);
		values += counters_node_count();
	}
}

static size_t value_count(const struct machine *machine)
{
	const struct machine_config *config = machine_get_config(machine);

	return (size_t)config->cpus * counters_cpu_count() +
	       (size_t)config->nodes * counters_node_count();
}

static void put_header(FILE *stream)
{
	fputs("cycle,time_ns,kind,index", stream);
	for (unsigned i = 0; i < counters_cpu_count(); i++) {
		fprintf(stream, ",%s", counters_cpu(i).name);
	}
	for (unsigned i = 0; i < counters_node_count(); i++) {
		fprintf(stream, ",node_%s", counters_node(i).name);
	}
	putc('\n', stream);
}

bool series_begin(struct series *series, struct output_set *outputs, const struct machine *machine,
		  uint64_t interval_ns, struct error *err)
{
	*series = (struct series){ 0 };
	if (outputs->directory == NULL) {
		return true;
	}
	series->last = calloc(value_count(machine), sizeof(*series->last));
	if (series->last == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	series->stream = output_add(outputs, SERIES_NAME, err);
	if (series->stream == NULL) {
		return false;
	}
	series->interval_ns = interval_ns != 0 ? interval_ns : SERIES_INTERVAL_NS;
	series->interval_cycles = cycles_of(machine, series->interval_ns);
	series->last_cycle = machine_cycles(machine);
	series->begin_ns = ns_of(machine, series->last_cycle);
	series->next_cycle =
		(series->last_cycle / series->interval_cycles + 1) * series->interval_cycles;
	read_all(machine, series->last);
	put_header(series->stream);
	return true;
}

bool series_is_on(const struct series *series)
{
	return series->stream != NULL;
}

/* A cell for each value of the row, and empty cells for those of the other kind. */
static void put_row(struct series *series, const struct machine *machine, uint64_t cycle,
		    const char *kind, unsigned index, const uint64_t *now, const uint64_t *last)
{
	bool is_cpu = kind[0] == 'c';
	unsigned before = is_cpu ? 0 : counters_cpu_count();
	unsigned count = is_cpu ? counters_cpu_count() : counters_node_count();
	unsigned after = is_cpu ? counters_node_count() : 0;
	FILE *stream = series->stream;

	fprintf(stream, "%" PRIu64 ",%" PRIu64 ",%s,%u", cycle, ns_of(machine, cycle), kind, index);
	for (unsigned i = 0; i < before; i++) {
		putc(',', stream);
	}
	for (unsigned i = 0; i < count; i++) {
		fprintf(stream, ",%" PRIu64, now[i] - last[i]);
	}
	for (unsigned i = 0; i < after; i++) {
		putc(',', stream);
	}
	putc('\n', stream);
}

static void put_sample(struct series *series, const struct machine *machine, uint64_t cycle)
{
	const struct machine_config *config = machine_get_config(machine);
	size_t count = value_count(machine);
	uint64_t *now = calloc(count, sizeof(*now));
	size_t at = 0;

	if (now == NULL) {
		abort(); /* the host is out of memory */
	}
	read_all(machine, now);
	if (cycle == series->last_cycle && memcmp(now, series->last, count * sizeof(*now)) == 0) {
		free(now);
		return;
	}
	for (unsigned cpu = 0; cpu < config->cpus; cpu++, at += counters_cpu_count()) {
		put_row(series, machine, cycle, "cpu", cpu, now + at, series->last + at);
	}
	for (unsigned node = 0; node < config->nodes; node++, at += counters_node_count()) {
		put_row(series, machine, cycle, "node", node, now + at, series->last + at);
	}
	free(series->last);
	series->last = now;
	series->last_cycle = cycle;
	series->samples++;
}

void series_take(struct series *series, const struct machine *machine)
{
	uint64_t cycle;

	if (!control_may_look(machine, &cycle)) {
		series->next_cycle = cycle;
		return;
	}
	put_sample(series, machine, cycle);
	/* A CPU may be some cycles ahead of the quantum that begins: what was due has been done. */
	if (cycle < series->next_cycle) {
		cycle = series->next_cycle;
	}
	series->next_cycle = (cycle / series->interval_cycles + 1) * series->interval_cycles;
}

void series_finish(struct series *series, const struct machine *machine)
{
	if (series_is_on(series)) {
		put_sample(series, machine, machine_cycles(machine));
	}
}

static json_t *column(const char *prefix, struct counter counter)
{
	return json_pack("{s:s+, s:s, s:s}", "name", prefix, counter.name, "unit", counter.unit,
			 "text", counter.text);
}

static json_t *describe_columns(void)
{
	static const struct counter first[] = {
		{ "cycle", "cycles", "end of the sample, simulated, since power-on" },
		{ "time_ns", "ns", "the same as time" },
		{ "kind", "", "cpu or node: whose counters the row has" },
		{ "index", "", "number of the CPU or node" },
	};
	json_t *columns = json_array();

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		json_array_append_new(columns, column("", first[i]));
	}
	for (unsigned i = 0; i < counters_cpu_count(); i++) {
		json_array_append_new(columns, column("", counters_cpu(i)));
	}
	for (unsigned i = 0; i < counters_node_count(); i++) {
		json_array_append_new(columns, column("node_", counters_node(i)));
	}
	return columns;
}

json_t *series_describe(const struct series *series)
{
	if (!series_is_on(series)) {
		return json_null();
	}
	return json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:o}", "version", SERIES_VERSION, "file",
			 SERIES_NAME, "interval_ns", (json_int_t)series->interval_ns,
			 "interval_cycles", (json_int_t)series->interval_cycles, "begin_ns",
			 (json_int_t)series->begin_ns, "samples", (json_int_t)series->samples,
			 "columns", describe_columns());
}

bool series_has_failed(const struct series *series)
{
	return series->stream != NULL && ferror(series->stream) != 0;
}

void series_release(struct series *series)
{
	free(series->last);
	*series = (struct series){ 0 };
}

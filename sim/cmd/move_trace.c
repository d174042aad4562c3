/* SPDX-License-Identifier: MIT */
/* move_trace.c - records of moved pages into a file, their totals into stats.json. */
#include "sim/cmd/move_trace.h"

#include <inttypes.h>

#include "isa/cp0.h"
#include "sim/control.h"

static bool open_file(struct move_trace *trace)
{
	if (trace->stream == NULL && !trace->has_failed && trace->outputs->directory != NULL) {
		trace->stream = output_add(trace->outputs, MOVE_TRACE_NAME, &trace->failure);
		trace->has_failed = trace->stream == NULL;
		if (!trace->has_failed) {
			fputs("cycle,by,vm,page,action,reason,from,to,cpu,misses,others,writes,"
			      "copy_cycles,total_cycles\n",
			      trace->stream);
		}
	}
	return trace->stream != NULL;
}

static void put_name(FILE *stream, const char *name, unsigned number)
{
	if (name != NULL) {
		fprintf(stream, ",%s", name);
	} else {
		fprintf(stream, ",%u", number);
	}
}

/* The page has been found to thrash. */
static void mark(struct move_trace *trace, const struct movement_record *record)
{
	size_t i = 0;

	while (i < trace->marked_count &&
	       (trace->marked[i].page != record->page || trace->marked[i].vm != record->vm)) {
		i++;
	}
	if (i == MOVE_TRACE_MARKED_MAX) {
		return;
	}
	if (i == trace->marked_count) {
		trace->marked_count++;
		trace->marked[i] = (struct marked_page){ .page = record->page, .vm = record->vm };
	}
	trace->marked[i].refused++;
}

static void take(void *context, const struct move *move)
{
	struct move_trace *trace = context;
	const struct movement_record *record = &move->record;

	trace->records++;
	if (record->reason == MOVEMENT_THRASH) {
		mark(trace, record);
	}
	if (!open_file(trace)) {
		return;
	}
	fprintf(trace->stream, "%" PRIu64 ",%u,", move->cycle, move->by);
	if (record->vm != INSPECT_VM_NONE) {
		fprintf(trace->stream, "%u", record->vm);
	}
	fprintf(trace->stream, ",0x%" PRIx32, record->page);
	put_name(trace->stream, moves_action_name(record->action), record->action);
	put_name(trace->stream, moves_reason_name(record->reason), record->reason);
	/* Of Count, divided by four: a cycle is half of one. */
	fprintf(trace->stream, ",%u,0x%" PRIx64 ",%u,%u,%u,%u,%u,%u\n", record->from, record->nodes,
		record->cpu, record->misses, record->others, record->writes, record->copy * 8U,
		record->total * 8U);
}

static void look(void *context, unsigned cpu, uint64_t cycle)
{
	struct move_trace *trace = context;
	const struct inspect *view = attribution_view(trace->attribution);

	if (view != NULL && view->header.movement_table != 0) {
		moves_look(
			&trace->moves, view, cpu, cycle,
			(uint32_t)control_read_register(trace->machine, cpu, REG_CP0 + CP0_COUNT),
			take, trace);
	}
}

void move_trace_begin(struct move_trace *trace, struct machine *machine,
		      struct attribution *attribution, struct output_set *outputs)
{
	*trace = (struct move_trace){
		.machine = machine,
		.attribution = attribution,
		.outputs = outputs,
	};
	attribution_set_listener(attribution, look, trace);
}

void move_trace_finish(struct move_trace *trace)
{
	unsigned cpus;

	if (trace->attribution == NULL) {
		return;
	}
	cpus = machine_get_config(trace->machine)->cpus;
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		look(trace, cpu, machine_cycles(trace->machine));
	}
}

/* A name for each reason that there was. */
static json_t *reasons_report(const uint64_t done[MOVEMENT_REASONS])
{
	json_t *object = json_object();

	for (unsigned reason = 0; reason < MOVEMENT_REASONS; reason++) {
		if (done[reason] != 0) {
			json_object_set_new(object, moves_reason_name(reason),
					    json_integer((json_int_t)done[reason]));
		}
	}
	return object;
}

static json_t *marked_report(const struct move_trace *trace)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trace->marked_count; i++) {
		const struct marked_page *page = &trace->marked[i];

		json_array_append_new(array, json_pack("{s:i, s:I, s:I}", "vm", (int)page->vm,
						       "page", (json_int_t)page->page, "refused",
						       (json_int_t)page->refused));
	}
	return array;
}

json_t *move_trace_report(const struct move_trace *trace)
{
	const struct inspect *view =
		trace->attribution != NULL ? attribution_view(trace->attribution) : NULL;
	struct movement_log sum;
	json_t *actions;

	if (view == NULL || !moves_add_up(view, &sum)) {
		return json_null();
	}
	actions = json_object();
	for (unsigned action = 0; action < MOVEMENT_ACTIONS; action++) {
		uint64_t count = 0;

		for (unsigned reason = 0; reason < MOVEMENT_REASONS; reason++) {
			count += sum.done[action][reason];
		}
		json_object_set_new(
			actions, moves_action_name(action),
			json_pack("{s:I, s:I, s:I, s:I, s:o}", "count", (json_int_t)count, "pages",
				  (json_int_t)sum.pages[action], "copy_cycles",
				  (json_int_t)sum.copy_cycles[action] * 2, "total_cycles",
				  (json_int_t)sum.total_cycles[action] * 2, "reasons",
				  reasons_report(sum.done[action])));
	}
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o}", "actions", actions, "thrash",
			 marked_report(trace), "clock_hz",
			 (json_int_t)machine_get_config(trace->machine)->clock_hz, "handed_over",
			 (json_int_t)sum.handed_over, "handed_over_cycles",
			 (json_int_t)sum.handed_over_cycles * 2, "records",
			 (json_int_t)trace->records, "records_lost", (json_int_t)trace->moves.lost,
			 "file",
			 trace->stream != NULL ? json_string(MOVE_TRACE_NAME) : json_null());
}

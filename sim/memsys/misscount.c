/* SPDX-License-Identifier: MIT */
/*
 * misscount.c - miss counters and hot-page queues, after docs/machine/misscount.md.
 *
 * home_side.c counts each miss and upgrade that a directory takes. A row exists from its frame's
 * first counted event on. Halving is lazy: a row knows the number of halvings that its counters
 * have seen. A change takes effect at once, in this file; where a cache may hold the row's line,
 * the home writes that line as a device would, which invalidates it.
 */
#include "sim/memsys/misscount.h"

#include <stdlib.h>
#include <string.h>

#include "machine/misscount.h"
#include "sim/memsys/archive_priv.h"
#include "sim/memsys/memsys_priv.h"
#include "sim/state_hash.h"

#define READS  0
#define WRITES 1

struct row {
	uint64_t halvings; /* clock >> decay when the counters were last brought up to date */
	bool is_triggered;
	uint16_t count[][2]; /* of each CPU: READS, WRITES */
};

struct node_counters {
	uint32_t control, threshold, sample, decay, route;
	uint32_t events; /* since the last write to SAMPLE, modulo it */
	bool has_overflown;
	bool is_asserted; /* the line of CPU `asserted_cpu` */
	uint32_t asserted_cpu;
	uint64_t queue[MISSCOUNT_QUEUE_ENTRIES];
	uint32_t first, count;
	uint64_t halvings; /* seen at boundaries */
	/* Frames with a row. */
	uint64_t *frames;
	uint32_t frame_count, frame_capacity;
};

struct miss_counters {
	struct row **rows; /* by frame; NULL: all 0 */
	struct node_counters *nodes;
	unsigned lines[MAP_CPUS_MAX]; /* nodes that assert LINES_IP_NODE of a CPU */
	uint64_t next_halving;        /* no node halves before this cycle */
};

void miss_counters_create(struct memsys *memsys)
{
	struct miss_counters *counters = memsys_allocate(1, sizeof(*counters));

	counters->rows = memsys_allocate(memsys->frame_count, sizeof(struct row *));
	counters->nodes = memsys_allocate(memsys->config.nodes, sizeof(*counters->nodes));
	memsys->miss_counters = counters;
	miss_counters_reset(memsys);
}

static void free_rows(struct memsys *memsys)
{
	struct miss_counters *counters = memsys->miss_counters;

	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		struct node_counters *node = &counters->nodes[i];

		for (uint32_t k = 0; k < node->frame_count; k++) {
			free(counters->rows[node->frames[k]]);
			counters->rows[node->frames[k]] = NULL;
		}
		free(node->frames);
	}
}

void miss_counters_destroy(struct memsys *memsys)
{
	free_rows(memsys);
	free(memsys->miss_counters->rows);
	free(memsys->miss_counters->nodes);
	free(memsys->miss_counters);
}

void miss_counters_reset(struct memsys *memsys)
{
	struct miss_counters *counters = memsys->miss_counters;

	free_rows(memsys);
	memsys->row_bytes = 0;
	memset(counters->lines, 0, sizeof(counters->lines));
	counters->next_halving = UINT64_MAX;
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		counters->nodes[i] =
			(struct node_counters){ .sample = 1,
						.route = i * memsys->config.cpus_per_node };
	}
}

/* Number of halvings up to `now`. */
static uint64_t halvings(const struct node_counters *node, uint64_t now)
{
	return node->decay > 0 && node->decay <= MISSCOUNT_DECAY_MAX ? now >> node->decay : 0;
}

/* A counter of a row as it is at `now`. */
static uint16_t current(const struct row *row, uint64_t now_halvings, unsigned cpu, unsigned kind)
{
	uint64_t due = now_halvings > row->halvings ? now_halvings - row->halvings : 0;

	return (uint16_t)(due < 16 ? row->count[cpu][kind] >> due : 0);
}

static void bring_up_to_date(const struct memsys *memsys, struct row *row, uint64_t now_halvings)
{
	if (now_halvings <= row->halvings) {
		return;
	}
	for (unsigned cpu = 0; cpu < memsys->cpu_count; cpu++) {
		row->count[cpu][READS] = current(row, now_halvings, cpu, READS);
		row->count[cpu][WRITES] = current(row, now_halvings, cpu, WRITES);
	}
	row->halvings = now_halvings;
}

static unsigned home_of(const struct memsys *memsys, uint64_t frame)
{
	return frame_home_node(frame, memsys->config.layout, memsys->config.frames_per_node,
			       memsys->config.nodes);
}

static struct row *make_row(struct memsys *memsys, struct node_counters *node, uint64_t frame,
			    uint64_t now)
{
	size_t bytes = sizeof(struct row) + memsys->cpu_count * sizeof(uint16_t[2]);
	struct row *row = memsys_allocate(1, bytes);

	if (node->frame_count == node->frame_capacity) {
		node->frame_capacity = node->frame_capacity ? 2 * node->frame_capacity : 64;
		node->frames =
			memsys_resize(node->frames, node->frame_capacity, sizeof(*node->frames));
	}
	node->frames[node->frame_count++] = frame;
	row->halvings = halvings(node, now);
	memsys->row_bytes += bytes;
	memsys->miss_counters->rows[frame] = row;
	return row;
}

/* Copies of the row in caches are old. */
static void invalidate_copies(struct memsys *memsys, uint64_t frame, uint64_t now)
{
	uint64_t line = line_of(memsys, MAP_MISS_BASE + (frame << MISSCOUNT_ROW_SHIFT));
	struct home_line *home = directory_find(memsys, line);

	if (home && home->home.state != HOME_U && !home->is_row_write_pending) {
		home->is_row_write_pending = true;
		port_write_row(memsys, line, now);
	}
}

/* Sets LINES_IP_NODE as the registers say. Several nodes may share a CPU's line. */
static void update_line(struct memsys *memsys, struct node_counters *node)
{
	struct miss_counters *counters = memsys->miss_counters;
	bool up = node->control & MISSCOUNT_CONTROL_IRQ && node->count > 0 &&
		  node->route < memsys->cpu_count;

	if (node->is_asserted && (!up || node->asserted_cpu != node->route)) {
		node->is_asserted = false;
		if (--counters->lines[node->asserted_cpu] == 0) {
			memsys->ops->hot_page(memsys->context, node->asserted_cpu, false);
		}
	}
	if (up && !node->is_asserted) {
		node->is_asserted = true;
		node->asserted_cpu = node->route;
		if (counters->lines[node->route]++ == 0) {
			memsys->ops->hot_page(memsys->context, node->route, true);
		}
	}
}

/* The frame is hot. */
static void enqueue(struct memsys *memsys, unsigned number, struct row *row, uint64_t frame,
		    unsigned cpu, bool is_write, uint64_t now)
{
	struct node_counters *node = &memsys->miss_counters->nodes[number];
	uint64_t high = MISSCOUNT_ENTRY_VALID | (uint64_t)cpu << MISSCOUNT_ENTRY_CPU_SHIFT | frame;

	if (node->count == MISSCOUNT_QUEUE_ENTRIES) {
		node->has_overflown = true;
		memsys->nodes[number].stats.hot_pages_refused++;
		return;
	}
	if (is_write) {
		high |= MISSCOUNT_ENTRY_WRITE;
	}
	node->queue[(node->first + node->count) % MISSCOUNT_QUEUE_ENTRIES] =
		high << 32 | (uint32_t)(now >> MISSCOUNT_ENTRY_TIME_SHIFT);
	node->count++;
	row->is_triggered = true;
	memsys->nodes[number].stats.hot_pages++;
	update_line(memsys, node);
}

/* The directory of `number` takes a miss or upgrade of a CPU on a line of RAM. */
void miss_counters_count(struct memsys *memsys, unsigned number, uint64_t line, unsigned cpu,
			 bool is_write, uint64_t now)
{
	struct node_counters *node = &memsys->miss_counters->nodes[number];
	struct row *row;
	uint16_t *counter;
	uint64_t frame;

	if (!(node->control & MISSCOUNT_CONTROL_COUNT) ||
	    !frame_of_paddr(line, memsys->frame_count, &frame)) {
		return;
	}
	if (node->sample > 1 && ++node->events < node->sample) {
		return;
	}
	node->events = 0;
	memsys->nodes[number].stats.events_counted++;
	row = memsys->miss_counters->rows[frame];
	if (!row) {
		row = make_row(memsys, node, frame, now);
	}
	bring_up_to_date(memsys, row, halvings(node, now));
	counter = &row->count[cpu][is_write ? WRITES : READS];
	if (*counter < MISSCOUNT_MAX) {
		(*counter)++;
		invalidate_copies(memsys, frame, now);
	}
	if (!row->is_triggered && node->threshold > 0 &&
	    (uint32_t)row->count[cpu][READS] + row->count[cpu][WRITES] >= node->threshold) {
		enqueue(memsys, number, row, frame, cpu, is_write, now);
	}
}

static void plan_halving(struct miss_counters *counters, unsigned node_count)
{
	counters->next_halving = UINT64_MAX;
	for (unsigned i = 0; i < node_count; i++) {
		const struct node_counters *node = &counters->nodes[i];

		if (node->decay > 0 && node->decay <= MISSCOUNT_DECAY_MAX &&
		    (node->halvings + 1) << node->decay < counters->next_halving) {
			counters->next_halving = (node->halvings + 1) << node->decay;
		}
	}
}

/* At a boundary: counters may have been halved since the last one. */
void miss_counters_boundary(struct memsys *memsys, uint64_t now)
{
	if (now < memsys->miss_counters->next_halving) {
		return;
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		struct node_counters *node = &memsys->miss_counters->nodes[i];
		uint64_t due = halvings(node, now);

		if (due > node->halvings) {
			node->halvings = due;
			for (uint32_t k = 0; k < node->frame_count; k++) {
				invalidate_copies(memsys, node->frames[k], now);
			}
		}
	}
	plan_halving(memsys->miss_counters, memsys->config.nodes);
}

static void write_decay(struct memsys *memsys, struct node_counters *node, uint32_t value,
			uint64_t now)
{
	uint64_t before = halvings(node, now);

	node->decay = value;
	for (uint32_t k = 0; k < node->frame_count; k++) {
		struct row *row = memsys->miss_counters->rows[node->frames[k]];

		/* Under the old value; from now on the new one's halvings count. */
		bring_up_to_date(memsys, row, before);
		row->halvings = halvings(node, now);
	}
	node->halvings = halvings(node, now);
	plan_halving(memsys->miss_counters, memsys->config.nodes);
}

static void clear_frame(struct memsys *memsys, unsigned number, uint64_t frame, uint64_t now)
{
	struct row *row;

	if (frame >= memsys->frame_count || home_of(memsys, frame) != number) {
		return;
	}
	row = memsys->miss_counters->rows[frame];
	if (row) {
		memset(row->count, 0, memsys->cpu_count * sizeof(row->count[0]));
		row->is_triggered = false;
		invalidate_copies(memsys, frame, now);
	}
}

void memsys_misscount_write(struct memsys *memsys, unsigned number, uint32_t offset, uint32_t value,
			    uint64_t now)
{
	struct node_counters *node = &memsys->miss_counters->nodes[number];

	switch (offset) {
	case MISSCOUNT_CONTROL:
		node->control = value & (MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ);
		break;
	case MISSCOUNT_THRESHOLD:
		node->threshold = value;
		break;
	case MISSCOUNT_SAMPLE:
		node->sample = value;
		node->events = 0;
		break;
	case MISSCOUNT_DECAY:
		write_decay(memsys, node, value, now);
		break;
	case MISSCOUNT_ROUTE:
		node->route = value;
		break;
	case MISSCOUNT_STATUS:
		if (value & MISSCOUNT_STATUS_OVERFLOW) {
			node->has_overflown = false;
		}
		break;
	case MISSCOUNT_CLEAR:
		clear_frame(memsys, number, value, now);
		break;
	default:
		break;
	}
	update_line(memsys, node);
}

uint64_t memsys_misscount_pop(struct memsys *memsys, unsigned number)
{
	struct node_counters *node = &memsys->miss_counters->nodes[number];
	uint64_t entry;

	if (node->count == 0) {
		return 0;
	}
	entry = node->queue[node->first];
	node->first = (node->first + 1) % MISSCOUNT_QUEUE_ENTRIES;
	node->count--;
	update_line(memsys, node);
	return entry;
}

uint32_t memsys_misscount_read(struct memsys *memsys, unsigned number, uint32_t offset)
{
	const struct node_counters *node = &memsys->miss_counters->nodes[number];

	switch (offset) {
	case MISSCOUNT_CONTROL:
		return node->control;
	case MISSCOUNT_THRESHOLD:
		return node->threshold;
	case MISSCOUNT_SAMPLE:
		return node->sample;
	case MISSCOUNT_DECAY:
		return node->decay;
	case MISSCOUNT_ROUTE:
		return node->route;
	case MISSCOUNT_STATUS:
		return node->count | (node->has_overflown ? MISSCOUNT_STATUS_OVERFLOW : 0);
	case MISSCOUNT_QUEUE_HI:
		return node->count > 0 ? (uint32_t)(node->queue[node->first] >> 32) : 0;
	case MISSCOUNT_QUEUE_LO:
		return (uint32_t)memsys_misscount_pop(memsys, number);
	default:
		return 0;
	}
}

/* Words are 4 bytes wide; the queue takes a doubleword too. */
static bool has_width(uint64_t offset, unsigned size)
{
	return offset < MISSCOUNT_BYTES && offset % size == 0 &&
	       (size == 4 || (size == 8 && offset == MISSCOUNT_QUEUE));
}

bool memsys_misscount_load(struct memsys *memsys, unsigned number, uint64_t offset, unsigned size,
			   uint64_t *value)
{
	if (!has_width(offset, size)) {
		return false;
	}
	*value = size == 8 ? memsys_misscount_pop(memsys, number)
			   : memsys_misscount_read(memsys, number, (uint32_t)offset);
	return true;
}

bool memsys_misscount_store(struct memsys *memsys, unsigned number, uint64_t offset, unsigned size,
			    uint64_t value, uint64_t now)
{
	if (!has_width(offset, size)) {
		return false;
	}
	if (size == 4) {
		memsys_misscount_write(memsys, number, (uint32_t)offset, (uint32_t)value, now);
	}
	return true;
}

bool memsys_is_row(const struct memsys *memsys, uint64_t paddr)
{
	return paddr >= MAP_MISS_BASE &&
	       (paddr - MAP_MISS_BASE) >> MISSCOUNT_ROW_SHIFT < memsys->frame_count;
}

/* A byte of a row, as a CPU sees it. */
static uint8_t row_byte(const struct memsys *memsys, uint64_t paddr, bool is_big)
{
	uint64_t frame = (paddr - MAP_MISS_BASE) >> MISSCOUNT_ROW_SHIFT;
	unsigned offset = (unsigned)paddr & (MISSCOUNT_ROW_BYTES - 1);
	unsigned cpu = offset / 4;
	const struct row *row;
	uint16_t value;

	if (!memsys_is_row(memsys, paddr) || cpu >= memsys->cpu_count) {
		return 0;
	}
	row = memsys->miss_counters->rows[frame];
	if (!row) {
		return 0;
	}
	value = current(
		row, halvings(&memsys->miss_counters->nodes[home_of(memsys, frame)], memsys->now),
		cpu, offset % 4 < MISSCOUNT_WRITES ? READS : WRITES);
	return (uint8_t)((offset & 1) == (is_big ? 0U : 1U) ? value >> 8 : value);
}

uint64_t memsys_row_read(const struct memsys *memsys, uint64_t paddr, unsigned bytes, bool is_big)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++) {
		uint64_t byte = row_byte(memsys, paddr + i, is_big);

		value |= byte << 8 * (is_big ? bytes - 1 - i : i);
	}
	return value;
}

void miss_counters_hash(const struct memsys *memsys, struct state_hash *hash)
{
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		const struct node_counters *node = &memsys->miss_counters->nodes[i];

		state_hash_u64(hash, (uint64_t)node->control << 32 | node->threshold);
		state_hash_u64(hash, (uint64_t)node->sample << 32 | node->decay);
		state_hash_u64(hash, (uint64_t)node->route << 32 | node->events);
		state_hash_u64(hash, (uint64_t)node->count << 1 | node->has_overflown);
		for (uint32_t k = 0; k < node->count; k++) {
			state_hash_u64(hash,
				       node->queue[(node->first + k) % MISSCOUNT_QUEUE_ENTRIES]);
		}
	}
	for (uint64_t frame = 0; frame < memsys->frame_count; frame++) {
		const struct row *row = memsys->miss_counters->rows[frame];

		if (row) {
			state_hash_u64(hash, frame << 1 | row->is_triggered);
			state_hash_u64(hash, row->halvings);
			for (unsigned cpu = 0; cpu < memsys->cpu_count; cpu++) {
				state_hash_u64(hash, (uint64_t)row->count[cpu][READS] << 16 |
							     row->count[cpu][WRITES]);
			}
		}
	}
}

static void archive_node(struct archive *archive, const struct memsys *memsys,
			 struct node_counters *node)
{
	ARCHIVE_U32(archive, node->control);
	ARCHIVE_U32(archive, node->threshold);
	ARCHIVE_U32(archive, node->sample);
	ARCHIVE_U32(archive, node->decay);
	ARCHIVE_U32(archive, node->route);
	ARCHIVE_U32(archive, node->events);
	ARCHIVE_BOOL(archive, node->has_overflown);
	ARCHIVE_BOOL(archive, node->is_asserted);
	ARCHIVE_U32(archive, node->asserted_cpu);
	ARCHIVE_U32(archive, node->first);
	ARCHIVE_U32(archive, node->count);
	ARCHIVE_U64(archive, node->halvings);
	archive_expect(archive,
		       node->first < MISSCOUNT_QUEUE_ENTRIES &&
			       node->count <= MISSCOUNT_QUEUE_ENTRIES &&
			       (!node->is_asserted || node->asserted_cpu < memsys->cpu_count));
	for (unsigned i = 0; i < MISSCOUNT_QUEUE_ENTRIES; i++) {
		ARCHIVE_U64(archive, node->queue[i]);
	}
}

static void archive_row(struct archive *archive, const struct memsys *memsys, struct row *row)
{
	ARCHIVE_U64(archive, row->halvings);
	ARCHIVE_BOOL(archive, row->is_triggered);
	for (unsigned cpu = 0; cpu < memsys->cpu_count; cpu++) {
		for (unsigned kind = READS; kind <= WRITES; kind++) {
			row->count[cpu][kind] = (uint16_t)archive_number(
				archive, row->count[cpu][kind], MISSCOUNT_MAX);
		}
	}
}

/* A node's rows in the order in which they were made, which is that of their invalidations. */
static void archive_rows(struct archive *archive, struct memsys *memsys, unsigned number)
{
	struct miss_counters *counters = memsys->miss_counters;
	struct node_counters *node = &counters->nodes[number];
	uint64_t count = archive_number(archive, node->frame_count, memsys->config.frames_per_node);

	for (uint32_t i = 0; i < count && !archive->has_failed; i++) {
		uint64_t frame = archive->is_loading ? 0 : node->frames[i];

		frame = archive_number(archive, frame, memsys->frame_count - 1);
		archive_expect(archive, home_of(memsys, frame) == number &&
						(!archive->is_loading || !counters->rows[frame]));
		if (archive->has_failed) {
			return;
		}
		if (archive->is_loading) {
			make_row(memsys, node, frame, 0);
		}
		archive_row(archive, memsys, counters->rows[frame]);
	}
}

void archive_miss_counters(struct archive *archive, struct memsys *memsys)
{
	struct miss_counters *counters = memsys->miss_counters;

	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		archive_node(archive, memsys, &counters->nodes[i]);
		archive_rows(archive, memsys, i);
	}
	if (archive->is_loading && !archive->has_failed) {
		for (unsigned i = 0; i < memsys->config.nodes; i++) {
			if (counters->nodes[i].is_asserted) {
				counters->lines[counters->nodes[i].asserted_cpu]++;
			}
		}
		plan_halving(counters, memsys->config.nodes);
	}
}

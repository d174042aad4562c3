/* SPDX-License-Identifier: MIT */
/*
 * archive.c - saving and loading a memory system (archive.h).
 *
 * Each function transfers one struct in both directions. While loading, whatever is used as an
 * index or as an address is checked here, so that the rest of sim/memsys need not distrust its own
 * state.
 */
#include "sim/memsys/archive.h"

#include <string.h>

#include "sim/memsys/archive_priv.h"

#define ARCHIVE_MAGIC 0x31737973656d624d /* "Mbmesys1" */

uint64_t archive_number(struct archive *archive, uint64_t value, uint64_t max)
{
	uint8_t bytes[8];

	if (archive->has_failed) {
		return archive->is_loading ? 0 : value;
	}
	if (!archive->is_loading) {
		for (unsigned i = 0; i < 8; i++) {
			bytes[i] = (uint8_t)(value >> 8 * i);
		}
		archive->has_failed = !archive->stream->write(archive->stream->context, bytes, 8);
		return value;
	}
	if (!archive->stream->read(archive->stream->context, bytes, 8)) {
		archive->has_failed = true;
		return 0;
	}
	value = 0;
	for (unsigned i = 0; i < 8; i++) {
		value |= (uint64_t)bytes[i] << 8 * i;
	}
	archive_expect(archive, value <= max);
	return archive->has_failed ? 0 : value;
}

void archive_expect(struct archive *archive, bool good)
{
	if (archive->is_loading && !archive->has_failed && !good) {
		archive->has_failed = true;
		archive->is_damaged = true;
	}
}

/* A number that must be the same in the system that loads. */
static void same(struct archive *archive, uint64_t value)
{
	archive_expect(archive, archive_number(archive, value, UINT64_MAX) == value);
}

static void archive_geometry(struct archive *archive, const struct memsys_geometry *g)
{
	same(archive, g->bytes);
	same(archive, g->ways);
	same(archive, g->line_bytes);
}

/* What decides the shape of the state, and what the state means. */
static void archive_config(struct archive *archive, const struct memsys_config *config)
{
	const unsigned numbers[] = {
		config->nodes,         config->cpus_per_node, config->layout,
		config->l2_hit_cycles, config->clock_mhz,     config->quantum_cycles,
		config->local_ns,      config->remote_ns,     config->request_ns,
		config->home_ns,       config->reply_ns,      config->pass_ns,
		config->probe_ns,      config->inv_ns,        config->home_busy_ns,
		config->pass_busy_ns,  config->light_busy_ns, config->bank_busy_ns,
		config->banks,         config->link_mb_per_s, config->bus_mb_per_s,
		config->header_bytes,  config->topology,      config->hop_ns,
		config->jitter_cycles, config->check,         config->classify
	};

	same(archive, ARCHIVE_MAGIC);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		same(archive, numbers[i]);
	}
	same(archive, config->frames_per_node);
	same(archive, config->seed);
	archive_geometry(archive, &config->l1i);
	archive_geometry(archive, &config->l1d);
	archive_geometry(archive, &config->l2);
}

static bool agent_is_port(const struct memsys *memsys, uint8_t agent)
{
	unsigned index = agent % PROTOCOL_CACHES_MAX;

	if (agent < PROTOCOL_PORT_FIRST || agent >= PROTOCOL_PORT_FIRST + 2 * PROTOCOL_CACHES_MAX) {
		return false;
	}
	return index < (agent < PROTOCOL_PORT_FIRST + PROTOCOL_CACHES_MAX ? memsys->cpu_count
									  : memsys->config.nodes);
}

static bool agent_is_cpu(const struct memsys *memsys, uint8_t agent)
{
	return agent < memsys->cpu_count;
}

/* Do the agents of a message, and its tag, fit its kind? */
static bool message_fits(const struct memsys *memsys, const struct protocol_message *m)
{
	bool is_access = m->tag < memsys->port_count && memsys->ports[m->tag].is_used;

	switch ((enum protocol_message_kind)m->kind) {
	case MESSAGE_GETS:
	case MESSAGE_GETX:
	case MESSAGE_UPG:
	case MESSAGE_PUTM:
	case MESSAGE_PUTE:
	case MESSAGE_DONE:
	case MESSAGE_SWB:
	case MESSAGE_CLEAN:
		return m->dst == PROTOCOL_AGENT_HOME && agent_is_cpu(memsys, m->src);
	case MESSAGE_RDU:
	case MESSAGE_WRU:
		return m->dst == PROTOCOL_AGENT_HOME && agent_is_port(memsys, m->src) && is_access;
	case MESSAGE_DATA_U:
	case MESSAGE_WR_ACK:
		return agent_is_port(memsys, m->dst) && is_access;
	case MESSAGE_INV:
		return agent_is_cpu(memsys, m->dst) &&
		       (m->requester == PROTOCOL_AGENT_HOME || agent_is_cpu(memsys, m->requester));
	case MESSAGE_INV_ACK:
		return m->dst == PROTOCOL_AGENT_HOME || agent_is_cpu(memsys, m->dst);
	case MESSAGE_FWD_S:
	case MESSAGE_FWD_X:
		return agent_is_cpu(memsys, m->dst) && agent_is_cpu(memsys, m->requester);
	default:
		return agent_is_cpu(memsys, m->dst);
	}
}

static void archive_message(struct archive *archive, const struct memsys *memsys,
			    struct protocol_message *message)
{
	ARCHIVE_U8(archive, message->kind, MESSAGE_KINDS);
	ARCHIVE_U8(archive, message->src, 256);
	ARCHIVE_U8(archive, message->dst, 256);
	ARCHIVE_U8(archive, message->requester, 256);
	ARCHIVE_U8(archive, message->acks, PROTOCOL_CACHES_MAX + 1);
	ARCHIVE_U32(archive, message->tag);
	ARCHIVE_U32(archive, message->data);
	ARCHIVE_U64(archive, message->targets);
	archive_expect(archive, message->targets == 0 && message_fits(memsys, message));
}

static void archive_cache(struct archive *archive, struct protocol_cache *cache)
{
	ARCHIVE_U8(archive, cache->state, CACHE_STATES);
	ARCHIVE_U8(archive, cache->acks_needed, 65);
	ARCHIVE_U8(archive, cache->acks_seen, 65);
	ARCHIVE_U32(archive, cache->data);
}

static void archive_l1(struct archive *archive, struct memsys_l1 *l1)
{
	for (size_t set = 0; set <= l1->set_mask; set++) {
		for (unsigned way = 0; way < l1->ways; way++) {
			ARCHIVE_U64(archive, l1->entries[(set << l1->stride_shift) + way]);
		}
	}
}

static void archive_l2(struct archive *archive, struct cpu *cpu)
{
	const struct memsys *memsys = cpu->memsys;
	size_t count = (size_t)(memsys->l2_set_mask + 1) * memsys->l2_ways;

	for (size_t i = 0; i < count; i++) {
		struct l2_line *line = &cpu->l2[i];

		ARCHIVE_U64(archive, line->tag);
		ARCHIVE_U32(archive, line->version);
		ARCHIVE_U32(archive, line->written);
		archive_expect(archive,
			       line->tag == 0 || directory_has(memsys, line->tag & ~L2_STATE));
	}
}

/* A line's address, which must be one. */
static void archive_line(struct archive *archive, const struct memsys *memsys, uint64_t *line)
{
	ARCHIVE_U64(archive, *line);
	archive_expect(archive, directory_has(memsys, *line) && line_of(memsys, *line) == *line);
}

static void archive_request(struct archive *archive, struct cpu *cpu)
{
	struct request *request = &cpu->request;
	struct memsys_miss *miss = &cpu->last_miss;

	ARCHIVE_U8(archive, request->state, REQUEST_PORT + 1);
	ARCHIVE_BOOL(archive, request->is_fetch);
	ARCHIVE_BOOL(archive, request->is_store);
	ARCHIVE_BOOL(archive, request->three_hop);
	ARCHIVE_BOOL(archive, request->is_upgrade);
	ARCHIVE_U8(archive, request->cause, MEMSYS_FALSE_SHARING + 1);
	ARCHIVE_U8(archive, request->bytes, 256);
	ARCHIVE_U64(archive, request->paddr);
	ARCHIVE_U64(archive, request->line);
	ARCHIVE_U64(archive, request->issued);
	ARCHIVE_U64(archive, request->ready);
	archive_cache(archive, &request->cache);
	ARCHIVE_U32(archive, request->device_node);
	if (request->state != REQUEST_NONE && request->state < REQUEST_PORT_POSTED) {
		archive_expect(archive,
			       directory_has(cpu->memsys, request->paddr) &&
				       line_of(cpu->memsys, request->paddr) == request->line);
	} else if (request->state != REQUEST_NONE) {
		archive_expect(archive, request->device_node == NO_INDEX
						? directory_has(cpu->memsys, request->paddr)
						: request->device_node < cpu->memsys->config.nodes);
	}
	ARCHIVE_U64(archive, miss->paddr);
	ARCHIVE_U64(archive, miss->issued);
	ARCHIVE_U64(archive, miss->resumed);
	ARCHIVE_U8(archive, miss->home, MAP_NODES_MAX);
	ARCHIVE_BOOL(archive, miss->is_store);
	ARCHIVE_BOOL(archive, miss->is_fetch);
	ARCHIVE_BOOL(archive, miss->is_uncached);
	ARCHIVE_BOOL(archive, miss->is_upgrade);
	ARCHIVE_BOOL(archive, miss->has_three_hops);
	ARCHIVE_U8(archive, miss->cause, MEMSYS_FALSE_SHARING + 1);
}

#define BUFFER_MAX 4096 /* more lines than ever wait for WB_ACK */

static void archive_cpu(struct archive *archive, struct cpu *cpu)
{
	uint64_t *stats = (uint64_t *)&cpu->stats;
	unsigned count = (unsigned)archive_number(archive, cpu->buffer_count, BUFFER_MAX);

	archive_l1(archive, &cpu->hot.data);
	archive_l1(archive, &cpu->hot.fetch);
	archive_l2(archive, cpu);
	archive_request(archive, cpu);
	if (archive->is_loading && count > 0) {
		cpu->buffer = memsys_resize(cpu->buffer, count, sizeof(*cpu->buffer));
		memset(cpu->buffer, 0, count * sizeof(*cpu->buffer));
		cpu->buffer_capacity = count;
	}
	cpu->buffer_count = count;
	for (unsigned i = 0; i < count; i++) {
		archive_line(archive, cpu->memsys, &cpu->buffer[i].line);
		archive_cache(archive, &cpu->buffer[i].cache);
	}
	for (size_t i = 0; i < sizeof(cpu->stats) / sizeof(*stats); i++) {
		ARCHIVE_U64(archive, stats[i]);
	}
}

static void archive_node(struct archive *archive, const struct memsys *memsys, struct node *node)
{
	uint64_t *stats = (uint64_t *)&node->stats;

	ARCHIVE_U64(archive, node->controller_free_at);
	for (unsigned bank = 0; bank < memsys->config.banks; bank++) {
		ARCHIVE_U64(archive, node->bank_free_at[bank]);
	}
	for (size_t i = 0; i < sizeof(node->stats) / sizeof(*stats); i++) {
		ARCHIVE_U64(archive, stats[i]);
	}
}

#define PORTS_MAX 65536

static void archive_port(struct archive *archive, const struct memsys *memsys,
			 struct port_access *port)
{
	ARCHIVE_BOOL(archive, port->is_used);
	ARCHIVE_BOOL(archive, port->is_write);
	ARCHIVE_BOOL(archive, port->is_device);
	ARCHIVE_BOOL(archive, port->is_dma);
	ARCHIVE_BOOL(archive, port->is_row);
	ARCHIVE_U8(archive, port->node, memsys->config.nodes);
	ARCHIVE_U8(archive, port->cpu, memsys->cpu_count);
	ARCHIVE_U64(archive, port->paddr);
	ARCHIVE_U32(archive, port->bytes);
	ARCHIVE_U64(archive, port->bytes_left);
	ARCHIVE_U64(archive, port->cookie);
	if (port->is_used && !port->is_device) {
		uint64_t end = line_of(memsys, port->paddr) + memsys->config.l2.line_bytes;
		uint64_t last = port->paddr + port->bytes + port->bytes_left - 1;

		archive_expect(archive, directory_has(memsys, port->paddr) &&
						port->bytes <= end - port->paddr);
		archive_expect(archive, port->bytes_left == 0 || (last > port->paddr &&
								  directory_has(memsys, last)));
	}
}

static void archive_ports(struct archive *archive, struct memsys *memsys)
{
	uint32_t count = (uint32_t)archive_number(archive, memsys->port_count, PORTS_MAX);

	if (archive->is_loading && count > 0) {
		memsys->ports = memsys_resize(memsys->ports, count, sizeof(*memsys->ports));
		memset(memsys->ports, 0, count * sizeof(*memsys->ports));
	}
	if (archive->is_loading) {
		memsys->port_count = count;
		memsys->ports_in_use = 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		archive_port(archive, memsys, &memsys->ports[i]);
		memsys->ports_in_use += archive->is_loading && memsys->ports[i].is_used;
	}
}

/* The requests that wait for a line, in order. */
static void archive_waiting(struct archive *archive, struct memsys *memsys, struct home_line *line)
{
	uint32_t index = line->wait_first;
	bool more;

	if (archive->is_loading) {
		line->wait_first = NO_INDEX;
		line->wait_last = NO_INDEX;
	}
	for (;;) {
		more = archive_number(archive, index != NO_INDEX, 1) != 0;
		if (!more) {
			return;
		}
		if (archive->is_loading) {
			uint32_t new_index = waiting_allocate(memsys);
			struct protocol_message message = { 0 };

			archive_message(archive, memsys, &message);
			archive_expect(archive, protocol_is_request(message.kind));
			memsys->waiting[new_index] = (struct waiting){ message, NO_INDEX };
			if (line->wait_first == NO_INDEX) {
				line->wait_first = new_index;
			} else {
				memsys->waiting[line->wait_last].next = new_index;
			}
			line->wait_last = new_index;
		} else {
			archive_message(archive, memsys, &memsys->waiting[index].message);
			index = memsys->waiting[index].next;
		}
	}
}

static void archive_home(struct archive *archive, struct memsys *memsys, struct home_line *line)
{
	struct protocol_home *home = &line->home;
	uint64_t all =
		memsys->cpu_count == 64 ? UINT64_MAX : ((uint64_t)1 << memsys->cpu_count) - 1;

	ARCHIVE_U8(archive, home->state, HOME_STATES);
	ARCHIVE_U8(archive, home->owner, 256);
	ARCHIVE_U8(archive, home->requester, 256);
	ARCHIVE_U8(archive, home->acks_missing, 65);
	ARCHIVE_U32(archive, home->tag);
	ARCHIVE_U32(archive, home->data);
	home->sharers = archive_number(archive, home->sharers, all);
	home->pending = archive_number(archive, home->pending, all);
	ARCHIVE_U32(archive, line->newest);
	ARCHIVE_BOOL(archive, line->is_row_write_pending);
	archive_waiting(archive, memsys, line);
	archive_expect(archive,
		       home->owner == PROTOCOL_AGENT_NONE || home->owner < memsys->cpu_count);
	if (home->state == HOME_BR || home->state == HOME_BW || home->state == HOME_BI) {
		archive_expect(archive, home->tag < memsys->port_count &&
						memsys->ports[home->tag].is_used &&
						agent_is_port(memsys, home->requester));
	} else {
		archive_expect(archive, home->requester == PROTOCOL_AGENT_NONE);
	}
	archive_expect(archive, !archive->is_loading || !protocol_home_check(home));
}

static void archive_history(struct archive *archive, struct memsys *memsys,
			    struct line_history *history)
{
	bool has_written;

	ARCHIVE_U64(archive, history->seen);
	ARCHIVE_U64(archive, history->invalidated);
	has_written = archive_number(archive, history->written != NULL, 1) != 0;
	archive_expect(archive, has_written || history->invalidated == 0);
	if (!has_written) {
		return;
	}
	if (archive->is_loading) {
		history->written = memsys_allocate(memsys->cpu_count, sizeof(*history->written));
		memsys->directory_bytes += memsys->cpu_count * sizeof(*history->written);
	}
	for (unsigned i = 0; history->written && i < memsys->cpu_count; i++) {
		ARCHIVE_U32(archive, history->written[i]);
	}
}

static void archive_page(struct archive *archive, struct memsys *memsys, uint64_t number)
{
	struct home_page *page =
		archive->is_loading ? directory_make_page(memsys, number) : memsys->pages[number];

	for (unsigned i = 0; i < (unsigned)MAP_PAGE_BYTES >> memsys->l2_shift; i++) {
		archive_home(archive, memsys, &page->lines[i]);
		if (page->history) {
			archive_history(archive, memsys, &page->history[i]);
		}
	}
}

/* The pages that exist, each after its number; page_count ends them. */
static void archive_directory(struct archive *archive, struct memsys *memsys)
{
	uint64_t number = 0;

	while (!archive->has_failed) {
		uint64_t last = number;

		while (!archive->is_loading && number < memsys->page_count &&
		       !memsys->pages[number]) {
			number++;
		}
		number = archive_number(archive, number, memsys->page_count);
		archive_expect(archive, number >= last);
		if (archive->has_failed || number == memsys->page_count) {
			return;
		}
		archive_page(archive, memsys, number);
		number++;
	}
}

static void archive_network(struct archive *archive, struct network *network)
{
	unsigned count;
	uint64_t *links = network_links(network, &count);

	network_set_waited(network, archive_number(archive, network_waited(network), UINT64_MAX));
	for (unsigned i = 0; i < count; i++) {
		ARCHIVE_U64(archive, links[i]);
	}
}

static void archive_event(struct archive *archive, const struct memsys *memsys, struct event *event)
{
	bool ends;

	ARCHIVE_U64(archive, event->time);
	ARCHIVE_U64(archive, event->when);
	ARCHIVE_U64(archive, event->line);
	ARCHIVE_U8(archive, event->kind, EVENT_PORT_DONE + 1);
	ARCHIVE_U8(archive, event->node, memsys->config.nodes);
	ARCHIVE_U8(archive, event->to, MAP_NODES_MAX);
	ARCHIVE_U8(archive, event->cpu, 256);
	ends = event->kind == EVENT_FILL || event->kind == EVENT_PORT_DONE;
	if (!ends) {
		archive_message(archive, memsys, &event->message);
		archive_expect(archive, event->to < memsys->config.nodes &&
						directory_has(memsys, event->line) &&
						line_of(memsys, event->line) == event->line);
	} else {
		ARCHIVE_U32(archive, event->message.tag);
		archive_expect(archive,
			       event->kind == EVENT_FILL
				       ? event->cpu < memsys->cpu_count
				       : event->message.tag < memsys->port_count &&
						 memsys->ports[event->message.tag].is_used);
	}
}

#define EVENTS_MAX (1U << 24)

static void archive_events(struct archive *archive, struct memsys *memsys)
{
	struct event_queue *queue = memsys->events;
	uint64_t count = archive_number(archive, event_queue_count(queue), EVENTS_MAX);

	event_queue_set_sequence(queue,
				 archive_number(archive, event_queue_sequence(queue), UINT64_MAX));
	for (uint32_t i = 0; i < count && !archive->has_failed; i++) {
		struct event event = { 0 };
		uint64_t order = 0;

		if (!archive->is_loading) {
			event_queue_get(queue, i, &event, &order);
		}
		ARCHIVE_U64(archive, order);
		archive_event(archive, memsys, &event);
		if (archive->is_loading && !archive->has_failed) {
			event_queue_put(queue, &event, order);
		}
	}
}

static bool walk(struct archive *archive, struct memsys *memsys, struct error *err)
{
	archive_config(archive, &memsys->config);
	if (archive->is_damaged) {
		return error_set(err, EXIT_USAGE,
				 "the memory system's state is that of another configuration");
	}
	ARCHIVE_U64(archive, memsys->now);
	ARCHIVE_U64(archive, memsys->boundaries);
	ARCHIVE_U64(archive, memsys->random);
	archive_expect(archive, memsys->random != 0);
	ARCHIVE_U64(archive, memsys->posted);
	archive_expect(archive,
		       memsys->cpu_count == 64 || memsys->posted >> memsys->cpu_count == 0);
	for (unsigned i = 0; i < memsys->cpu_count && !archive->has_failed; i++) {
		archive_cpu(archive, &memsys->cpus[i]);
	}
	for (unsigned i = 0; i < memsys->config.nodes; i++) {
		archive_node(archive, memsys, &memsys->nodes[i]);
	}
	archive_ports(archive, memsys);
	archive_directory(archive, memsys);
	archive_network(archive, memsys->network);
	archive_miss_counters(archive, memsys);
	archive_events(archive, memsys);
	same(archive, ~(uint64_t)ARCHIVE_MAGIC);
	if (archive->is_damaged) {
		return error_set(err, EXIT_HOST_IO, "the memory system's state is damaged");
	}
	if (archive->has_failed) {
		return error_set(err, EXIT_HOST_IO, "the memory system's state cannot be %s",
				 archive->is_loading ? "read to its end" : "written");
	}
	return true;
}

bool memsys_archive_save(const struct memsys *memsys, const struct memsys_stream *stream,
			 struct error *err)
{
	struct archive archive = { .stream = stream };

	/* A walk that writes changes nothing. */
	return walk(&archive, (struct memsys *)memsys, err);
}

bool memsys_archive_load(struct memsys *memsys, const struct memsys_stream *stream,
			 struct error *err)
{
	struct archive archive = { .stream = stream, .is_loading = true };

	memsys_power_on(memsys);
	if (!walk(&archive, memsys, err)) {
		memsys_power_on(memsys);
		return false;
	}
	return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * home_side.c - the directory controller of a node: takes messages in their order of arrival, keeps
 * requests for busy lines, starts memory accesses.
 *
 * Requests for one line are served in order of arrival; answers that end a transaction never wait.
 */
#include "sim/memsys/memsys_priv.h"

static bool message_reads_memory(uint8_t kind)
{
	return kind == MESSAGE_DATA_S || kind == MESSAGE_DATA_E || kind == MESSAGE_DATA_M ||
	       kind == MESSAGE_DATA_U;
}

static void keep(struct memsys *memsys, struct home_line *line, const struct protocol_message *in)
{
	uint32_t index = waiting_allocate(memsys);

	memsys->waiting[index] = (struct waiting){ *in, NO_INDEX };
	if (line->wait_first == NO_INDEX) {
		line->wait_first = index;
	} else {
		memsys->waiting[line->wait_last].next = index;
	}
	line->wait_last = index;
}

/* Counts a request of a CPU that the directory takes, as a miss of its page and by its cause. */
static void count_taken(struct memsys *memsys, unsigned node, uint64_t address,
			enum home_event event, const struct protocol_message *in, uint8_t owner)
{
	memsys->nodes[node].stats.requests++;
	switch (event) {
	case HOME_EVENT_GETS:
	case HOME_EVENT_GETX:
	case HOME_EVENT_UPG_LOST:
		classify_miss(memsys, &memsys->cpus[in->src], address, owner);
		break;
	case HOME_EVENT_PUTM_OWN:
		memsys->nodes[node].stats.write_backs++;
		break;
	case HOME_EVENT_RDU:
		memsys->nodes[node].stats.port_reads++;
		break;
	case HOME_EVENT_WRU:
		memsys->nodes[node].stats.port_writes++;
		break;
	default:
		break;
	}
}

/* Sends what a step wants sent; the handler is ready at `ready`. */
static void send_all(struct memsys *memsys, unsigned node, uint64_t address,
		     const struct protocol_output *out, uint64_t ready)
{
	struct memsys_node_stats *stats = &memsys->nodes[node].stats;

	for (unsigned i = 0; i < out->count; i++) {
		const struct protocol_message *message = &out->message[i];
		uint64_t time = ready;

		if (message_reads_memory(message->kind) &&
		    !(out->actions & HOME_ACTION_TAKE_DATA)) {
			time = engine_acquire_bank(memsys, node, address, ready) +
			       memsys->timing.memory;
		} else if (message->kind == MESSAGE_INV) {
			stats->invalidations += (unsigned)__builtin_popcountll(message->targets);
		} else if (message->kind == MESSAGE_FWD_S || message->kind == MESSAGE_FWD_X ||
			   message->kind == MESSAGE_RECALL_S || message->kind == MESSAGE_RECALL_X) {
			stats->forwards++;
		}
		engine_send(memsys, node, address, message, time);
	}
}

static void check_port(struct memsys *memsys, uint64_t address, const struct home_line *line,
		       const char *what)
{
	if (memsys->config.check && line->home.data != line->newest) {
		memsys_fail(memsys, "line %#llx: a port %s version %u, the newest is %u",
			    (unsigned long long)address, what, line->home.data, line->newest);
	}
}

/* What the step does in memory, other than answering. */
static void use_memory(struct memsys *memsys, unsigned node, uint64_t address,
		       struct home_line *line, const struct protocol_output *out, uint32_t tag,
		       uint64_t ready)
{
	if (out->actions & (HOME_ACTION_TAKE_DATA | HOME_ACTION_WRITE)) {
		engine_acquire_bank(memsys, node, address, ready);
	}
	if (out->actions & HOME_ACTION_WRITE) {
		check_port(memsys, address, line, "writes into");
		line->newest++;
		line->home.data = line->newest;
		classify_port_write(memsys, address, port_words(memsys, tag));
		port_perform(memsys, tag);
	}
	if (out->actions & HOME_ACTION_SEND_DATA_U) {
		if (memsys->config.check && line->home.data != line->newest) {
			memsys_fail(memsys, "line %#llx: a port reads version %u, the newest is %u",
				    (unsigned long long)address, line->home.data, line->newest);
		}
		port_perform(memsys, tag);
	}
}

enum taken {
	TAKEN,
	KEPT
};

/* Handles one message; tells when the handler was ready with it. */
static enum taken handle(struct memsys *memsys, unsigned node, uint64_t address,
			 struct home_line *line, const struct protocol_message *in, uint64_t *time)
{
	struct protocol_home *home = &line->home;
	enum home_event event = protocol_home_event(home, in);
	bool is_request = protocol_is_request(in->kind);
	uint32_t tag = is_request ? in->tag : home->tag;
	uint8_t state = home->state;
	uint8_t owner = home->owner;
	struct protocol_output out;
	const char *broken;
	uint64_t start;

	if (!protocol_home_step(memsys->protocol, home, event, in, &out)) {
		memsys_fail(memsys, "home of line %#llx in state %s: no row for %s from %u",
			    (unsigned long long)address, protocol_home_state_name(state),
			    protocol_home_event_name(event), in->src);
		return TAKEN;
	}
	if (out.actions & HOME_ACTION_WAIT) {
		return KEPT;
	}
	start = engine_acquire_controller(memsys, node, *time,
					  is_request ? memsys->timing.home_busy
						     : memsys->timing.light_busy);
	*time = start + memsys->timing.home;
	if (is_request) {
		count_taken(memsys, node, address, event, in, owner);
		if (in->kind <= MESSAGE_UPG) {
			miss_counters_count(memsys, node, address, in->src,
					    in->kind != MESSAGE_GETS, start);
		}
	}
	use_memory(memsys, node, address, line, &out, tag, *time);
	send_all(memsys, node, address, &out, *time);
	broken = memsys->config.check ? protocol_home_check(home) : NULL;
	if (broken) {
		memsys_fail(memsys, "home of line %#llx: %s", (unsigned long long)address, broken);
	}
	return TAKEN;
}

/* A register of a device: no memory, only the node controller. */
static void handle_device(struct memsys *memsys, unsigned node, uint64_t address,
			  const struct protocol_message *in, uint64_t time)
{
	uint64_t start = engine_acquire_controller(memsys, node, time, memsys->timing.home_busy);
	struct protocol_message answer = { .kind = in->kind == MESSAGE_RDU ? MESSAGE_DATA_U
									   : MESSAGE_WR_ACK,
					   .src = PROTOCOL_AGENT_HOME,
					   .dst = in->src,
					   .tag = in->tag };

	port_perform(memsys, in->tag);
	engine_send(memsys, node, address, &answer, start + memsys->timing.home);
}

/* A message has come to the home of a line, at its node controller, at `time`. */
void home_receive(struct memsys *memsys, unsigned node, uint64_t address,
		  const struct protocol_message *in, uint64_t time)
{
	struct home_line *line;
	bool is_request = protocol_is_request(in->kind);

	if ((in->kind == MESSAGE_RDU || in->kind == MESSAGE_WRU) &&
	    memsys->ports[in->tag].is_device) {
		handle_device(memsys, node, address, in, time);
		return;
	}
	line = directory_line(memsys, address);
	if ((is_request && line->wait_first != NO_INDEX) ||
	    handle(memsys, node, address, line, in, &time) == KEPT) {
		memsys->nodes[node].stats.requests_kept++;
		engine_acquire_controller(memsys, node, time, memsys->timing.light_busy);
		keep(memsys, line, in);
		return;
	}
	while (line->wait_first != NO_INDEX) {
		uint32_t index = line->wait_first;
		struct protocol_message first = memsys->waiting[index].message;

		if (handle(memsys, node, address, line, &first, &time) == KEPT) {
			break;
		}
		line->wait_first = memsys->waiting[index].next;
		waiting_release(memsys, index);
	}
}

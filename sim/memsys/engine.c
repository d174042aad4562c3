/* SPDX-License-Identifier: MIT */
/*
 * engine.c - time: boundaries, the events between them, and the way of messages through node
 * controllers, memory banks and the network.
 *
 * Everything that serves one at a time (a controller, a bank, a link) is a cycle from which on it
 * is free; who comes waits until then, in order of events. So contention is a queue in integer
 * cycles.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/memsys/memsys_priv.h"

void memsys_fail(struct memsys *memsys, const char *format, ...)
{
	va_list arguments;

	if (memsys->failure[0]) {
		return; /* the first one is the cause */
	}
	va_start(arguments, format);
	vsnprintf(memsys->failure, sizeof(memsys->failure), format, arguments);
	va_end(arguments);
}

const char *memsys_failure(const struct memsys *memsys)
{
	return memsys->failure[0] ? memsys->failure : NULL;
}

uint64_t engine_jitter(struct memsys *memsys)
{
	if (memsys->config.jitter_cycles == 0) {
		return 0;
	}
	/* xorshift64 */
	memsys->random ^= memsys->random << 13;
	memsys->random ^= memsys->random >> 7;
	memsys->random ^= memsys->random << 17;
	return memsys->random % (memsys->config.jitter_cycles + 1);
}

static uint64_t acquire(uint64_t *free_at, uint64_t time, unsigned busy, uint64_t *waited)
{
	if (*free_at > time) {
		*waited += *free_at - time;
		time = *free_at;
	}
	*free_at = time + busy;
	return time;
}

/* When the node controller, asked at `time`, begins. */
uint64_t engine_acquire_controller(struct memsys *memsys, unsigned node, uint64_t time,
				   unsigned busy)
{
	struct node *n = &memsys->nodes[node];

	n->stats.controller_busy += busy;
	return acquire(&n->controller_free_at, time, busy, &n->stats.controller_waited);
}

uint64_t engine_acquire_bank(struct memsys *memsys, unsigned node, uint64_t line, uint64_t time)
{
	struct node *n = &memsys->nodes[node];
	unsigned bank = (unsigned)(line >> memsys->l2_shift) & (memsys->config.banks - 1);

	n->stats.bank_busy += memsys->timing.bank_busy;
	return acquire(&n->bank_free_at[bank], time, memsys->timing.bank_busy,
		       &n->stats.bank_waited);
}

unsigned engine_agent_node(const struct memsys *memsys, uint8_t agent, uint64_t line)
{
	if (agent_is_cache(agent)) {
		return memsys->cpus[agent].node;
	}
	if (agent == PROTOCOL_AGENT_HOME) {
		return memsys_home_node(memsys, line);
	}
	agent = (uint8_t)(agent - PROTOCOL_PORT_FIRST);
	return agent < PROTOCOL_CACHES_MAX ? memsys->cpus[agent].node
					   : (unsigned)(agent - PROTOCOL_CACHES_MAX);
}

/* Cycles for which a message occupies a link: ports' data has its own length, other data a line's.
 */
static unsigned message_link_cycles(const struct memsys *memsys,
				    const struct protocol_message *message)
{
	switch ((enum protocol_message_kind)message->kind) {
	case MESSAGE_WRU:
	case MESSAGE_DATA_U:
		return memsys_link_cycles(&memsys->config,
					  memsys->config.header_bytes +
						  memsys->ports[message->tag].bytes);
	case MESSAGE_PUTM:
	case MESSAGE_SWB:
	case MESSAGE_DATA_S:
	case MESSAGE_DATA_E:
	case MESSAGE_DATA_M:
		return memsys->timing.link_data;
	default:
		return memsys->timing.link_header;
	}
}

/* The first half of a transaction's way takes the network `to_home` cycles, the rest `from_home`.
 */
static bool message_is_outward(uint8_t kind)
{
	return protocol_is_request(kind) || (kind >= MESSAGE_FWD_S && kind <= MESSAGE_INV);
}

/* Messages that pass a node controller with no more than a look. */
static bool message_is_light(uint8_t kind)
{
	return kind == MESSAGE_INV || kind == MESSAGE_INV_ACK || kind == MESSAGE_WB_ACK;
}

static void push(struct memsys *memsys, enum event_kind kind, unsigned node, unsigned to,
		 uint64_t line, const struct protocol_message *message, uint64_t time)
{
	event_queue_push(memsys->events, &(struct event){ .time = time,
							  .when = time,
							  .line = line,
							  .message = *message,
							  .kind = (uint8_t)kind,
							  .node = (uint8_t)node,
							  .to = (uint8_t)to,
							  .cpu = message->src });
}

/* A message for a CPU or port, at `time` behind the node controller. */
static void deliver(struct memsys *memsys, uint64_t line, const struct protocol_message *message,
		    uint64_t time)
{
	if (agent_is_cache(message->dst)) {
		cache_receive(&memsys->cpus[message->dst], line, message, time);
	} else {
		port_receive(memsys, message, time);
	}
}

static void send_one(struct memsys *memsys, unsigned from, uint64_t line,
		     const struct protocol_message *message, uint64_t time)
{
	unsigned to = engine_agent_node(memsys, message->dst, line);

	if (from != to || memsys->config.topology == MEMSYS_BUS) {
		push(memsys, EVENT_SEND, from, to, line, message, time);
	} else if (message->dst == PROTOCOL_AGENT_HOME || message_is_outward(message->kind) ||
		   memsys->config.jitter_cycles > 0) {
		push(memsys, EVENT_LOCAL, to, to, line, message, time + engine_jitter(memsys));
	} else {
		/* An answer inside the node uses nothing more that others could be using. */
		deliver(memsys, line, message, time);
	}
}

/* Sends from node `from` at `time`; INV once for each target, one after the other. */
void engine_send(struct memsys *memsys, unsigned from, uint64_t line,
		 const struct protocol_message *message, uint64_t time)
{
	struct protocol_message one = *message;

	if (message->kind != MESSAGE_INV) {
		send_one(memsys, from, line, message, time);
		return;
	}
	one.targets = 0;
	for (uint64_t targets = message->targets; targets; targets &= targets - 1) {
		one.dst = (uint8_t)__builtin_ctzll(targets);
		one.src = PROTOCOL_AGENT_HOME;
		send_one(memsys, from, line, &one, time);
		if (targets & (targets - 1)) {
			engine_acquire_controller(memsys, from, time, memsys->timing.light_busy);
			time += memsys->timing.light_busy;
		}
	}
}

/* Plans an end at `when`; it is taken out a quantum earlier, at the boundary before it. */
void engine_complete(struct memsys *memsys, enum event_kind kind, uint64_t line, unsigned node,
		     uint8_t cpu, uint32_t tag, uint64_t when)
{
	event_queue_push(memsys->events,
			 &(struct event){ .time = when - memsys->config.quantum_cycles,
					  .when = when,
					  .line = line,
					  .message = { .tag = tag },
					  .kind = (uint8_t)kind,
					  .node = (uint8_t)node,
					  .cpu = cpu });
}

static void on_leave_cpu(struct memsys *memsys, const struct event *event)
{
	unsigned home = event->to;
	uint64_t start;

	if (memsys->config.topology == MEMSYS_BUS) {
		push(memsys, EVENT_SEND, event->node, home, event->line, &event->message,
		     event->time);
		return;
	}
	if (home == event->node) {
		home_receive(memsys, home, event->line, &event->message, event->time);
		return;
	}
	start = engine_acquire_controller(memsys, event->node, event->time,
					  memsys->timing.pass_busy);
	push(memsys, EVENT_SEND, event->node, home, event->line, &event->message,
	     start + memsys->timing.pass);
}

static void on_send(struct memsys *memsys, const struct event *event)
{
	const struct memsys_timing *timing = &memsys->timing;
	uint8_t kind = event->message.kind;
	uint64_t time = event->time;

	/* On a bus everybody sees the data go by, which is as good as DONE. */
	if (kind != MESSAGE_DONE || memsys->config.topology != MEMSYS_BUS) {
		time = network_send(memsys->network, event->node, event->to, time,
				    message_link_cycles(memsys, &event->message), timing->hop);
		memsys->nodes[event->node].stats.messages++;
	}
	time += message_is_outward(kind) ? timing->to_home : timing->from_home;
	push(memsys, EVENT_ARRIVE, event->to, event->to, event->line, &event->message,
	     time + engine_jitter(memsys));
}

static void on_arrive(struct memsys *memsys, const struct event *event)
{
	const struct memsys_timing *timing = &memsys->timing;
	uint64_t time = event->time;

	if (event->message.dst == PROTOCOL_AGENT_HOME) {
		home_receive(memsys, event->node, event->line, &event->message, time);
		return;
	}
	if (memsys->config.topology != MEMSYS_BUS) {
		time = engine_acquire_controller(memsys, event->node, time,
						 message_is_light(event->message.kind)
							 ? timing->light_busy
							 : timing->pass_busy);
	}
	deliver(memsys, event->line, &event->message, time + timing->pass);
}

static void on_event(struct memsys *memsys, const struct event *event)
{
	switch ((enum event_kind)event->kind) {
	case EVENT_LEAVE_CPU:
		on_leave_cpu(memsys, event);
		break;
	case EVENT_SEND:
		on_send(memsys, event);
		break;
	case EVENT_ARRIVE:
		on_arrive(memsys, event);
		break;
	case EVENT_LOCAL:
		if (event->message.dst == PROTOCOL_AGENT_HOME) {
			home_receive(memsys, event->node, event->line, &event->message,
				     event->time);
		} else {
			deliver(memsys, event->line, &event->message, event->time);
		}
		break;
	case EVENT_FILL:
		cache_fill(&memsys->cpus[event->cpu], event->when);
		break;
	case EVENT_PORT_DONE:
		port_done(memsys, event->message.tag, event->when);
		break;
	}
}

#define CHECK_EVERY 1024 /* boundaries, in a checked system */

bool memsys_boundary(struct memsys *memsys, uint64_t now)
{
	struct event event;

	for (; memsys->posted; memsys->posted &= memsys->posted - 1) {
		struct cpu *cpu = &memsys->cpus[__builtin_ctzll(memsys->posted)];

		if (cpu->request.state == REQUEST_POSTED) {
			cache_issue(cpu, cpu->request.issued + memsys->timing.request);
		} else if (cpu->request.state == REQUEST_PORT_POSTED) {
			port_issue(cpu, cpu->request.issued + memsys->timing.request);
		}
	}
	while (event_queue_first_time(memsys->events) < now && !memsys->failure[0]) {
		event_queue_pop(memsys->events, &event);
		on_event(memsys, &event);
	}
	memsys->now = now;
	memsys->boundaries++;
	miss_counters_boundary(memsys, now);
	if (memsys->config.check && memsys->boundaries % CHECK_EVERY == 0) {
		memsys_check(memsys, now);
	}
	return !memsys->failure[0];
}

bool memsys_is_stuck(const struct memsys *memsys)
{
	return event_queue_count(memsys->events) == 0 && memsys->posted == 0 &&
	       !memsys_is_quiet(memsys);
}

bool memsys_is_quiet(const struct memsys *memsys)
{
	for (unsigned i = 0; i < memsys->cpu_count; i++) {
		if (memsys->cpus[i].request.state != REQUEST_NONE ||
		    memsys->cpus[i].buffer_count > 0) {
			return false;
		}
	}
	return event_queue_count(memsys->events) == 0 && memsys->ports_in_use == 0;
}

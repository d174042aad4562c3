/* SPDX-License-Identifier: MIT */
/*
 * cache_side.c - a CPU's lines in the protocol: in its second level, in its write-back buffer, or
 * wanted by the miss it waits for.
 *
 * Runs at boundaries. A message changes a line here when it is handled, which is before CPUs go on:
 * a permission lost at cycle t of a quantum is lost from the next quantum on, and the one who gains
 * it cannot use it before that, because a reply takes a quantum at least (config.c).
 */
#include "sim/memsys/memsys_priv.h"

static struct write_back *find_buffered(struct cpu *cpu, uint64_t line)
{
	for (unsigned i = 0; i < cpu->buffer_count; i++) {
		if (cpu->buffer[i].line == line) {
			return &cpu->buffer[i];
		}
	}
	return NULL;
}

static void add_buffered(struct cpu *cpu, uint64_t line, const struct protocol_cache *cache)
{
	if (cpu->buffer_count == cpu->buffer_capacity) {
		cpu->buffer_capacity = cpu->buffer_capacity ? 2 * cpu->buffer_capacity : 8;
		cpu->buffer =
			memsys_resize(cpu->buffer, cpu->buffer_capacity, sizeof(*cpu->buffer));
	}
	cpu->buffer[cpu->buffer_count++] = (struct write_back){ line, *cache };
}

static void count_request(struct cpu *cpu, uint8_t kind)
{
	const struct request *request = &cpu->request;
	unsigned home = memsys_home_node(cpu->memsys, request->line);

	if (kind == MESSAGE_UPG) {
		cpu->request.is_upgrade = true;
		cpu->stats.upgrades++;
	} else if (request->is_store) {
		cpu->stats.write_misses++;
	} else if (request->is_fetch) {
		cpu->stats.fetch_misses++;
	} else {
		cpu->stats.read_misses++;
	}
	if (home == cpu->node) {
		cpu->stats.misses_local++;
	} else {
		cpu->stats.misses_remote++;
	}
	cpu->stats.misses_to[home]++;
}

/* Puts a message of this CPU on the way to its own node controller. */
static void leave(struct cpu *cpu, uint64_t line, const struct protocol_message *message,
		  uint64_t time)
{
	event_queue_push(cpu->memsys->events,
			 &(struct event){ .time = time,
					  .when = time,
					  .line = line,
					  .message = *message,
					  .kind = EVENT_LEAVE_CPU,
					  .node = (uint8_t)cpu->node,
					  .to = (uint8_t)memsys_home_node(cpu->memsys, line),
					  .cpu = (uint8_t)cpu->number });
}

void cache_issue(struct cpu *cpu, uint64_t time)
{
	struct request *request = &cpu->request;
	struct protocol_output out;

	if (find_buffered(cpu, request->line)) {
		request->state = REQUEST_BUFFERED;
		return;
	}
	if (!protocol_cache_step(cpu->memsys->protocol, &request->cache, (uint8_t)cpu->number,
				 request->is_store ? CACHE_EVENT_STORE : CACHE_EVENT_LOAD, NULL,
				 &out) ||
	    out.count == 0) {
		memsys_fail(cpu->memsys, "CPU %u: no request for line %#llx", cpu->number,
			    (unsigned long long)request->line);
		return;
	}
	request->state = REQUEST_SENT;
	count_request(cpu, out.message[0].kind);
	leave(cpu, request->line, &out.message[0], time);
}

/* The answer is complete: the CPU goes on after the reply's way from the node controller. */
static void complete(struct cpu *cpu, const struct protocol_output *out)
{
	struct request *request = &cpu->request;
	uint64_t when = request->ready + cpu->memsys->timing.reply;

	request->state = REQUEST_FILLING;
	engine_complete(cpu->memsys, EVENT_FILL, request->line, cpu->node, (uint8_t)cpu->number, 0,
			when);
	for (unsigned i = 0; i < out->count; i++) {
		engine_send(cpu->memsys, cpu->node, request->line, &out->message[i], when);
	}
}

static void send_all(struct cpu *cpu, uint64_t line, const struct protocol_output *out,
		     uint8_t cause, uint64_t time)
{
	const struct memsys_timing *timing = &cpu->memsys->timing;

	time += cause == MESSAGE_INV ? timing->inv : timing->probe;
	for (unsigned i = 0; i < out->count; i++) {
		engine_send(cpu->memsys, cpu->node, line, &out->message[i], time);
	}
}

static void fail_event(struct cpu *cpu, uint64_t line, uint8_t state,
		       const struct protocol_message *in)
{
	memsys_fail(cpu->memsys, "CPU %u, line %#llx in state %s: no row for message %s",
		    cpu->number, (unsigned long long)line, protocol_cache_state_name(state),
		    protocol_message_name(in->kind));
}

/* A message for the line that the CPU waits for. */
static void receive_requested(struct cpu *cpu, const struct protocol_message *in, uint64_t time)
{
	struct request *request = &cpu->request;
	enum cache_event event = protocol_cache_event(&request->cache, in);
	uint8_t before = request->cache.state;
	struct protocol_output out;

	if (request->state == REQUEST_FILLING ||
	    !protocol_cache_step(cpu->memsys->protocol, &request->cache, (uint8_t)cpu->number,
				 event, in, &out)) {
		fail_event(cpu, request->line, before, in);
		return;
	}
	if (out.actions & CACHE_ACTION_LOST) {
		struct l2_line *l2 = l2_find(cpu, request->line);

		request->is_upgrade = false;
		cpu->stats.upgrades_lost++;
		if (l2) {
			classify_loss(cpu, l2, MEMSYS_INVALIDATED);
			l2_drop(cpu, l2, MEMSYS_INVALIDATED);
		}
	}
	if (in->kind == MESSAGE_INV) {
		send_all(cpu, request->line, &out, in->kind, time);
		return;
	}
	if (in->kind != MESSAGE_INV_ACK && in->src != PROTOCOL_AGENT_HOME) {
		request->three_hop = true;
		cpu->stats.misses_three_hop++;
	}
	if (time > request->ready) {
		request->ready = time;
	}
	if (out.actions & (CACHE_ACTION_DO_LOAD | CACHE_ACTION_DO_STORE)) {
		complete(cpu, &out);
	}
}

/* A message for a line in the write-back buffer. */
static void receive_buffered(struct cpu *cpu, struct write_back *buffered,
			     const struct protocol_message *in, uint64_t time)
{
	enum cache_event event = protocol_cache_event(&buffered->cache, in);
	uint8_t before = buffered->cache.state;
	uint64_t line = buffered->line;
	struct protocol_output out;

	if (!protocol_cache_step(cpu->memsys->protocol, &buffered->cache, (uint8_t)cpu->number,
				 event, in, &out)) {
		fail_event(cpu, line, before, in);
		return;
	}
	if (buffered->cache.state <= CACHE_M) {
		*buffered = cpu->buffer[--cpu->buffer_count];
		if (cpu->request.state == REQUEST_BUFFERED && cpu->request.line == line) {
			uint64_t earliest = cpu->request.issued + cpu->memsys->timing.request;

			cache_issue(cpu, time > earliest ? time : earliest);
		}
	}
	send_all(cpu, line, &out, in->kind, time);
}

/* A message for a line that is held, or not at all. */
static void receive_held(struct cpu *cpu, uint64_t line, const struct protocol_message *in,
			 uint64_t time)
{
	struct l2_line *l2 = l2_find(cpu, line);
	struct protocol_cache cache = { 0 };
	struct protocol_output out;

	if (l2) {
		cache.state = l2->tag & L2_STATE;
		cache.data = l2->version;
	}
	if (!protocol_cache_step(cpu->memsys->protocol, &cache, (uint8_t)cpu->number,
				 protocol_cache_event(&cache, in), in, &out)) {
		fail_event(cpu, line, cache.state, in);
		return;
	}
	if (l2 && cache.state == CACHE_I) {
		cpu->stats.invalidated++;
		classify_loss(cpu, l2, MEMSYS_INVALIDATED);
		l2_drop(cpu, l2, MEMSYS_INVALIDATED);
	} else if (l2) {
		l2->tag = line | cache.state;
		if (out.actions & CACHE_ACTION_DOWN) {
			cpu->stats.downgraded++;
			classify_loss(cpu, l2, MEMSYS_DOWNGRADED);
			l2_make_read_only(cpu, l2);
		}
	}
	send_all(cpu, line, &out, in->kind, time);
}

/* A message has come to a CPU, behind its node controller, at `time`. */
void cache_receive(struct cpu *cpu, uint64_t line, const struct protocol_message *in, uint64_t time)
{
	bool is_requested = cpu->request.line == line && (cpu->request.state == REQUEST_SENT ||
							  cpu->request.state == REQUEST_FILLING);
	struct write_back *buffered = find_buffered(cpu, line);

	if (is_requested) {
		receive_requested(cpu, in, time);
	} else if (buffered) {
		receive_buffered(cpu, buffered, in, time);
	} else {
		receive_held(cpu, line, in, time);
	}
}

/* Makes room: what is owned goes to the buffer until the home has taken it. */
static void evict(struct cpu *cpu, struct l2_line *l2, uint64_t time)
{
	uint64_t line = l2->tag & ~L2_STATE;
	struct protocol_cache cache = { .state = l2->tag & L2_STATE, .data = l2->version };
	struct protocol_output out;

	if (!protocol_cache_step(cpu->memsys->protocol, &cache, (uint8_t)cpu->number,
				 CACHE_EVENT_EVICT, NULL, &out)) {
		memsys_fail(cpu->memsys, "CPU %u, line %#llx: no row for a replacement",
			    cpu->number, (unsigned long long)line);
		return;
	}
	if (out.actions & CACHE_ACTION_SEND_PUTM) {
		cpu->stats.write_backs++;
	} else if (out.actions & CACHE_ACTION_SEND_PUTE) {
		cpu->stats.exclusive_replaced++;
	} else {
		cpu->stats.shared_replaced++;
	}
	classify_loss(cpu, l2, MEMSYS_REPLACED);
	l2_drop(cpu, l2, MEMSYS_REPLACED);
	if (cache.state > CACHE_M) {
		add_buffered(cpu, line, &cache);
	}
	for (unsigned i = 0; i < out.count; i++) {
		leave(cpu, line, &out.message[i], time + cpu->memsys->timing.request);
	}
}

static void install(struct cpu *cpu, uint64_t when)
{
	const struct request *request = &cpu->request;
	struct l2_line *l2 = l2_find(cpu, request->line);

	if (l2) {
		l2->tag = request->line | request->cache.state;
		l2->version = request->cache.data;
	} else {
		l2 = l2_victim(cpu, request->line);
		if (l2->tag & L2_STATE) {
			evict(cpu, l2, when);
		}
		l2_insert(cpu, l2, request->line, request->cache.state, request->cache.data);
	}
	l1_fill(cpu, request->paddr, request->is_fetch);
}

void cache_resume(struct cpu *cpu, unsigned home, uint64_t when)
{
	struct memsys *memsys = cpu->memsys;
	struct request *request = &cpu->request;

	cpu->last_miss = (struct memsys_miss){ .paddr = request->paddr,
					       .issued = request->issued,
					       .resumed = when,
					       .home = (uint8_t)home,
					       .is_store = request->is_store,
					       .is_fetch = request->is_fetch,
					       .is_uncached = request->state == REQUEST_PORT,
					       .is_upgrade = request->is_upgrade,
					       .has_three_hops = request->three_hop,
					       .cause = request->cause };
	request->state = REQUEST_NONE;
	memsys->ops->resume(memsys->context, cpu->number, when);
}

/* The miss ends at cycle `when` of the quantum that comes. */
void cache_fill(struct cpu *cpu, uint64_t when)
{
	unsigned home = memsys_home_node(cpu->memsys, cpu->request.line);
	uint64_t stall = when - cpu->request.issued;

	install(cpu, when);
	if (home == cpu->node) {
		cpu->stats.stall_local_cycles += stall;
	} else {
		cpu->stats.stall_remote_cycles += stall;
	}
	cache_resume(cpu, home, when);
}

/* SPDX-License-Identifier: MIT */
/*
 * ports.c - accesses that leave nothing in a cache: uncached loads and stores, registers of
 * devices, and devices' own reading and writing of RAM.
 *
 * They take place when the home's directory handles them, at a boundary, and are told so then.
 */
#include "sim/memsys/memsys_priv.h"

#define DMA_PORT_FIRST (PROTOCOL_PORT_FIRST + PROTOCOL_CACHES_MAX)

static uint32_t port_allocate(struct memsys *memsys)
{
	uint32_t tag = 0;

	while (tag < memsys->port_count && memsys->ports[tag].is_used) {
		tag++;
	}
	if (tag == memsys->port_count) {
		uint32_t count = memsys->port_count ? 2 * memsys->port_count : 16;

		memsys->ports = memsys_resize(memsys->ports, count, sizeof(*memsys->ports));
		for (uint32_t i = memsys->port_count; i < count; i++) {
			memsys->ports[i] = (struct port_access){ 0 };
		}
		memsys->port_count = count;
	}
	memsys->ports_in_use++;
	return tag;
}

static void port_release(struct memsys *memsys, uint32_t tag)
{
	memsys->ports[tag].is_used = false;
	memsys->ports_in_use--;
}

/* Sends the access of a port to the home of its line, or to the device's node. */
static void port_send(struct memsys *memsys, uint32_t tag, unsigned to, uint64_t time)
{
	const struct port_access *port = &memsys->ports[tag];
	uint8_t agent = (uint8_t)(port->is_dma ? DMA_PORT_FIRST + port->node
					       : PROTOCOL_PORT_FIRST + port->cpu);
	struct protocol_message message = { .kind = port->is_write ? MESSAGE_WRU : MESSAGE_RDU,
					    .src = agent,
					    .dst = PROTOCOL_AGENT_HOME,
					    .requester = agent,
					    .tag = tag };

	event_queue_push(memsys->events, &(struct event){ .time = time,
							  .when = time,
							  .line = line_of(memsys, port->paddr),
							  .message = message,
							  .kind = EVENT_LEAVE_CPU,
							  .node = port->node,
							  .to = (uint8_t)to,
							  .cpu = agent });
}

static uint32_t post(struct cpu *cpu, uint64_t paddr, unsigned bytes, bool is_store,
		     uint32_t device_node, uint64_t now)
{
	struct request *request = &cpu->request;

	if (request->state != REQUEST_NONE) {
		memsys_fail(cpu->memsys, "CPU %u accesses memory while it is blocked", cpu->number);
		return MEMSYS_BLOCKED;
	}
	*request = (struct request){ .state = REQUEST_PORT_POSTED,
				     .is_store = is_store,
				     .bytes = (uint8_t)bytes,
				     .paddr = paddr,
				     .issued = now,
				     .device_node = device_node };
	cpu->memsys->posted |= (uint64_t)1 << cpu->number;
	return MEMSYS_BLOCKED;
}

uint32_t memsys_uncached(struct memsys_cpu *cpu, uint64_t paddr, unsigned bytes, bool is_store,
			 uint64_t now)
{
	struct cpu *self = (struct cpu *)cpu;

	if (!directory_has(self->memsys, paddr)) {
		memsys_fail(self->memsys, "CPU %u accesses %#llx, which is no memory", self->number,
			    (unsigned long long)paddr);
		return MEMSYS_BLOCKED;
	}
	return post(self, paddr, bytes, is_store, NO_INDEX, now);
}

uint32_t memsys_device(struct memsys_cpu *cpu, unsigned node, bool is_store, uint64_t now)
{
	return post((struct cpu *)cpu, 0, 0, is_store, node, now);
}

/* At the boundary: what the CPU has posted leaves it at `time`. */
void port_issue(struct cpu *cpu, uint64_t time)
{
	struct memsys *memsys = cpu->memsys;
	struct request *request = &cpu->request;
	bool is_device = request->device_node != NO_INDEX;
	uint32_t tag = port_allocate(memsys);

	request->state = REQUEST_PORT;
	cpu->stats.uncached_accesses++;
	memsys->ports[tag] = (struct port_access){ .is_used = true,
						   .is_write = request->is_store,
						   .is_device = is_device,
						   .node = (uint8_t)cpu->node,
						   .cpu = (uint8_t)cpu->number,
						   .paddr = request->paddr,
						   .bytes = request->bytes };
	port_send(memsys, tag,
		  is_device ? request->device_node : memsys_home_node(memsys, request->paddr),
		  time);
}

/* Sends the next line of a device's transfer. */
static void dma_send(struct memsys *memsys, uint32_t tag, uint64_t paddr, uint64_t bytes,
		     uint64_t time)
{
	struct port_access *port = &memsys->ports[tag];
	uint64_t line_end = line_of(memsys, paddr) + memsys->config.l2.line_bytes;

	port->paddr = paddr;
	port->bytes = (uint32_t)(bytes < line_end - paddr ? bytes : line_end - paddr);
	port->bytes_left = bytes - port->bytes;
	port_send(memsys, tag, memsys_home_node(memsys, paddr), time);
}

void memsys_dma(struct memsys *memsys, unsigned node, uint64_t paddr, uint64_t bytes, bool is_write,
		uint64_t time, uint64_t cookie)
{
	uint32_t tag;

	if (bytes == 0 || !directory_has(memsys, paddr) ||
	    !directory_has(memsys, paddr + bytes - 1)) {
		memsys_fail(memsys, "a device transfers %llu bytes at %#llx, which is no memory",
			    (unsigned long long)bytes, (unsigned long long)paddr);
		return;
	}
	tag = port_allocate(memsys);
	memsys->ports[tag] = (struct port_access){ .is_used = true,
						   .is_write = is_write,
						   .is_dma = true,
						   .node = (uint8_t)node,
						   .cookie = cookie };
	dma_send(memsys, tag, paddr, bytes, time + memsys->timing.request);
}

void port_write_row(struct memsys *memsys, uint64_t line, uint64_t time)
{
	uint32_t tag = port_allocate(memsys);
	unsigned home = memsys_home_node(memsys, line);
	uint8_t agent = (uint8_t)(DMA_PORT_FIRST + home);
	struct protocol_message message = { .kind = MESSAGE_WRU,
					    .src = agent,
					    .dst = PROTOCOL_AGENT_HOME,
					    .requester = agent,
					    .tag = tag };

	memsys->ports[tag] = (struct port_access){ .is_used = true,
						   .is_write = true,
						   .is_row = true,
						   .node = (uint8_t)home,
						   .paddr = line };
	event_queue_push(memsys->events, &(struct event){ .time = time,
							  .when = time,
							  .line = line,
							  .message = message,
							  .kind = EVENT_LOCAL,
							  .node = (uint8_t)home,
							  .to = (uint8_t)home,
							  .cpu = agent });
}

/* The access takes place: the home has ordered it. */
void port_perform(struct memsys *memsys, uint32_t tag)
{
	struct port_access port = memsys->ports[tag];

	if (port.is_row) {
		directory_line(memsys, port.paddr)->is_row_write_pending = false;
	} else if (port.is_dma) {
		memsys->ops->dma_perform(memsys->context, port.cookie, port.paddr, port.bytes);
	} else {
		memsys->ops->perform(memsys->context, port.cpu);
	}
}

/* The answer has come to the port's node. */
void port_receive(struct memsys *memsys, const struct protocol_message *in, uint64_t time)
{
	const struct port_access *port = &memsys->ports[in->tag];

	engine_complete(memsys, EVENT_PORT_DONE, port->paddr, port->node, in->dst, in->tag,
			time + memsys->timing.reply);
}

void port_done(struct memsys *memsys, uint32_t tag, uint64_t when)
{
	struct port_access port = memsys->ports[tag];

	if (port.is_row) {
		port_release(memsys, tag);
	} else if (!port.is_dma) {
		struct cpu *cpu = &memsys->cpus[port.cpu];

		port_release(memsys, tag);
		cpu->stats.stall_uncached_cycles += when - cpu->request.issued;
		cache_resume(cpu,
			     port.is_device ? cpu->request.device_node
					    : memsys_home_node(memsys, port.paddr),
			     when);
	} else if (port.bytes_left > 0) {
		dma_send(memsys, tag, port.paddr + port.bytes, port.bytes_left,
			 when + memsys->timing.request);
	} else {
		port_release(memsys, tag);
		memsys->ops->dma_done(memsys->context, port.cookie, when);
	}
}

uint32_t port_words(const struct memsys *memsys, uint32_t tag)
{
	const struct port_access *port = &memsys->ports[tag];
	unsigned shift = memsys->cpus[0].hot.word_shift;
	uint64_t first = (port->paddr - line_of(memsys, port->paddr)) >> shift;
	uint64_t last = (port->paddr + (port->bytes ? port->bytes - 1 : 0) -
			 line_of(memsys, port->paddr)) >>
			shift;

	return (uint32_t)(((uint64_t)2 << last) - ((uint64_t)1 << first));
}

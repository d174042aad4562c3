/* SPDX-License-Identifier: MIT */
/* ethernet.c - the switch between a machine's network devices (ethernet.h). */
#include "sim/virtio/ethernet.h"

#include <stdlib.h>
#include <string.h>

#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define PORT_FRAMES 256U
#define ADDRESSES   64U
/* Preamble 8, checksum 4, gap 12; a short frame is filled up to 60. */
#define OVERHEAD_BYTES 24U
#define FRAME_MIN      60U
#define SECOND_NS      1000000000U
#define GROUP_BIT      0x01U /* in the first byte of an address: for several */

struct port {
	struct ethernet_frame *frame[PORT_FRAMES]; /* a ring */
	unsigned first;
	unsigned count;
	uint64_t free_at; /* when the link to the device is free */
	uint64_t dropped;
};

/* Who was seen behind which port. */
struct address {
	uint8_t mac[ETHERNET_MAC_BYTES];
	unsigned port;
};

struct ethernet {
	const struct machine *machine;
	ethernet_wake_fn *wake;
	void *context;
	unsigned ports;
	struct port port[MACHINE_NICS_MAX + 1]; /* the last one may be the gateway's */
	struct address address[ADDRESSES];
	unsigned addresses;
	unsigned replaced; /* the address that goes next when there is no room */
};

struct ethernet *ethernet_create(const struct machine *machine, ethernet_wake_fn *wake,
				 void *context)
{
	struct ethernet *ethernet = calloc(1, sizeof(*ethernet));

	if (ethernet != NULL) {
		ethernet->machine = machine;
		ethernet->wake = wake;
		ethernet->context = context;
		ethernet->ports = machine->config.nics + machine->config.network.has_gateway;
	}
	return ethernet;
}

void ethernet_flush(struct ethernet *ethernet, unsigned port)
{
	while (ethernet->port[port].count > 0) {
		ethernet_take(ethernet, port);
	}
}

void ethernet_destroy(struct ethernet *ethernet)
{
	for (unsigned i = 0; ethernet != NULL && i < ethernet->ports; i++) {
		ethernet_flush(ethernet, i);
	}
	free(ethernet);
}

uint64_t ethernet_link_cycles(const struct ethernet *ethernet, uint32_t bytes)
{
	const struct machine_config *config = &ethernet->machine->config;
	uint64_t sent = (bytes < FRAME_MIN ? FRAME_MIN : bytes) + OVERHEAD_BYTES;
	uint64_t rate = config->network.bytes_per_s;

	return (uint64_t)(((unsigned __int128)sent * config->clock_hz + rate - 1) / rate);
}

static uint64_t latency_cycles(const struct ethernet *ethernet)
{
	const struct machine_config *config = &ethernet->machine->config;

	return (uint64_t)((unsigned __int128)config->network.latency_ns * config->clock_hz /
			  SECOND_NS);
}

static struct address *find_address(struct ethernet *ethernet, const uint8_t *mac)
{
	for (unsigned i = 0; i < ethernet->addresses; i++) {
		if (memcmp(ethernet->address[i].mac, mac, ETHERNET_MAC_BYTES) == 0) {
			return &ethernet->address[i];
		}
	}
	return NULL;
}

/* `mac` is behind `port`. */
static void learn(struct ethernet *ethernet, const uint8_t *mac, unsigned port)
{
	struct address *address = find_address(ethernet, mac);

	if (mac[0] & GROUP_BIT) {
		return;
	}
	if (address == NULL && ethernet->addresses < ADDRESSES) {
		address = &ethernet->address[ethernet->addresses++];
	} else if (address == NULL) {
		address = &ethernet->address[ethernet->replaced];
		ethernet->replaced = (ethernet->replaced + 1) % ADDRESSES;
	}
	memcpy(address->mac, mac, ETHERNET_MAC_BYTES);
	address->port = port;
}

static struct ethernet_frame *append(struct port *port, uint32_t bytes)
{
	struct ethernet_frame *frame = NULL;

	if (port->count < PORT_FRAMES) {
		frame = malloc(sizeof(*frame) + bytes);
	}
	if (frame == NULL) {
		port->dropped++;
		return NULL;
	}
	frame->bytes = bytes;
	port->frame[(port->first + port->count++) % PORT_FRAMES] = frame;
	return frame;
}

/* The frame waits behind what waits at `number` already. */
static void deliver(struct ethernet *ethernet, unsigned number, const uint8_t *data, uint32_t bytes,
		    uint64_t arrival)
{
	struct port *port = &ethernet->port[number];
	struct ethernet_frame *frame = append(port, bytes);

	if (frame == NULL) {
		return;
	}
	memcpy(frame->data, data, bytes);
	if (port->free_at < arrival) {
		port->free_at = arrival;
	}
	port->free_at += ethernet_link_cycles(ethernet, bytes);
	frame->due = port->free_at;
	ethernet->wake(ethernet->context, number, frame->due);
}

void ethernet_send(struct ethernet *ethernet, unsigned port, const uint8_t *data, uint32_t bytes,
		   uint64_t now)
{
	const struct machine *machine = ethernet->machine;
	uint64_t arrival = now + latency_cycles(ethernet);
	const struct address *to;

	if (machine->tap != NULL) {
		machine->tap(machine->tap_context, data, bytes, now);
	}
	learn(ethernet, data + ETHERNET_MAC_BYTES, port);
	to = find_address(ethernet, data);
	for (unsigned i = 0; i < ethernet->ports; i++) {
		if (i != port && (to == NULL || to->port == i)) {
			deliver(ethernet, i, data, bytes, arrival);
		}
	}
}

const struct ethernet_frame *ethernet_first(const struct ethernet *ethernet, unsigned port)
{
	const struct port *from = &ethernet->port[port];

	return from->count > 0 ? from->frame[from->first] : NULL;
}

void ethernet_take(struct ethernet *ethernet, unsigned port)
{
	struct port *from = &ethernet->port[port];

	free(from->frame[from->first]);
	from->frame[from->first] = NULL;
	from->first = (from->first + 1) % PORT_FRAMES;
	from->count--;
}

static const struct ethernet_frame *frame_at(const struct port *port, unsigned index)
{
	return port->frame[(port->first + index) % PORT_FRAMES];
}

void ethernet_hash(const struct ethernet *ethernet, struct state_hash *hash)
{
	for (unsigned i = 0; i < ethernet->ports; i++) {
		const struct port *port = &ethernet->port[i];

		state_hash_u64(hash, port->count);
		state_hash_u64(hash, port->free_at);
		state_hash_u64(hash, port->dropped);
		for (unsigned j = 0; j < port->count; j++) {
			const struct ethernet_frame *frame = frame_at(port, j);

			state_hash_u64(hash, frame->due);
			state_hash_u64(hash, frame->bytes);
			state_hash_bytes(hash, frame->data, frame->bytes);
		}
	}
	for (unsigned i = 0; i < ethernet->addresses; i++) {
		state_hash_bytes(hash, ethernet->address[i].mac, ETHERNET_MAC_BYTES);
		state_hash_u64(hash, ethernet->address[i].port);
	}
	state_hash_u64(hash, ethernet->replaced);
}

static void frame_state(struct port *port, unsigned index, struct state_io *io)
{
	struct ethernet_frame *frame =
		io->is_loading ? NULL : port->frame[(port->first + index) % PORT_FRAMES];
	uint32_t bytes = frame != NULL ? frame->bytes : 0;

	state_io_u32(io, &bytes);
	if (io->is_loading) {
		if (io->has_failed || bytes < ETHERNET_HEADER_BYTES || bytes > ETHERNET_FRAME_MAX) {
			io->has_failed = true;
			return;
		}
		frame = append(port, bytes);
	}
	if (frame == NULL) {
		io->has_failed = true;
		return;
	}
	state_io_u64(io, &frame->due);
	state_io_bytes(io, frame->data, bytes);
}

static void port_state(struct port *port, struct state_io *io)
{
	unsigned count = port->count;

	state_io_index(io, &count, PORT_FRAMES + 1);
	state_io_u64(io, &port->free_at);
	state_io_u64(io, &port->dropped);
	for (unsigned i = 0; i < count && !io->has_failed; i++) {
		frame_state(port, i, io);
	}
}

void ethernet_state(struct ethernet *ethernet, struct state_io *io)
{
	for (unsigned i = 0; i < ethernet->ports; i++) {
		port_state(&ethernet->port[i], io);
	}
	state_io_index(io, &ethernet->addresses, ADDRESSES + 1);
	state_io_index(io, &ethernet->replaced, ADDRESSES);
	for (unsigned i = 0; i < ethernet->addresses; i++) {
		state_io_bytes(io, ethernet->address[i].mac, ETHERNET_MAC_BYTES);
		state_io_index(io, &ethernet->address[i].port, ethernet->ports);
	}
}

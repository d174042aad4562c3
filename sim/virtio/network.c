/* SPDX-License-Identifier: MIT */
/*
 * network.c - the network device (virtio 1.2, 5.1) at a port of the switch (ethernet.h).
 *
 * Sending and receiving are independent of each other, one frame at a time each. A frame that has
 * come waits in the switch until the driver has given room for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"
#include "sim/virtio/ethernet.h"
#include "sim/virtio/virtio.h"

#define FEATURE(number) ((uint64_t)1 << (number))
#define HEADER_BYTES    VIRTIO_NETWORK_HEADER_BYTES
#define VLAN_BYTES      4U
#define RECEIVE         VIRTIO_NETWORK_QUEUE_RECEIVE
#define SEND            VIRTIO_NETWORK_QUEUE_SEND

enum phase {
	PHASE_IDLE,
	PHASE_LOOKING,  /* there was no chain, or not enough of them */
	PHASE_FETCHING, /* sending: the frame is read */
	PHASE_SENDING,  /* it is on the link until cycle `end` */
	PHASE_STORING,  /* chains are given back */
	PHASE_COUNT
};

/* One direction. */
struct way {
	unsigned phase; /* enum phase */
	bool has_asked; /* PHASE_LOOKING: the ring must be looked at again */
	struct dma dma;
	uint64_t end;
	uint16_t head;  /* sending: of the chain */
	uint32_t bytes; /* sending: of the frame; 0: it is dropped */
	/* Sending: the sum from here on is still to be made, and goes there; 0: there is none. */
	uint32_t sum_from;
	uint32_t sum_at;
};

struct network {
	struct virtio virtio;
	struct ethernet *ethernet;
	unsigned port;
	struct nic_config config;
	struct way way[2]; /* by number of the queue */
	struct queue_chain chain;
	uint64_t
		dropped; /* frames for which a single buffer was too short, or that made no sense */
};

static struct network *network_of(const struct virtio *virtio)
{
	return (struct network *)(uintptr_t)virtio;
}

/*
 * Sums are made where there is a gateway, of whose peers some look at them; then there are no
 * checkpoints, so sum_from and sum_at are in none.
 */
static uint64_t network_features(const struct virtio *virtio)
{
	return (virtio->machine->config.network.has_gateway ? FEATURE(VIRTIO_NETWORK_F_CSUM) : 0) |
	       FEATURE(VIRTIO_NETWORK_F_MTU) | FEATURE(VIRTIO_NETWORK_F_MAC) |
	       FEATURE(VIRTIO_NETWORK_F_MRG_RXBUF) | FEATURE(VIRTIO_NETWORK_F_STATUS);
}

static void network_config(const struct virtio *virtio, uint8_t bytes[VIRTIO_CONFIG_BYTES])
{
	const struct nic_config *config = &network_of(virtio)->config;

	memcpy(bytes + VIRTIO_NETWORK_MAC, config->mac, sizeof(config->mac));
	queue_put(bytes + VIRTIO_NETWORK_STATUS, 2, VIRTIO_NETWORK_S_LINK_UP);
	queue_put(bytes + VIRTIO_NETWORK_MTU, 2, config->mtu);
}

/* Nothing is in the ring: the guest may have to be asked to tell when something is. */
static void look_again_later(struct network *network, unsigned number)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[number];

	way->has_asked = queue_ask(&virtio->queue[number], &way->dma, virtio->driver_features);
	way->phase = PHASE_LOOKING;
}

/* Which sum of the frame the driver leaves to the device. */
static void read_sum(struct network *network)
{
	struct way *way = &network->way[SEND];
	uint8_t header[HEADER_BYTES];

	way->sum_from = 0;
	way->sum_at = 0;
	if (network->virtio.driver_features & FEATURE(VIRTIO_NETWORK_F_CSUM) &&
	    queue_peek(&network->chain, network->virtio.machine, &way->dma, 0, header,
		       HEADER_BYTES) &&
	    header[VIRTIO_NETWORK_HEADER_FLAGS] & VIRTIO_NETWORK_NEEDS_CSUM) {
		way->sum_from = (uint32_t)queue_get(header + VIRTIO_NETWORK_HEADER_CSUM, 2);
		way->sum_at = way->sum_from +
			      (uint32_t)queue_get(header + VIRTIO_NETWORK_HEADER_CSUM + 2, 2);
	}
}

/* The complement of the sum of 16-bit numbers (RFC 1071); what stands in its place is summed, too.
 */
static void make_sum(const struct way *way)
{
	uint8_t *frame = way->dma.data;
	uint32_t sum = 0;

	if (way->sum_at == 0 || way->sum_at + 2 > way->bytes) {
		return;
	}
	for (uint32_t i = way->sum_from; i < way->bytes; i++) {
		sum += (uint32_t)frame[i] << ((i - way->sum_from) % 2 == 0 ? 8 : 0);
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	/* 0 would mean that there is none. */
	sum = sum == 0xffff ? sum : ~sum;
	frame[way->sum_at] = (uint8_t)(sum >> 8);
	frame[way->sum_at + 1] = (uint8_t)sum;
}

/* Takes a frame that the guest sends. True: there is more to do now. */
static bool take_frame(struct network *network)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[SEND];
	struct queue_chain *chain = &network->chain;
	const char *why;

	virtio->is_notified[SEND] = false;
	switch (queue_take(&virtio->queue[SEND], virtio->machine, &way->dma,
			   virtio->driver_features, chain, &why)) {
	case QUEUE_EMPTY:
		look_again_later(network, SEND);
		return true;
	case QUEUE_CHAIN:
		break;
	case QUEUE_BROKEN:
	default:
		virtio_fail(virtio, why);
		return false;
	}
	if (chain->readable < HEADER_BYTES) {
		virtio_fail(virtio, "a frame to be sent has no header");
		return false;
	}
	uint64_t bytes = chain->readable - HEADER_BYTES;

	read_sum(network);
	way->head = chain->head;
	way->bytes = 0;
	way->phase = PHASE_FETCHING;
	if (bytes >= ETHERNET_HEADER_BYTES &&
	    bytes <= ETHERNET_HEADER_BYTES + VLAN_BYTES + network->config.mtu &&
	    bytes <= ETHERNET_FRAME_MAX &&
	    queue_add(chain, &way->dma, false, HEADER_BYTES, (uint32_t)bytes) != NULL) {
		way->bytes = (uint32_t)bytes;
	} else {
		network->dropped++;
	}
	return true;
}

/* The frame has left: the switch has it, the guest gets its chain back. */
static bool give_back(struct network *network, uint64_t now)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[SEND];
	struct queue *queue = &virtio->queue[SEND];

	if (way->bytes > 0) {
		make_sum(way);
		ethernet_send(network->ethernet, network->port, way->dma.data, way->bytes, now);
	}
	dma_clear(&way->dma);
	if (!queue_return(queue, &way->dma, way->head, 0) || !queue_publish(queue, &way->dma)) {
		virtio_fail(virtio, "the host is out of memory");
		return false;
	}
	way->phase = PHASE_STORING;
	return true;
}

/*
 * Puts the bytes [*done, total) of header and frame into the chain just taken. False: there are too
 * many pieces.
 */
static bool fill_chain(struct network *network, const struct ethernet_frame *frame, uint32_t *done)
{
	struct way *way = &network->way[RECEIVE];
	const struct queue_chain *chain = &network->chain;
	uint32_t total = HEADER_BYTES + frame->bytes;
	uint32_t part = chain->writable < total - *done ? (uint32_t)chain->writable : total - *done;
	uint8_t *data = queue_add(chain, &way->dma, true, 0, part);
	uint32_t skipped = *done == 0 ? HEADER_BYTES : 0;

	if (data == NULL) {
		return false;
	}
	/* The buffer is zeroed, and so is the header. */
	memcpy(data + skipped, frame->data + (*done + skipped - HEADER_BYTES), part - skipped);
	*done += part;
	return queue_return(&network->virtio.queue[RECEIVE], &way->dma, chain->head, part);
}

enum filled {
	FILLED_ALL,
	FILLED_WAITS,   /* more chains are needed */
	FILLED_DROPPED, /* it will never fit */
	FILLED_BROKEN
};

/* Spreads a frame over as many chains as it takes, where that was negotiated. */
static enum filled fill_chains(struct network *network, const struct ethernet_frame *frame)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[RECEIVE];
	bool is_merging = (virtio->driver_features & FEATURE(VIRTIO_NETWORK_F_MRG_RXBUF)) != 0;
	uint32_t header = 0;
	uint32_t buffers = 0;
	uint32_t done = 0;

	while (done < HEADER_BYTES + frame->bytes) {
		const char *why;
		enum queue_found found =
			queue_take(&virtio->queue[RECEIVE], virtio->machine, &way->dma,
				   virtio->driver_features, &network->chain, &why);

		if (found == QUEUE_EMPTY) {
			return FILLED_WAITS;
		}
		if (found == QUEUE_CHAIN &&
		    network->chain.writable < (done == 0 ? HEADER_BYTES : 1)) {
			found = QUEUE_BROKEN;
			why = "a buffer to receive has no room for the header";
		}
		if (found == QUEUE_BROKEN) {
			virtio_fail(virtio, why);
			return FILLED_BROKEN;
		}
		if (!is_merging && network->chain.writable < HEADER_BYTES + frame->bytes) {
			return FILLED_DROPPED;
		}
		header = buffers++ == 0 ? way->dma.used : header;
		if (!fill_chain(network, frame, &done)) {
			return FILLED_DROPPED;
		}
	}
	queue_put(way->dma.data + header + VIRTIO_NETWORK_HEADER_BUFFERS, 2, buffers);
	return FILLED_ALL;
}

/* A frame has come. True: there is more to do now. */
static bool receive(struct network *network, const struct ethernet_frame *frame)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[RECEIVE];
	struct queue *queue = &virtio->queue[RECEIVE];
	struct queue before = *queue;
	enum filled filled;

	virtio->is_notified[RECEIVE] = false;
	filled = fill_chains(network, frame);
	if (filled == FILLED_ALL && !queue_publish(queue, &way->dma)) {
		filled = FILLED_DROPPED;
	}
	if (filled == FILLED_ALL) {
		way->phase = PHASE_STORING;
		ethernet_take(network->ethernet, network->port);
		return true;
	}
	if (filled == FILLED_BROKEN) {
		return false;
	}
	dma_clear(&way->dma);
	if (filled == FILLED_WAITS) {
		/* To be told of what comes behind the last chain that was there. */
		look_again_later(network, RECEIVE);
	} else {
		network->dropped++;
		ethernet_take(network->ethernet, network->port);
	}
	queue->next_avail = before.next_avail;
	queue->next_used = before.next_used;
	return true;
}

static void finish(struct network *network, unsigned number)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[number];

	dma_clear(&way->dma);
	way->phase = PHASE_IDLE;
	if (queue_signal(&virtio->queue[number], virtio->machine, &way->dma,
			 virtio->driver_features)) {
		virtio_interrupt(virtio, VIRTIO_INTERRUPT_USED);
	}
}

static bool begin(struct network *network, unsigned number, uint64_t now)
{
	const struct ethernet_frame *frame;

	if (number == SEND) {
		return take_frame(network);
	}
	frame = ethernet_first(network->ethernet, network->port);
	if (frame == NULL) {
		return false;
	}
	if (frame->due > now) {
		virtio_wake(&network->virtio, frame->due);
		return false;
	}
	return receive(network, frame);
}

/* One step of one direction. True: there is more to do now. */
static bool advance(struct network *network, unsigned number, uint64_t now)
{
	struct virtio *virtio = &network->virtio;
	struct way *way = &network->way[number];

	if (way->phase == PHASE_IDLE) {
		return begin(network, number, now);
	}
	if (way->phase == PHASE_SENDING) {
		if (now < way->end) {
			virtio_wake(virtio, way->end);
			return false;
		}
		return give_back(network, now);
	}
	if (!virtio_run_dma(virtio, number, now)) {
		return false;
	}
	switch (way->phase) {
	case PHASE_LOOKING:
		dma_clear(&way->dma);
		way->phase = PHASE_IDLE;
		return way->has_asked || virtio->is_notified[number];
	case PHASE_FETCHING:
		way->phase = PHASE_SENDING;
		way->end =
			now +
			(way->bytes > 0 ? ethernet_link_cycles(network->ethernet, way->bytes) : 0);
		return true;
	default:
		finish(network, number);
		return true;
	}
}

static void network_step(struct virtio *virtio, uint64_t now)
{
	for (unsigned i = 0; i < 2; i++) {
		while (virtio_is_running(virtio, i) && advance(network_of(virtio), i, now)) {
		}
	}
}

static struct dma *network_dma(struct virtio *virtio, unsigned queue)
{
	return &network_of(virtio)->way[queue].dma;
}

static void network_stop(struct virtio *virtio, unsigned queue)
{
	struct network *network = network_of(virtio);

	network->way[queue].phase = PHASE_IDLE;
	if (queue == RECEIVE) {
		ethernet_flush(network->ethernet, network->port);
	}
}

static void network_hash(const struct virtio *virtio, struct state_hash *hash)
{
	const struct network *network = network_of(virtio);

	state_hash_u64(hash, network->dropped);
	for (unsigned i = 0; i < 2; i++) {
		const struct way *way = &network->way[i];

		state_hash_u64(hash, (uint64_t)way->phase << 1 | way->has_asked);
		state_hash_u64(hash, way->end);
		state_hash_u64(hash, (uint64_t)way->bytes << 16 | way->head);
		dma_hash(&way->dma, hash);
	}
}

static bool network_state(struct virtio *virtio, struct state_io *io, struct error *err)
{
	struct network *network = network_of(virtio);

	(void)err;
	state_io_u64(io, &network->dropped);
	for (unsigned i = 0; i < 2; i++) {
		struct way *way = &network->way[i];

		state_io_index(io, &way->phase, PHASE_COUNT);
		state_io_bool(io, &way->has_asked);
		state_io_u64(io, &way->end);
		state_io_u16(io, &way->head);
		state_io_u32(io, &way->bytes);
		dma_state(&way->dma, virtio->machine, io);
		/* What is sent is in the buffer; only one way sends. */
		if ((way->phase != PHASE_IDLE && !virtio->queue[i].is_ready) ||
		    ((way->phase == PHASE_FETCHING || way->phase == PHASE_SENDING) &&
		     (i != SEND || way->bytes > way->dma.used ||
		      (way->bytes != 0 && way->bytes < ETHERNET_HEADER_BYTES)))) {
			io->has_failed = true;
		}
	}
	return true;
}

static void network_destroy(struct virtio *virtio)
{
	(void)virtio;
}

static const struct virtio_ops network_ops = {
	.id = VIRTIO_ID_NETWORK,
	.queues = 2,
	.features = network_features,
	.config = network_config,
	.step = network_step,
	.dma = network_dma,
	.stop = network_stop,
	.hash = network_hash,
	.state = network_state,
	.destroy = network_destroy,
};

struct virtio *nic_create(struct ethernet *ethernet, unsigned port, const struct nic_config *config)
{
	struct network *network = calloc(1, sizeof(*network));

	if (network == NULL) {
		return NULL;
	}
	network->virtio.ops = &network_ops;
	network->ethernet = ethernet;
	network->port = port;
	network->config = *config;
	snprintf(network->virtio.name, sizeof(network->virtio.name), "network device %u", port);
	return &network->virtio;
}

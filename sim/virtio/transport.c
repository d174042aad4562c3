/* SPDX-License-Identifier: MIT */
/* transport.c - registers of a slot: virtio 1.2, 4.2.2 (docs/machine/virtio.md). */
#include <stdio.h>
#include <string.h>

#include "machine/lines.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"
#include "sim/virtio/virtio.h"

#define FEATURE(number) ((uint64_t)1 << (number))
#define COMMON_FEATURES                                                  \
	(FEATURE(VIRTIO_F_INDIRECT_DESC) | FEATURE(VIRTIO_F_EVENT_IDX) | \
	 FEATURE(VIRTIO_F_VERSION_1))
#define SECOND_NS 1000000000U

static uint64_t offered(const struct virtio *virtio)
{
	return COMMON_FEATURES | virtio->ops->features(virtio);
}

static void drive(struct virtio *virtio)
{
	intc_set_source(virtio->machine->intc, LINES_SOURCE_VIRTIO + virtio->slot,
			virtio->interrupt != 0);
}

void virtio_interrupt(struct virtio *virtio, uint32_t cause)
{
	virtio->interrupt |= cause;
	drive(virtio);
}

static void stop_queue(struct virtio *virtio, unsigned queue)
{
	dma_clear(virtio->ops->dma(virtio, queue));
	virtio->ops->stop(virtio, queue);
	queue_reset(&virtio->queue[queue]);
	virtio->is_notified[queue] = false;
}

/* As after power-on; the serial numbers of DMA go on, so that what was under way ends nowhere. */
static void reset(struct virtio *virtio)
{
	for (unsigned i = 0; i < virtio->ops->queues; i++) {
		stop_queue(virtio, i);
	}
	virtio->device_word = 0;
	virtio->driver_word = 0;
	virtio->selected = 0;
	virtio->driver_features = 0;
	virtio->status = 0;
	virtio->interrupt = 0;
	drive(virtio);
}

void virtio_power_on(struct virtio *virtio)
{
	virtio->due = UINT64_MAX;
	reset(virtio);
}

void virtio_fail(struct virtio *virtio, const char *why)
{
	char text[256];

	if (virtio->status & VIRTIO_STATUS_NEEDS_RESET) {
		return;
	}
	snprintf(text, sizeof(text), "virtio slot %u (%s) needs a reset: %s", virtio->slot,
		 virtio->name, why);
	machine_log(virtio->machine, text);
	virtio->status |= VIRTIO_STATUS_NEEDS_RESET;
	virtio_interrupt(virtio, VIRTIO_INTERRUPT_CONFIG);
	for (unsigned i = 0; i < virtio->ops->queues; i++) {
		dma_clear(virtio->ops->dma(virtio, i));
		virtio->ops->stop(virtio, i);
	}
}

bool virtio_is_running(const struct virtio *virtio, unsigned queue)
{
	return (virtio->status & (VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET)) ==
		       VIRTIO_STATUS_DRIVER_OK &&
	       virtio->queue[queue].is_ready;
}

bool virtio_run_dma(struct virtio *virtio, unsigned queue, uint64_t now)
{
	return dma_run(virtio->ops->dma(virtio, queue), virtio->bus, virtio->slot << 8 | queue,
		       now);
}

uint64_t virtio_ns(const struct virtio *virtio, uint64_t cycle)
{
	return (uint64_t)((unsigned __int128)cycle * SECOND_NS / virtio->machine->config.clock_hz);
}

uint64_t virtio_cycles(const struct virtio *virtio, uint64_t ns)
{
	unsigned __int128 cycles = (unsigned __int128)ns * virtio->machine->config.clock_hz;

	return (uint64_t)((cycles + SECOND_NS - 1) / SECOND_NS);
}

/* The selected queue; NULL: there is none of that number. */
static struct queue *selected(struct virtio *virtio)
{
	return virtio->selected < virtio->ops->queues ? &virtio->queue[virtio->selected] : NULL;
}

static uint32_t read_features(const struct virtio *virtio)
{
	return virtio->device_word < 2 ? (uint32_t)(offered(virtio) >> (32 * virtio->device_word))
				       : 0;
}

static uint32_t read_register(struct virtio *virtio, uint64_t offset)
{
	const struct queue *queue = selected(virtio);

	switch (offset) {
	case VIRTIO_MAGIC:
		return VIRTIO_MAGIC_VALUE;
	case VIRTIO_VERSION:
		return VIRTIO_VERSION_VALUE;
	case VIRTIO_DEVICE_ID:
		return virtio->ops->id;
	case VIRTIO_VENDOR_ID:
		return VIRTIO_VENDOR_VALUE;
	case VIRTIO_DEVICE_FEATURES:
		return read_features(virtio);
	case VIRTIO_QUEUE_NUM_MAX:
		return queue != NULL ? VIRTIO_QUEUE_ENTRIES_MAX : 0;
	case VIRTIO_QUEUE_READY:
		return queue != NULL && queue->is_ready;
	case VIRTIO_INTERRUPT_STATUS:
		return virtio->interrupt;
	case VIRTIO_STATUS:
		return virtio->status;
	default: /* CONFIG_GENERATION too: the configuration never changes */
		return 0;
	}
}

bool virtio_read(struct virtio *virtio, uint64_t offset, unsigned size, uint32_t *value)
{
	uint8_t config[VIRTIO_CONFIG_BYTES] = { 0 };

	if (size > 4 || offset + size > VIRTIO_BYTES || (offset < VIRTIO_CONFIG && size != 4)) {
		return false;
	}
	if (offset < VIRTIO_CONFIG) {
		*value = read_register(virtio, offset);
	} else {
		virtio->ops->config(virtio, config);
		*value = (uint32_t)queue_get(config + (offset - VIRTIO_CONFIG), size);
	}
	return true;
}

static void write_status(struct virtio *virtio, uint32_t value, uint64_t now)
{
	uint64_t accepted = virtio->driver_features;

	if (value == 0) {
		reset(virtio);
		return;
	}
	value &= VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK |
		 VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED;
	if ((accepted & ~offered(virtio)) != 0 || !(accepted & FEATURE(VIRTIO_F_VERSION_1))) {
		value &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
	}
	virtio->status = value | (virtio->status & VIRTIO_STATUS_NEEDS_RESET);
	virtio_wake(virtio, now);
}

static void write_ready(struct virtio *virtio, struct queue *queue, uint32_t value, uint64_t now)
{
	const char *why;

	if ((value & 1) == 0) {
		stop_queue(virtio, virtio->selected);
	} else if (!queue->is_ready && !queue_start(queue, virtio->machine, &why)) {
		virtio_fail(virtio, why);
	}
	virtio_wake(virtio, now);
}

static void put_word(uint64_t *address, bool is_high, uint32_t value)
{
	unsigned shift = is_high ? 32 : 0;

	*address = (*address & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

/* Registers of the selected queue; while it is ready, only READY can be written. */
static void write_queue(struct virtio *virtio, uint64_t offset, uint32_t value, uint64_t now)
{
	struct queue *queue = selected(virtio);

	if (queue == NULL) {
		return;
	}
	if (offset == VIRTIO_QUEUE_READY) {
		write_ready(virtio, queue, value, now);
		return;
	}
	if (queue->is_ready) {
		return;
	}
	switch (offset) {
	case VIRTIO_QUEUE_NUM:
		queue->entries = value;
		break;
	case VIRTIO_QUEUE_DESC_LO:
	case VIRTIO_QUEUE_DESC_HI:
		put_word(&queue->desc, offset == VIRTIO_QUEUE_DESC_HI, value);
		break;
	case VIRTIO_QUEUE_DRIVER_LO:
	case VIRTIO_QUEUE_DRIVER_HI:
		put_word(&queue->avail, offset == VIRTIO_QUEUE_DRIVER_HI, value);
		break;
	case VIRTIO_QUEUE_DEVICE_LO:
	case VIRTIO_QUEUE_DEVICE_HI:
		put_word(&queue->used, offset == VIRTIO_QUEUE_DEVICE_HI, value);
		break;
	default:
		break;
	}
}

bool virtio_write(struct virtio *virtio, uint64_t offset, unsigned size, uint32_t value,
		  uint64_t now)
{
	if (size > 4 || offset + size > VIRTIO_BYTES || (offset < VIRTIO_CONFIG && size != 4)) {
		return false;
	}
	switch (offset) {
	case VIRTIO_DEVICE_FEATURES_SEL:
		virtio->device_word = value;
		break;
	case VIRTIO_DRIVER_FEATURES:
		if (virtio->driver_word < 2 && !(virtio->status & VIRTIO_STATUS_FEATURES_OK)) {
			put_word(&virtio->driver_features, virtio->driver_word == 1, value);
		}
		break;
	case VIRTIO_DRIVER_FEATURES_SEL:
		virtio->driver_word = value;
		break;
	case VIRTIO_QUEUE_SEL:
		virtio->selected = value;
		break;
	case VIRTIO_QUEUE_NOTIFY:
		if (value < virtio->ops->queues) {
			virtio->is_notified[value] = true;
			virtio_wake(virtio, now);
		}
		break;
	case VIRTIO_INTERRUPT_ACK:
		virtio->interrupt &= ~value;
		drive(virtio);
		break;
	case VIRTIO_STATUS:
		write_status(virtio, value, now);
		break;
	default:
		write_queue(virtio, offset, value, now);
		break;
	}
	return true;
}

void virtio_hash(const struct virtio *virtio, struct state_hash *hash)
{
	state_hash_u64(hash, (uint64_t)virtio->device_word << 32 | virtio->driver_word);
	state_hash_u64(hash, (uint64_t)virtio->selected << 32 | virtio->status);
	state_hash_u64(hash, virtio->driver_features);
	state_hash_u64(hash, virtio->interrupt);
	state_hash_u64(hash, virtio->due);
	for (unsigned i = 0; i < virtio->ops->queues; i++) {
		queue_hash(&virtio->queue[i], hash);
		state_hash_u64(hash, virtio->is_notified[i]);
	}
	virtio->ops->hash(virtio, hash);
}

bool virtio_state(struct virtio *virtio, struct state_io *io, struct error *err)
{
	state_io_u64(io, &virtio->due);
	state_io_u32(io, &virtio->device_word);
	state_io_u32(io, &virtio->driver_word);
	state_io_u32(io, &virtio->selected);
	state_io_u64(io, &virtio->driver_features);
	state_io_u32(io, &virtio->status);
	state_io_u32(io, &virtio->interrupt);
	for (unsigned i = 0; i < virtio->ops->queues; i++) {
		queue_state(&virtio->queue[i], virtio->machine, io);
		state_io_bool(io, &virtio->is_notified[i]);
	}
	return virtio->ops->state(virtio, io, err);
}

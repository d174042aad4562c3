/* SPDX-License-Identifier: MIT */
/*
 * queue.h - split virtqueues (virtio 1.2, 2.7), read as the hostile input they are.
 *
 * Everything is copied out of RAM once, checked, and only the copy is used. Whatever a guest
 * changes meanwhile changes nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/virtio.h"
#include "sim/virtio/dma.h"

struct queue {
	/* Set by the driver. */
	uint32_t entries;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	bool is_ready;

	/* Where this device is in the rings. */
	uint16_t next_avail;
	uint16_t next_used;
	uint16_t signalled_used; /* next_used when the guest was interrupted last */
	uint16_t told_avail;     /* the event index that the guest has been given */
	bool has_told_avail;
};

/* Consecutive bytes of a chain. */
struct queue_span {
	uint64_t paddr;
	uint32_t bytes;
	bool is_write; /* by the device */
};

/* Spans to be read come first. */
struct queue_chain {
	uint16_t head;
	unsigned count;
	struct queue_span span[VIRTIO_QUEUE_ENTRIES_MAX];
	uint64_t readable; /* bytes */
	uint64_t writable;
};

enum queue_found {
	QUEUE_EMPTY,
	QUEUE_CHAIN,
	QUEUE_BROKEN /* *why tells what is wrong */
};

void queue_reset(struct queue *queue);

/* The driver makes the queue ready. False, with *why: it cannot be. */
bool queue_start(struct queue *queue, const struct machine *machine, const char **why);

/* Takes the next chain; what is read for it becomes traffic of `dma`. */
enum queue_found queue_take(struct queue *queue, const struct machine *machine, struct dma *dma,
			    uint64_t features, struct queue_chain *chain, const char **why);

/* The bytes [offset, offset + bytes) of what the device may read, now. False: too few. */
bool queue_peek(const struct queue_chain *chain, const struct machine *machine, struct dma *dma,
		uint64_t offset, void *data, uint32_t bytes);

/*
 * Adds the bytes [offset, offset + bytes) of what the device may write, or read, to `dma`, all of
 * them in a row in its buffer. NULL: too few, or the dma is full.
 */
uint8_t *queue_add(const struct queue_chain *chain, struct dma *dma, bool is_write, uint64_t offset,
		   uint32_t bytes);

/*
 * Adds to `dma` what returns chain `head`, into which `bytes` were written; then what lets the
 * guest see it, and all that were returned before.
 */
bool queue_return(struct queue *queue, struct dma *dma, uint16_t head, uint32_t bytes);
bool queue_publish(const struct queue *queue, struct dma *dma);

/*
 * After the dma that returned chains: does the guest want an interrupt? What is read becomes
 * traffic of `dma`.
 */
bool queue_signal(struct queue *queue, const struct machine *machine, struct dma *dma,
		  uint64_t features);

/*
 * The queue was empty: adds to `dma` what asks for the next notification. False: the guest was
 * asked before.
 */
bool queue_ask(struct queue *queue, struct dma *dma, uint64_t features);

void queue_hash(const struct queue *queue, struct state_hash *hash);
void queue_state(struct queue *queue, const struct machine *machine, struct state_io *io);
void queue_chain_hash(const struct queue_chain *chain, struct state_hash *hash);
void queue_chain_state(struct queue_chain *chain, const struct machine *machine,
		       struct state_io *io);

/* Little-endian numbers in bytes. */
static inline uint64_t queue_get(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = size; i > 0; i--) {
		value = value << 8 | bytes[i - 1];
	}
	return value;
}

static inline void queue_put(uint8_t *bytes, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++) {
		bytes[i] = (uint8_t)(value >> (8 * i));
	}
}

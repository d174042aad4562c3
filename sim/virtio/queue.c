/* SPDX-License-Identifier: MIT */
/* queue.c - taking chains from virtqueues and giving them back (queue.h). */
#include "sim/virtio/queue.h"

#include "sim/state_hash.h"
#include "sim/state_io.h"

#define FEATURE(number) ((uint64_t)1 << (number))
#define EVENT_BYTES     2U

/* Bytes of each ring: flags, index, entries, event index. */
static uint32_t avail_bytes(const struct queue *queue)
{
	return VIRTIO_RING_ENTRIES + queue->entries * VIRTIO_AVAIL_BYTES + EVENT_BYTES;
}

static uint32_t used_bytes(const struct queue *queue)
{
	return VIRTIO_RING_ENTRIES + queue->entries * VIRTIO_USED_BYTES + EVENT_BYTES;
}

void queue_reset(struct queue *queue)
{
	*queue = (struct queue){ .entries = VIRTIO_QUEUE_ENTRIES_MAX };
}

static bool is_good_size(uint32_t entries)
{
	return entries != 0 && entries <= VIRTIO_QUEUE_ENTRIES_MAX &&
	       (entries & (entries - 1)) == 0;
}

bool queue_start(struct queue *queue, const struct machine *machine, const char **why)
{
	if (!is_good_size(queue->entries)) {
		*why = "the size of a queue is no power of two up to 256";
		return false;
	}
	if (queue->desc % 16 != 0 || queue->avail % 2 != 0 || queue->used % 4 != 0) {
		*why = "a ring is not aligned";
		return false;
	}
	if (!dma_check(machine, &queue->desc, queue->entries * VIRTIO_DESC_BYTES) ||
	    !dma_check(machine, &queue->avail, avail_bytes(queue)) ||
	    !dma_check(machine, &queue->used, used_bytes(queue))) {
		*why = "a ring is outside of RAM";
		return false;
	}
	queue->next_avail = 0;
	queue->next_used = 0;
	queue->signalled_used = 0;
	queue->has_told_avail = false;
	queue->is_ready = true;
	return true;
}

/* Where the descriptors are: in the queue, or in a table of the chain's own. */
struct table {
	uint64_t paddr;
	uint32_t entries;
	bool is_indirect;
};

struct descriptor {
	uint64_t paddr;
	uint32_t bytes;
	uint16_t flags;
	uint16_t next;
};

static bool read_descriptor(const struct machine *machine, struct dma *dma,
			    const struct table *table, uint32_t index, struct descriptor *desc)
{
	uint8_t bytes[VIRTIO_DESC_BYTES];

	if (!dma_peek(dma, machine, table->paddr + (uint64_t)index * VIRTIO_DESC_BYTES, bytes,
		      sizeof(bytes))) {
		return false;
	}
	*desc = (struct descriptor){
		.paddr = queue_get(bytes + VIRTIO_DESC_ADDR, 8),
		.bytes = (uint32_t)queue_get(bytes + VIRTIO_DESC_LEN, 4),
		.flags = (uint16_t)queue_get(bytes + VIRTIO_DESC_FLAGS, 2),
		.next = (uint16_t)queue_get(bytes + VIRTIO_DESC_NEXT, 2),
	};
	return true;
}

/* Adds what a descriptor names to the chain; NULL, or what is wrong with it. */
static const char *add_span(struct queue_chain *chain, const struct machine *machine,
			    const struct descriptor *desc)
{
	bool is_write = (desc->flags & VIRTIO_DESC_F_WRITE) != 0;
	struct queue_span span = { desc->paddr, desc->bytes, is_write };

	if (chain->count == VIRTIO_QUEUE_ENTRIES_MAX) {
		return "a chain of descriptors loops or is too long";
	}
	if (span.bytes == 0) {
		return "a descriptor has no bytes";
	}
	if (!dma_check(machine, &span.paddr, span.bytes)) {
		return "a descriptor points outside of RAM";
	}
	if (!is_write && chain->writable > 0) {
		return "a descriptor to be read comes after one to be written";
	}
	*(is_write ? &chain->writable : &chain->readable) += span.bytes;
	chain->span[chain->count++] = span;
	return NULL;
}

/* The table that an indirect descriptor names becomes the current one. */
static const char *enter_table(struct table *table, const struct machine *machine,
			       const struct descriptor *desc, uint64_t features)
{
	struct table inner = { desc->paddr, desc->bytes / VIRTIO_DESC_BYTES, true };

	if (!(features & FEATURE(VIRTIO_F_INDIRECT_DESC))) {
		return "an indirect descriptor, but that was not negotiated";
	}
	if (table->is_indirect || (desc->flags & VIRTIO_DESC_F_NEXT)) {
		return "an indirect descriptor inside a table, or with a next one";
	}
	if (inner.entries == 0 || inner.entries > VIRTIO_QUEUE_ENTRIES_MAX ||
	    desc->bytes % VIRTIO_DESC_BYTES != 0) {
		return "an indirect table has an impossible size";
	}
	if (!dma_check(machine, &inner.paddr, desc->bytes)) {
		return "an indirect table is outside of RAM";
	}
	*table = inner;
	return NULL;
}

/* Follows a chain from its head; NULL, or what is wrong with it. */
static const char *follow(struct queue *queue, const struct machine *machine, struct dma *dma,
			  uint64_t features, struct queue_chain *chain)
{
	struct table table = { queue->desc, queue->entries, false };
	uint32_t index = chain->head;
	uint32_t steps = 0;

	for (;;) {
		struct descriptor desc;
		const char *why;

		/* A chain that visits more descriptors than there are, visits one twice. */
		if (steps++ > table.entries ||
		    !read_descriptor(machine, dma, &table, index, &desc)) {
			return "a chain of descriptors loops or is too long";
		}
		if (desc.flags & VIRTIO_DESC_F_INDIRECT) {
			why = chain->count > 0 ? "an indirect descriptor is not alone in its chain"
					       : enter_table(&table, machine, &desc, features);
			index = 0;
			steps = 0;
		} else {
			why = add_span(chain, machine, &desc);
			index = desc.next;
		}
		if (why != NULL) {
			return why;
		}
		if (!(desc.flags & (VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_INDIRECT))) {
			return NULL;
		}
		if (index >= table.entries) {
			return "a descriptor's next one does not exist";
		}
	}
}

enum queue_found queue_take(struct queue *queue, const struct machine *machine, struct dma *dma,
			    uint64_t features, struct queue_chain *chain, const char **why)
{
	uint8_t bytes[2];
	uint64_t entry = queue->avail + VIRTIO_RING_ENTRIES +
			 (uint64_t)(queue->next_avail % queue->entries) * VIRTIO_AVAIL_BYTES;

	dma_peek(dma, machine, queue->avail + VIRTIO_RING_INDEX, bytes, 2);
	uint16_t waiting = (uint16_t)(queue_get(bytes, 2) - queue->next_avail);

	if (waiting == 0) {
		return QUEUE_EMPTY;
	}
	if (waiting > queue->entries) {
		*why = "the available index is ahead by more than the queue has entries";
		return QUEUE_BROKEN;
	}
	dma_peek(dma, machine, entry, bytes, 2);
	*chain = (struct queue_chain){ .head = (uint16_t)queue_get(bytes, 2) };
	if (chain->head >= queue->entries) {
		*why = "the head of a chain does not exist";
		return QUEUE_BROKEN;
	}
	queue->next_avail++;
	*why = follow(queue, machine, dma, features, chain);
	return *why == NULL ? QUEUE_CHAIN : QUEUE_BROKEN;
}

bool queue_peek(const struct queue_chain *chain, const struct machine *machine, struct dma *dma,
		uint64_t offset, void *data, uint32_t bytes)
{
	uint8_t *to = data;

	for (unsigned i = 0; i < chain->count && !chain->span[i].is_write && bytes > 0; i++) {
		const struct queue_span *span = &chain->span[i];

		if (offset >= span->bytes) {
			offset -= span->bytes;
			continue;
		}
		uint32_t part = span->bytes - (uint32_t)offset;

		part = part < bytes ? part : bytes;
		if (!dma_peek(dma, machine, span->paddr + offset, to, part)) {
			return false;
		}
		to += part;
		bytes -= part;
		offset = 0;
	}
	return bytes == 0;
}

uint8_t *queue_add(const struct queue_chain *chain, struct dma *dma, bool is_write, uint64_t offset,
		   uint32_t bytes)
{
	uint32_t first = dma->used;

	for (unsigned i = 0; i < chain->count && bytes > 0; i++) {
		const struct queue_span *span = &chain->span[i];

		if (span->is_write != is_write) {
			continue;
		}
		if (offset >= span->bytes) {
			offset -= span->bytes;
			continue;
		}
		uint32_t part = span->bytes - (uint32_t)offset;

		part = part < bytes ? part : bytes;
		if (dma_add(dma, span->paddr + offset, part, is_write) == NULL) {
			return NULL;
		}
		bytes -= part;
		offset = 0;
	}
	return bytes == 0 ? dma->data + first : NULL;
}

bool queue_return(struct queue *queue, struct dma *dma, uint16_t head, uint32_t bytes)
{
	uint64_t entry = queue->used + VIRTIO_RING_ENTRIES +
			 (uint64_t)(queue->next_used % queue->entries) * VIRTIO_USED_BYTES;
	uint8_t *data = dma_add(dma, entry, VIRTIO_USED_BYTES, true);

	if (data == NULL) {
		return false;
	}
	queue_put(data, 4, head);
	queue_put(data + 4, 4, bytes);
	queue->next_used++;
	return true;
}

bool queue_publish(const struct queue *queue, struct dma *dma)
{
	uint8_t *data = dma_add(dma, queue->used + VIRTIO_RING_INDEX, 2, true);

	if (data == NULL) {
		return false;
	}
	queue_put(data, 2, queue->next_used);
	return true;
}

bool queue_signal(struct queue *queue, const struct machine *machine, struct dma *dma,
		  uint64_t features)
{
	uint16_t since = (uint16_t)(queue->next_used - queue->signalled_used);
	uint8_t bytes[2];
	bool wanted;

	if (since == 0) {
		return false;
	}
	if (features & FEATURE(VIRTIO_F_EVENT_IDX)) {
		dma_peek(dma, machine, queue->avail + avail_bytes(queue) - EVENT_BYTES, bytes, 2);
		wanted = (uint16_t)(queue->next_used - (uint16_t)queue_get(bytes, 2) - 1) < since;
	} else {
		dma_peek(dma, machine, queue->avail + VIRTIO_RING_FLAGS, bytes, 2);
		wanted = !(queue_get(bytes, 2) & VIRTIO_AVAIL_F_NO_IRQ);
	}
	queue->signalled_used = queue->next_used;
	return wanted;
}

bool queue_ask(struct queue *queue, struct dma *dma, uint64_t features)
{
	if (!(features & FEATURE(VIRTIO_F_EVENT_IDX)) ||
	    (queue->has_told_avail && queue->told_avail == queue->next_avail)) {
		return false;
	}
	uint8_t *data = dma_add(dma, queue->used + used_bytes(queue) - EVENT_BYTES, 2, true);

	if (data == NULL) {
		return false;
	}
	queue_put(data, 2, queue->next_avail);
	queue->told_avail = queue->next_avail;
	queue->has_told_avail = true;
	return true;
}

void queue_hash(const struct queue *queue, struct state_hash *hash)
{
	state_hash_u64(hash, (uint64_t)queue->entries << 2 | (uint64_t)queue->has_told_avail << 1 |
				     queue->is_ready);
	state_hash_u64(hash, queue->desc);
	state_hash_u64(hash, queue->avail);
	state_hash_u64(hash, queue->used);
	state_hash_u64(hash, (uint64_t)queue->next_avail << 48 | (uint64_t)queue->next_used << 32 |
				     (uint64_t)queue->signalled_used << 16 | queue->told_avail);
}

void queue_state(struct queue *queue, const struct machine *machine, struct state_io *io)
{
	state_io_u32(io, &queue->entries);
	state_io_u64(io, &queue->desc);
	state_io_u64(io, &queue->avail);
	state_io_u64(io, &queue->used);
	state_io_bool(io, &queue->is_ready);
	state_io_u16(io, &queue->next_avail);
	state_io_u16(io, &queue->next_used);
	state_io_u16(io, &queue->signalled_used);
	state_io_u16(io, &queue->told_avail);
	state_io_bool(io, &queue->has_told_avail);
	if (io->is_loading && queue->is_ready) {
		struct queue saved = *queue;
		const char *why;

		/* What was checked when it was made ready must still be so. */
		io->has_failed = io->has_failed || !queue_start(&saved, machine, &why);
	}
}

void queue_chain_hash(const struct queue_chain *chain, struct state_hash *hash)
{
	state_hash_u64(hash, (uint64_t)chain->head << 32 | chain->count);
	for (unsigned i = 0; i < chain->count; i++) {
		state_hash_u64(hash, chain->span[i].paddr);
		state_hash_u64(hash, (uint64_t)chain->span[i].bytes << 1 | chain->span[i].is_write);
	}
}

void queue_chain_state(struct queue_chain *chain, const struct machine *machine,
		       struct state_io *io)
{
	state_io_u16(io, &chain->head);
	state_io_index(io, &chain->count, VIRTIO_QUEUE_ENTRIES_MAX + 1);
	if (io->is_loading) {
		chain->readable = 0;
		chain->writable = 0;
	}
	for (unsigned i = 0; i < chain->count && !io->has_failed; i++) {
		struct queue_span *span = &chain->span[i];

		state_io_u64(io, &span->paddr);
		state_io_u32(io, &span->bytes);
		state_io_bool(io, &span->is_write);
		if (io->is_loading) {
			io->has_failed =
				io->has_failed || !dma_check(machine, &span->paddr, span->bytes);
			*(span->is_write ? &chain->writable : &chain->readable) += span->bytes;
		}
	}
}

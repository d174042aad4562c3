/* SPDX-License-Identifier: MIT */
/* dma.c - moving parts of buffers to and from RAM (dma.h). */
#include "sim/virtio/dma.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/ownership.h"
#include "sim/core/mmu.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

#define CAPACITY_FIRST 4096U

bool dma_check(const struct machine *machine, uint64_t *paddr, uint64_t bytes)
{
	uint64_t frame;
	uint64_t first;

	if (bytes == 0 || *paddr + bytes < *paddr ||
	    !frame_of_paddr(*paddr, machine->ram.frames, &first)) {
		return false;
	}
	uint64_t offset = *paddr & RAM_PAGE_MASK;
	uint64_t begin = frame_to_paddr(first) + offset;
	/* Frames follow each other everywhere but at the I/O window. */
	uint64_t last = begin + bytes - 1;

	if (!frame_of_paddr(last, machine->ram.frames, &frame) || last >> MAP_NO_ALIAS_BIT != 0 ||
	    frame - first != (offset + bytes - 1) >> RAM_PAGE_SHIFT) {
		return false;
	}
	*paddr = begin;
	return true;
}

void dma_clear(struct dma *dma)
{
	dma->count = 0;
	dma->next = 0;
	dma->used = 0;
	dma->is_moving = false;
	dma->serial++;
}

void dma_release(struct dma *dma)
{
	free(dma->data);
	dma->data = NULL;
	dma->capacity = 0;
}

/* Room for `bytes` more in the buffer. */
static bool make_room(struct dma *dma, uint32_t bytes)
{
	uint32_t capacity = dma->capacity != 0 ? dma->capacity : CAPACITY_FIRST;

	if (bytes > DMA_BYTES_MAX - dma->used) {
		return false;
	}
	while (capacity < dma->used + bytes) {
		capacity *= 2;
	}
	if (capacity != dma->capacity) {
		uint8_t *larger = realloc(dma->data, capacity);

		if (larger == NULL) {
			return false;
		}
		dma->data = larger;
		dma->capacity = capacity;
	}
	return true;
}

uint8_t *dma_add(struct dma *dma, uint64_t paddr, uint32_t bytes, bool is_write)
{
	if (dma->count == DMA_PARTS_MAX || !make_room(dma, bytes)) {
		return NULL;
	}
	uint8_t *data = dma->data + dma->used;

	dma->part[dma->count++] = (struct dma_part){
		.paddr = paddr, .bytes = bytes, .offset = dma->used, .is_write = is_write
	};
	dma->used += bytes;
	memset(data, 0, bytes);
	return data;
}

/* Moves bytes inside RAM's frames, page by page. */
static void copy(const struct machine *machine, uint64_t paddr, uint8_t *data, uint32_t bytes,
		 bool is_write)
{
	while (bytes > 0) {
		uint32_t offset = (uint32_t)(paddr & RAM_PAGE_MASK);
		uint32_t part = RAM_PAGE_BYTES - offset < bytes ? RAM_PAGE_BYTES - offset : bytes;
		uint64_t frame;

		if (!frame_of_paddr(paddr, machine->ram.frames, &frame)) {
			return;
		}
		if (machine->ownership != NULL) {
			ownership_dma(machine->ownership, paddr, is_write);
		}
		uint8_t *host = ram_frame_host(&machine->ram, frame) + offset;

		if (is_write) {
			memcpy(host, data, part);
			mmu_note_write(machine->core[0], NULL, frame, offset, part);
		} else {
			memcpy(data, host, part);
		}
		paddr += part;
		data += part;
		bytes -= part;
	}
}

bool dma_peek(struct dma *dma, const struct machine *machine, uint64_t paddr, void *data,
	      uint32_t bytes)
{
	struct dma_part *last = dma->count > 0 ? &dma->part[dma->count - 1] : NULL;

	copy(machine, paddr, data, bytes, false);
	if (last != NULL && last->is_traffic && last->paddr + last->bytes == paddr) {
		last->bytes += bytes;
		return true;
	}
	if (dma->count == DMA_PARTS_MAX) {
		return false;
	}
	dma->part[dma->count++] =
		(struct dma_part){ .paddr = paddr, .bytes = bytes, .is_traffic = true };
	return true;
}

bool dma_run(struct dma *dma, struct device *device, uint32_t cookie, uint64_t now)
{
	struct machine *machine = device->machine;

	if (dma->is_moving) {
		return false;
	}
	while (dma->next < dma->count) {
		const struct dma_part *part = &dma->part[dma->next];

		if (machine->timing) {
			dma->is_moving = true;
			machine_transfer(machine, device, (uint64_t)cookie << 32 | dma->serial,
					 part->paddr, part->bytes, part->is_write, now);
			return false;
		}
		if (!part->is_traffic) {
			copy(machine, part->paddr, dma->data + part->offset, part->bytes,
			     part->is_write);
		}
		dma->next++;
	}
	return true;
}

void dma_transfer(struct dma *dma, struct machine *machine, uint32_t serial, uint64_t paddr,
		  uint32_t bytes)
{
	const struct dma_part *part = &dma->part[dma->next];

	if (!dma->is_moving || serial != dma->serial || part->is_traffic || paddr < part->paddr ||
	    paddr - part->paddr + bytes > part->bytes) {
		return;
	}
	copy(machine, paddr, dma->data + part->offset + (paddr - part->paddr), bytes,
	     part->is_write);
}

bool dma_transferred(struct dma *dma, uint32_t serial)
{
	if (!dma->is_moving || serial != dma->serial) {
		return false;
	}
	dma->is_moving = false;
	dma->next++;
	return true;
}

void dma_hash(const struct dma *dma, struct state_hash *hash)
{
	state_hash_u64(hash, (uint64_t)dma->count << 32 | dma->next);
	state_hash_u64(hash, (uint64_t)dma->serial << 1 | dma->is_moving);
	for (unsigned i = 0; i < dma->count; i++) {
		const struct dma_part *part = &dma->part[i];

		state_hash_u64(hash, part->paddr);
		state_hash_u64(hash, (uint64_t)part->bytes << 2 | (uint64_t)part->is_write << 1 |
					     part->is_traffic);
	}
	state_hash_bytes(hash, dma->data, dma->used);
}

static void part_state(struct dma_part *part, const struct dma *dma, const struct machine *machine,
		       struct state_io *io)
{
	uint64_t paddr = part->paddr;

	state_io_u64(io, &paddr);
	state_io_u32(io, &part->bytes);
	state_io_u32(io, &part->offset);
	state_io_bool(io, &part->is_write);
	state_io_bool(io, &part->is_traffic);
	part->paddr = paddr;
	/* D1. */
	if (!io->has_failed && (!dma_check(machine, &part->paddr, part->bytes) ||
				(!part->is_traffic && (part->offset > dma->used ||
						       part->bytes > dma->used - part->offset)))) {
		io->has_failed = true;
	}
}

void dma_state(struct dma *dma, const struct machine *machine, struct state_io *io)
{
	uint32_t used = dma->used;

	state_io_index(io, &dma->count, DMA_PARTS_MAX + 1);
	state_io_index(io, &dma->next, dma->count + 1);
	state_io_bool(io, &dma->is_moving);
	state_io_u32(io, &dma->serial);
	state_io_u32(io, &used);
	if (io->is_loading) {
		dma->used = 0;
		if (io->has_failed || !make_room(dma, used)) {
			io->has_failed = true;
			dma->count = 0;
			return;
		}
		dma->used = used;
	}
	state_io_bytes(io, dma->data, dma->used);
	for (unsigned i = 0; i < dma->count; i++) {
		part_state(&dma->part[i], dma, machine, io);
	}
	if (dma->is_moving && dma->next == dma->count) {
		io->has_failed = true;
	}
}

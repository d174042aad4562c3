/* SPDX-License-Identifier: MIT */
/* vring.c - a split virtqueue of a guest, from the device's side. */
#include "src/virtio/vring.h"

#include "src/include/types.h"
#include "src/lib/hooks.h"
#include "src/lib/string.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

void vring_init(struct vring *ring, struct pmap *pmap)
{
	memset(ring, 0, sizeof(*ring));
	ring->pmap = pmap;
	ring->size = VIRTIO_QUEUE_ENTRIES_MAX;
}

static size_t part_bytes(const struct vring *ring, size_t part)
{
	switch (part) {
	case VRING_DESC:
		return (size_t)ring->size * VIRTIO_DESC_BYTES;
	case VRING_AVAIL:
		return VIRTIO_RING_ENTRIES + (size_t)ring->size * VIRTIO_AVAIL_BYTES;
	default:
		return VIRTIO_RING_ENTRIES + (size_t)ring->size * VIRTIO_USED_BYTES;
	}
}

/* Parts are at most a page long, so they reach at most two. */
static bool has_second_page(const struct vring *ring, size_t part)
{
	return (ring->address[part] & (PAGE_BYTES - 1)) + part_bytes(ring, part) > PAGE_BYTES;
}

static void unpin(struct vring *ring, size_t parts)
{
	for (size_t part = 0; part < parts; part++) {
		memmap_unpin(ring->pmap->memmap, ring->mpn[part][0]);
		if (has_second_page(ring, part)) {
			memmap_unpin(ring->pmap->memmap, ring->mpn[part][1]);
		}
	}
}

/* For writing, all of them: a page shared with other VMs would be copied away under the ring. */
static bool pin_part(struct vring *ring, size_t part, const struct pmap_caller *caller)
{
	static const uint8_t alignment[VRING_PARTS] = { 16, 2, 4 };
	uint64_t address = ring->address[part];

	if (address % alignment[part] != 0 ||
	    !guest_memory_pin(ring->pmap, address, true, &ring->mpn[part][0], caller)) {
		return false;
	}
	if (has_second_page(ring, part) && !guest_memory_pin(ring->pmap, address + PAGE_BYTES, true,
							     &ring->mpn[part][1], caller)) {
		memmap_unpin(ring->pmap->memmap, ring->mpn[part][0]);
		return false;
	}
	return true;
}

bool vring_start(struct vring *ring, const struct pmap_caller *caller)
{
	if (ring->is_ready || ring->size == 0 || ring->size > VIRTIO_QUEUE_ENTRIES_MAX ||
	    (ring->size & (ring->size - 1)) != 0) {
		return ring->is_ready;
	}
	for (size_t part = 0; part < VRING_PARTS; part++) {
		if (!pin_part(ring, part, caller)) {
			unpin(ring, part);
			return false;
		}
	}
	ring->seen = 0;
	ring->used = 0;
	ring->is_ready = true;
	return true;
}

void vring_stop(struct vring *ring)
{
	if (ring->is_ready) {
		unpin(ring, VRING_PARTS);
		ring->is_ready = false;
	}
}

static uint8_t *at(const struct vring *ring, enum vring_part part, size_t offset)
{
	uint64_t place = (ring->address[part] & (PAGE_BYTES - 1)) + offset;

	return (uint8_t *)machine_page(ring->mpn[part][place >> PAGE_SHIFT]) +
	       (place & (PAGE_BYTES - 1));
}

/* A descriptor, copied. */
struct desc {
	uint64_t gpa;
	uint32_t bytes;
	uint16_t flags;
	uint16_t next;
};

static struct desc read_desc(const uint8_t *from)
{
	return (struct desc){
		.gpa = le_read64(from + VIRTIO_DESC_ADDR),
		.bytes = le_read32(from + VIRTIO_DESC_LEN),
		.flags = le_read16(from + VIRTIO_DESC_FLAGS),
		.next = le_read16(from + VIRTIO_DESC_NEXT),
	};
}

static bool add_segment(struct vring_chain *chain, const struct desc *desc)
{
	bool write = (desc->flags & VIRTIO_DESC_F_WRITE) != 0;
	uint16_t last = chain->count;

	/* What the device reads comes before what it writes (2.7.4.2). */
	if (last == VRING_SEGMENTS || (!write && last != 0 && chain->segment[last - 1].write)) {
		return false;
	}
	chain->segment[last] = (struct vring_segment){ desc->gpa, desc->bytes, write };
	chain->count++;
	return true;
}

/* A table elsewhere (2.7.5.3): as long as it says, and no table in it. */
static bool add_indirect(struct vring *ring, struct vring_chain *chain, const struct desc *table,
			 const struct pmap_caller *caller)
{
	uint32_t entries = table->bytes / VIRTIO_DESC_BYTES;
	uint8_t copy[VIRTIO_DESC_BYTES] __attribute__((aligned(8)));
	struct desc desc = { .flags = VIRTIO_DESC_F_NEXT };

	if (table->flags & VIRTIO_DESC_F_NEXT || table->bytes % VIRTIO_DESC_BYTES != 0) {
		return false;
	}
	while (desc.flags & VIRTIO_DESC_F_NEXT) {
		if (desc.next >= entries ||
		    !guest_memory_read(ring->pmap, copy,
				       table->gpa + (uint64_t)desc.next * VIRTIO_DESC_BYTES,
				       sizeof(copy), caller)) {
			return false;
		}
		desc = read_desc(copy);
		if (desc.flags & VIRTIO_DESC_F_INDIRECT || !add_segment(chain, &desc)) {
			return false;
		}
	}
	return true;
}

/* Ends although the descriptors may form a circle: a chain has at most VRING_SEGMENTS. */
static bool read_chain(struct vring *ring, struct vring_chain *chain,
		       const struct pmap_caller *caller)
{
	struct desc desc = { .flags = VIRTIO_DESC_F_NEXT, .next = chain->head };

	chain->count = 0;
	while (desc.flags & VIRTIO_DESC_F_NEXT) {
		if (desc.next >= ring->size) {
			return false;
		}
		desc = read_desc(at(ring, VRING_DESC, desc.next * (size_t)VIRTIO_DESC_BYTES));
		if (desc.flags & VIRTIO_DESC_F_INDIRECT) {
			return add_indirect(ring, chain, &desc, caller);
		}
		if (!add_segment(chain, &desc)) {
			return false;
		}
	}
	return true;
}

static uint16_t offered(const struct vring *ring)
{
	return (uint16_t)(le_read16(at(ring, VRING_AVAIL, VIRTIO_RING_INDEX)) - ring->seen);
}

bool vring_has_more(const struct vring *ring)
{
	return ring->is_ready && offered(ring) != 0;
}

enum vring_result vring_take(struct vring *ring, struct vring_chain *chain,
			     const struct pmap_caller *caller)
{
	size_t slot = ring->seen & (ring->size - 1);

	if (!vring_has_more(ring)) {
		return VRING_EMPTY;
	}
	if (offered(ring) > ring->size) {
		return VRING_BROKEN;
	}
	/* The entry was written before the index that offers it. */
	memory_barrier();
	chain->head =
		le_read16(at(ring, VRING_AVAIL, VIRTIO_RING_ENTRIES + slot * VIRTIO_AVAIL_BYTES));
	ring->seen++;
	return read_chain(ring, chain, caller) ? VRING_TAKEN : VRING_BROKEN;
}

void vring_put_back(struct vring *ring)
{
	ring->seen--;
}

bool vring_give(struct vring *ring, uint16_t head, uint32_t bytes)
{
	size_t entry =
		VIRTIO_RING_ENTRIES + (size_t)(ring->used & (ring->size - 1)) * VIRTIO_USED_BYTES;

	le_write32(at(ring, VRING_USED, entry), head);
	le_write32(at(ring, VRING_USED, entry + 4), bytes);
	memory_barrier();
	ring->used++;
	le_write16(at(ring, VRING_USED, VIRTIO_RING_INDEX), ring->used);
	memory_barrier();
	return (le_read16(at(ring, VRING_AVAIL, VIRTIO_RING_FLAGS)) & VIRTIO_AVAIL_F_NO_IRQ) == 0;
}

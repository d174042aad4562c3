/* SPDX-License-Identifier: MIT */
/* virtio.c - the registers of a VM's virtio devices. */
#include "src/virtio/virtio.h"

#include "machine/lines.h"

#include "src/cpu/platform.h"
#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/lib/string.h"
#include "src/mips_tlb/shootdown.h"
#include "src/pmap/pmap.h"
#include "src/virtio/le.h"

void virtio_enter(struct virtio *virtio, const struct pmap_caller *caller)
{
	while (atomic_swap(&virtio->holder, 1) != 0) {
		shootdown_serve(caller->self);
	}
}

void virtio_leave(struct virtio *virtio)
{
	atomic_store(&virtio->holder, 0);
}

static void drive_source(struct virtio *virtio)
{
	lock_acquire(&virtio->vm->lock);
	vm_set_source(virtio->vm, LINES_SOURCE_VIRTIO + virtio->slot,
		      virtio->interrupt_status != 0);
	lock_release(&virtio->vm->lock);
}

void virtio_reset(struct virtio *virtio)
{
	virtio->kind->reset(virtio);
	for (uint32_t i = 0; i < virtio->kind->queues; i++) {
		vring_stop(&virtio->ring[i]);
		vring_init(&virtio->ring[i], virtio->vm->pmap);
	}
	virtio->accepted = 0;
	virtio->offered_half = 0;
	virtio->accepted_half = 0;
	virtio->status = 0;
	virtio->queue_selected = 0;
	virtio->interrupt_status = 0;
	virtio->is_told = false;
	drive_source(virtio);
}

void virtio_init(struct virtio *virtio, const struct virtio_kind *kind, struct vm *vm,
		 uint32_t slot, uint64_t offered)
{
	virtio->kind = kind;
	virtio->vm = vm;
	virtio->slot = slot;
	virtio->offered = offered | VIRTIO_FEATURE(VIRTIO_F_VERSION_1) |
			  VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC);
	for (uint32_t i = 0; i < kind->queues; i++) {
		vring_init(&virtio->ring[i], vm->pmap);
	}
}

__attribute__((noinline)) bool virtio_is_live(const struct virtio *virtio, uint32_t queue)
{
	return (virtio->status & (VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET)) ==
		       VIRTIO_STATUS_DRIVER_OK &&
	       virtio->ring[queue].is_ready;
}

void virtio_give(struct virtio *virtio, uint32_t queue, uint16_t head, uint32_t bytes)
{
	if (vring_give(&virtio->ring[queue], head, bytes)) {
		virtio->interrupt_status |= VIRTIO_INTERRUPT_USED;
		drive_source(virtio);
	}
}

void virtio_break(struct virtio *virtio)
{
	virtio->status |= VIRTIO_STATUS_NEEDS_RESET;
	virtio->interrupt_status |= VIRTIO_INTERRUPT_CONFIG;
	drive_source(virtio);
	if (!virtio->is_told) {
		virtio->is_told = true;
		platform_log(virtio->vm, "virtio: the driver broke a rule of its queue; slot",
			     virtio->slot);
	}
}

static struct vring *selected(struct virtio *virtio)
{
	return virtio->queue_selected < virtio->kind->queues ? &virtio->ring[virtio->queue_selected]
							     : NULL;
}

static uint32_t half_of(uint64_t features, uint32_t half)
{
	return half > 1 ? 0 : (uint32_t)(features >> 32 * half);
}

/* What also an empty slot has. */
static uint32_t read_identity(uint32_t offset, uint32_t device_id)
{
	switch (offset) {
	case VIRTIO_MAGIC:
		return VIRTIO_MAGIC_VALUE;
	case VIRTIO_VERSION:
		return VIRTIO_VERSION_VALUE;
	case VIRTIO_DEVICE_ID:
		return device_id;
	case VIRTIO_VENDOR_ID:
		return device_id != VIRTIO_ID_NONE ? VIRTIO_VENDOR_VALUE : 0;
	default:
		return 0;
	}
}

static uint32_t read_register(struct virtio *virtio, uint32_t offset)
{
	const struct vring *ring = selected(virtio);

	switch (offset) {
	case VIRTIO_DEVICE_FEATURES:
		return half_of(virtio->offered, virtio->offered_half);
	case VIRTIO_QUEUE_NUM_MAX:
		return ring != NULL ? VIRTIO_QUEUE_ENTRIES_MAX : 0;
	case VIRTIO_QUEUE_READY:
		return ring != NULL && ring->is_ready;
	case VIRTIO_INTERRUPT_STATUS:
		return virtio->interrupt_status;
	case VIRTIO_STATUS:
		return virtio->status;
	default:
		return read_identity(offset, virtio->kind->device_id);
	}
}

static void write_status(struct virtio *virtio, uint32_t value)
{
	uint32_t kept = virtio->status & VIRTIO_STATUS_NEEDS_RESET;

	if (value == 0) {
		virtio_reset(virtio);
		return;
	}
	if ((virtio->accepted & ~virtio->offered) != 0 ||
	    !(virtio->accepted & VIRTIO_FEATURE(VIRTIO_F_VERSION_1))) {
		value &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
	}
	virtio->status = (value & 0xff) | kept;
}

static void write_half(uint64_t *whole, uint32_t half, uint32_t value)
{
	unsigned shift = 32 * half;

	*whole = (*whole & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

/* Of the selected queue; a queue in use stays as it is but for READY. */
static void write_queue(struct virtio *virtio, uint32_t offset, uint32_t value,
			const struct pmap_caller *caller)
{
	struct vring *ring = selected(virtio);

	if (ring == NULL) {
		return;
	}
	if (offset == VIRTIO_QUEUE_READY) {
		if (!(value & 1)) {
			vring_stop(ring);
		} else if (!vring_start(ring, caller)) {
			virtio_break(virtio);
		}
		return;
	}
	if (ring->is_ready) {
		return;
	}
	switch (offset) {
	case VIRTIO_QUEUE_NUM:
		/* 0 is none that a queue can have. */
		ring->size = value <= VIRTIO_QUEUE_ENTRIES_MAX ? (uint16_t)value : 0;
		break;
	case VIRTIO_QUEUE_DESC_LO:
	case VIRTIO_QUEUE_DESC_HI:
		write_half(&ring->address[VRING_DESC], offset == VIRTIO_QUEUE_DESC_HI, value);
		break;
	case VIRTIO_QUEUE_DRIVER_LO:
	case VIRTIO_QUEUE_DRIVER_HI:
		write_half(&ring->address[VRING_AVAIL], offset == VIRTIO_QUEUE_DRIVER_HI, value);
		break;
	case VIRTIO_QUEUE_DEVICE_LO:
	case VIRTIO_QUEUE_DEVICE_HI:
		write_half(&ring->address[VRING_USED], offset == VIRTIO_QUEUE_DEVICE_HI, value);
		break;
	default:
		break;
	}
}

static void write_register(struct virtio *virtio, uint32_t offset, uint32_t value,
			   const struct pmap_caller *caller)
{
	switch (offset) {
	case VIRTIO_DEVICE_FEATURES_SEL:
		virtio->offered_half = value;
		break;
	case VIRTIO_DRIVER_FEATURES:
		if (virtio->accepted_half < 2 && !(virtio->status & VIRTIO_STATUS_FEATURES_OK)) {
			write_half(&virtio->accepted, virtio->accepted_half, value);
		}
		break;
	case VIRTIO_DRIVER_FEATURES_SEL:
		virtio->accepted_half = value;
		break;
	case VIRTIO_QUEUE_SEL:
		virtio->queue_selected = value;
		break;
	case VIRTIO_QUEUE_NOTIFY:
		if (value < virtio->kind->queues && virtio_is_live(virtio, value)) {
			virtio->kind->notify(virtio, value, caller);
		}
		break;
	case VIRTIO_INTERRUPT_ACK:
		virtio->interrupt_status &= ~value;
		drive_source(virtio);
		break;
	case VIRTIO_STATUS:
		write_status(virtio, value);
		break;
	default:
		write_queue(virtio, offset, value, caller);
		break;
	}
}

/* Writes have no effect: neither device has anything to set. */
static bool access_config(const struct virtio *virtio, uint32_t offset, unsigned bytes,
			  uint64_t *value)
{
	if (offset % bytes != 0) {
		return false;
	}
	*value = 0;
	for (unsigned i = 0; i < bytes && offset + i < VIRTIO_CONFIG_BYTES; i++) {
		*value |= (uint64_t)virtio->config[offset + i] << 8 * i;
	}
	return true;
}

/*
 * The value on the bus is little-endian, whatever the CPU is: a big-endian guest swaps what it
 * loads and stores, so its register holds the bytes the other way round.
 */
static uint64_t on_bus(uint64_t value, unsigned bytes)
{
	switch (bytes) {
	case 2:
		return LE16((uint16_t)value);
	case 4:
		return LE32((uint32_t)value);
	default:
		return value;
	}
}

bool virtio_access(struct virtio *virtio, uint32_t offset, unsigned bytes, bool write,
		   uint64_t *value, const struct pmap_caller *caller)
{
	bool is_good = bytes == 4 && offset % 4 == 0;

	if (offset >= VIRTIO_BYTES || bytes > 4) {
		return false;
	}
	if (virtio == NULL) {
		*value = on_bus(read_identity(offset, VIRTIO_ID_NONE), bytes);
		return is_good || offset >= VIRTIO_CONFIG;
	}
	virtio_enter(virtio, caller);
	if (offset >= VIRTIO_CONFIG) {
		is_good = access_config(virtio, offset - VIRTIO_CONFIG, bytes, value);
		*value = on_bus(*value, bytes);
	} else if (is_good && write) {
		write_register(virtio, offset, (uint32_t)on_bus(*value, 4), caller);
	} else if (is_good) {
		*value = on_bus(read_register(virtio, offset), 4);
	}
	virtio_leave(virtio);
	return is_good;
}

/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - a virtio device of a VM: its registers (machine/virtio.h, docs/machine/virtio.md).
 *
 * The registers trap; a notification is the one trap for a batch of requests. What the device does
 * is behind struct virtio_kind: src/disks, src/net.
 *
 * Locking: a device is entered (virtio_enter) by a VCPU that accesses a register and by whoever
 * completes its requests. The holder may wait for shootdowns, so those who wait to enter serve
 * theirs. Outermost of all locks; nobody is in two devices.
 *
 * Invariants:
 *   I1  interrupt_status != 0 exactly when the device's source of the VM is up.
 *   I2  with STATUS_NEEDS_RESET set no queue is looked at.
 */
#pragma once

#include "src/include/types.h"
#include "src/virtio/vring.h"

struct pmap_caller;
struct virtio;
struct vm;

/* A feature by its number in machine/virtio.h. */
#define VIRTIO_FEATURE(number) (1ULL << (number))

#define VIRTIO_QUEUES_MAX   2
#define VIRTIO_CONFIG_BYTES 0x40

struct virtio_kind {
	uint32_t device_id; /* VIRTIO_ID_* */
	uint32_t queues;
	/* The driver has put buffers into `queue`. */
	void (*notify)(struct virtio *virtio, uint32_t queue, const struct pmap_caller *caller);
	/* The driver gives the device up: what it had in its queues is forgotten. */
	void (*reset)(struct virtio *virtio);
};

struct virtio {
	uint32_t holder; /* virtio_enter() */
	const struct virtio_kind *kind;
	struct vm *vm;
	uint32_t slot;
	uint64_t offered; /* features */
	uint64_t accepted;
	uint32_t offered_half; /* *_FEATURES_SEL */
	uint32_t accepted_half;
	uint32_t status;
	uint32_t queue_selected;
	uint32_t interrupt_status;
	bool is_told; /* that it needs a reset: once, until it has one */
	struct vring ring[VIRTIO_QUEUES_MAX];
	uint8_t config[VIRTIO_CONFIG_BYTES]; /* as the guest reads it: little-endian */
};

/* A device of `vm` in `slot`, reset; features beside those of every virtio device are `offered`. */
void virtio_init(struct virtio *virtio, const struct virtio_kind *kind, struct vm *vm,
		 uint32_t slot, uint64_t offered);

void virtio_enter(struct virtio *virtio, const struct pmap_caller *caller);
void virtio_leave(struct virtio *virtio);

/*
 * A register: aligned accesses of 4 bytes, in the configuration also of 1 and 2. False is a bus
 * error. Little-endian: `value` is what the guest's instruction has in its register.
 */
bool virtio_access(struct virtio *virtio, uint32_t offset, unsigned bytes, bool write,
		   uint64_t *value, const struct pmap_caller *caller);

/* Ready to work: the driver is there and the queue is in use. */
bool virtio_is_live(const struct virtio *virtio, uint32_t queue);
/* A chain goes back to the driver, with an interrupt if it wants one. */
void virtio_give(struct virtio *virtio, uint32_t queue, uint16_t head, uint32_t bytes);
/* The driver broke a rule: says so to it, and once to the log. */
void virtio_break(struct virtio *virtio);
/* All of it as after the machine's reset. */
void virtio_reset(struct virtio *virtio);

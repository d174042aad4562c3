/* SPDX-License-Identifier: MIT */
/* subnet.c - network devices of VMs (virtio 1.2, 5.1), and the switch between them. */
#include "src/net/subnet.h"

#include "src/cpu/vm.h"
#include "src/lib/string.h"
#include "src/mips_tlb/shootdown.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

#define HEADER VIRTIO_NETWORK_HEADER_BYTES

/* All devices of the subnet. */
static struct nic *nics;

static struct nic *nic_of(struct virtio *virtio)
{
	return (struct nic *)virtio;
}

/* All that the device reads, into the page; 0: no frame that may be sent. */
static uint32_t gather(struct nic *nic, const struct pmap_caller *caller)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < nic->chain.count; i++) {
		const struct vring_segment *segment = &nic->chain.segment[i];

		if (segment->write || segment->bytes > HEADER + NIC_FRAME_MAX - bytes ||
		    !guest_memory_read(nic->virtio.vm->pmap, nic->frame + bytes, segment->gpa,
				       segment->bytes, caller)) {
			return 0;
		}
		bytes += segment->bytes;
	}
	return bytes < HEADER + NIC_FRAME_MIN ? 0 : bytes;
}

/* Header and frame into the buffer on offer; it must be large enough (5.1.6.3.1). */
static bool scatter(struct nic *nic, const uint8_t *frame, uint32_t bytes,
		    const struct pmap_caller *caller)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < nic->chain.count && done != bytes; i++) {
		const struct vring_segment *segment = &nic->chain.segment[i];
		uint32_t part = bytes - done < segment->bytes ? bytes - done : segment->bytes;

		if (!segment->write || !guest_memory_write(nic->virtio.vm->pmap, segment->gpa,
							   frame + done, part, caller)) {
			return false;
		}
		done += part;
	}
	return done == bytes;
}

static void receive(struct nic *nic, const uint8_t *frame, uint32_t bytes,
		    const struct pmap_caller *caller)
{
	struct virtio *virtio = &nic->virtio;
	enum vring_result result = VRING_EMPTY;

	virtio_enter(virtio, caller);
	if (virtio_is_live(virtio, VIRTIO_NETWORK_QUEUE_RECEIVE)) {
		result = vring_take(&virtio->ring[VIRTIO_NETWORK_QUEUE_RECEIVE], &nic->chain,
				    caller);
	}
	if (result == VRING_TAKEN && scatter(nic, frame, bytes, caller)) {
		nic->received++;
		virtio_give(virtio, VIRTIO_NETWORK_QUEUE_RECEIVE, nic->chain.head, bytes);
	} else {
		nic->lost++;
		if (result != VRING_EMPTY) {
			virtio_break(virtio);
		}
	}
	virtio_leave(virtio);
}

/* To everybody whom it concerns. `from` is left: its page alone is used. */
static void deliver(const struct nic *from, uint32_t bytes, const struct pmap_caller *caller)
{
	const uint8_t *destination = from->frame + HEADER;
	bool is_group = (destination[0] & 1) != 0;

	for (struct nic *nic = nics; nic != NULL; nic = nic->next) {
		if (nic != from &&
		    (is_group || memcmp(nic->mac, destination, NIC_MAC_BYTES) == 0)) {
			receive(nic, from->frame, bytes, caller);
		}
	}
}

/* The next frame of the guest's; false if there is none. The device is left for a while. */
static bool send(struct nic *nic, const struct pmap_caller *caller)
{
	struct virtio *virtio = &nic->virtio;
	uint32_t bytes;

	if (!virtio_is_live(virtio, VIRTIO_NETWORK_QUEUE_SEND)) {
		return false;
	}
	switch (vring_take(&virtio->ring[VIRTIO_NETWORK_QUEUE_SEND], &nic->chain, caller)) {
	case VRING_EMPTY:
		return false;
	case VRING_BROKEN:
		virtio_break(virtio);
		return false;
	default:
		break;
	}
	bytes = gather(nic, caller);
	virtio_give(virtio, VIRTIO_NETWORK_QUEUE_SEND, nic->chain.head, 0);
	if (bytes == 0) {
		nic->lost++;
		return true;
	}
	nic->sent++;
	memset(nic->frame, 0, HEADER);
	le_write16(nic->frame + VIRTIO_NETWORK_HEADER_BUFFERS, 1);
	virtio_leave(virtio);
	deliver(nic, bytes, caller);
	virtio_enter(virtio, caller);
	return true;
}

/*
 * Sends at most as many frames as a queue holds: a VM that offers more meanwhile pays with another
 * trap. Another VCPU of the VM waits for its turn, so that nothing that it has offered is left.
 */
static void notify(struct virtio *virtio, uint32_t queue, const struct pmap_caller *caller)
{
	struct nic *nic = nic_of(virtio);
	uint32_t count = 0;

	if (queue != VIRTIO_NETWORK_QUEUE_SEND) {
		return;
	}
	while (nic->is_sending) {
		virtio_leave(virtio);
		if (caller->self != NULL) {
			shootdown_serve(caller->self);
		}
		virtio_enter(virtio, caller);
	}
	nic->is_sending = true;
	while (count < VIRTIO_QUEUE_ENTRIES_MAX && send(nic, caller)) {
		count++;
	}
	nic->is_sending = false;
}

/* A frame on its way still reaches the others. */
static void reset(struct virtio *virtio)
{
	(void)virtio;
}

void nic_init(struct nic *nic, struct vm *vm, uint32_t slot, const uint8_t *mac, void *frame_page)
{
	static const struct virtio_kind kind = {
		.device_id = VIRTIO_ID_NETWORK,
		.queues = 2,
		.notify = notify,
		.reset = reset,
	};

	nic->frame = frame_page;
	memcpy(nic->mac, mac, NIC_MAC_BYTES);
	virtio_init(&nic->virtio, &kind, vm, slot,
		    VIRTIO_FEATURE(VIRTIO_NETWORK_F_MAC) | VIRTIO_FEATURE(VIRTIO_NETWORK_F_STATUS) |
			    VIRTIO_FEATURE(VIRTIO_NETWORK_F_MTU));
	memcpy(nic->virtio.config + VIRTIO_NETWORK_MAC, mac, NIC_MAC_BYTES);
	le_write16(nic->virtio.config + VIRTIO_NETWORK_STATUS, VIRTIO_NETWORK_S_LINK_UP);
	le_write16(nic->virtio.config + VIRTIO_NETWORK_MTU, NIC_MTU);
	nic->next = nics;
	nics = nic;
}

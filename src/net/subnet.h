/* SPDX-License-Identifier: MIT */
/*
 * subnet.h - the virtual subnet: network devices of VMs, and the switch between them.
 *
 * A frame is copied from the sender's buffers to those of every receiver: the device with the
 * destination's address, or all for a group address. A receiver without a free buffer loses it, as
 * on an Ethernet. Frames of one sender reach a receiver in their order.
 *
 * Locking: nobody is in two devices. A sender leaves its own before it enters a receiver's, so the
 * frame is in its own page meanwhile, and `is_sending` keeps other VCPUs of the VM from it.
 */
#pragma once

#include "src/virtio/virtio.h"

#define NIC_MAC_BYTES 6
#define NIC_MTU       1500
/* With the Ethernet header and a VLAN tag. */
#define NIC_FRAME_MIN 14
#define NIC_FRAME_MAX (NIC_MTU + 18)

struct nic {
	struct virtio virtio; /* first */
	struct nic *next;     /* of the subnet; constant once VMs run */
	uint8_t mac[NIC_MAC_BYTES];
	bool is_sending;
	uint64_t sent;
	uint64_t received;
	uint64_t lost;
	uint8_t *frame; /* a page: virtio's header, then the frame being sent */
	struct vring_chain chain;
};

/* A device of `vm` on the subnet; `frame_page` is a page for it. At boot only. */
void nic_init(struct nic *nic, struct vm *vm, uint32_t slot, const uint8_t *mac, void *frame_page);

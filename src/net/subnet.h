/* SPDX-License-Identifier: MIT */
/*
 * subnet.h - the virtual subnet: network devices of VMs, and the switch between them (paper 4.2).
 *
 * A frame goes from the sender's buffers to those of every receiver: the device with the
 * destination's address, or all for a group address. Of any length: up to NIC_PARTS_MAX pieces,
 * whatever MTU a driver is told. A piece that is a whole page in the sender's buffers and in a
 * receiver's becomes copy on write in both, one page of the machine; the others are copied. A
 * receiver without a free buffer, or whose buffer is too small, loses the frame, as on an Ethernet.
 * A driver that takes HEADER_SPLIT has what lies in front of the whole pages alone in its buffer's
 * second segment (the first is virtio's header), so that pages meet pages. Checksums that a sender
 * leaves to the device (CSUM) go on as they are to drivers that take them so; others lose the
 * frame.
 * Frames of one sender reach a receiver in their order.
 *
 * Locking: nobody is in two devices. A sender leaves its own before it enters a receiver's.
 * Meanwhile the frame's pages are pinned, its chain is not yet given back, and `is_sending` keeps
 * other VCPUs of the VM from it. `era` tells whether the driver has reset the device since.
 */
#pragma once

#include "machine/annotation.h"
#include "machine/inspect.h"

#include "src/virtio/virtio.h"

#define NIC_MAC_BYTES 6
#define NIC_MTU       1500 /* what drivers are told, if the tree does not say */
#define NIC_FRAME_MIN 14
#define NIC_PARTS_MAX ANNOTATION_FRAME_PARTS_MAX

/* A piece of a frame: in one machine page, which is pinned. */
struct nic_part {
	uint64_t paddr;
	uint32_t bytes;
	uint32_t is_shared; /* a whole page, copy on write at the sender: may be mapped */
};

/* A frame being sent, without virtio's header; a page. As ANNOTATION_FRAME has it. */
struct nic_frame {
	uint32_t part_count;
	uint32_t bytes;
	struct nic_part part[NIC_PARTS_MAX];
};

struct nic {
	struct virtio virtio; /* first */
	struct nic *next;     /* of the subnet; constant once VMs run */
	uint8_t mac[NIC_MAC_BYTES];
	bool is_sending;
	uint32_t era;              /* resets */
	struct inspect_nic counts; /* is published */
	struct nic_frame *frame;
	uint8_t header[VIRTIO_NETWORK_HEADER_BYTES]; /* the sender's, of the frame */
	struct vring_chain chain;
};

/* A device of `vm` on the subnet; `frame_page` is a page for it. At boot only. */
void nic_init(struct nic *nic, struct vm *vm, uint32_t slot, const uint8_t *mac, uint32_t mtu,
	      void *frame_page);
/* The frame of `from`, which is left, to everybody whom it concerns. */
void nic_deliver(const struct nic *from, const struct pmap_caller *caller);

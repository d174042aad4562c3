/* SPDX-License-Identifier: MIT */
/* uplink.c - between the subnet and the machine's network card. */
#include "src/net/uplink.h"

#include "src/cpu/cpu.h"
#include "src/include/atomic.h"
#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/platform/memory.h"
#include "src/pmap/pmap.h"

#define BUFFERS 16 /* in each direction */

struct buffer {
	struct disk_request io; /* first */
	uint32_t is_busy;       /* is being sent */
	uint8_t data[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
};

static struct {
	struct nic nic; /* no VM's: what comes in is sent by it */
	struct disk *card;
	struct buffer *send;
} uplink;

bool uplink_wants_card(void)
{
	return uplink.card == NULL;
}

static void offer(struct buffer *buffer)
{
	CHECK(disk_submit_frame(uplink.card, &buffer->io, buffer->data, PAGE_BYTES,
				VIRTIO_DESC_F_WRITE));
}

static void received(struct disk_request *io, bool is_good)
{
	struct buffer *buffer = (struct buffer *)(void *)io;
	struct nic_frame *frame = uplink.nic.frame;
	struct pmap_caller caller = cpu_pmap_caller();

	(void)is_good;
	if (io->bytes >= VIRTIO_NETWORK_HEADER_BYTES + NIC_FRAME_MIN &&
	    io->bytes <= VIRTIO_NETWORK_HEADER_BYTES + PAGE_BYTES) {
		frame->part_count = 1;
		frame->bytes = io->bytes - VIRTIO_NETWORK_HEADER_BYTES;
		frame->part[0].paddr = memory_paddr(buffer->data);
		frame->part[0].bytes = frame->bytes;
		nic_deliver(&uplink.nic, &caller);
	}
	offer(buffer);
}

static void sent(struct disk_request *io, bool is_good)
{
	(void)is_good;
	atomic_store(&((struct buffer *)(void *)io)->is_busy, false);
}

void uplink_init(struct disk *card)
{
	struct buffer *buffer = memory_take(0, 2 * BUFFERS * sizeof(*buffer));

	uplink.card = card;
	uplink.nic.frame = memory_take(0, PAGE_BYTES);
	uplink.send = buffer + BUFFERS;
	for (uint32_t i = 0; i < BUFFERS; i++) {
		uplink.send[i].io.done = sent;
		buffer[i].io.done = received;
		offer(&buffer[i]);
	}
}

void uplink_send(const struct nic *from)
{
	const struct nic_frame *frame = from->frame;
	struct buffer *buffer = uplink.send;
	uint8_t *to;

	if (uplink.card == NULL || from == &uplink.nic || frame->bytes > PAGE_BYTES) {
		return;
	}
	while (atomic_swap(&buffer->is_busy, true)) {
		buffer++;
		if (buffer == uplink.send + BUFFERS) {
			return;
		}
	}
	memcpy(buffer->io.header, from->header, VIRTIO_NETWORK_HEADER_BYTES);
	to = buffer->data;
	for (uint32_t i = 0; i < frame->part_count; i++) {
		memcpy(to, memory_at(frame->part[i].paddr), frame->part[i].bytes);
		to += frame->part[i].bytes;
	}
	CHECK(disk_submit_frame(uplink.card->next, &buffer->io, buffer->data, frame->bytes, 0));
}

/* SPDX-License-Identifier: MIT */
/* subnet.c - network devices of VMs (virtio 1.2, 5.1), and the switch between them. */
#include "src/net/subnet.h"

#include "src/cpu/platform.h"
#include "src/cpu/vm.h"
#include "src/lib/string.h"
#include "src/mips_tlb/shootdown.h"
#include "src/net/uplink.h"
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

static void release(const struct nic *nic, struct nic_frame *frame)
{
	for (uint32_t i = 0; i < frame->part_count; i++) {
		memmap_unpin(nic->virtio.vm->pmap->memmap,
			     (uint32_t)(frame->part[i].paddr >> PAGE_SHIFT));
	}
	frame->part_count = 0;
}

static uint32_t part_of_page(uint64_t gpa, uint32_t bytes)
{
	uint32_t rest = PAGE_BYTES - (uint32_t)(gpa & (PAGE_BYTES - 1));

	return bytes < rest ? bytes : rest;
}

/* A piece in one page of the guest's becomes the next part. */
static bool add_part(const struct nic *nic, uint64_t gpa, uint32_t bytes,
		     const struct pmap_caller *caller)
{
	struct pmap *pmap = nic->virtio.vm->pmap;
	struct nic_frame *frame = nic->frame;
	struct nic_part *part = &frame->part[frame->part_count];
	uint32_t mpn;

	if (frame->part_count == NIC_PARTS_MAX) {
		return false;
	}
	part->is_shared = bytes == PAGE_BYTES && guest_memory_share(pmap, gpa, &mpn, caller);
	if (!part->is_shared && !guest_memory_pin(pmap, gpa, false, &mpn, caller)) {
		return false;
	}
	part->paddr = ((uint64_t)mpn << PAGE_SHIFT) + (gpa & (PAGE_BYTES - 1));
	part->bytes = bytes;
	frame->part_count++;
	frame->bytes += bytes;
	return true;
}

/* All that the device reads, behind virtio's header; false: no frame that may be sent. */
static bool gather(struct nic *nic, const struct pmap_caller *caller)
{
	uint32_t header = HEADER;

	nic->frame->part_count = 0;
	nic->frame->bytes = 0;
	for (uint32_t i = 0; i < nic->chain.count; i++) {
		struct vring_segment *segment = &nic->chain.segment[i];
		uint32_t skipped = header < segment->bytes ? header : segment->bytes;

		if (segment->write ||
		    !guest_memory_read(nic->virtio.vm->pmap, nic->header + HEADER - header,
				       segment->gpa, skipped, caller)) {
			return false;
		}
		header -= skipped;
		segment->gpa += skipped;
		segment->bytes -= skipped;
		while (segment->bytes != 0) {
			uint32_t part = part_of_page(segment->gpa, segment->bytes);

			if (!add_part(nic, segment->gpa, part, caller)) {
				return false;
			}
			segment->gpa += part;
			segment->bytes -= part;
		}
	}
	/* The only flag there is, and no other work of the device's. */
	nic->header[VIRTIO_NETWORK_HEADER_FLAGS] &= VIRTIO_NETWORK_NEEDS_CSUM;
	if (!(nic->virtio.accepted & VIRTIO_FEATURE(VIRTIO_NETWORK_F_CSUM))) {
		nic->header[VIRTIO_NETWORK_HEADER_FLAGS] = 0;
	}
	return nic->frame->bytes >= NIC_FRAME_MIN;
}

/* The buffer on offer, from where the frame's next piece goes on, and pages yet to be mapped. */
struct place {
	struct nic *nic;
	const struct pmap_caller *caller;
	uint32_t segment;
	uint32_t page_count;
	struct pmap_replacement page[PMAP_REPLACEMENTS];
};

/* Maps the pages, or copies those that cannot be mapped now. */
static bool map_pages(struct place *place)
{
	struct pmap *pmap = place->nic->virtio.vm->pmap;
	bool is_good = true;

	pmap_replace_shared(pmap, place->page, place->page_count, place->caller);
	for (uint32_t i = 0; i < place->page_count; i++) {
		const struct pmap_replacement *page = &place->page[i];

		if (page->is_done) {
			place->nic->counts.mapped++;
		} else if (!guest_memory_write(pmap, (uint64_t)page->gpn << PAGE_SHIFT,
					       machine_page(page->mpn), PAGE_BYTES,
					       place->caller)) {
			is_good = false;
		}
	}
	place->page_count = 0;
	return is_good;
}

/* A piece in one page of the receiver's: of the machine's page `mpn`, unless that is PAGE_NONE. */
static bool put_piece(struct place *place, uint64_t gpa, const uint8_t *from, uint32_t bytes,
		      uint32_t mpn)
{
	if (bytes != PAGE_BYTES || mpn == PAGE_NONE || gpa >> PAGE_SHIFT >= PAGE_NONE) {
		place->nic->counts.copied++;
		return guest_memory_write(place->nic->virtio.vm->pmap, gpa, from, bytes,
					  place->caller);
	}
	place->page[place->page_count] =
		(struct pmap_replacement){ .gpn = (uint32_t)(gpa >> PAGE_SHIFT), .mpn = mpn };
	place->page_count++;
	return place->page_count < PMAP_REPLACEMENTS || map_pages(place);
}

/* The receiver's buffer has room for it. */
static bool put(struct place *place, const uint8_t *from, uint32_t bytes, uint32_t mpn)
{
	while (bytes != 0) {
		struct vring_segment *segment = &place->nic->chain.segment[place->segment];
		uint32_t part =
			part_of_page(segment->gpa, bytes < segment->bytes ? bytes : segment->bytes);

		if (!segment->write || !put_piece(place, segment->gpa, from, part, mpn)) {
			return false;
		}
		from += part;
		bytes -= part;
		segment->gpa += part;
		segment->bytes -= part;
		place->segment += segment->bytes == 0;
	}
	return true;
}

static uint64_t room(const struct vring_chain *chain)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < chain->count; i++) {
		bytes += chain->segment[i].bytes;
	}
	return bytes;
}

/* Bytes that go to the buffer's second segment, the pages behind them to the next; 0: as it comes.
 */
static uint32_t split_at(const struct nic *nic, const struct nic_frame *frame)
{
	const struct vring_chain *chain = &nic->chain;
	uint32_t head = 0;
	uint32_t i = 0;

	while (i < frame->part_count && !frame->part[i].is_shared) {
		head += frame->part[i].bytes;
		i++;
	}
	return nic->virtio.accepted & VIRTIO_FEATURE(VIRTIO_NETWORK_F_HEADER_SPLIT) &&
			       i < frame->part_count && chain->count > 2 &&
			       chain->segment[0].bytes == HEADER &&
			       head <= chain->segment[1].bytes &&
			       room(chain) - chain->segment[1].bytes >= HEADER + frame->bytes - head
		       ? head
		       : 0;
}

static bool scatter(struct nic *nic, const struct nic *sender, const struct pmap_caller *caller)
{
	const struct nic_frame *frame = sender->frame;
	uint8_t header[HEADER] __attribute__((aligned(8))) = { 0 };
	struct place place = { .nic = nic, .caller = caller };
	uint32_t head = split_at(nic, frame);
	bool is_good;

	header[VIRTIO_NETWORK_HEADER_FLAGS] = sender->header[VIRTIO_NETWORK_HEADER_FLAGS];
	memcpy(header + VIRTIO_NETWORK_HEADER_CSUM, sender->header + VIRTIO_NETWORK_HEADER_CSUM, 4);
	le_write16(header + VIRTIO_NETWORK_HEADER_SPLIT, (uint16_t)head);
	le_write16(header + VIRTIO_NETWORK_HEADER_BUFFERS, 1);
	is_good = put(&place, header, HEADER, PAGE_NONE);
	for (uint32_t i = 0; is_good && i < frame->part_count; i++) {
		const struct nic_part *part = &frame->part[i];
		uint32_t mpn = (uint32_t)(part->paddr >> PAGE_SHIFT);
		const uint8_t *from = machine_page(mpn);

		if (head != 0 && part->is_shared) {
			place.segment = 2;
			head = 0;
		}
		is_good = put(&place, from + (part->paddr & (PAGE_BYTES - 1)), part->bytes,
			      part->is_shared ? mpn : PAGE_NONE);
	}
	return map_pages(&place) && is_good;
}

/* A frame without its checksum is not for a driver that has not agreed to such. */
static bool is_for(const struct nic *nic, const struct nic *sender)
{
	return sender->header[VIRTIO_NETWORK_HEADER_FLAGS] == 0 ||
	       nic->virtio.accepted & VIRTIO_FEATURE(VIRTIO_NETWORK_F_GUEST_CSUM);
}

static void receive(struct nic *nic, const struct nic *sender, const struct pmap_caller *caller)
{
	const struct nic_frame *frame = sender->frame;
	struct virtio *virtio = &nic->virtio;
	struct vring *ring = &virtio->ring[VIRTIO_NETWORK_QUEUE_RECEIVE];
	enum vring_result result = VRING_EMPTY;

	virtio_enter(virtio, caller);
	if (virtio_is_live(virtio, VIRTIO_NETWORK_QUEUE_RECEIVE) && is_for(nic, sender)) {
		result = vring_take(ring, &nic->chain, caller);
	}
	if (result == VRING_TAKEN && room(&nic->chain) < HEADER + frame->bytes) {
		vring_put_back(ring);
		result = VRING_EMPTY;
	}
	if (result == VRING_TAKEN && scatter(nic, sender, caller)) {
		nic->counts.received++;
		virtio_give(virtio, VIRTIO_NETWORK_QUEUE_RECEIVE, nic->chain.head,
			    HEADER + frame->bytes);
	} else {
		nic->counts.lost++;
		if (result != VRING_EMPTY) {
			virtio_break(virtio);
		}
	}
	virtio_leave(virtio);
}

/* The first bytes, copied: the driver may change them meanwhile. */
static void get_destination(const struct nic_frame *frame, uint8_t *mac)
{
	const struct nic_part *part = frame->part;
	uint32_t offset = 0;

	for (uint32_t i = 0; i < NIC_MAC_BYTES; i++) {
		while (offset == part->bytes) {
			part++;
			offset = 0;
		}
		mac[i] = *((const uint8_t *)machine_page((uint32_t)(part->paddr >> PAGE_SHIFT)) +
			   (part->paddr & (PAGE_BYTES - 1)) + offset);
		offset++;
	}
}

void nic_deliver(const struct nic *from, const struct pmap_caller *caller)
{
	uint8_t destination[NIC_MAC_BYTES];
	bool is_known = false;

	get_destination(from->frame, destination);
	platform_frame(from->frame);
	for (struct nic *nic = nics; nic != NULL; nic = nic->next) {
		bool is_its = memcmp(nic->mac, destination, NIC_MAC_BYTES) == 0;

		if (nic != from && (is_its || (destination[0] & 1) != 0)) {
			receive(nic, from, caller);
		}
		is_known |= is_its;
	}
	if (!is_known) {
		uplink_send(from);
	}
}

/* The next frame of the guest's; false if there is none. The device is left for a while. */
static bool send(struct nic *nic, const struct pmap_caller *caller)
{
	struct virtio *virtio = &nic->virtio;
	uint32_t era = nic->era;
	uint16_t head;

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
	head = nic->chain.head;
	if (gather(nic, caller)) {
		nic->counts.sent++;
		virtio_leave(virtio);
		nic_deliver(nic, caller);
		virtio_enter(virtio, caller);
	} else {
		nic->counts.lost++;
	}
	release(nic, nic->frame);
	if (era == nic->era) {
		virtio_give(virtio, VIRTIO_NETWORK_QUEUE_SEND, head, 0);
	}
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
		shootdown_serve(caller->self);
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
	nic_of(virtio)->era++;
}

void nic_init(struct nic *nic, struct vm *vm, uint32_t slot, const uint8_t *mac, uint32_t mtu,
	      void *frame_page)
{
	static const struct virtio_kind kind = {
		.device_id = VIRTIO_ID_NETWORK,
		.queues = 2,
		.notify = notify,
		.reset = reset,
	};

	nic->frame = frame_page;
	nic->counts.vm = vm->number;
	nic->counts.slot = slot;
	memcpy(nic->mac, mac, NIC_MAC_BYTES);
	virtio_init(&nic->virtio, &kind, vm, slot,
		    VIRTIO_FEATURE(VIRTIO_NETWORK_F_MAC) | VIRTIO_FEATURE(VIRTIO_NETWORK_F_STATUS) |
			    VIRTIO_FEATURE(VIRTIO_NETWORK_F_MTU) |
			    VIRTIO_FEATURE(VIRTIO_NETWORK_F_CSUM) |
			    VIRTIO_FEATURE(VIRTIO_NETWORK_F_GUEST_CSUM) |
			    VIRTIO_FEATURE(VIRTIO_NETWORK_F_HEADER_SPLIT));
	memcpy(nic->virtio.config + VIRTIO_NETWORK_MAC, mac, NIC_MAC_BYTES);
	le_write16(nic->virtio.config + VIRTIO_NETWORK_STATUS, VIRTIO_NETWORK_S_LINK_UP);
	le_write16(nic->virtio.config + VIRTIO_NETWORK_MTU, (uint16_t)mtu);
	nic->next = nics;
	nics = nic;
}

_Static_assert(sizeof(struct nic_frame) <= PAGE_BYTES &&
		       sizeof(struct nic_part) == ANNOTATION_FRAME_PART_BYTES &&
		       offsetof(struct nic_frame, part) == ANNOTATION_FRAME_PARTS,
	       "as the simulator reads it");

/* SPDX-License-Identifier: MIT */
/* vdisk.c - a VM's virtio block device (virtio 1.2, 5.2). */
#include "src/disks/vdisk.h"

#include "src/cpu/cpu.h"
#include "src/cpu/vm.h"
#include "src/disks/cow.h"
#include "src/include/atomic.h"
#include "src/lib/string.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"
#include "src/virtio/le.h"

#define QUEUE  0
#define SECTOR VIRTIO_BLOCK_SECTOR_BYTES
/* What the guest asks for, copied from its memory. */
struct order {
	uint32_t type;
	uint64_t sector;
	uint32_t first; /* segments of the data: [first, end) of the chain */
	uint32_t end;
};

static struct vdisk *vdisk_of(struct virtio *virtio)
{
	return (struct vdisk *)virtio;
}

/* The header from the first bytes of what the device reads; drivers may cut it as they like. */
static bool take_header(struct vdisk *vdisk, struct order *order, const struct pmap_caller *caller)
{
	uint8_t header[VIRTIO_BLOCK_HEADER_BYTES] __attribute__((aligned(8)));
	struct vring_chain *chain = &vdisk->chain;
	uint32_t have = 0;
	uint32_t i = 0;

	while (have < sizeof(header)) {
		struct vring_segment *segment = &chain->segment[i];
		uint32_t part = (uint32_t)sizeof(header) - have;

		if (i == chain->count || segment->write) {
			return false;
		}
		if (part > segment->bytes) {
			part = segment->bytes;
		}
		if (!guest_memory_read(vdisk->virtio.vm->pmap, header + have, segment->gpa, part,
				       caller)) {
			return false;
		}
		have += part;
		segment->gpa += part;
		segment->bytes -= part;
		if (segment->bytes == 0) {
			i++;
		}
	}
	order->type = le_read32(header);
	order->sector = le_read64(header + 8);
	order->first = i;
	return true;
}

/* The status is the last byte that the device writes. */
static bool take_status(struct vdisk *vdisk, struct order *order, struct vdisk_request *request,
			const struct pmap_caller *caller)
{
	struct vring_chain *chain = &vdisk->chain;
	struct vring_segment *last = &chain->segment[chain->count - 1U];

	/* It is behind the header, which the device only reads. */
	if (!last->write || last->bytes == 0) {
		return false;
	}
	last->bytes--;
	request->status_gpa = last->gpa + last->bytes;
	order->end = chain->count - (last->bytes == 0 ? 1U : 0U);
	return guest_memory_pin(vdisk->virtio.vm->pmap, request->status_gpa, true,
				&request->status_mpn, caller);
}

static void unpin(struct vdisk_request *request)
{
	struct memmap *memmap = request->vdisk->virtio.vm->pmap->memmap;

	for (uint32_t i = 0; i < request->page_count; i++) {
		memmap_unpin(memmap, request->page[i]);
	}
	request->page_count = 0;
}

static void set_waiting(struct vdisk_request *request, bool is_waiting)
{
	request->vdisk->waiting += is_waiting;
	request->vdisk->waiting -= request->is_waiting;
	request->is_waiting = is_waiting;
}

static void free_request(struct vdisk_request *request)
{
	unpin(request);
	set_waiting(request, false);
	memmap_unpin(request->vdisk->virtio.vm->pmap->memmap, request->status_mpn);
	request->is_busy = false;
}

/* The device is entered: the guest gets its answer. */
static void answer(struct vdisk_request *request, uint8_t status, uint32_t written)
{
	struct vdisk *vdisk = request->vdisk;
	uint8_t *page = machine_page(request->status_mpn);

	page[request->status_gpa & (PAGE_BYTES - 1)] = status;
	free_request(request);
	if (virtio_is_live(&vdisk->virtio, QUEUE)) {
		virtio_give(&vdisk->virtio, QUEUE, request->head, written + 1);
	}
}

/* A segment of data, page by page. */
static bool add_segment(struct vdisk_request *request, const struct vring_segment *segment,
			const struct pmap_caller *caller)
{
	uint64_t gpa = segment->gpa;
	uint32_t bytes = segment->bytes;

	while (bytes != 0) {
		uint32_t offset = (uint32_t)gpa & (PAGE_BYTES - 1);
		uint32_t part = bytes < PAGE_BYTES - offset ? bytes : PAGE_BYTES - offset;
		uint32_t mpn;

		if (request->page_count == DISK_PARTS_MAX ||
		    !guest_memory_pin(request->vdisk->virtio.vm->pmap, gpa, segment->write, &mpn,
				      caller)) {
			return false;
		}
		request->page[request->page_count] = mpn;
		request->page_count++;
		CHECK(disk_request_add(&request->io, ((uint64_t)mpn << PAGE_SHIFT) + offset, part));
		gpa += part;
		bytes -= part;
	}
	return true;
}

/* Everything that the order moves: all in one direction, whole sectors, on the disk. */
static bool check_data(const struct vdisk *vdisk, const struct order *order, bool is_read,
		       uint64_t *bytes)
{
	*bytes = 0;
	for (uint32_t i = order->first; i < order->end; i++) {
		const struct vring_segment *segment = &vdisk->chain.segment[i];

		if (segment->write != is_read && segment->bytes != 0) {
			return false;
		}
		*bytes += segment->bytes;
	}
	return *bytes % SECTOR == 0 && order->sector <= vdisk->sectors &&
	       *bytes / SECTOR <= vdisk->sectors - order->sector &&
	       (is_read || !vdisk->is_read_only);
}

/* The cache is there at once, or the request waits for the disk. The device is entered. */
static void run(struct vdisk_request *request, const struct pmap_caller *caller)
{
	set_waiting(request, true);
	switch (cow_run(request, caller)) {
	case COW_DONE:
		answer(request, VIRTIO_BLOCK_S_OK, request->written);
		break;
	case COW_FAILED:
		answer(request, VIRTIO_BLOCK_S_IOERR, 0);
		break;
	case COW_READS:
		set_waiting(request, false);
		break;
	default:
		break;
	}
}

/* Reads or writes. True: it is under way. */
static bool move_data(struct vdisk *vdisk, const struct order *order, struct vdisk_request *request,
		      const struct pmap_caller *caller)
{
	bool is_read = order->type == VIRTIO_BLOCK_T_IN;
	uint64_t bytes;

	if (!check_data(vdisk, order, is_read, &bytes) || bytes == 0) {
		return false;
	}
	request->written = is_read ? (uint32_t)bytes : 0;
	if (vdisk->cache != NULL) {
		if (!cow_begin(request, order->sector, &vdisk->chain, order->first, order->end)) {
			return false;
		}
		run(request, caller);
		return true;
	}
	disk_request_begin(&request->io, is_read ? DISK_READ : DISK_WRITE, order->sector);
	for (uint32_t i = order->first; i < order->end; i++) {
		if (!add_segment(request, &vdisk->chain.segment[i], caller)) {
			return false;
		}
	}
	return disk_submit(vdisk->disk, &request->io);
}

/* The name of the image is the host's affair; a VM's disk is called by its slot. */
static uint8_t get_id(struct vdisk *vdisk, const struct order *order,
		      const struct pmap_caller *caller)
{
	const struct vring_segment *segment = &vdisk->chain.segment[order->first];
	char name[VIRTIO_BLOCK_ID_BYTES] = "virtual disk ";

	name[13] = (char)('0' + vdisk->virtio.slot / 10);
	name[14] = (char)('0' + vdisk->virtio.slot % 10);
	if (order->first >= order->end || !segment->write || segment->bytes < sizeof(name) ||
	    !guest_memory_write(vdisk->virtio.vm->pmap, segment->gpa, name, sizeof(name), caller)) {
		return VIRTIO_BLOCK_S_IOERR;
	}
	return VIRTIO_BLOCK_S_OK;
}

static void execute(struct vdisk *vdisk, const struct order *order, struct vdisk_request *request,
		    const struct pmap_caller *caller)
{
	switch (order->type) {
	case VIRTIO_BLOCK_T_IN:
	case VIRTIO_BLOCK_T_OUT:
		if (!move_data(vdisk, order, request, caller)) {
			answer(request, VIRTIO_BLOCK_S_IOERR, 0);
		}
		break;
	case VIRTIO_BLOCK_T_FLUSH:
		if (vdisk->cache != NULL) {
			answer(request, VIRTIO_BLOCK_S_OK, 0);
			break;
		}
		disk_request_begin(&request->io, DISK_FLUSH, 0);
		if (!disk_submit(vdisk->disk, &request->io)) {
			answer(request, VIRTIO_BLOCK_S_IOERR, 0);
		}
		break;
	case VIRTIO_BLOCK_T_GET_ID:
		answer(request, get_id(vdisk, order, caller), VIRTIO_BLOCK_ID_BYTES);
		break;
	default:
		answer(request, VIRTIO_BLOCK_S_UNSUPP, 0);
		break;
	}
}

static struct vdisk_request *find_request(struct vdisk *vdisk)
{
	for (uint32_t i = 0; i < VDISK_REQUESTS; i++) {
		if (!vdisk->request[i]->is_busy) {
			return vdisk->request[i];
		}
	}
	return NULL;
}

/* Begins all that the guest has offered and there are requests for. */
static void serve(struct vdisk *vdisk, const struct pmap_caller *caller)
{
	struct vdisk_request *request;
	struct order order;
	uint32_t count = 0;

	/* As many as a queue has: who offers more while we answer does not hold the CPU. */
	for (; count < VIRTIO_QUEUE_ENTRIES_MAX && virtio_is_live(&vdisk->virtio, QUEUE) &&
	       (request = find_request(vdisk)) != NULL;
	     count++) {
		enum vring_result result =
			vring_take(&vdisk->virtio.ring[QUEUE], &vdisk->chain, caller);

		if (result == VRING_EMPTY) {
			return;
		}
		request->page_count = 0;
		request->written = 0;
		request->era = vdisk->era;
		request->head = vdisk->chain.head;
		if (result == VRING_BROKEN || !take_header(vdisk, &order, caller) ||
		    !take_status(vdisk, &order, request, caller)) {
			virtio_break(&vdisk->virtio);
			return;
		}
		request->is_busy = true;
		execute(vdisk, &order, request, caller);
	}
}

/* A block of the disk is there, or has failed: for all who wait for one. No device is entered. */
static void wake(const struct disk_cache *cache, const struct pmap_caller *caller)
{
	for (struct vdisk *vdisk = cache->vdisks; vdisk != NULL; vdisk = vdisk->next) {
		if (atomic_load(&vdisk->waiting) == 0) {
			continue;
		}
		virtio_enter(&vdisk->virtio, caller);
		for (uint32_t i = 0; i < VDISK_REQUESTS; i++) {
			struct vdisk_request *request = vdisk->request[i];

			if (request->is_waiting && request->era == vdisk->era) {
				run(request, caller);
			} else if (request->is_waiting) {
				free_request(request);
			}
		}
		serve(vdisk, caller);
		virtio_leave(&vdisk->virtio);
	}
}

/* The device is entered. */
static void end(struct vdisk_request *request, bool is_good, const struct pmap_caller *caller)
{
	if (request->era != request->vdisk->era) {
		free_request(request);
	} else if (!is_good) {
		answer(request, VIRTIO_BLOCK_S_IOERR, 0);
	} else if (request->vdisk->cache != NULL) {
		run(request, caller);
	} else {
		answer(request, VIRTIO_BLOCK_S_OK, request->written);
	}
}

static void done(struct disk_request *io, bool is_good)
{
	struct vdisk_request *request = (struct vdisk_request *)(void *)io;
	struct vdisk *vdisk = request->vdisk;
	struct pmap_caller caller = cpu_pmap_caller();

	if (vdisk->cache != NULL) {
		cow_end_read(request, is_good);
	}
	virtio_enter(&vdisk->virtio, &caller);
	end(request, is_good, &caller);
	serve(vdisk, &caller);
	virtio_leave(&vdisk->virtio);
	if (vdisk->cache != NULL) {
		wake(vdisk->cache, &caller);
	}
}

static void notify(struct virtio *virtio, uint32_t queue, const struct pmap_caller *caller)
{
	(void)queue;
	serve(vdisk_of(virtio), caller);
}

static void reset(struct virtio *virtio)
{
	vdisk_of(virtio)->era++;
}

static void set_base(struct vdisk *vdisk, const struct vdisk_base *base)
{
	struct disk_cache *cache = base->cache;

	vdisk->disk = base->disk;
	vdisk->sectors = base->disk->sectors;
	vdisk->is_read_only = base->is_read_only;
	vdisk->cache = cache;
	if (cache == NULL) {
		return;
	}
	vdisk->next = cache->vdisks;
	cache->vdisks = vdisk;
	if (!base->is_read_only) {
		btree_init(&vdisk->own, cache->memmap, cache->cached.node);
		vdisk->changes = base->is_shared ? &cache->shared : &vdisk->own;
	}
}

void vdisk_init(struct vdisk *vdisk, struct vm *vm, uint32_t slot, const struct vdisk_base *base,
		void *request_pages)
{
	static const struct virtio_kind kind = {
		.device_id = VIRTIO_ID_BLOCK,
		.queues = 1,
		.notify = notify,
		.reset = reset,
	};
	uint64_t features =
		VIRTIO_FEATURE(VIRTIO_BLOCK_F_SIZE_MAX) | VIRTIO_FEATURE(VIRTIO_BLOCK_F_SEG_MAX) |
		VIRTIO_FEATURE(VIRTIO_BLOCK_F_BLK_SIZE) | VIRTIO_FEATURE(VIRTIO_BLOCK_F_FLUSH);

	set_base(vdisk, base);
	if (vdisk->is_read_only) {
		features |= VIRTIO_FEATURE(VIRTIO_BLOCK_F_RO);
	}
	virtio_init(&vdisk->virtio, &kind, vm, slot, features);
	le_write64(vdisk->virtio.config + VIRTIO_BLOCK_CAPACITY, vdisk->sectors);
	le_write32(vdisk->virtio.config + VIRTIO_BLOCK_SIZE_MAX, PAGE_BYTES);
	le_write32(vdisk->virtio.config + VIRTIO_BLOCK_SEG_MAX, VDISK_SEGMENTS);
	le_write32(vdisk->virtio.config + VIRTIO_BLOCK_BLK_SIZE, SECTOR);
	for (uint32_t i = 0; i < VDISK_REQUESTS; i++) {
		vdisk->request[i] =
			(struct vdisk_request *)(void *)((uint8_t *)request_pages + i * PAGE_BYTES);
		vdisk->request[i]->vdisk = vdisk;
		vdisk->request[i]->io.done = done;
	}
}

_Static_assert(sizeof(struct vdisk_request) <= PAGE_BYTES, "a page each");

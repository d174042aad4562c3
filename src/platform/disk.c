/* SPDX-License-Identifier: MIT */
/* disk.c - the machine's disks and its network card: virtio (docs/machine/virtio.md). */
#include "src/platform/disk.h"

#include "machine/devtree.h"
#include "machine/lines.h"

#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/net/uplink.h"
#include "src/platform/boot.h"
#include "src/platform/console.h"
#include "src/platform/devices.h"
#include "src/platform/machine.h"
#include "src/platform/memory.h"
#include "src/pmap/swap.h"
#include "src/virtio/le.h"

#define FEATURE(number) (1ULL << (number))
/* Of disks; of a network card, where two of the numbers are its address and nothing. */
#define FEATURES_USED                                                                \
	(uint32_t)(FEATURE(VIRTIO_F_INDIRECT_DESC) | FEATURE(VIRTIO_BLOCK_F_FLUSH) | \
		   FEATURE(VIRTIO_BLOCK_F_RO) | FEATURE(VIRTIO_NETWORK_F_CSUM))
#define STATUS_SET_UP (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK)

static struct disk *disks[MAP_VIRTIO_COUNT];
/* Nobody else's: its request is under way while the caller of swap_transfer() waits. */
static struct disk *swap_disk;
static struct disk_request swap_request;

struct disk *disks_get(uint32_t slot)
{
	return slot < MAP_VIRTIO_COUNT ? disks[slot] : NULL;
}

uint32_t disks_sources(void)
{
	uint32_t sources = 0;

	for (uint32_t slot = 0; slot < MAP_VIRTIO_COUNT; slot++) {
		if (disks[slot] != NULL) {
			sources |= 1U << (LINES_SOURCE_VIRTIO + slot);
		}
	}
	return sources;
}

static uint32_t get(const struct disk *disk, size_t offset)
{
	return LE32(device_read32(disk->registers + offset));
}

static void put(const struct disk *disk, size_t offset, uint32_t value)
{
	device_write32(disk->registers + offset, LE32(value));
}

static void put_address(const struct disk *disk, size_t offset, const void *at)
{
	uint64_t paddr = memory_paddr(at);

	put(disk, offset, (uint32_t)paddr);
	put(disk, offset + 4, (uint32_t)(paddr >> 32));
}

static void set_up_queue(struct disk *disk)
{
	disk->desc = memory_take(0, PAGE_BYTES);
	disk->avail = disk->desc + DISK_QUEUE * VIRTIO_DESC_BYTES;
	disk->used = disk->avail + PAGE_BYTES / 4;
	put(disk, VIRTIO_QUEUE_SEL, disk->queue);
	put(disk, VIRTIO_QUEUE_NUM, DISK_QUEUE);
	put_address(disk, VIRTIO_QUEUE_DESC_LO, disk->desc);
	put_address(disk, VIRTIO_QUEUE_DRIVER_LO, disk->avail);
	put_address(disk, VIRTIO_QUEUE_DEVICE_LO, disk->used);
	put(disk, VIRTIO_QUEUE_READY, 1);
}

/* The order of virtio 1.2, 3.1.1. */
static bool set_up(struct disk *disk)
{
	uint32_t offered;

	put(disk, VIRTIO_STATUS, 0);
	put(disk, VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	put(disk, VIRTIO_DEVICE_FEATURES_SEL, 0);
	offered = get(disk, VIRTIO_DEVICE_FEATURES);
	disk->is_read_only = (offered & FEATURE(VIRTIO_BLOCK_F_RO)) != 0;
	put(disk, VIRTIO_DRIVER_FEATURES_SEL, 0);
	put(disk, VIRTIO_DRIVER_FEATURES, offered & FEATURES_USED);
	put(disk, VIRTIO_DRIVER_FEATURES_SEL, 1);
	put(disk, VIRTIO_DRIVER_FEATURES, (uint32_t)(FEATURE(VIRTIO_F_VERSION_1) >> 32));
	put(disk, VIRTIO_STATUS, STATUS_SET_UP);
	if (!(offered & FEATURE(VIRTIO_F_INDIRECT_DESC)) ||
	    get(disk, VIRTIO_STATUS) != STATUS_SET_UP ||
	    get(disk, VIRTIO_QUEUE_NUM_MAX) < DISK_QUEUE) {
		return false;
	}
	for (struct disk *queue = disk; queue != NULL; queue = queue->next) {
		set_up_queue(queue);
	}
	disk->sectors = (uint64_t)get(disk, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY + 4) << 32 |
			get(disk, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY);
	put(disk, VIRTIO_STATUS, STATUS_SET_UP | VIRTIO_STATUS_DRIVER_OK);
	return true;
}

/* Beside the others, so that no VM has it and its interrupts are nobody's. */
static void prepare_swap(struct disk *disk)
{
	uint64_t slots = disk->sectors * VIRTIO_BLOCK_SECTOR_BYTES / PAGE_BYTES;

	if (swap_disk != NULL || disk->is_read_only || slots < SWAP_SLOTS_MIN ||
	    slots > FRAME_COUNT_MAX) {
		boot_refuse("disk %u: a second one for swap, read-only, or no %u KB to %u MB",
			    disk->slot, SWAP_SLOTS_MIN * PAGE_BYTES / 1024,
			    (uint32_t)(FRAME_COUNT_MAX >> (20 - PAGE_SHIFT)));
	}
	swap_disk = disk;
	swap_init(&machine_memmap, (uint32_t)slots,
		  memory_take(0, page_pool_bytes((uint32_t)slots)));
}

static void prepare(uint64_t registers, bool is_swap)
{
	struct disk probe = { .registers = memory_uncached(registers),
			      .slot = (uint32_t)((registers - MAP_VIRTIO_BASE) / MAP_PAGE_BYTES) };
	struct disk *disk;
	uint32_t id;

	if (registers < MAP_VIRTIO_BASE || probe.slot >= MAP_VIRTIO_COUNT ||
	    get(&probe, VIRTIO_MAGIC) != VIRTIO_MAGIC_VALUE) {
		return;
	}
	/* Of network cards the first one that makes sums: there is a gateway behind it. */
	id = get(&probe, VIRTIO_DEVICE_ID);
	if (id == VIRTIO_ID_NETWORK
		    ? !uplink_wants_card() || !(get(&probe, VIRTIO_DEVICE_FEATURES) &
						FEATURE(VIRTIO_NETWORK_F_CSUM))
		    : id != VIRTIO_ID_BLOCK) {
		return;
	}
	disk = memory_take(0, sizeof(*disk));
	*disk = probe;
	if (id == VIRTIO_ID_NETWORK) {
		disk->next = memory_take(0, sizeof(*disk));
		*disk->next = probe;
		disk->next->queue = VIRTIO_NETWORK_QUEUE_SEND;
	}
	if (!set_up(disk)) {
		boot_refuse("device %u: not of virtio 1.2", disk->slot);
	}
	if (is_swap) {
		prepare_swap(disk);
	} else {
		disks[disk->slot] = disk;
	}
	if (id == VIRTIO_ID_NETWORK) {
		disk->sectors = 0;
		uplink_init(disk);
		return;
	}
	console_print("disk %u: %lu KB%s", disk->slot, disk->sectors / 2,
		      is_swap              ? ", for swap"
		      : disk->is_read_only ? ", read only"
					   : "");
}

void disks_prepare(void)
{
	const struct fdt *fdt = &machine.tree;
	struct fdt_property property;
	uint64_t registers;
	uint64_t bytes;
	uint32_t node;

	for (node = fdt_compatible(fdt, FDT_NONE, DEVTREE_VIRTIO); node != FDT_NONE;
	     node = fdt_compatible(fdt, node, DEVTREE_VIRTIO)) {
		if (fdt_reg(fdt, node, 0, &registers, &bytes)) {
			prepare(registers, fdt_find(fdt, node, DEVTREE_SWAP, &property));
		}
	}
}

static void set_desc(uint8_t *desc, uint64_t paddr, uint32_t bytes, uint16_t flags, uint16_t next)
{
	le_write64(desc + VIRTIO_DESC_ADDR, paddr);
	le_write32(desc + VIRTIO_DESC_LEN, bytes);
	le_write16(desc + VIRTIO_DESC_FLAGS, flags);
	le_write16(desc + VIRTIO_DESC_NEXT, next);
}

void disk_request_begin(struct disk_request *request, enum disk_operation operation,
			uint64_t sector)
{
	static const uint8_t type[] = {
		[DISK_READ] = VIRTIO_BLOCK_T_IN,
		[DISK_WRITE] = VIRTIO_BLOCK_T_OUT,
		[DISK_FLUSH] = VIRTIO_BLOCK_T_FLUSH,
	};

	le_write32(request->header, type[operation]);
	le_write32(request->header + 4, 0);
	le_write64(request->header + 8, operation == DISK_FLUSH ? 0 : sector);
	set_desc(request->table[0], memory_paddr(request->header), VIRTIO_BLOCK_HEADER_BYTES,
		 VIRTIO_DESC_F_NEXT, 1);
	request->is_read = operation == DISK_READ;
	request->part_count = 0;
	request->status = VIRTIO_BLOCK_S_IOERR;
}

bool disk_request_add(struct disk_request *request, uint64_t paddr, uint32_t bytes)
{
	uint32_t number = request->part_count + 1;

	if (number > DISK_PARTS_MAX) {
		return false;
	}
	set_desc(request->table[number], paddr, bytes,
		 request->is_read ? (uint16_t)(VIRTIO_DESC_F_NEXT | VIRTIO_DESC_F_WRITE)
				  : (uint16_t)VIRTIO_DESC_F_NEXT,
		 (uint16_t)(number + 1));
	request->part_count = number;
	return true;
}

/* A free place of the queue, or DISK_QUEUE. */
static size_t free_place(const struct disk *disk)
{
	size_t place = 0;

	while (place < DISK_QUEUE && disk->request[place] != NULL) {
		place++;
	}
	return place;
}

/* The first `count` descriptors of the request's table. */
static bool submit(struct disk *disk, struct disk_request *request, uint32_t count)
{
	size_t place;

	lock_acquire(&disk->lock);
	place = free_place(disk);
	if (place == DISK_QUEUE) {
		lock_release(&disk->lock);
		return false;
	}
	disk->request[place] = request;
	set_desc(disk->desc + place * VIRTIO_DESC_BYTES, memory_paddr(request->table),
		 count * VIRTIO_DESC_BYTES, VIRTIO_DESC_F_INDIRECT, 0);
	le_write16(disk->avail + VIRTIO_RING_ENTRIES +
			   disk->avail_index % DISK_QUEUE * VIRTIO_AVAIL_BYTES,
		   (uint16_t)place);
	memory_barrier();
	disk->avail_index++;
	le_write16(disk->avail + VIRTIO_RING_INDEX, disk->avail_index);
	memory_barrier();
	put(disk, VIRTIO_QUEUE_NOTIFY, disk->queue);
	lock_release(&disk->lock);
	return true;
}

bool disk_submit(struct disk *disk, struct disk_request *request)
{
	uint32_t last = request->part_count + 1;

	set_desc(request->table[last], memory_paddr(&request->status), 1, VIRTIO_DESC_F_WRITE, 0);
	return submit(disk, request, last + 1);
}

bool disk_submit_frame(struct disk *queue, struct disk_request *request, const void *frame,
		       uint32_t bytes, uint16_t flags)
{
	set_desc(request->table[0], memory_paddr(request->header), VIRTIO_NETWORK_HEADER_BYTES,
		 flags | VIRTIO_DESC_F_NEXT, 1);
	set_desc(request->table[1], memory_paddr(frame), bytes, flags, 0);
	return submit(queue, request, 2);
}

/* The next one that the device has done with, or NULL. */
static struct disk_request *take_used(struct disk *disk)
{
	struct disk_request *request = NULL;
	size_t entry;
	size_t place;

	lock_acquire(&disk->lock);
	if (le_read16(disk->used + VIRTIO_RING_INDEX) != disk->used_index) {
		memory_barrier();
		entry = VIRTIO_RING_ENTRIES + disk->used_index % DISK_QUEUE * VIRTIO_USED_BYTES;
		place = le_read32(disk->used + entry);
		CHECK(place < DISK_QUEUE && disk->request[place] != NULL);
		request = disk->request[place];
		request->bytes = le_read32(disk->used + entry + 4);
		disk->request[place] = NULL;
		disk->used_index++;
	}
	lock_release(&disk->lock);
	return request;
}

bool swap_transfer(uint32_t slot, uint32_t mpn, bool is_write, struct shootdown_target *self)
{
	disk_request_begin(&swap_request, is_write ? DISK_WRITE : DISK_READ,
			   (uint64_t)slot * (PAGE_BYTES / VIRTIO_BLOCK_SECTOR_BYTES));
	CHECK(disk_request_add(&swap_request, (uint64_t)mpn << PAGE_SHIFT, PAGE_BYTES) &&
	      disk_submit(swap_disk, &swap_request));
	while (take_used(swap_disk) == NULL) {
		shootdown_serve(self);
		devices_wait(1U << (LINES_SOURCE_VIRTIO + swap_disk->slot));
	}
	put(swap_disk, VIRTIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	return swap_request.status == VIRTIO_BLOCK_S_OK;
}

static void complete(struct disk *disk)
{
	uint32_t causes = get(disk, VIRTIO_INTERRUPT_STATUS);
	struct disk_request *request;

	if (causes == 0) {
		return;
	}
	put(disk, VIRTIO_INTERRUPT_ACK, causes);
	CHECK(!(get(disk, VIRTIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET));
	for (; disk != NULL; disk = disk->next) {
		for (request = take_used(disk); request != NULL; request = take_used(disk)) {
			request->done(request, request->status == VIRTIO_BLOCK_S_OK);
		}
	}
}

void disks_interrupt(void)
{
	for (uint32_t slot = 0; slot < MAP_VIRTIO_COUNT; slot++) {
		if (disks[slot] != NULL) {
			complete(disks[slot]);
		}
	}
}

_Static_assert(sizeof(struct disk_request) <= PAGE_BYTES - 1024, "a page, with what owns it");
_Static_assert(DISK_QUEUE *VIRTIO_DESC_BYTES + VIRTIO_RING_ENTRIES + DISK_QUEUE * 2 + 2 <=
		       DISK_QUEUE * VIRTIO_DESC_BYTES + PAGE_BYTES / 4,
	       "the used ring behind the available one");

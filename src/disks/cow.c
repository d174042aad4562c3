/* SPDX-License-Identifier: MIT */
/* cow.c - requests to copy-on-write disks. */
#include "src/disks/cow.h"

#include "src/cpu/vm.h"
#include "src/include/atomic.h"
#include "src/lib/string.h"
#include "src/pmap/pmap.h"
#include "src/virtio/guest_memory.h"

#define SECTOR VIRTIO_BLOCK_SECTOR_BYTES

/* What a request does next. */
struct piece {
	uint64_t gpa;
	uint32_t block;
	uint32_t offset; /* in the block */
	uint32_t bytes;
};

/* What the cache says of its block, or that it went wrong. */
enum piece_result {
	PIECE_DONE = CACHE_HIT,
	PIECE_IN_READ = CACHE_IN_READ,
	PIECE_MISSING = CACHE_MISS,
	PIECE_FAILED
};

static struct pmap *pmap_of(const struct vdisk_request *request)
{
	return request->vdisk->virtio.vm->pmap;
}

bool cow_begin(struct vdisk_request *request, uint64_t sector, const struct vring_chain *chain,
	       uint32_t first, uint32_t end)
{
	uint64_t bytes = 0;

	if (end - first > VDISK_SEGMENTS) {
		return false;
	}
	for (uint32_t i = first; i < end; i++) {
		request->gpa[i - first] = chain->segment[i].gpa;
		request->bytes[i - first] = chain->segment[i].bytes;
		bytes += chain->segment[i].bytes;
	}
	request->is_read = request->written != 0;
	request->segment = 0;
	request->segment_count = end - first;
	request->at = sector * SECTOR;
	request->end = request->at + bytes;
	return true;
}

static uint32_t rest_of_page(uint64_t address)
{
	return PAGE_BYTES - (uint32_t)(address & (PAGE_BYTES - 1));
}

static struct piece next_piece(const struct vdisk_request *request)
{
	struct piece piece = {
		.gpa = request->gpa[request->segment],
		.block = (uint32_t)(request->at / PAGE_BYTES),
		.offset = (uint32_t)(request->at % PAGE_BYTES),
		.bytes = request->bytes[request->segment],
	};

	if (piece.bytes > rest_of_page(piece.gpa)) {
		piece.bytes = rest_of_page(piece.gpa);
	}
	if (piece.bytes > rest_of_page(request->at)) {
		piece.bytes = rest_of_page(request->at);
	}
	return piece;
}

static enum piece_result get(const struct vdisk_request *request, uint32_t block, uint32_t *mpn)
{
	const struct vdisk *vdisk = request->vdisk;

	return (enum piece_result)cache_get(vdisk->cache, vdisk->changes, block, mpn);
}

static enum piece_result read_piece(const struct vdisk_request *request, const struct piece *piece,
				    const struct pmap_caller *caller)
{
	struct disk_cache *cache = request->vdisk->cache;
	struct pmap *pmap = pmap_of(request);
	uint32_t mpn;
	enum piece_result result = get(request, piece->block, &mpn);

	if (result != PIECE_DONE) {
		return result;
	}
	if (piece->bytes == PAGE_BYTES && guest_memory_map(pmap, piece->gpa, mpn, caller)) {
		atomic_add(&cache->counts.mapped, 1);
	} else if (guest_memory_write(pmap, piece->gpa,
				      (const uint8_t *)machine_page(mpn) + piece->offset,
				      piece->bytes, caller)) {
		atomic_add(&cache->counts.copied, 1);
	} else {
		result = PIECE_FAILED;
	}
	memmap_unpin(pmap->memmap, mpn);
	return result;
}

/* A new page for the block, with what it has outside of the piece. */
static enum piece_result copy_block(const struct vdisk_request *request, const struct piece *piece,
				    uint32_t *mpn, const struct pmap_caller *caller)
{
	struct pmap *pmap = pmap_of(request);
	enum piece_result result = PIECE_DONE;
	uint32_t old = PAGE_NONE;

	if (piece->bytes != PAGE_BYTES) {
		result = get(request, piece->block, &old);
	}
	if (result == PIECE_DONE && cache_new_page(request->vdisk->cache, mpn, caller) != OK) {
		result = PIECE_FAILED;
	}
	if (result == PIECE_DONE && old != PAGE_NONE) {
		machine_page_copy(*mpn, old, 0, PAGE_BYTES);
	}
	if (old != PAGE_NONE) {
		memmap_unpin(pmap->memmap, old);
	}
	if (result == PIECE_DONE &&
	    !guest_memory_read(pmap, (uint8_t *)machine_page(*mpn) + piece->offset, piece->gpa,
			       piece->bytes, caller)) {
		memmap_unpin(pmap->memmap, *mpn);
		result = PIECE_FAILED;
	}
	return result;
}

static enum piece_result write_piece(const struct vdisk_request *request, const struct piece *piece,
				     const struct pmap_caller *caller)
{
	struct vdisk *vdisk = request->vdisk;
	enum piece_result result = PIECE_DONE;
	uint32_t mpn;

	if (piece->bytes != PAGE_BYTES ||
	    !guest_memory_share(pmap_of(request), piece->gpa, &mpn, caller)) {
		result = copy_block(request, piece, &mpn, caller);
	}
	if (result == PIECE_DONE) {
		if (cache_put(vdisk->cache, vdisk->changes, piece->block, mpn, caller) != OK) {
			result = PIECE_FAILED;
		}
		memmap_unpin(vdisk->cache->memmap, mpn);
	}
	return result;
}

/* Bytes of a block: the last one of the disk may be short. */
static uint32_t block_bytes(const struct vdisk *vdisk, uint32_t block)
{
	uint64_t rest = vdisk->sectors * SECTOR - (uint64_t)block * PAGE_BYTES;

	return rest < PAGE_BYTES ? (uint32_t)rest : PAGE_BYTES;
}

/*
 * Has blocks read, from `block` on: those that the request will need if it reads, otherwise this
 * one, of which it writes a part. COW_DONE: meanwhile somebody else has, or does.
 */
static enum cow_result begin_read(struct vdisk_request *request, uint32_t block,
				  const struct pmap_caller *caller)
{
	struct vdisk *vdisk = request->vdisk;
	uint32_t count = 0;
	enum status status;
	uint32_t mpn;

	disk_request_begin(&request->io, DISK_READ, (uint64_t)block * BTREE_SECTORS);
	request->first_block = block;
	do {
		uint32_t bytes = block_bytes(vdisk, block + count);

		status =
			cache_begin_read(vdisk->cache, vdisk->changes, block + count, &mpn, caller);
		if (status != OK) {
			break;
		}
		if (bytes < PAGE_BYTES) {
			machine_page_zero(mpn);
		}
		request->page[count] = mpn;
		count++;
		CHECK(disk_request_add(&request->io, (uint64_t)mpn << PAGE_SHIFT, bytes));
	} while (request->is_read && count < DISK_PARTS_MAX &&
		 (uint64_t)(block + count) * PAGE_BYTES < request->end);
	request->page_count = count;
	if (count == 0) {
		return status == ERR_BUSY ? COW_DONE : COW_FAILED;
	}
	if (!disk_submit(vdisk->disk, &request->io)) {
		cow_end_read(request, false);
		return COW_WAITS;
	}
	return COW_READS;
}

void cow_end_read(struct vdisk_request *request, bool is_good)
{
	for (uint32_t i = 0; i < request->page_count; i++) {
		cache_end_read(request->vdisk->cache, request->first_block + i, request->page[i],
			       is_good);
	}
	request->page_count = 0;
}

enum cow_result cow_run(struct vdisk_request *request, const struct pmap_caller *caller)
{
	enum cow_result result = COW_DONE;

	while (result == COW_DONE && request->segment < request->segment_count) {
		struct piece piece = next_piece(request);

		if (piece.bytes == 0) {
			request->segment++;
			continue;
		}
		switch (request->is_read ? read_piece(request, &piece, caller)
					 : write_piece(request, &piece, caller)) {
		case PIECE_DONE:
			request->gpa[request->segment] += piece.bytes;
			request->bytes[request->segment] -= piece.bytes;
			request->at += piece.bytes;
			break;
		case PIECE_MISSING:
			result = begin_read(request, piece.block, caller);
			break;
		case PIECE_IN_READ:
			result = COW_WAITS;
			break;
		default:
			result = COW_FAILED;
			break;
		}
	}
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * block.c - the block device (virtio 1.2, 5.2) in front of a disk (sim/disk/disk.h).
 *
 * One request at a time: the device takes it from the ring, reads what is to be written, waits as
 * long as the disk's model says, then the disk does it, and the answer goes back. So the disk ends
 * requests in the order of the ring.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/disk/disk.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"
#include "sim/virtio/virtio.h"

#define FEATURE(number)  ((uint64_t)1 << (number))
#define DATA_BYTES_MAX   (8U << 20) /* of a request; more end with IOERR */
#define SEGMENTS_MAX     126U       /* what VIRTIO_BLOCK_SEG_MAX tells */
#define RANGES_MAX       16U        /* of a discard */
#define RANGE_BYTES      16U        /* sector (64), sectors (32), flags (32) */
#define RANGE_SECTORS    (1U << 22)
#define RANGE_FLAG_UNMAP 1U

enum phase {
	PHASE_IDLE,    /* to look into the ring */
	PHASE_LOOKING, /* nothing was there: that costs traffic, and the guest may have to be told
			*/
	PHASE_FETCHING,
	PHASE_SERVING, /* until cycle `end` */
	PHASE_STORING,
	PHASE_COUNT
};

struct block {
	struct virtio virtio;
	struct disk *disk;
	uint64_t jitter_ns;
	bool is_told; /* the user: that the host has no room; until a flush is good */

	unsigned phase; /* enum phase */
	bool has_asked; /* PHASE_LOOKING: the ring must be looked at again */
	struct dma dma;
	struct queue_chain chain;
	uint64_t requests; /* so far */
	uint64_t end;

	/* Of the request. */
	uint32_t type; /* VIRTIO_BLOCK_T_* */
	uint8_t status;
	uint64_t sector;
	uint32_t bytes; /* of data, in either direction */
};

static struct block *block_of(const struct virtio *virtio)
{
	return (struct block *)(uintptr_t)virtio;
}

static uint64_t block_features(const struct virtio *virtio)
{
	const struct disk *disk = block_of(virtio)->disk;
	uint64_t features = FEATURE(VIRTIO_BLOCK_F_SEG_MAX) | FEATURE(VIRTIO_BLOCK_F_BLK_SIZE) |
			    FEATURE(VIRTIO_BLOCK_F_FLUSH);

	features |= disk->is_read_only ? FEATURE(VIRTIO_BLOCK_F_RO)
				       : FEATURE(VIRTIO_BLOCK_F_DISCARD) |
						 FEATURE(VIRTIO_BLOCK_F_WRITE_ZEROES);
	if (disk->model->geometry.heads != 0) {
		features |= FEATURE(VIRTIO_BLOCK_F_GEOMETRY);
	}
	return features;
}

static void block_config(const struct virtio *virtio, uint8_t bytes[VIRTIO_CONFIG_BYTES])
{
	const struct disk *disk = block_of(virtio)->disk;
	const struct disk_geometry *geometry = &disk->model->geometry;

	queue_put(bytes + VIRTIO_BLOCK_CAPACITY, 8, disk->sectors);
	queue_put(bytes + VIRTIO_BLOCK_SEG_MAX, 4, SEGMENTS_MAX);
	queue_put(bytes + VIRTIO_BLOCK_CYLINDERS, 2, geometry->cylinders);
	queue_put(bytes + VIRTIO_BLOCK_HEADS, 1, geometry->heads);
	queue_put(bytes + VIRTIO_BLOCK_SECTORS, 1, geometry->sectors);
	queue_put(bytes + VIRTIO_BLOCK_BLK_SIZE, 4, VIRTIO_BLOCK_SECTOR_BYTES);
	if (!disk->is_read_only) {
		queue_put(bytes + VIRTIO_BLOCK_MAX_DISCARD, 4, RANGE_SECTORS);
		queue_put(bytes + VIRTIO_BLOCK_MAX_DISCARD_SEG, 4, RANGES_MAX);
		queue_put(bytes + VIRTIO_BLOCK_DISCARD_ALIGNMENT, 4, 1);
		queue_put(bytes + VIRTIO_BLOCK_MAX_ZEROES, 4, RANGE_SECTORS);
		queue_put(bytes + VIRTIO_BLOCK_MAX_ZEROES_SEG, 4, RANGES_MAX);
		queue_put(bytes + VIRTIO_BLOCK_ZEROES_MAY_UNMAP, 1, 1);
	}
}

/* The request has data that the device reads. */
static bool has_output(const struct block *block)
{
	return block->type == VIRTIO_BLOCK_T_OUT || block->type == VIRTIO_BLOCK_T_DISCARD ||
	       block->type == VIRTIO_BLOCK_T_WRITE_ZEROES;
}

/* A status for what the header and the number of bytes tell. */
static uint8_t judge(const struct block *block, uint64_t bytes)
{
	const struct disk *disk = block->disk;

	switch (block->type) {
	case VIRTIO_BLOCK_T_IN:
	case VIRTIO_BLOCK_T_OUT:
		return bytes <= DATA_BYTES_MAX && bytes % DISK_SECTOR_BYTES == 0 &&
				       disk_has(disk, block->sector, bytes / DISK_SECTOR_BYTES) &&
				       !(block->type == VIRTIO_BLOCK_T_OUT && disk->is_read_only)
			       ? VIRTIO_BLOCK_S_OK
			       : VIRTIO_BLOCK_S_IOERR;
	case VIRTIO_BLOCK_T_DISCARD:
	case VIRTIO_BLOCK_T_WRITE_ZEROES:
		return bytes != 0 && bytes % RANGE_BYTES == 0 &&
				       bytes <= RANGES_MAX * RANGE_BYTES && !disk->is_read_only
			       ? VIRTIO_BLOCK_S_OK
			       : VIRTIO_BLOCK_S_IOERR;
	case VIRTIO_BLOCK_T_FLUSH:
	case VIRTIO_BLOCK_T_GET_ID:
		return VIRTIO_BLOCK_S_OK;
	default:
		return VIRTIO_BLOCK_S_UNSUPP;
	}
}

/* A request has been taken. False: it is none. */
static bool begin(struct block *block)
{
	struct queue_chain *chain = &block->chain;
	uint8_t header[VIRTIO_BLOCK_HEADER_BYTES];

	if (!queue_peek(chain, block->virtio.machine, &block->dma, 0, header, sizeof(header))) {
		virtio_fail(&block->virtio, "a request has no header");
		return false;
	}
	if (chain->writable == 0) {
		virtio_fail(&block->virtio, "a request has no room for its status");
		return false;
	}
	block->type = (uint32_t)queue_get(header, 4);
	block->sector = queue_get(header + 8, 8);
	uint64_t bytes = has_output(block) ? chain->readable - sizeof(header) : chain->writable - 1;

	block->status = judge(block, bytes);
	block->bytes = block->status == VIRTIO_BLOCK_S_OK ? (uint32_t)bytes : 0;
	if (block->type == VIRTIO_BLOCK_T_GET_ID) {
		block->bytes =
			bytes < VIRTIO_BLOCK_ID_BYTES ? (uint32_t)bytes : VIRTIO_BLOCK_ID_BYTES;
	}
	if (has_output(block) && block->bytes > 0 &&
	    queue_add(chain, &block->dma, false, sizeof(header), block->bytes) == NULL) {
		block->status = VIRTIO_BLOCK_S_IOERR;
	}
	return true;
}

/* Looks into the ring. True: there is more to do now. */
static bool look(struct block *block)
{
	struct virtio *virtio = &block->virtio;
	struct queue *queue = &virtio->queue[0];
	const char *why;

	virtio->is_notified[0] = false;
	switch (queue_take(queue, virtio->machine, &block->dma, virtio->driver_features,
			   &block->chain, &why)) {
	case QUEUE_EMPTY:
		block->has_asked = queue_ask(queue, &block->dma, virtio->driver_features);
		block->phase = PHASE_LOOKING;
		return true;
	case QUEUE_CHAIN:
		block->phase = PHASE_FETCHING;
		return begin(block);
	case QUEUE_BROKEN:
	default:
		virtio_fail(virtio, why);
		return false;
	}
}

/* Range `index` of a discard. */
static struct disk_request get_range(const struct block *block, uint32_t index, uint32_t *flags)
{
	const uint8_t *bytes = block->dma.data + (size_t)index * RANGE_BYTES;

	*flags = (uint32_t)queue_get(bytes + 12, 4);
	return (struct disk_request){
		.operation = block->type == VIRTIO_BLOCK_T_DISCARD ? DISK_DISCARD : DISK_ZERO,
		.sector = queue_get(bytes, 8),
		.sectors = queue_get(bytes + 8, 4),
	};
}

/* All ranges of a discard as one request for the disk's model; checks them. */
static struct disk_request join_ranges(struct block *block)
{
	struct disk_request all = { 0 };

	for (uint32_t i = 0; i < block->bytes / RANGE_BYTES; i++) {
		uint32_t flags;
		struct disk_request range = get_range(block, i, &flags);
		uint32_t known = block->type == VIRTIO_BLOCK_T_WRITE_ZEROES ? RANGE_FLAG_UNMAP : 0;

		if (flags & ~known) {
			block->status = VIRTIO_BLOCK_S_UNSUPP;
		} else if (range.sectors > RANGE_SECTORS ||
			   !disk_has(block->disk, range.sector, range.sectors)) {
			block->status = VIRTIO_BLOCK_S_IOERR;
		}
		all.operation = range.operation;
		all.sector = i == 0 ? range.sector : all.sector;
		all.sectors += range.sectors;
	}
	return all;
}

/* SplitMix64 (Steele, Lea, Flood 2014) of seed, slot and the number of the request. */
static uint64_t jitter(const struct block *block)
{
	uint64_t z = block->virtio.machine->config.seed + ((uint64_t)block->virtio.slot << 56);

	if (block->jitter_ns == 0) {
		return 0;
	}
	z += (block->requests + 1) * 0x9e3779b97f4a7c15ULL;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) % (block->jitter_ns + 1);
}

/* The request goes to the disk: when will that be done? */
static void serve(struct block *block, uint64_t now)
{
	struct disk_request request = { .sector = block->sector,
					.sectors = block->bytes / DISK_SECTOR_BYTES };

	block->phase = PHASE_SERVING;
	block->end = now;
	switch (block->type) {
	case VIRTIO_BLOCK_T_IN:
		request.operation = DISK_READ;
		break;
	case VIRTIO_BLOCK_T_OUT:
		request.operation = DISK_WRITE;
		break;
	case VIRTIO_BLOCK_T_FLUSH:
		request = (struct disk_request){ .operation = DISK_FLUSH };
		break;
	case VIRTIO_BLOCK_T_DISCARD:
	case VIRTIO_BLOCK_T_WRITE_ZEROES:
		request = join_ranges(block);
		break;
	default:
		return;
	}
	if (block->status == VIRTIO_BLOCK_S_OK) {
		uint64_t ns = disk_service(block->disk, &request, virtio_ns(&block->virtio, now));

		block->end = now + virtio_cycles(&block->virtio, ns + jitter(block));
	}
	block->requests++;
}

static bool discard(struct block *block, struct error *err)
{
	for (uint32_t i = 0; i < block->bytes / RANGE_BYTES; i++) {
		uint32_t flags;
		struct disk_request range = get_range(block, i, &flags);

		if (!block->disk->ops->discard(block->disk, range.sector, range.sectors, err)) {
			return false;
		}
	}
	return true;
}

/* What changes the disk. */
static bool change(struct block *block, struct error *err)
{
	struct disk *disk = block->disk;

	switch (block->type) {
	case VIRTIO_BLOCK_T_OUT:
		return disk->ops->write(disk, block->sector, block->dma.data,
					block->bytes / DISK_SECTOR_BYTES, err);
	case VIRTIO_BLOCK_T_FLUSH:
		if (!disk->ops->flush(disk, err)) {
			return false;
		}
		block->is_told = false;
		return true;
	case VIRTIO_BLOCK_T_DISCARD:
	case VIRTIO_BLOCK_T_WRITE_ZEROES:
		return discard(block, err);
	default:
		return true;
	}
}

/* What the disk tells goes into the buffer of the dma. */
static bool collect(struct block *block, struct error *err)
{
	struct disk *disk = block->disk;
	uint8_t *data = queue_add(&block->chain, &block->dma, true, 0, block->bytes);

	if (data == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (block->type == VIRTIO_BLOCK_T_GET_ID) {
		memcpy(data, disk->id, block->bytes);
		return true;
	}
	return disk->ops->read(disk, block->sector, data, block->bytes / DISK_SECTOR_BYTES, err);
}

/*
 * The host's own trouble: a guest can do nothing about it, so the run ends with the cause. But a
 * disk may be full, which the guest is told, and once for each time that it comes about the user.
 */
static void fail(struct block *block, const struct error *err)
{
	struct machine *machine = block->virtio.machine;
	char text[sizeof(err->text) + 128];

	block->status = VIRTIO_BLOCK_S_IOERR;
	if (block->disk->is_full) {
		if (!block->is_told) {
			snprintf(text, sizeof(text), "virtio slot %u (%s): I/O error: %s",
				 block->virtio.slot, block->virtio.name, err->text);
			machine_log(machine, text);
		}
		block->is_told = true;
		return;
	}
	error_set(&machine->error, err->code, "virtio slot %u (%s): %s", block->virtio.slot,
		  block->virtio.name, err->text);
	machine_stop(machine, STOP_IO_ERROR, 0, 0);
}

/* The disk has done it: the answer goes back. */
static void store(struct block *block)
{
	struct queue_chain *chain = &block->chain;
	struct queue *queue = &block->virtio.queue[0];
	bool has_input =
		!has_output(block) && block->bytes > 0 && block->type != VIRTIO_BLOCK_T_FLUSH;
	struct error err;

	if (block->status == VIRTIO_BLOCK_S_OK && !change(block, &err)) {
		fail(block, &err);
	}
	dma_clear(&block->dma);
	if (block->status == VIRTIO_BLOCK_S_OK && has_input && !collect(block, &err)) {
		fail(block, &err);
		dma_clear(&block->dma);
	}
	uint32_t written = block->dma.used + 1;
	uint8_t *status = queue_add(chain, &block->dma, true, chain->writable - 1, 1);

	if (status != NULL) {
		*status = block->status;
	}
	if (status == NULL || !queue_return(queue, &block->dma, chain->head, written) ||
	    !queue_publish(queue, &block->dma)) {
		virtio_fail(&block->virtio, "the host is out of memory");
		return;
	}
	block->phase = PHASE_STORING;
}

static void finish(struct block *block)
{
	struct virtio *virtio = &block->virtio;

	dma_clear(&block->dma);
	block->phase = PHASE_IDLE;
	if (queue_signal(&virtio->queue[0], virtio->machine, &block->dma,
			 virtio->driver_features)) {
		virtio_interrupt(virtio, VIRTIO_INTERRUPT_USED);
	}
}

/* One step from phase to phase. True: there is more to do now. */
static bool advance(struct block *block, uint64_t now)
{
	struct virtio *virtio = &block->virtio;

	switch (block->phase) {
	case PHASE_IDLE:
		return look(block);
	case PHASE_LOOKING:
		if (!virtio_run_dma(virtio, 0, now)) {
			return false;
		}
		dma_clear(&block->dma);
		block->phase = PHASE_IDLE;
		return block->has_asked || virtio->is_notified[0];
	case PHASE_FETCHING:
		if (!virtio_run_dma(virtio, 0, now)) {
			return false;
		}
		serve(block, now);
		return true;
	case PHASE_SERVING:
		if (now < block->end) {
			virtio_wake(virtio, block->end);
			return false;
		}
		store(block);
		return true;
	case PHASE_STORING:
	default:
		if (!virtio_run_dma(virtio, 0, now)) {
			return false;
		}
		finish(block);
		return true;
	}
}

static void block_step(struct virtio *virtio, uint64_t now)
{
	while (virtio_is_running(virtio, 0) && advance(block_of(virtio), now)) {
	}
}

static struct dma *block_dma(struct virtio *virtio, unsigned queue)
{
	(void)queue;
	return &block_of(virtio)->dma;
}

static void block_stop(struct virtio *virtio, unsigned queue)
{
	(void)queue;
	block_of(virtio)->phase = PHASE_IDLE;
}

static void block_hash(const struct virtio *virtio, struct state_hash *hash)
{
	const struct block *block = block_of(virtio);

	state_hash_u64(hash, (uint64_t)block->phase << 1 | block->has_asked);
	state_hash_u64(hash, block->requests);
	state_hash_u64(hash, block->end);
	state_hash_u64(hash, (uint64_t)block->type << 32 | block->bytes);
	state_hash_u64(hash, block->status);
	state_hash_u64(hash, block->sector);
	dma_hash(&block->dma, hash);
	queue_chain_hash(&block->chain, hash);
	disk_hash(block->disk, hash);
}

/* Would this phase find what it needs? A checkpoint may say anything. */
static bool is_sound(const struct block *block)
{
	bool has_data = has_output(block);

	if (block->phase == PHASE_IDLE || block->phase == PHASE_LOOKING) {
		return true;
	}
	if (!block->virtio.queue[0].is_ready || block->chain.writable == 0 ||
	    block->bytes > DATA_BYTES_MAX || block->status > VIRTIO_BLOCK_S_UNSUPP) {
		return false;
	}
	if (block->status == VIRTIO_BLOCK_S_OK && judge(block, block->bytes) != VIRTIO_BLOCK_S_OK) {
		return false;
	}
	return block->phase == PHASE_STORING || !has_data || block->bytes <= block->dma.used ||
	       block->status != VIRTIO_BLOCK_S_OK;
}

static bool block_state(struct virtio *virtio, struct state_io *io, struct error *err)
{
	struct block *block = block_of(virtio);

	state_io_index(io, &block->phase, PHASE_COUNT);
	state_io_bool(io, &block->has_asked);
	state_io_u64(io, &block->requests);
	state_io_u64(io, &block->end);
	state_io_u32(io, &block->type);
	state_io_u8(io, &block->status);
	state_io_u64(io, &block->sector);
	state_io_u32(io, &block->bytes);
	queue_chain_state(&block->chain, virtio->machine, io);
	dma_state(&block->dma, virtio->machine, io);
	if (io->is_loading && !is_sound(block)) {
		io->has_failed = true;
	}
	return disk_state(block->disk, io, err);
}

static void block_destroy(struct virtio *virtio)
{
	disk_close(block_of(virtio)->disk);
}

static const struct virtio_ops block_ops = {
	.id = VIRTIO_ID_BLOCK,
	.queues = 1,
	.features = block_features,
	.config = block_config,
	.step = block_step,
	.dma = block_dma,
	.stop = block_stop,
	.hash = block_hash,
	.state = block_state,
	.destroy = block_destroy,
};

struct virtio *block_create(struct disk *disk, uint64_t jitter_ns)
{
	struct block *block = calloc(1, sizeof(*block));

	if (block == NULL) {
		return NULL;
	}
	block->virtio.ops = &block_ops;
	block->disk = disk;
	block->jitter_ns = jitter_ns;
	snprintf(block->virtio.name, sizeof(block->virtio.name), "disk %s", disk->id);
	return &block->virtio;
}

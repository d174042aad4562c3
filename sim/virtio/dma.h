/* SPDX-License-Identifier: MIT */
/*
 * dma.h - what a device moves between a buffer of its own and RAM, part by part.
 *
 * In fast mode all parts are moved at once. In timing mode each goes line by line through the
 * memory system, as traffic of node 0, and takes place when the line's home has ordered it: caches
 * lose their copies, links of LL break, decoded code is dropped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine;
struct device;
struct state_hash;
struct state_io;

/* Bytes that one dma may hold in its buffer. */
#define DMA_BYTES_MAX (16U << 20)
#define DMA_PARTS_MAX 1024U

struct dma_part {
	uint64_t paddr;
	uint32_t bytes;
	uint32_t offset; /* of the data in the buffer */
	bool is_write;   /* to RAM */
	bool is_traffic; /* the data have been read already: only the memory system is told */
};

/*
 * Invariants: D1 every part lies in RAM's frames, and in the buffer unless it is traffic. D2 parts
 * before `next` have been moved; in timing mode part `next` is in the memory system while
 * `is_moving`.
 */
struct dma {
	struct dma_part part[DMA_PARTS_MAX];
	unsigned count;
	unsigned next;
	bool is_moving;
	uint8_t *data;
	uint32_t used; /* bytes of the buffer that parts have */
	uint32_t capacity;
	uint32_t serial; /* tells this transfer's parts from those of one that was given up */
};

/* Is [paddr, paddr + bytes) in RAM's frames? Then *paddr is its one name, without alias bit. */
bool dma_check(const struct machine *machine, uint64_t *paddr, uint64_t bytes);

/* Forgets all parts; one that is moving moves nothing any more. */
void dma_clear(struct dma *dma);
void dma_release(struct dma *dma);

/*
 * Adds a part, which dma_check() has found good, and returns its place in the buffer, zeroed. NULL:
 * too many parts or bytes, or no memory.
 */
uint8_t *dma_add(struct dma *dma, uint64_t paddr, uint32_t bytes, bool is_write);

/* Reads RAM now, and remembers that this is traffic. */
bool dma_peek(struct dma *dma, const struct machine *machine, uint64_t paddr, void *data,
	      uint32_t bytes);

/*
 * Between two quanta, at cycle `now`: goes on. True: all parts have been moved. Otherwise
 * transferred() of the device says when to go on; `cookie` identifies the dma in 24 bits.
 */
bool dma_run(struct dma *dma, struct device *device, uint32_t cookie, uint64_t now);

/* For the device's transfer() and transferred(); the cookie's low 32 bits are the serial. */
void dma_transfer(struct dma *dma, struct machine *machine, uint32_t serial, uint64_t paddr,
		  uint32_t bytes);
bool dma_transferred(struct dma *dma, uint32_t serial);

void dma_hash(const struct dma *dma, struct state_hash *hash);
void dma_state(struct dma *dma, const struct machine *machine, struct state_io *io);

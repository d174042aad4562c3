/* SPDX-License-Identifier: MIT */
/*
 * driver.h - a small driver for virtio devices over MMIO, in either byte order of the CPU.
 *
 * One request after the other, or many at once: the caller fills descriptors, virtio_submit() puts
 * chains into the ring, virtio_wait() sleeps until they are done. docs/machine/virtio.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "machine/virtio.h"

/* Ends the program with the line's number where `condition` does not hold. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			platform_exit(1);                                      \
		}                                                              \
	} while (0)

#define QUEUE_ENTRIES 64U

#define FEATURE(number) ((uint64_t)1 << (number))

/*
 * Everything in memory and registers is little-endian. Shifts: gcc's functions would be calls into
 * its library.
 */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static inline uint16_t le16(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

static inline uint32_t le32(uint32_t value)
{
	return (uint32_t)le16((uint16_t)value) << 16 | le16((uint16_t)(value >> 16));
}

static inline uint64_t le64(uint64_t value)
{
	return (uint64_t)le32((uint32_t)value) << 32 | le32((uint32_t)(value >> 32));
}
#else
#define le16(value) ((uint16_t)(value))
#define le32(value) ((uint32_t)(value))
#define le64(value) ((uint64_t)(value))
#endif

struct virtio_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

struct virtio_avail {
	uint16_t flags;
	uint16_t index;
	uint16_t entry[QUEUE_ENTRIES];
	uint16_t used_event;
};

struct virtio_used_entry {
	uint32_t head;
	uint32_t bytes;
};

struct virtio_used {
	uint16_t flags;
	uint16_t index;
	struct virtio_used_entry entry[QUEUE_ENTRIES];
	uint16_t avail_event;
};

/* What a disk's request begins with. */
struct virtio_block_header {
	uint32_t type;
	uint32_t zero;
	uint64_t sector;
};

struct virtio_ring {
	volatile struct virtio_desc desc[QUEUE_ENTRIES] __attribute__((aligned(16)));
	volatile struct virtio_avail avail __attribute__((aligned(4)));
	volatile struct virtio_used used __attribute__((aligned(4)));
	uint16_t next_avail;
	uint16_t next_used;
	unsigned number; /* of the queue */
};

struct virtio_device {
	unsigned slot;
	uint64_t features;
};

uint32_t virtio_read(const struct virtio_device *device, unsigned offset);
void virtio_write(const struct virtio_device *device, unsigned offset, uint32_t value);

/* Resets the device and accepts `features` of those it offers; up to FEATURES_OK. */
void virtio_begin(struct virtio_device *device, uint64_t features);
uint64_t virtio_offered(const struct virtio_device *device);

/* Gives a queue to the device, empty; then virtio_go() sets DRIVER_OK. */
void virtio_add_ring(const struct virtio_device *device, struct virtio_ring *ring, unsigned number);
void virtio_go(const struct virtio_device *device);

void virtio_set_desc(struct virtio_ring *ring, unsigned index, const volatile void *data,
		     uint32_t bytes, uint16_t flags, unsigned next);

/* Makes the chain that begins at `head` available, without telling the device. */
void virtio_submit(struct virtio_ring *ring, unsigned head);
void virtio_notify(const struct virtio_device *device, const struct virtio_ring *ring);

/* Who does not sleep: has the device used a chain? Its head, and the chain is taken. */
static inline bool virtio_has_used(const struct virtio_ring *ring)
{
	return le16(ring->used.index) != ring->next_used;
}

static inline unsigned virtio_take(struct virtio_ring *ring)
{
	volatile struct virtio_used_entry *entry =
		&ring->used.entry[ring->next_used % QUEUE_ENTRIES];

	ring->next_used++;
	return le32(entry->head);
}

/*
 * Sleeps until the device has used a chain, and takes it: its head, and how many bytes were
 * written. The interrupt is acknowledged.
 */
unsigned virtio_wait(const struct virtio_device *device, struct virtio_ring *ring, uint32_t *bytes);

/* Opens the device's interrupt to this CPU; interrupts stay off, only sleep ends. */
void virtio_listen(const struct virtio_device *device);
bool virtio_is_up(const struct virtio_device *device);

/* Sleeps until an interrupt that the CPU listens to is up. */
void virtio_sleep(void);

/* The machine's cycle counter. */
uint64_t virtio_clock(void);

/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - a virtio device behind the registers of its slot (machine/virtio.h).
 *
 * transport.c has registers, features, status and reset; each kind of device its requests. A
 * device does nothing while a CPU runs: register writes make it due, and its step() works between
 * two quanta.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"
#include "sim/machine.h"
#include "sim/virtio/queue.h"

#define VIRTIO_QUEUES_MAX   2U
#define VIRTIO_CONFIG_BYTES (VIRTIO_BYTES - VIRTIO_CONFIG)

struct device;
struct virtio;

struct virtio_ops {
	uint32_t id;                                       /* VIRTIO_ID_* */
	unsigned queues;                                   /* at most VIRTIO_QUEUES_MAX */
	uint64_t (*features)(const struct virtio *virtio); /* beside those of all devices */
	void (*config)(const struct virtio *virtio, uint8_t bytes[VIRTIO_CONFIG_BYTES]);
	/* Between two quanta: works on what waits in the queues, and on what it has begun. */
	void (*step)(struct virtio *virtio, uint64_t now);
	struct dma *(*dma)(struct virtio *virtio, unsigned queue);
	/* Gives up whatever is under way in this queue. */
	void (*stop)(struct virtio *virtio, unsigned queue);
	void (*hash)(const struct virtio *virtio, struct state_hash *hash);
	bool (*state)(struct virtio *virtio, struct state_io *io, struct error *err);
	void (*destroy)(struct virtio *virtio);
};

/* The first member of every device's own structure. */
struct virtio {
	const struct virtio_ops *ops;
	struct device *bus; /* with all slots */
	struct machine *machine;
	unsigned slot;
	char name[48]; /* for messages: "disk root.img" */
	uint64_t due;  /* cycle of step(); UINT64_MAX: never */

	uint32_t device_word; /* DEVICE_FEATURES_SEL */
	uint32_t driver_word;
	uint32_t selected; /* QUEUE_SEL */
	uint64_t driver_features;
	uint32_t status;
	uint32_t interrupt;
	struct queue queue[VIRTIO_QUEUES_MAX];
	bool is_notified[VIRTIO_QUEUES_MAX]; /* since the queue was last found empty */
};

/* Registers: `value` is as on the bus's little-endian side. False: bus error. */
bool virtio_read(struct virtio *virtio, uint64_t offset, unsigned size, uint32_t *value);
bool virtio_write(struct virtio *virtio, uint64_t offset, unsigned size, uint32_t value,
		  uint64_t now);

void virtio_power_on(struct virtio *virtio);
void virtio_hash(const struct virtio *virtio, struct state_hash *hash);
bool virtio_state(struct virtio *virtio, struct state_io *io, struct error *err);

/* May the device work on this queue? */
bool virtio_is_running(const struct virtio *virtio, unsigned queue);

/* For devices: step() is wanted at `cycle`, if not before. bus.c. */
void virtio_wake(struct virtio *virtio, uint64_t cycle);

/* For devices: buffers have been used; the driver broke a rule. */
void virtio_interrupt(struct virtio *virtio, uint32_t cause);
void virtio_fail(struct virtio *virtio, const char *why);

/* Goes on with the dma of a queue; true: it is through. */
bool virtio_run_dma(struct virtio *virtio, unsigned queue, uint64_t now);

/* Simulated time in nanoseconds, and the cycles that nanoseconds take, rounded up. */
uint64_t virtio_ns(const struct virtio *virtio, uint64_t cycle);
uint64_t virtio_cycles(const struct virtio *virtio, uint64_t ns);

/* A block device; takes no part in opening the disk, but closes it. NULL: no memory. */
struct disk;
struct virtio *block_create(struct disk *disk, uint64_t jitter_ns);

/* The network device at this port of the switch. NULL: no memory. */
struct ethernet;
struct nic_config;
struct virtio *nic_create(struct ethernet *ethernet, unsigned port,
			  const struct nic_config *config);

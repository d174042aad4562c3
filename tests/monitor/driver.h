/* SPDX-License-Identifier: MIT */
/*
 * driver.h - a guest's driver of a virtio device of its VM (src/virtio), on the model of the
 * machine: sets the device up through its registers and offers chains of descriptors.
 *
 * Stands in for src/cpu too: the sources of the virtual interrupt controller and the log.
 */
#pragma once

#include "tests/monitor/model.h"

#include "src/cpu/vm.h"
#include "src/virtio/virtio.h"

#define DRIVER_ENTRIES 8U
/* Guest memory of queue `number`: its parts; data wherever the test likes, above. */
#define DRIVER_DESC(number)  (0x1000 + 0x3000 * (uint64_t)(number))
#define DRIVER_AVAIL(number) (0x2000 + 0x3000 * (uint64_t)(number))
#define DRIVER_USED(number)  (0x3000 + 0x3000 * (uint64_t)(number))
#define DRIVER_DATA          0x8000

struct driver {
	struct virtio *virtio;
	struct vm vm;
	uint16_t offered[VIRTIO_QUEUES_MAX];
	uint16_t seen[VIRTIO_QUEUES_MAX];
};

/* Lines that the devices have written to the log. */
extern unsigned driver_logged;
/* Frames that they have shown to captures. */
extern unsigned driver_frames;
/* And those that may be for somebody outside. */
extern unsigned driver_out;

/* What other VCPUs do meanwhile: called, if it is set, whenever a device's source goes up or down.
 */
extern void (*driver_meanwhile)(const struct vm *vm);

/* A VM of the model, for a device's init function. */
void driver_make_vm(struct driver *driver, uint32_t vm);
uint32_t driver_read(struct driver *driver, uint32_t offset);
void driver_write(struct driver *driver, uint32_t offset, uint32_t value);
/* Resets the device and brings it up with all its features and `queues` queues. */
void driver_start(struct driver *driver, struct virtio *virtio, uint32_t queues);

void driver_put(struct driver *driver, uint64_t gpa, const void *bytes, size_t count);
void driver_get(struct driver *driver, void *bytes, uint64_t gpa, size_t count);
void driver_put_desc(struct driver *driver, uint32_t queue, uint32_t index, uint64_t gpa,
		     uint32_t bytes, uint32_t flags, uint32_t next);
/* Offers the chain at `head` and notifies. */
void driver_offer(struct driver *driver, uint32_t queue, uint32_t head);
/* The next used entry: its head and bytes; false if there is none. */
bool driver_used(struct driver *driver, uint32_t queue, uint32_t *head, uint32_t *bytes);
/* Bits of INTERRUPT_STATUS, acknowledged; the source must agree with them. */
uint32_t driver_interrupts(struct driver *driver);

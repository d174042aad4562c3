/* SPDX-License-Identifier: MIT */
/* bus.c - all virtio slots of a machine: one device on its bus, which has a page for each. */
#include <stdlib.h>
#include <string.h>

#include "machine/map.h"
#include "sim/dev/devices.h"
#include "sim/machine_state.h"
#include "sim/state_io.h"
#include "sim/virtio/ethernet.h"
#include "sim/virtio/gateway.h"
#include "sim/virtio/virtio.h"

/*
 * A cookie of the bus: slot, queue, serial number of the dma.
 */
#define COOKIE_SLOT(cookie)  ((cookie) >> 40)
#define COOKIE_QUEUE(cookie) ((cookie) >> 32 & 0xff)

struct bus {
	struct device device;
	struct virtio *slot[MAP_VIRTIO_COUNT]; /* NULL: empty */
	struct ethernet *ethernet;             /* NULL: no network devices */
	struct gateway *gateway;               /* NULL: none */
};

static uint64_t earliest(const struct bus *bus)
{
	uint64_t due = UINT64_MAX;

	for (unsigned i = 0; i < MAP_VIRTIO_COUNT; i++) {
		if (bus->slot[i] != NULL && bus->slot[i]->due < due) {
			due = bus->slot[i]->due;
		}
	}
	if (bus->gateway != NULL && gateway_due(bus->gateway) < due) {
		due = gateway_due(bus->gateway);
	}
	return due;
}

void virtio_wake(struct virtio *virtio, uint64_t cycle)
{
	if (cycle < virtio->due) {
		virtio->due = cycle;
		machine_set_due(virtio->machine, virtio->bus, earliest((struct bus *)virtio->bus));
	}
}

static void bus_advance(struct device *device, uint64_t now)
{
	struct bus *bus = (struct bus *)device;

	for (unsigned i = 0; i < MAP_VIRTIO_COUNT; i++) {
		struct virtio *virtio = bus->slot[i];

		if (virtio != NULL && virtio->due <= now) {
			virtio->due = UINT64_MAX;
			virtio->ops->step(virtio, now);
		}
	}
	if (bus->gateway != NULL && gateway_due(bus->gateway) <= now) {
		gateway_step(bus->gateway, now);
	}
	device->due = earliest(bus);
}

/* An empty slot is there to be asked, and to say so. */
static uint32_t read_empty(uint64_t offset)
{
	switch (offset) {
	case VIRTIO_MAGIC:
		return VIRTIO_MAGIC_VALUE;
	case VIRTIO_VERSION:
		return VIRTIO_VERSION_VALUE;
	default: /* DEVICE_ID: VIRTIO_ID_NONE */
		return 0;
	}
}

/* A value of `size` bytes between the bus, in CPU byte order, and the little-endian registers. */
static uint32_t swap(const struct device *device, uint64_t value, unsigned size)
{
	uint32_t word = (uint32_t)value;

	if (!device->machine->config.big_endian) {
		return word;
	}
	return __builtin_bswap32(word) >> (32 - 8 * size);
}

static bool bus_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		     uint64_t *value)
{
	struct virtio *virtio = ((struct bus *)device)->slot[offset / MAP_PAGE_BYTES];
	uint32_t word = 0;

	(void)core;
	offset %= MAP_PAGE_BYTES;
	if (virtio == NULL) {
		word = read_empty(offset);
		if (size > 4 || offset + size > VIRTIO_BYTES) {
			return false;
		}
	} else if (!virtio_read(virtio, offset, size, &word)) {
		return false;
	}
	*value = swap(device, word, size);
	return true;
}

static bool bus_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t value)
{
	struct virtio *virtio = ((struct bus *)device)->slot[offset / MAP_PAGE_BYTES];

	offset %= MAP_PAGE_BYTES;
	if (virtio == NULL) {
		return size <= 4 && offset + size <= VIRTIO_BYTES;
	}
	return size <= 4 &&
	       virtio_write(virtio, offset, size, swap(device, value, size), core_now(core));
}

/* The dma that a cookie names; NULL: none of this machine. */
static struct dma *find_dma(struct bus *bus, uint64_t cookie, struct virtio **virtio)
{
	uint64_t slot = COOKIE_SLOT(cookie);
	uint64_t queue = COOKIE_QUEUE(cookie);

	if (slot >= MAP_VIRTIO_COUNT || bus->slot[slot] == NULL ||
	    queue >= bus->slot[slot]->ops->queues) {
		return NULL;
	}
	*virtio = bus->slot[slot];
	return (*virtio)->ops->dma(*virtio, (unsigned)queue);
}

static void bus_transfer(struct device *device, uint64_t cookie, uint64_t paddr, uint32_t bytes)
{
	struct virtio *virtio;
	struct dma *dma = find_dma((struct bus *)device, cookie, &virtio);

	if (dma != NULL) {
		dma_transfer(dma, device->machine, (uint32_t)cookie, paddr, bytes);
	}
}

static void bus_transferred(struct device *device, uint64_t cookie, uint64_t cycle)
{
	struct virtio *virtio;
	struct dma *dma = find_dma((struct bus *)device, cookie, &virtio);

	if (dma != NULL && dma_transferred(dma, (uint32_t)cookie)) {
		virtio_wake(virtio, cycle);
	}
}

static void bus_hash(const struct device *device, struct state_hash *hash)
{
	const struct bus *bus = (const struct bus *)device;

	for (unsigned i = 0; i < MAP_VIRTIO_COUNT; i++) {
		if (bus->slot[i] != NULL) {
			virtio_hash(bus->slot[i], hash);
		}
	}
	if (bus->ethernet != NULL) {
		ethernet_hash(bus->ethernet, hash);
	}
}

static void bus_state(struct device *device, struct state_io *io)
{
	struct bus *bus = (struct bus *)device;

	if (bus->gateway != NULL) {
		error_set(&device->machine->error, EXIT_USAGE,
			  "a machine with a gateway has no checkpoints: what is outside has none; "
			  "use machine.network.gateway = \"off\"");
		io->has_failed = true;
		return;
	}
	for (unsigned i = 0; i < MAP_VIRTIO_COUNT; i++) {
		struct error err;

		if (bus->slot[i] != NULL && !virtio_state(bus->slot[i], io, &err)) {
			device->machine->error = err;
			io->has_failed = true;
			return;
		}
	}
	if (bus->ethernet != NULL) {
		ethernet_state(bus->ethernet, io);
	}
}

static void bus_destroy(struct device *device)
{
	struct bus *bus = (struct bus *)device;

	for (unsigned i = 0; i < MAP_VIRTIO_COUNT; i++) {
		if (bus->slot[i] != NULL) {
			for (unsigned j = 0; j < bus->slot[i]->ops->queues; j++) {
				dma_release(bus->slot[i]->ops->dma(bus->slot[i], j));
			}
			bus->slot[i]->ops->destroy(bus->slot[i]);
			free(bus->slot[i]);
		}
	}
	gateway_destroy(bus->gateway);
	ethernet_destroy(bus->ethernet);
}

static const struct device_ops bus_ops = {
	.name = "virtio",
	.read = bus_read,
	.write = bus_write,
	.advance = bus_advance,
	.transfer = bus_transfer,
	.transferred = bus_transferred,
	.hash = bus_hash,
	.state = bus_state,
	.destroy = bus_destroy,
};

struct device *virtio_bus_create(void)
{
	struct bus *bus = calloc(1, sizeof(*bus));

	if (bus == NULL) {
		return NULL;
	}
	bus->device.ops = &bus_ops;
	bus->device.base = MAP_VIRTIO_BASE;
	bus->device.bytes = MAP_VIRTIO_COUNT * MAP_PAGE_BYTES;
	return &bus->device;
}

static void plug(struct bus *bus, unsigned slot, struct virtio *virtio)
{
	virtio->bus = &bus->device;
	virtio->machine = bus->device.machine;
	virtio->slot = slot;
	bus->slot[slot] = virtio;
	virtio_power_on(virtio);
}

static bool plug_disk(struct bus *bus, unsigned slot, const struct disk_config *config,
		      struct error *err)
{
	struct disk *disk = disk_open(config, err);

	if (disk == NULL) {
		return false;
	}
	struct virtio *virtio = block_create(disk, config->jitter_ns);

	if (virtio == NULL) {
		disk_close(disk);
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	plug(bus, slot, virtio);
	return true;
}

static void wake_nic(void *context, unsigned port, uint64_t cycle)
{
	struct bus *bus = context;

	if (port < bus->device.machine->config.nics) {
		virtio_wake(bus->slot[MACHINE_NIC_SLOT + port], cycle);
	} else if (bus->gateway != NULL) {
		gateway_wake(bus->gateway, cycle);
		machine_set_due(bus->device.machine, &bus->device, earliest(bus));
	}
}

static bool plug_nics(struct bus *bus, struct error *err)
{
	const struct machine_config *config = &bus->device.machine->config;

	if (config->nics == 0) {
		return true;
	}
	bus->ethernet = ethernet_create(bus->device.machine, wake_nic, bus);
	for (unsigned i = 0; i < config->nics && bus->ethernet != NULL; i++) {
		struct virtio *virtio = nic_create(bus->ethernet, i, &config->nic[i]);

		if (virtio == NULL) {
			return error_set(err, EXIT_HOST_IO, "the host is out of memory");
		}
		plug(bus, MACHINE_NIC_SLOT + i, virtio);
	}
	if (bus->ethernet == NULL) {
		return error_set(err, EXIT_HOST_IO, "the host is out of memory");
	}
	if (config->network.has_gateway) {
		bus->gateway =
			gateway_create(bus->device.machine, bus->ethernet, config->nics, err);
	}
	return !config->network.has_gateway || bus->gateway != NULL;
}

bool virtio_bus_plug(struct device *device, struct error *err)
{
	const struct machine_config *config = &device->machine->config;
	struct bus *bus = (struct bus *)device;

	for (unsigned i = 0; i < config->disks; i++) {
		if (!plug_disk(bus, MACHINE_DISK_SLOT + i, &config->disk[i], err)) {
			return false;
		}
	}
	return plug_nics(bus, err);
}

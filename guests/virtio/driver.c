/* SPDX-License-Identifier: MIT */
/* driver.c - virtio over MMIO (driver.h). */
#include "guests/virtio/driver.h"

#include "guests/lib/string.h"
#include "machine/clock.h"
#include "machine/intc.h"
#include "machine/power.h"

/* The other side is a device: order what the compiler would not, and what a CPU might not. */
static void barrier(void)
{
	__asm__ volatile("sync" ::: "memory");
}

static volatile uint32_t *reg(const struct virtio_device *device, unsigned offset)
{
	return cpu_kseg1(MAP_VIRTIO_BASE + device->slot * MAP_PAGE_BYTES + offset);
}

uint32_t virtio_read(const struct virtio_device *device, unsigned offset)
{
	return le32(*reg(device, offset));
}

void virtio_write(const struct virtio_device *device, unsigned offset, uint32_t value)
{
	barrier();
	*reg(device, offset) = le32(value);
}

uint64_t virtio_offered(const struct virtio_device *device)
{
	virtio_write(device, VIRTIO_DEVICE_FEATURES_SEL, 1);
	uint64_t high = virtio_read(device, VIRTIO_DEVICE_FEATURES);

	virtio_write(device, VIRTIO_DEVICE_FEATURES_SEL, 0);
	return high << 32 | virtio_read(device, VIRTIO_DEVICE_FEATURES);
}

void virtio_begin(struct virtio_device *device, uint64_t features)
{
	virtio_write(device, VIRTIO_STATUS, 0);
	CHECK(virtio_read(device, VIRTIO_STATUS) == 0);
	virtio_write(device, VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	virtio_write(device, VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	device->features = virtio_offered(device) & features;
	virtio_write(device, VIRTIO_DRIVER_FEATURES_SEL, 0);
	virtio_write(device, VIRTIO_DRIVER_FEATURES, (uint32_t)device->features);
	virtio_write(device, VIRTIO_DRIVER_FEATURES_SEL, 1);
	virtio_write(device, VIRTIO_DRIVER_FEATURES, (uint32_t)(device->features >> 32));
	virtio_write(device, VIRTIO_STATUS,
		     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK);
}

static void set_address(const struct virtio_device *device, unsigned low,
			const volatile void *address)
{
	virtio_write(device, low, cpu_physical((const void *)(uintptr_t)address));
	virtio_write(device, low + 4, 0);
}

void virtio_add_ring(const struct virtio_device *device, struct virtio_ring *ring, unsigned number)
{
	memset(ring, 0, sizeof(*ring));
	ring->number = number;
	virtio_write(device, VIRTIO_QUEUE_SEL, number);
	virtio_write(device, VIRTIO_QUEUE_NUM, QUEUE_ENTRIES);
	set_address(device, VIRTIO_QUEUE_DESC_LO, ring->desc);
	set_address(device, VIRTIO_QUEUE_DRIVER_LO, &ring->avail);
	set_address(device, VIRTIO_QUEUE_DEVICE_LO, &ring->used);
	virtio_write(device, VIRTIO_QUEUE_READY, 1);
}

void virtio_go(const struct virtio_device *device)
{
	virtio_write(device, VIRTIO_STATUS,
		     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK |
			     VIRTIO_STATUS_DRIVER_OK);
}

void virtio_set_desc(struct virtio_ring *ring, unsigned index, const volatile void *data,
		     uint32_t bytes, uint16_t flags, unsigned next)
{
	volatile struct virtio_desc *desc = &ring->desc[index];

	desc->addr = le64((uint64_t)cpu_physical((const void *)(uintptr_t)data));
	desc->len = le32(bytes);
	desc->flags = le16(flags);
	desc->next = le16((uint16_t)next);
}

void virtio_submit(struct virtio_ring *ring, unsigned head)
{
	ring->avail.entry[ring->next_avail % QUEUE_ENTRIES] = le16((uint16_t)head);
	barrier();
	ring->next_avail++;
	ring->avail.index = le16(ring->next_avail);
	barrier();
}

void virtio_notify(const struct virtio_device *device, const struct virtio_ring *ring)
{
	virtio_write(device, VIRTIO_QUEUE_NOTIFY, ring->number);
}

void virtio_listen(const struct virtio_device *device)
{
	*(volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_MASK_CLEAR) =
		1U << (LINES_SOURCE_VIRTIO + device->slot);
	cp0_write(CP0_STATUS, cp0_read(CP0_STATUS) | 1U << (STATUS_IM_SHIFT + LINES_IP_DEVICE));
}

bool virtio_is_up(const struct virtio_device *device)
{
	volatile uint32_t *status = cpu_kseg1(MAP_INTC_BASE + INTC_STATUS);

	return (*status & 1U << (LINES_SOURCE_VIRTIO + device->slot)) != 0;
}

void virtio_sleep(void)
{
	*(volatile uint32_t *)cpu_kseg1(MAP_POWER_BASE + POWER_SAVE) = 0;
}

unsigned virtio_wait(const struct virtio_device *device, struct virtio_ring *ring, uint32_t *bytes)
{
	while (le16(ring->used.index) == ring->next_used) {
		virtio_sleep();
		uint16_t before = ring->used.index;

		CHECK(virtio_read(device, VIRTIO_INTERRUPT_STATUS) == VIRTIO_INTERRUPT_USED);
		virtio_write(device, VIRTIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
		/* Acknowledged: down, unless another one has come since. */
		CHECK(!virtio_is_up(device) || ring->used.index != before);
	}
	barrier();
	volatile struct virtio_used_entry *entry =
		&ring->used.entry[ring->next_used % QUEUE_ENTRIES];

	ring->next_used++;
	/* The next one is to interrupt again. */
	ring->avail.used_event = le16(ring->next_used);
	if (bytes != NULL) {
		*bytes = le32(entry->bytes);
	}
	return le32(entry->head);
}

uint64_t virtio_clock(void)
{
	return *(volatile uint64_t *)cpu_kseg1(MAP_CLOCK_BASE + CLOCK_CYCLES);
}

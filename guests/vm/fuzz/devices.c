/* SPDX-License-Identifier: MIT */
/*
 * devices.c - attacks on a VM's devices, by every register and in every width, and by frames on its
 * subnet. attacks.c has the others.
 */
#include "guests/lib/cpu.h"
#include "guests/virtio/driver.h"
#include "guests/vm/fuzz/fuzz.h"
#include "machine/annotation.h"
#include "machine/clock.h"
#include "machine/cpuctl.h"
#include "machine/intc.h"
#include "machine/power.h"
#include "machine/uart.h"

#define SLOTS 4U

/* What there is, and a little more. */
static const struct {
	uint32_t paddr;
	uint32_t bytes;
} areas[] = {
	{ MAP_CONSOLE_BASE + UART_OFFSET - 8, UART_BYTES + 16 },
	{ MAP_CONSOLE_BASE + UART_OFFSET, UART_BYTES },
	{ MAP_CONSOLE_BASE + POWER_RESTART_OFFSET - 8, POWER_RESTART_BYTES + 16 },
	{ MAP_RTC_BASE, RTC_BYTES + 8 },
	{ MAP_RTC_BASE, RTC_BYTES },
	{ MAP_CLOCK_BASE, 24 },
	{ MAP_ANNOTATION_BASE, ANNOTATION_BYTES + 8 },
	{ MAP_ANNOTATION_BASE + ANNOTATION_CYCLES, 16 },
	{ MAP_INTC_BASE, 3 * INTC_CPU_STRIDE },
	{ MAP_INTC_BASE + INTC_IPI_BASE, 3 * INTC_IPI_STRIDE },
	{ MAP_INTC_BASE + INTC_BYTES - 8, 16 },
	{ MAP_CPUCTL_BASE, 3 * CPUCTL_CPU_STRIDE },
	{ MAP_POWER_BASE, POWER_BYTES + 8 },
	{ MAP_VIRTIO_BASE + VIRTIO_DEVICE_FEATURES,
	  VIRTIO_INTERRUPT_STATUS - VIRTIO_DEVICE_FEATURES },
	{ MAP_VIRTIO_BASE, VIRTIO_CONFIG + 64 },
	{ MAP_VIRTIO_BASE + MAP_PAGE_BYTES, VIRTIO_CONFIG + 64 },
	{ MAP_VIRTIO_BASE + 2 * MAP_PAGE_BYTES, VIRTIO_CONFIG + 64 },
	{ MAP_VIRTIO_BASE + 20 * MAP_PAGE_BYTES, VIRTIO_CONFIG + 64 },
};

static uint64_t load(uintptr_t at, uint32_t way)
{
	uint64_t value;

	switch (way) {
	case 0:
		return (uint64_t) * (volatile int8_t *)at;
	case 1:
		return *(volatile uint8_t *)at;
	case 2:
		return (uint64_t) * (volatile int16_t *)(at & ~1UL);
	case 3:
		return *(volatile uint16_t *)(at & ~1UL);
	case 4:
		return *(volatile uint32_t *)(at & ~3UL);
	case 5:
		return *(volatile uint64_t *)(at & ~7UL);
	case 6:
		__asm__ volatile("ll %0, 0(%1)" : "=r"(value) : "r"(at & ~3UL) : "memory");
		return value;
	default:
		return (uint64_t) * (volatile int32_t *)(at & ~3UL);
	}
}

static void store(uintptr_t at, uint32_t way, uint64_t value)
{
	switch (way) {
	case 0:
		*(volatile uint8_t *)at = (uint8_t)value;
		break;
	case 1:
		*(volatile uint16_t *)(at & ~1UL) = (uint16_t)value;
		break;
	case 2:
		*(volatile uint64_t *)(at & ~7UL) = value;
		break;
	case 3:
		__asm__ volatile("sc %0, 0(%1)" : "+r"(value) : "r"(at & ~3UL) : "memory");
		break;
	case 4:
		__asm__ volatile("swl %0, 0(%1)" ::"r"(value), "r"(at) : "memory");
		break;
	default:
		*(volatile uint32_t *)(at & ~3UL) = (uint32_t)value;
		break;
	}
}

/* Writing there may end the VM, or what the VCPU does; or print. */
static bool is_costly(uint32_t paddr)
{
	uint32_t page = paddr & ~(MAP_PAGE_BYTES - 1U);
	uint32_t offset = paddr - page;

	return page == MAP_POWER_BASE || (page == MAP_CONSOLE_BASE && offset < UART_OFFSET) ||
	       (page == MAP_ANNOTATION_BASE &&
		(offset / 4 == ANNOTATION_EXIT / 4 || offset / 4 == ANNOTATION_PANIC / 4 ||
		 offset / 4 == ANNOTATION_MODE / 4)) ||
	       (page == MAP_CPUCTL_BASE && offset % CPUCTL_CPU_STRIDE / 8 == CPUCTL_COMMAND / 8);
}

void fuzz_attack_registers(struct fuzz *fuzz)
{
	/* Mostly one area: what one register holds matters to the others. */
	uint32_t area = fuzz_below(fuzz, sizeof(areas) / sizeof(areas[0]));

	fuzz_take_time();
	for (unsigned i = 0; i < 64; i++) {
		uint32_t paddr = areas[area].paddr + fuzz_below(fuzz, areas[area].bytes);
		uintptr_t at = (uintptr_t)cpu_kseg1(paddr);
		/* A width that there is not ends the batch: mostly words. */
		uint32_t way = fuzz_below(fuzz, 24);
		uint32_t small = fuzz_below(fuzz, 2) == 0 ? 4 : 256;
		uint64_t value =
			fuzz_below(fuzz, 4) == 0 ? fuzz_value(fuzz) : fuzz_below(fuzz, small);

		if (fuzz_below(fuzz, 2) == 0) {
			(void)load(at, way);
		} else if (!is_costly(paddr)) {
			store(at, way, value);
		} else if (fuzz_below(fuzz, 128) == 0) {
			store(at, way, fuzz_below(fuzz, 4) == 0 ? POWER_RESTART_GO : value);
		}
	}
}

/* The ring's descriptors from `first` on: pieces of wild sizes, one chain after the other. */
static void fill_ring(struct fuzz *fuzz, struct virtio_ring *ring, uint16_t flags)
{
	for (unsigned i = 0; i < QUEUE_ENTRIES; i++) {
		bool is_last = i == QUEUE_ENTRIES - 1 || fuzz_below(fuzz, 4) == 0;
		uint32_t page =
			fuzz_below(fuzz, 3) == 0 ? FUZZ_TAGGED_FIRST + fuzz_below(fuzz, 64) : 0;
		const volatile void *data = page != 0 ? cpu_kseg0(page << MAP_PAGE_SHIFT)
						      : (void *)&fuzz_scratch[20480 + 64 * i];

		virtio_set_desc(ring, i, data,
				fuzz_below(fuzz, 4) == 0 ? MAP_PAGE_BYTES : fuzz_below(fuzz, 300),
				(uint16_t)(flags | (is_last ? 0 : VIRTIO_DESC_F_NEXT)), i + 1);
	}
}

static bool find_network(struct virtio_device *device)
{
	for (device->slot = 0; device->slot < SLOTS; device->slot++) {
		if (virtio_read(device, VIRTIO_DEVICE_ID) == VIRTIO_ID_NETWORK) {
			return true;
		}
	}
	return false;
}

void fuzz_attack_frames(struct fuzz *fuzz)
{
	struct virtio_device device = { .slot = 0 };
	struct virtio_ring *receive = (struct virtio_ring *)(fuzz_scratch + FUZZ_RINGS);
	struct virtio_ring *send = (struct virtio_ring *)(fuzz_scratch + FUZZ_RINGS + 1024);
	uint8_t *frame = (uint8_t *)&fuzz_scratch[20480];

	if (!find_network(&device)) {
		return;
	}
	fuzz_take_time();
	virtio_begin(&device, fuzz_below(fuzz, 2) == 0
				      ? ~(uint64_t)0
				      : (uint64_t)fuzz_random(fuzz) | FEATURE(VIRTIO_F_VERSION_1));
	virtio_add_ring(&device, receive, VIRTIO_NETWORK_QUEUE_RECEIVE);
	virtio_add_ring(&device, send, VIRTIO_NETWORK_QUEUE_SEND);
	fill_ring(fuzz, receive, VIRTIO_DESC_F_WRITE);
	for (unsigned i = 0; i < 32; i++) {
		virtio_submit(receive, fuzz_below(fuzz, QUEUE_ENTRIES));
	}
	virtio_go(&device);
	for (unsigned i = 0; i < 16; i++) {
		unsigned head = fuzz_below(fuzz, QUEUE_ENTRIES);

		fill_ring(fuzz, send, fuzz_below(fuzz, 16) == 0 ? VIRTIO_DESC_F_WRITE : 0);
		/* To everybody, or to the machine of this number, with or without a whole header.
		 */
		for (unsigned k = 0; k < 64; k++) {
			frame[256 * head + k] = k < VIRTIO_NETWORK_HEADER_BYTES ? 0 : 0xff;
		}
		if (fuzz_below(fuzz, 2) == 0) {
			const volatile uint8_t *config = cpu_kseg1(
				MAP_VIRTIO_BASE + device.slot * MAP_PAGE_BYTES + VIRTIO_CONFIG);

			for (unsigned k = 0; k < 6; k++) {
				frame[256 * head + VIRTIO_NETWORK_HEADER_BYTES + k] = config[k];
			}
			frame[256 * head + VIRTIO_NETWORK_HEADER_BYTES + 4] =
				(uint8_t)fuzz_below(fuzz, 8);
		}
		virtio_submit(send, head);
		virtio_notify(&device, send);
		virtio_submit(receive, fuzz_below(fuzz, QUEUE_ENTRIES));
		if (fuzz_below(fuzz, 4) == 0) {
			virtio_notify(&device, receive);
		}
	}
}

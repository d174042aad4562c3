/* SPDX-License-Identifier: MIT */
/*
 * greedy.c - a kernel that takes what it can get, for ever, on two VCPUs: WAY says of what.
 * Computes only (what others are compared with), traps, floods the network, fills its disk, or
 * forks: a new address space after the other, with pages of its own (tests/vm/greedy).
 */
#include "guests/lib/cpu.h"
#include "guests/lib/moncall.h"
#include "guests/lib/platform.h"
#include "guests/lib/smp.h"
#include "guests/virtio/disk.h"
#include "machine/vm.h"

enum way {
	COMPUTE,
	TRAP,
	NETWORK,
	DISK,
	FORK
};

#define BLOCK   DISK_PAGE
#define BLOCKS  8U
#define SECTORS 2048U /* of the disk */
/* Of a process: its pages, mapped two by two. */
#define PAIRS        16U
#define PAGES_FIRST  0x400U
#define PAGES_COUNT  0x300U
#define USER_ADDRESS 0x00400000U

static uint8_t data[BLOCKS][BLOCK] __attribute__((aligned(4096)));
static struct virtio_disk disk;
static struct virtio_device nic;
static struct virtio_ring frames;

static void trap(void)
{
	(void)cp0_read(CP0_COUNT);
}

/* To all: two pages and a header of zeroes, without waiting. */
static void flood(void)
{
	static uint8_t first[VIRTIO_NETWORK_HEADER_BYTES + 14];

	if (frames.next_avail == 0) {
		virtio_begin(&nic, ~FEATURE(VIRTIO_F_EVENT_IDX));
		virtio_add_ring(&nic, &frames, VIRTIO_NETWORK_QUEUE_SEND);
		virtio_go(&nic);
		for (unsigned i = 0; i < 6; i++) {
			first[VIRTIO_NETWORK_HEADER_BYTES + i] = 0xff;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		virtio_set_desc(&frames, 2 * i, first, sizeof(first), VIRTIO_DESC_F_NEXT,
				2 * i + 1);
		virtio_set_desc(&frames, 2 * i + 1, data, 2 * BLOCK, 0, 0);
		virtio_submit(&frames, 2 * i);
	}
	virtio_notify(&nic, &frames);
}

static void fill(void)
{
	static uint32_t next;

	if (disk.ring.next_avail == 0) {
		virtio_disk_begin(&disk, 0);
	}
	CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_OUT, next, data, BLOCK, BLOCKS) ==
	      VIRTIO_BLOCK_S_OK);
	next = (next + BLOCKS * BLOCK / DISK_SECTOR) % (SECTORS - BLOCKS * BLOCK / DISK_SECTOR);
}

/* A process is born, stores into each of its pages, and ends: they go back. */
static void fork(unsigned cpu)
{
	static uint32_t born[SMP_CPUS_MAX];
	uint32_t number = born[cpu]++;
	uint32_t first = PAGES_FIRST + (number * 2 * PAIRS + cpu * PAGES_COUNT / 2) % PAGES_COUNT;

	for (uint32_t i = 0; i < PAIRS; i++) {
		uint32_t page = first + 2 * i;
		uint32_t vaddr = USER_ADDRESS + 2 * i * MAP_PAGE_BYTES;

		cp0_write_address(CP0_ENTRYHI, vaddr | (number & ENTRYHI_ASID));
		cp0_write(CP0_PAGEMASK, 0);
		cp0_write(CP0_ENTRYLO0, page << ENTRYLO_PFN_SHIFT | ENTRYLO_V | ENTRYLO_D);
		cp0_write(CP0_ENTRYLO1, (page + 1) << ENTRYLO_PFN_SHIFT | ENTRYLO_V | ENTRYLO_D);
		__asm__ volatile("tlbwr; nop; nop; nop; nop" ::: "memory");
		*(volatile uint32_t *)(uintptr_t)vaddr = number;
		*(volatile uint32_t *)(uintptr_t)(vaddr + MAP_PAGE_BYTES) = number;
	}
	moncall(MONCALL_PAGE_FREE, first, 2 * PAIRS, 0);
}

static void work(unsigned cpu)
{
	for (;;) {
		switch ((enum way)WAY) {
		case COMPUTE:
			break;
		case NETWORK:
			/* A device has one driver; the other VCPU traps. */
			if (cpu == 0) {
				flood();
			} else {
				trap();
			}
			break;
		case DISK:
			if (cpu == 0) {
				fill();
			} else {
				trap();
			}
			break;
		case FORK:
			fork(cpu);
			break;
		default:
			trap();
			break;
		}
	}
}

int main(void)
{
	smp_start(work);
	work(0);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * disk.c - an archive on the first disk. A virtual machine has no initrd, so what one has natively
 * can be there on a disk: it is read into memory before the program begins.
 */
#include "guests/virtio/disk.h"

#include <stdlib.h>
#include <string.h>

#include "guests/libos/libos.h"
#include "machine/intc.h"

#define SLOT        0U
#define SECTORS     (DISK_PAGE / DISK_SECTOR)
#define SECTORS_MAX (UINT32_MAX / DISK_SECTOR) /* what a size can say */

static struct virtio_disk disk;
static char first[DISK_PAGE] __attribute__((aligned(DISK_PAGE)));

/* From a page's beginning; of the last page there may be less on the disk. */
static void read_page(uint32_t sector, uint32_t sectors, char *data)
{
	uint32_t count = sectors - sector < SECTORS ? sectors - sector : SECTORS;

	CHECK(virtio_disk_request(&disk, VIRTIO_BLOCK_T_IN, sector, data, count * DISK_SECTOR, 1) ==
	      VIRTIO_BLOCK_S_OK);
}

/* As the device was before: it interrupts nobody. */
static void leave(uint32_t status)
{
	virtio_write(&disk.device, VIRTIO_STATUS, 0);
	*(volatile uint32_t *)cpu_kseg1(MAP_INTC_BASE + INTC_MASK_SET) =
		1U << (LINES_SOURCE_VIRTIO + SLOT);
	cp0_write(CP0_STATUS, status);
}

void libos_read_disk(struct libos_boot *boot)
{
	uint32_t status = (uint32_t)cp0_read(CP0_STATUS);
	uint32_t sectors;
	char *archive;

	disk.device.slot = SLOT;
	if (boot->archive != NULL ||
	    virtio_read(&disk.device, VIRTIO_DEVICE_ID) != VIRTIO_ID_BLOCK) {
		return;
	}
	sectors = virtio_read(&disk.device, VIRTIO_CONFIG + VIRTIO_BLOCK_CAPACITY);
	virtio_disk_begin(&disk, SLOT);
	read_page(0, sectors, first);
	if (memcmp(first, LIBOS_ARCHIVE_MAGIC, strlen(LIBOS_ARCHIVE_MAGIC)) == 0) {
		archive = sectors <= SECTORS_MAX ? malloc(sectors * DISK_SECTOR) : NULL;
		if (archive == NULL) {
			printf("libos: the archive on the disk does not fit into memory\n");
			platform_exit(2);
		}
		for (uint32_t sector = 0; sector < sectors; sector += SECTORS) {
			read_page(sector, sectors, archive + sector * DISK_SECTOR);
		}
		boot->archive = archive;
		boot->archive_end = archive + sectors * DISK_SECTOR;
	}
	leave(status);
}

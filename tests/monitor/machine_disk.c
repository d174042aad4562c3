/* SPDX-License-Identifier: MIT */
/* machine_disk.c - the machine's disk below virtual disks (src/platform/disk.h). */
#include "tests/monitor/machine_disk.h"

#include <check.h>
#include <string.h>

#include "tests/monitor/model.h"

#include "src/virtio/le.h"

struct disk machine_disk;
uint8_t machine_disk_content[MACHINE_DISK_SECTORS * SECTOR];
struct disk_request *machine_disk_request[DISK_QUEUE];
uint32_t machine_disk_waiting;

void machine_disk_start(uint64_t sectors)
{
	ck_assert_uint_le(sectors, MACHINE_DISK_SECTORS);
	machine_disk = (struct disk){ .sectors = sectors };
	machine_disk_waiting = 0;
	for (uint32_t i = 0; i < sizeof(machine_disk_content); i++) {
		machine_disk_content[i] = (uint8_t)(i * 31 + i / SECTOR);
	}
}

void disk_request_begin(struct disk_request *request, enum disk_operation operation,
			uint64_t sector)
{
	le_write32(request->header, operation);
	le_write64(request->header + 8, sector);
	request->is_read = operation == DISK_READ;
	request->part_count = 0;
}

bool disk_request_add(struct disk_request *request, uint64_t paddr, uint32_t bytes)
{
	if (request->part_count == DISK_PARTS_MAX) {
		return false;
	}
	le_write64(request->table[request->part_count], paddr);
	le_write32(request->table[request->part_count] + VIRTIO_DESC_LEN, bytes);
	request->part_count++;
	return true;
}

bool disk_submit(struct disk *on, struct disk_request *request)
{
	ck_assert_ptr_eq(on, &machine_disk);
	if (machine_disk_waiting == DISK_QUEUE) {
		return false;
	}
	machine_disk_request[machine_disk_waiting] = request;
	machine_disk_waiting++;
	return true;
}

void machine_disk_serve(uint32_t number, bool is_good)
{
	struct disk_request *request = machine_disk_request[number];
	uint64_t at = le_read64(request->header + 8) * SECTOR;

	for (uint32_t i = 0; is_good && i < request->part_count; i++) {
		uint64_t paddr = le_read64(request->table[i]);
		uint32_t bytes = le_read32(request->table[i] + VIRTIO_DESC_LEN);
		uint8_t *memory = (uint8_t *)machine_page((uint32_t)(paddr >> 12)) + paddr % 4096;

		ck_assert_uint_le(paddr % 4096 + bytes, 4096);
		ck_assert_uint_le(at + bytes, sizeof(machine_disk_content));
		if (request->is_read) {
			memcpy(memory, machine_disk_content + at, bytes);
		} else {
			memcpy(machine_disk_content + at, memory, bytes);
		}
		at += bytes;
	}
	machine_disk_waiting--;
	machine_disk_request[number] = machine_disk_request[machine_disk_waiting];
	request->done(request, is_good);
}

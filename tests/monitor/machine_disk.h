/* SPDX-License-Identifier: MIT */
/*
 * machine_disk.h - the machine's disk below virtual disks, on the host: it answers when the test
 * says so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/platform/disk.h"

#define SECTOR               512U
#define MACHINE_DISK_SECTORS 256

extern struct disk machine_disk;
extern uint8_t machine_disk_content[MACHINE_DISK_SECTORS * SECTOR];
/* Requests that it has not answered. */
extern struct disk_request *machine_disk_request[DISK_QUEUE];
extern uint32_t machine_disk_waiting;

/* A disk of so many sectors, each byte of which depends on its place. */
void machine_disk_start(uint64_t sectors);
/* Does what request `number` asks for and answers it. */
void machine_disk_serve(uint32_t number, bool is_good);

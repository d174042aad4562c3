/* SPDX-License-Identifier: MIT */
/* inspect.h - publishes CPUs, VMs, VCPUs and frames for GDB and statistics (machine/inspect.h). */
#pragma once

#include "src/include/types.h"

struct inspect_disk;
struct inspect_nic;
struct vm;

/* Takes memory for the tables and enters CPUs and memmap; before memory_give_rest(). */
void inspect_prepare(uint32_t vm_count, uint32_t vcpu_count);
/* In the order of their numbers, each with all its VCPUs. */
void inspect_add_vm(const struct vm *vm);
/* A disk's or a network device's counters, 8-aligned; those beyond the limits are not shown. */
void inspect_add_disk(const struct inspect_disk *disk);
void inspect_add_nic(const struct inspect_nic *nic);
/* From now on there is something to see. */
void inspect_publish(void);

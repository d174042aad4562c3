/* SPDX-License-Identifier: MIT */
/*
 * cow.h - requests to copy-on-write disks (paper 4.2), between vdisk.c and cow.c alone.
 *
 * A request is cut into *pieces*, each within one block of the disk and one page of the guest. A
 * piece that is a whole page on both sides is no copy: read, the block's page is mapped read-only
 * where the guest wants it; written, the guest's page becomes copy on write and is the block's page
 * from now on. Other pieces are copied, a written one into a new page for the block. A block that
 * is not in memory is read from the machine's disk once, for all that want it.
 *
 * The device is entered, so the requests of a disk go one after the other.
 */
#pragma once

#include "src/disks/vdisk.h"

struct pmap_caller;

enum cow_result {
	COW_DONE,
	COW_FAILED, /* no such guest memory, or none left */
	COW_WAITS,  /* for a block that another request reads, or room in the queue */
	COW_READS   /* the request has blocks read: done() comes */
};

/* The data of a chain, segments [first, end); false if they are more than the device allows. */
MUST_CHECK bool cow_begin(struct vdisk_request *request, uint64_t sector,
			  const struct vring_chain *chain, uint32_t first, uint32_t end);
/* As far as it comes; again when what it waits for is there. */
enum cow_result cow_run(struct vdisk_request *request, const struct pmap_caller *caller);
/* The blocks of a request that COW_READS are there, or not. */
void cow_end_read(struct vdisk_request *request, bool is_good);

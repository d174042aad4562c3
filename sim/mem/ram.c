/* SPDX-License-Identifier: MIT */
/* ram.c - reserving RAM and boot memory. */
#include "sim/mem/ram.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Of all hosts that we know. */
#define HOST_LARGE_PAGE ((uint64_t)2 << 20)

static void *reserve(uint64_t bytes)
{
	void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/*
 * Guests touch RAM at random; with the host's large pages a touch seldom misses the host's TLB. RAM
 * begins at one's border, or else its two ends have none. A host without goes on with small ones.
 */
static void *reserve_large(uint64_t bytes)
{
	uint8_t *memory = reserve(bytes + HOST_LARGE_PAGE);

	if (memory == NULL) {
		return NULL;
	}
	size_t before = -(uintptr_t)memory % HOST_LARGE_PAGE;

	if (before != 0) {
		munmap(memory, before);
	}
	memory += before;
	munmap(memory + bytes, HOST_LARGE_PAGE - before);
	(void)madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
	return memory;
}

bool ram_create(struct ram *ram, uint64_t bytes, struct error *err)
{
	*ram = (struct ram){ .bytes = bytes, .frames = bytes >> RAM_PAGE_SHIFT };
	ram->pages = ram->frames + (MAP_BOOT_BYTES >> RAM_PAGE_SHIFT);
	ram->host = reserve_large(ram->pages << RAM_PAGE_SHIFT);
	ram->flags = reserve(ram->pages);
	if (ram->host == NULL || ram->flags == NULL) {
		ram_destroy(ram);
		return error_set(err, EXIT_HOST_IO,
				 "the host cannot reserve %" PRIu64 " MB of memory for RAM: %s",
				 bytes >> 20, strerror(errno));
	}
	return true;
}

void ram_destroy(struct ram *ram)
{
	if (ram->host != NULL) {
		munmap(ram->host, (size_t)(ram->pages << RAM_PAGE_SHIFT));
	}
	if (ram->flags != NULL) {
		munmap(ram->flags, (size_t)ram->pages);
	}
	*ram = (struct ram){ 0 };
}

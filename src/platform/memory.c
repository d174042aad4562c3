/* SPDX-License-Identifier: MIT */
/*
 * memory.c - hands out the machine's memory at boot.
 *
 * Each range of the tree has a mark: below it everything is taken or reserved. Only CPU 0 runs.
 */
#include "src/platform/memory.h"

#include "machine/boot.h"

#include "src/include/memory.h"
#include "src/lib/string.h"
#include "src/platform/boot.h"
#include "src/platform/machine.h"

#define RESERVED_MAX (BOOT_MODULES_MAX + 16)

struct page_alloc machine_pages;
struct memmap machine_memmap;

struct reserved {
	uint64_t base;
	uint64_t end;
};

static struct {
	uint64_t mark[MACHINE_RANGES_MAX];
	const char *user; /* VM that memory is taken for */
	uint32_t reserved_count;
	struct reserved reserved[RESERVED_MAX];
} boot_memory;

static void reserve(uint64_t base, uint64_t bytes)
{
	struct reserved *reserved = &boot_memory.reserved[boot_memory.reserved_count];

	CHECK(boot_memory.reserved_count < RESERVED_MAX);
	reserved->base = base & ~(uint64_t)(PAGE_BYTES - 1);
	reserved->end = (base + bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	boot_memory.reserved_count++;
}

void memory_init(uint64_t image_end)
{
	uint64_t base;
	uint64_t bytes;
	uint32_t i;

	for (i = 0; i < machine.range_count; i++) {
		boot_memory.mark[i] = machine.range[i].base;
	}
	reserve(0, image_end);
	for (i = 0; fdt_reservation(&machine.tree, i, &base, &bytes); i++) {
		CHECK(base + bytes >= base && base + bytes <= MAP_MISS_BASE);
		reserve(base, bytes);
	}
}

/* The lowest reserved area that meets [base, end), or NULL. */
static const struct reserved *find_reserved(uint64_t base, uint64_t end)
{
	const struct reserved *lowest = NULL;
	uint32_t i;

	for (i = 0; i < boot_memory.reserved_count; i++) {
		const struct reserved *reserved = &boot_memory.reserved[i];

		if (base < reserved->end && reserved->base < end &&
		    (lowest == NULL || reserved->base < lowest->base)) {
			lowest = reserved;
		}
	}
	return lowest;
}

/* From one range; UINT64_MAX if there is no room. What is skipped before a reserved area is lost
 * for the monitor's own use only: memory_give_rest() gives it to the pool. */
static uint64_t take_from(uint32_t number, uint64_t bytes)
{
	const struct machine_range *range = &machine.range[number];
	uint64_t base = boot_memory.mark[number];
	const struct reserved *reserved;

	while (base + bytes <= range->end) {
		reserved = find_reserved(base, base + bytes);
		if (reserved == NULL) {
			boot_memory.mark[number] = base + bytes;
			return base;
		}
		base = reserved->end;
	}
	return UINT64_MAX;
}

void memory_take_for(const char *name)
{
	boot_memory.user = name;
}

void *memory_take(uint32_t node, size_t bytes)
{
	uint64_t rounded = (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	uint64_t paddr = UINT64_MAX;
	unsigned pass;
	uint32_t i;

	/* The node's own ranges first, then all. */
	for (pass = 0; pass < 2 && paddr == UINT64_MAX; pass++) {
		for (i = 0; i < machine.range_count && paddr == UINT64_MAX; i++) {
			if (pass == 1 || machine.range[i].node == node) {
				paddr = take_from(i, rounded);
			}
		}
	}
	if (paddr == UINT64_MAX) {
		boot_refuse("%s%s: no memory left for its tables",
			    boot_memory.user != NULL ? "VM " : "the monitor",
			    boot_memory.user != NULL ? boot_memory.user : "");
	}
	memset(memory_at(paddr), 0, rounded);
	return memory_at(paddr);
}

void memory_init_pages(void)
{
	uint32_t node;

	CHECK(page_alloc_init(&machine_pages, machine.node_count, machine.frames_per_node,
			      machine.layout, machine.distance) == OK);
	memmap_init(&machine_memmap, &machine_pages);
	for (node = 0; node < machine.node_count; node++) {
		void *pool = memory_take(node, page_pool_bytes(machine.frames_per_node));
		void *table = memory_take(node, memmap_node_bytes(machine.frames_per_node));

		CHECK(page_pool_init(&machine_pages, node, pool) == OK);
		memmap_node_init(&machine_memmap, node, table);
	}
}

void memory_give_rest(void)
{
	uint32_t i;

	for (i = 0; i < machine.range_count; i++) {
		uint64_t base = boot_memory.mark[i];

		/* Up to the first page of a reserved area, then behind that area. */
		while (base < machine.range[i].end) {
			const struct reserved *reserved = find_reserved(base, machine.range[i].end);
			uint64_t end = reserved != NULL ? reserved->base : machine.range[i].end;

			if (end > base) {
				memmap_give(&machine_memmap, (uint32_t)(base >> PAGE_SHIFT),
					    (uint32_t)((end - base) >> PAGE_SHIFT));
			}
			base = reserved != NULL ? reserved->end : end;
		}
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * machine.c - finds CPUs, nodes, memory and devices in the device tree (docs/machine/devtree.md).
 */
#include "src/platform/machine.h"

#include "machine/boot.h"
#include "machine/devtree.h"
#include "machine/lines.h"
#include "machine/vm.h"

#include "src/include/memory.h"
#include "src/lib/string.h"

struct machine machine;

/* What one CPU or memory node tells about the topology. */
static bool read_node_id(const struct fdt *fdt, uint32_t node, uint32_t *id)
{
	*id = 0;
	(void)fdt_u32(fdt, node, "numa-node-id", id);
	return *id < MAP_NODES_MAX;
}

static bool read_cpus(struct machine *found)
{
	const struct fdt *fdt = &found->tree;
	uint32_t cpus = fdt_child(fdt, fdt_root(fdt), "cpus");
	uint32_t cpu = FDT_NONE;

	while ((cpu = fdt_next_child(fdt, cpus, cpu, "device_type", "cpu")) != FDT_NONE) {
		uint32_t id;

		if (found->cpu_count == MAP_CPUS_MAX || !read_node_id(fdt, cpu, &id)) {
			return false;
		}
		(void)fdt_u32(fdt, cpu, DEVTREE_TLB_ENTRIES, &found->tlb_entries);
		(void)fdt_u32(fdt, cpu, "clock-frequency", &found->clock_hz);
		found->cpu_node[found->cpu_count] = (uint8_t)id;
		found->cpu_count++;
		if (id >= found->node_count) {
			found->node_count = id + 1;
		}
	}
	return found->cpu_count != 0 && found->clock_hz != 0;
}

static bool read_memory_node(struct machine *found, uint32_t node)
{
	const struct fdt *fdt = &found->tree;
	struct fdt_property property;
	uint64_t base;
	uint64_t bytes;
	uint32_t index;
	uint32_t id;

	if (!read_node_id(fdt, node, &id)) {
		return false;
	}
	if (fdt_find(fdt, node, DEVTREE_ROUND_ROBIN, &property)) {
		found->layout = FRAME_ROUND_ROBIN;
	}
	if (id >= found->node_count) {
		found->node_count = id + 1;
	}
	for (index = 0; fdt_reg_under(fdt, fdt_root(fdt), node, index, &base, &bytes); index++) {
		struct machine_range *range = &found->range[found->range_count];

		if (found->range_count == MACHINE_RANGES_MAX || (base | bytes) % PAGE_BYTES != 0 ||
		    bytes == 0 || base >= MAP_MISS_BASE || bytes > MAP_MISS_BASE - base) {
			return false;
		}
		range->base = base;
		range->end = base + bytes;
		range->node = id;
		found->range_count++;
	}
	return true;
}

/*
 * machine/frame.h numbers the frames; the ranges must be just what it says, so that both agree on
 * the node of every frame.
 */
static bool check_memory(struct machine *found)
{
	uint64_t frames = 0;
	uint64_t frame = 0;
	uint32_t i;

	for (i = 0; i < found->range_count; i++) {
		frames += (found->range[i].end - found->range[i].base) / PAGE_BYTES;
	}
	if (frames == 0 || frames > FRAME_COUNT_MAX || frames % found->node_count != 0) {
		return false;
	}
	found->frames_per_node = (uint32_t)(frames / found->node_count);
	for (i = 0; i < found->range_count; i++) {
		const struct machine_range *range = &found->range[i];
		uint64_t count = (range->end - range->base) / PAGE_BYTES;

		if (range->base != frame_to_paddr(frame) ||
		    range->end != frame_to_paddr(frame + count - 1) + PAGE_BYTES) {
			return false;
		}
		if (found->layout == FRAME_BLOCK &&
		    (frame / found->frames_per_node != range->node ||
		     (frame + count - 1) / found->frames_per_node != range->node)) {
			return false;
		}
		frame += count;
	}
	return true;
}

static bool read_memory(struct machine *found)
{
	const struct fdt *fdt = &found->tree;
	uint32_t root = fdt_root(fdt);
	uint32_t node = FDT_NONE;

	while ((node = fdt_next_child(fdt, root, node, "device_type", "memory")) != FDT_NONE) {
		if (!read_memory_node(found, node)) {
			return false;
		}
	}
	return check_memory(found);
}

static void read_distances(struct machine *found)
{
	struct fdt_property property;
	uint32_t node = fdt_compatible(&found->tree, FDT_NONE, DEVTREE_DISTANCES);
	uint32_t from;
	uint32_t to;
	uint32_t distance;
	uint32_t i;

	for (i = 0; i < found->node_count * found->node_count; i++) {
		found->distance[i] = i % (found->node_count + 1) == 0 ? 10 : 20;
	}
	if (node == FDT_NONE || !fdt_find(&found->tree, node, "distance-matrix", &property)) {
		return;
	}
	for (i = 0; fdt_cell(&property, i, &from) && fdt_cell(&property, i + 1, &to) &&
		    fdt_cell(&property, i + 2, &distance);
	     i += 3) {
		if (from < found->node_count && to < found->node_count) {
			found->distance[from * found->node_count + to] = distance;
		}
	}
}

/* Devices of which there is one, and where their registers' address goes. */
static const struct {
	const char *compatible;
	size_t offset;
} devices[] = {
	{ DEVTREE_UART, offsetof(struct machine, uart) },
	{ DEVTREE_INTC, offsetof(struct machine, intc) },
	{ DEVTREE_MESSAGES, offsetof(struct machine, messages) },
	{ DEVTREE_CPUCTL, offsetof(struct machine, cpuctl) },
	{ DEVTREE_CLOCK, offsetof(struct machine, clock) },
	{ DEVTREE_RTC, offsetof(struct machine, rtc) },
	{ DEVTREE_POWER, offsetof(struct machine, power) },
	{ DEVTREE_ANNOTATION, offsetof(struct machine, annotation) },
};
#define DEVICE_COUNT (sizeof(devices) / sizeof(devices[0]))

static uint64_t *device_address(struct machine *found, unsigned number)
{
	return (uint64_t *)(void *)((char *)found + devices[number].offset);
}

/* The way to end the run: a store of `value` at `offset` of the registers `regmap` names. */
static void read_poweroff(struct machine *found)
{
	const struct fdt *fdt = &found->tree;
	uint32_t node = fdt_compatible(fdt, FDT_NONE, "syscon-poweroff");
	uint32_t regmap;
	uint32_t offset;
	uint64_t base;
	uint64_t bytes;

	found->off = NO_DEVICE;
	if (node == FDT_NONE || !fdt_u32(fdt, node, "regmap", &regmap) ||
	    !fdt_u32(fdt, node, "offset", &offset) ||
	    !fdt_u32(fdt, node, "value", &found->off_value)) {
		return;
	}
	node = fdt_phandle(fdt, regmap);
	if (node != FDT_NONE && fdt_reg(fdt, node, 0, &base, &bytes) && offset < bytes) {
		found->off = memory_uncached(base + offset);
	}
}

static void read_device(struct machine *found, uint32_t node, uint64_t base,
			const struct fdt_property *compatible)
{
	const struct fdt *fdt = &found->tree;
	uint32_t id;

	for (unsigned i = 0; i < DEVICE_COUNT; i++) {
		uint64_t *address = device_address(found, i);

		if (*address == NO_DEVICE && fdt_lists(compatible, devices[i].compatible)) {
			*address = memory_uncached(base);
			if (address == &found->uart) {
				(void)fdt_u32(fdt, node, "reg-shift", &found->uart_shift);
				(void)fdt_u32(fdt, node, "interrupts", &found->uart_source);
			}
		}
	}
	if (fdt_lists(compatible, DEVTREE_NODE) && read_node_id(fdt, node, &id)) {
		found->node_controller[id] = memory_uncached(base);
	}
}

static void read_devices(struct machine *found)
{
	struct fdt_walk walk = FDT_WALK_START;
	struct fdt_property compatible;
	uint64_t bytes;
	uint64_t base;

	for (unsigned i = 0; i < DEVICE_COUNT; i++) {
		*device_address(found, i) = NO_DEVICE;
	}
	for (unsigned i = 0; i < MAP_NODES_MAX; i++) {
		found->node_controller[i] = NO_DEVICE;
	}
	while (fdt_walk(&found->tree, &walk)) {
		if (fdt_find(&found->tree, walk.node, "compatible", &compatible) &&
		    fdt_reg_under(&found->tree, walk.parent, walk.node, 0, &base, &bytes)) {
			read_device(found, walk.node, base, &compatible);
		}
	}
	read_poweroff(found);
}

enum status machine_read_tree(struct machine *found, const void *blob, const char **what)
{
	memset(found, 0, sizeof(*found));
	found->tlb_entries = VM_TLB_ENTRIES;
	*what = "device tree";
	if (fdt_open(&found->tree, blob, BOOT_TREE_BYTES_MAX) != OK) {
		return ERR_INVALID;
	}
	/* Whatever else is wrong can be printed from now on. */
	read_devices(found);
	*what = "CPUs";
	if (found->uart_source >= LINES_SOURCE_COUNT || !read_cpus(found)) {
		return ERR_INVALID;
	}
	*what = "memory";
	if (!read_memory(found)) {
		return ERR_INVALID;
	}
	read_distances(found);
	return OK;
}

bool machine_module(const struct machine *found, const char *name, uint64_t *paddr, uint64_t *bytes)
{
	const struct fdt *fdt = &found->tree;
	uint32_t node;

	for (node = fdt_compatible(fdt, FDT_NONE, DEVTREE_MODULE); node != FDT_NONE;
	     node = fdt_compatible(fdt, node, DEVTREE_MODULE)) {
		if (fdt_says(fdt, node, DEVTREE_MODULE_NAME, name)) {
			return fdt_reg(fdt, node, 0, paddr, bytes);
		}
	}
	return false;
}

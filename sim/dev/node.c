/* SPDX-License-Identifier: MIT */
/*
 * node.c - the node controllers (machine/node.h): topology readout, local alias. Page 1 of each
 * block, the miss counters, is misscount.c.
 *
 * One device stands for all of them: node i has the block from i * MAP_NODE_STRIDE. The alias
 * itself is applied by the cores (sim/core/mmu.c); here is what the registers say of it.
 */
#include "machine/node.h"

#include <stdlib.h>

#include "machine/misscount.h"
#include "sim/core/core.h"
#include "sim/core/mmu.h"
#include "sim/dev/devices.h"
#include "sim/dev/misscount.h"
#include "sim/machine_state.h"
#include "sim/state_hash.h"
#include "sim/state_io.h"

/* As written; what is in force is with the cores. */
struct node {
	uint64_t base;
	uint64_t base_in_force; /* of the last write to SIZE */
	uint32_t size;
	uint32_t state;
};

struct node_device {
	struct device device;
	struct node node[MAP_NODES_MAX];
};

static unsigned cpus_per_node(const struct machine_config *config)
{
	return config->cpus / config->nodes;
}

static uint32_t read_topology(const struct machine_config *config, const struct core *reader,
			      unsigned number, uint64_t reg)
{
	switch (reg) {
	case NODE_NUMBER:
		return number;
	case NODE_COUNT:
		return config->nodes;
	case NODE_SELF:
		return reader->id / cpus_per_node(config);
	case NODE_CPU_FIRST:
		return number * cpus_per_node(config);
	case NODE_CPU_COUNT:
		return cpus_per_node(config);
	case NODE_FRAMES:
		return (uint32_t)(config->memory_bytes / config->nodes / RAM_PAGE_BYTES);
	case NODE_LAYOUT:
		return config->layout;
	case NODE_TOPOLOGY:
		return config->topology;
	default:
		break;
	}
	if (reg >= NODE_LATENCY && reg < NODE_LATENCY + 4ULL * config->nodes && reg % 4 == 0) {
		return machine_latency_ns(config, number, (unsigned)((reg - NODE_LATENCY) / 4));
	}
	return 0;
}

static bool node_read(struct device *device, struct core *core, uint64_t offset, unsigned size,
		      uint64_t *value)
{
	const struct node_device *nodes = (const struct node_device *)device;
	unsigned number = (unsigned)(offset / MAP_NODE_STRIDE);
	const struct node *node = &nodes->node[number];
	uint64_t reg = offset % MAP_NODE_STRIDE;

	if (reg >= MISSCOUNT_OFFSET) {
		return misscount_read(device->machine, number, reg - MISSCOUNT_OFFSET, size, value);
	}
	if (reg >= NODE_BYTES || (size != 4 && !(size == 8 && reg == NODE_ALIAS_BASE))) {
		return false;
	}
	switch (reg) {
	case NODE_ALIAS_SIZE:
		*value = node->size;
		break;
	case NODE_ALIAS_STATE:
		*value = node->state;
		break;
	case NODE_ALIAS_BASE: /* and NODE_ALIAS_BASE_HI */
		*value = size == 8 ? node->base : node->base >> 32;
		break;
	case NODE_ALIAS_BASE_LO:
		*value = (uint32_t)node->base;
		break;
	default:
		*value = read_topology(&device->machine->config, core, number, reg);
		break;
	}
	return true;
}

/* Is all of [paddr, paddr + bytes) RAM, and nothing between? `bytes` is not 0. */
static bool is_ram(const struct ram *ram, uint64_t paddr, uint64_t bytes)
{
	uint64_t first;
	uint64_t last;

	return (paddr >> MAP_NO_ALIAS_BIT) == 0 && frame_of_paddr(paddr, ram->frames, &first) &&
	       frame_of_paddr(paddr + bytes - 1, ram->frames, &last) &&
	       last - first == (bytes - 1) >> RAM_PAGE_SHIFT;
}

static uint32_t judge_alias(const struct ram *ram, uint64_t base, uint32_t bytes)
{
	if (bytes == 0) {
		return NODE_ALIAS_OFF;
	}
	if (bytes % MAP_PAGE_BYTES != 0 || base % MAP_PAGE_BYTES != 0 || !is_ram(ram, 0, bytes) ||
	    !is_ram(ram, base, bytes)) {
		return NODE_ALIAS_REFUSED;
	}
	return NODE_ALIAS_ON;
}

/* Cores that execute already in this quantum see it in their next one. */
static void set_alias(struct node_device *nodes, unsigned number, uint32_t bytes)
{
	struct machine *machine = nodes->device.machine;
	struct node *node = &nodes->node[number];
	unsigned count = cpus_per_node(&machine->config);

	node->size = bytes;
	node->base_in_force = node->base;
	node->state = judge_alias(&machine->ram, node->base, bytes);
	for (unsigned i = 0; i < count; i++) {
		mmu_set_alias(machine->core[number * count + i], node->base,
			      node->state == NODE_ALIAS_ON ? bytes : 0);
	}
}

static bool node_write(struct device *device, struct core *core, uint64_t offset, unsigned size,
		       uint64_t value)
{
	struct node_device *nodes = (struct node_device *)device;
	unsigned number = (unsigned)(offset / MAP_NODE_STRIDE);
	struct node *node = &nodes->node[number];
	uint64_t reg = offset % MAP_NODE_STRIDE;

	if (reg >= MISSCOUNT_OFFSET) {
		return misscount_write(device->machine, core, number, reg - MISSCOUNT_OFFSET, size,
				       value);
	}
	if (reg >= NODE_BYTES || (size != 4 && !(size == 8 && reg == NODE_ALIAS_BASE))) {
		return false;
	}
	if (reg == NODE_ALIAS_SIZE) {
		set_alias(nodes, number, (uint32_t)value);
	} else if (reg == NODE_ALIAS_BASE && size == 8) {
		node->base = value;
	} else if (reg == NODE_ALIAS_BASE_HI) {
		node->base = (value << 32) | (uint32_t)node->base;
	} else if (reg == NODE_ALIAS_BASE_LO) {
		node->base = (node->base & ~(uint64_t)UINT32_MAX) | (uint32_t)value;
	}
	return true;
}

static void node_hash(const struct device *device, struct state_hash *hash)
{
	const struct node_device *nodes = (const struct node_device *)device;

	for (unsigned i = 0; i < device->machine->config.nodes; i++) {
		const struct node *node = &nodes->node[i];

		state_hash_u64(hash, node->base);
		state_hash_u64(hash, node->base_in_force);
		state_hash_u64(hash, ((uint64_t)node->state << 32) | node->size);
	}
}

/* What is in force is part of the cores' state. */
static void node_state(struct device *device, struct state_io *io)
{
	struct node_device *nodes = (struct node_device *)device;

	for (unsigned i = 0; i < device->machine->config.nodes; i++) {
		struct node *node = &nodes->node[i];

		state_io_u64(io, &node->base);
		state_io_u64(io, &node->base_in_force);
		state_io_u32(io, &node->size);
		state_io_u32(io, &node->state);
	}
}

static const struct device_ops node_ops = {
	.name = "node",
	.read = node_read,
	.write = node_write,
	.hash = node_hash,
	.state = node_state,
};

struct device *node_create(const struct machine_config *config)
{
	struct node_device *nodes = calloc(1, sizeof(*nodes));

	if (nodes == NULL) {
		return NULL;
	}
	nodes->device.ops = &node_ops;
	nodes->device.base = MAP_NODE_BASE;
	nodes->device.bytes = (uint64_t)config->nodes * MAP_NODE_STRIDE;
	return &nodes->device;
}

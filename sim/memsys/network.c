/* SPDX-License-Identifier: MIT */
/*
 * network.c - mesh, hypercube and bus (network.h).
 *
 * Mesh: rows of the least width whose square holds all nodes, the last row perhaps shorter; X
 * first, then Y, and the other way round where the corner does not exist (only from the short row).
 * Hypercube: lowest differing dimension first. Bus: one link for everybody.
 */
#include "sim/memsys/network.h"

#include <stdlib.h>
#include <string.h>

#define LINKS_PER_NODE 6 /* mesh: 4 directions; hypercube: 6 dimensions of 64 nodes */

enum direction {
	EAST,
	WEST,
	SOUTH,
	NORTH
};

struct network {
	enum memsys_topology topology;
	unsigned nodes;
	unsigned width; /* of the mesh */
	uint64_t waited;
	uint64_t free_at[MAP_NODES_MAX * LINKS_PER_NODE]; /* when a link is free again */
};

struct network *network_create(const struct memsys_config *config)
{
	struct network *network = calloc(1, sizeof(*network));

	if (network) {
		network->topology = config->topology;
		network->nodes = config->nodes;
		network->width = 1;
		while (network->width * network->width < config->nodes) {
			network->width++;
		}
	}
	return network;
}

void network_destroy(struct network *network)
{
	free(network);
}

void network_reset(struct network *network)
{
	memset(network->free_at, 0, sizeof(network->free_at));
}

/* The next node on the mesh, and the link to it. */
static unsigned mesh_step(const struct network *network, unsigned at, unsigned to, unsigned *link)
{
	unsigned width = network->width;
	unsigned corner = at / width * width + to % width; /* this row, the target's column */

	if (at % width != to % width && corner < network->nodes) {
		if (to % width > at % width) {
			*link = at * LINKS_PER_NODE + EAST;
			return at + 1;
		}
		*link = at * LINKS_PER_NODE + WEST;
		return at - 1;
	}
	if (to / width > at / width) {
		*link = at * LINKS_PER_NODE + SOUTH;
		return at + width;
	}
	*link = at * LINKS_PER_NODE + NORTH;
	return at - width;
}

static unsigned cube_step(unsigned at, unsigned to, unsigned *link)
{
	unsigned dimension = (unsigned)__builtin_ctz(at ^ to);

	*link = at * LINKS_PER_NODE + dimension;
	return at ^ 1U << dimension;
}

static unsigned step(const struct network *network, unsigned at, unsigned to, unsigned *link)
{
	switch (network->topology) {
	case MEMSYS_MESH:
		return mesh_step(network, at, to, link);
	case MEMSYS_HYPERCUBE:
		return cube_step(at, to, link);
	case MEMSYS_BUS:
	default:
		*link = 0;
		return to;
	}
}

unsigned network_hops(const struct network *network, unsigned from, unsigned to)
{
	unsigned hops = 0;
	unsigned link;

	if (network->topology == MEMSYS_BUS) {
		return 1;
	}
	while (from != to) {
		from = step(network, from, to, &link);
		hops++;
	}
	return hops;
}

uint64_t network_send(struct network *network, unsigned from, unsigned to, uint64_t time,
		      unsigned busy, unsigned hop)
{
	bool first = true;

	do {
		unsigned link;

		from = step(network, from, to, &link);
		if (!first) {
			time += hop;
		}
		if (network->free_at[link] > time) {
			network->waited += network->free_at[link] - time;
			time = network->free_at[link];
		}
		network->free_at[link] = time + busy;
		first = false;
	} while (from != to);
	return time;
}

void network_set_waited(struct network *network, uint64_t waited)
{
	network->waited = waited;
}

uint64_t *network_links(struct network *network, unsigned *count)
{
	*count = network->nodes * LINKS_PER_NODE;
	return network->free_at;
}

uint64_t network_waited(const struct network *network)
{
	return network->waited;
}

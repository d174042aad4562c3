/* SPDX-License-Identifier: MIT */
/*
 * layout.c - the frame map as the program sees it: node controllers tell it, the first and last
 * frame of every node are there and are memory of their own, nothing is beyond.
 */
#include "machine/frame.h"
#include "tests/nodes/nodes.h"

static uint64_t last_word(uint64_t frame)
{
	return frame_to_paddr(frame) + MAP_PAGE_BYTES - 8;
}

static void check_registers(unsigned nodes)
{
	unsigned cpu = 0;

	for (unsigned i = 0; i < nodes; i++) {
		CHECK(node_read(i, NODE_NUMBER) == i);
		CHECK(node_read(i, NODE_COUNT) == nodes);
		CHECK(node_read(i, NODE_SELF) == 0);
		CHECK(node_read(i, NODE_CPU_FIRST) == cpu);
		CHECK(node_read(i, NODE_FRAMES) == node_read(0, NODE_FRAMES));
		CHECK(node_read(i, NODE_ALIAS_STATE) == NODE_ALIAS_OFF);
		cpu += node_read(i, NODE_CPU_COUNT);
		for (unsigned j = 0; j < MAP_NODES_MAX; j++) {
			uint32_t ns = node_read(i, NODE_LATENCY + 4 * j);
			bool is_near = i == j || node_read(i, NODE_TOPOLOGY) == NODE_TOPOLOGY_BUS;

			CHECK(ns == (j >= nodes ? 0U : is_near ? 300U : 900U));
		}
	}
}

/* Accesses of the wrong width, and where no node is, raise bus errors. */
static void check_bus_errors(unsigned nodes)
{
	uint32_t value;

	CHECK(!trap_probe(node_register(0, NODE_COUNT), 1, &value));
	CHECK(!trap_probe(node_register(0, NODE_COUNT), 2, &value));
	CHECK(!trap_probe(node_register(0, NODE_BYTES), 4, &value));
	if (nodes < MAP_NODES_MAX) {
		CHECK(!trap_probe(node_register(nodes, 0), 4, &value));
	}
}

/* Every probed frame gets a number of its own, then all must still be there. */
static void check_memory(unsigned nodes, uint64_t per_node, enum frame_layout layout)
{
	for (int is_check = 0; is_check < 2; is_check++) {
		for (unsigned node = 0; node < nodes; node++) {
			/* Frame 0 of the machine has the vectors, but not in its last word. */
			uint64_t edge[] = { frame_of_node(node, 0, layout, per_node, nodes),
					    frame_of_node(node, per_node - 1, layout, per_node,
							  nodes) };

			for (unsigned i = 0; i < 2; i++) {
				volatile uint64_t *word = paddr_pointer(last_word(edge[i]));
				uint64_t mark = 0x5100000000000000ULL + edge[i];

				CHECK(frame_home_node(edge[i], layout, per_node, nodes) == node);
				if (is_check) {
					CHECK(*word == mark);
					CHECK(*(volatile uint64_t *)unaliased(last_word(edge[i])) ==
					      mark);
				} else {
					CHECK(*word == 0 || edge[i] == 0);
					*word = mark;
				}
			}
		}
	}
}

/* The I/O window hides no RAM, and behind the last frame there is nothing. */
static void check_edges(uint64_t frames)
{
	uint32_t value;

	CHECK(!trap_probe(paddr_pointer(frame_to_paddr(frames - 1) + MAP_PAGE_BYTES), 4, &value) ||
	      frames == FRAME_HOLE_FIRST || frames == FRAME_COUNT_MAX);
	CHECK(!trap_probe(paddr_pointer(MAP_IO_END - 8), 4, &value));
	CHECK(!trap_probe(paddr_pointer(MAP_MISS_BASE - 8), 4, &value) ||
	      frames == FRAME_COUNT_MAX);
	CHECK(trap_probe(paddr_pointer(MAP_IO_END), 4, &value) == (frames > FRAME_HOLE_FIRST));
	CHECK(trap_probe(paddr_pointer(MAP_IO_BASE - 8), 4, &value) ==
	      (frames >= FRAME_HOLE_FIRST));
	/* Boot memory is there, whatever RAM there is. */
	CHECK(trap_probe(paddr_pointer(MAP_BOOT_BASE), 4, &value) && value == 0);
	CHECK(trap_probe(unaliased(MAP_BOOT_BASE + MAP_BOOT_BYTES - 4), 4, &value));
	CHECK(!trap_probe(paddr_pointer(MAP_BOOT_BASE + MAP_BOOT_BYTES), 4, &value));
	/* Bit 35 leads to devices too. */
	CHECK(*(volatile uint32_t *)unaliased(MAP_NODE_BASE + NODE_COUNT) ==
	      node_read(0, NODE_COUNT));
}

int main(void)
{
	unsigned nodes = node_read(0, NODE_COUNT);
	uint64_t per_node = node_read(0, NODE_FRAMES);
	enum frame_layout layout = node_read(0, NODE_LAYOUT);

	check_registers(nodes);
	check_bus_errors(nodes);
	check_memory(nodes, per_node, layout);
	check_edges(per_node * nodes);
	printf("%u nodes, %u frames each\n", nodes, (unsigned)per_node);
	return 0;
}

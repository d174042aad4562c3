/* SPDX-License-Identifier: MIT */
/*
 * misscount.c - the miss counters as a program sees them, in timing mode on two nodes: registers of
 * every width, rows, a hot page with its interrupt, clearing; bus errors.
 */
#include "machine/misscount.h"

#include "machine/annotation.h"
#include "machine/frame.h"
#include "machine/lines.h"
#include "tests/nodes/nodes.h"

#define LINE      128U
#define LINES     16U
#define THRESHOLD LINES
#define NODE_LINE (1U << (CAUSE_IP_SHIFT + LINES_IP_NODE))

static volatile uint32_t *reg(unsigned node, unsigned offset)
{
	return node_register(node, MISSCOUNT_OFFSET + offset);
}

static uint64_t pop(unsigned node)
{
	return *(volatile uint64_t *)reg(node, MISSCOUNT_QUEUE);
}

static volatile uint16_t *row_of(uint64_t frame, unsigned cpu)
{
	return paddr_pointer(MAP_MISS_BASE + (frame << MISSCOUNT_ROW_SHIFT) + 4 * cpu);
}

/* A frame of `node` that nothing uses. */
static uint64_t free_frame(unsigned node)
{
	return frame_of_node(node, node_read(0, NODE_FRAMES) / 2, FRAME_BLOCK,
			     node_read(0, NODE_FRAMES), node_read(0, NODE_COUNT));
}

static void check_registers(void)
{
	uint64_t frames = (uint64_t)node_read(0, NODE_FRAMES) * node_read(0, NODE_COUNT);
	uint32_t value;

	for (unsigned node = 0; node < 2; node++) {
		CHECK(*reg(node, MISSCOUNT_CONTROL) == 0 && *reg(node, MISSCOUNT_THRESHOLD) == 0);
		CHECK(*reg(node, MISSCOUNT_SAMPLE) == 1 && *reg(node, MISSCOUNT_DECAY) == 0);
		CHECK(*reg(node, MISSCOUNT_ROUTE) == node_read(node, NODE_CPU_FIRST));
		CHECK(*reg(node, MISSCOUNT_STATUS) == 0 && *reg(node, MISSCOUNT_QUEUE_HI) == 0);
		CHECK(pop(node) == 0);
	}
	CHECK(!trap_probe(reg(0, MISSCOUNT_BYTES), 4, &value));
	CHECK(!trap_probe(reg(0, MISSCOUNT_CONTROL), 1, &value));
	/* Rows of frames that exist, and no others. */
	CHECK(trap_probe(row_of(frames - 1, 63), 2, &value) && value == 0);
	CHECK(!trap_probe(row_of(frames, 0), 4, &value));
}

/* Reads every line of a frame once: as many misses at its home. */
static void touch(uint64_t frame)
{
	volatile uint32_t *word = paddr_pointer(frame_to_paddr(frame));

	for (unsigned i = 0; i < LINES; i++) {
		(void)word[i * (LINE / 4)];
	}
}

static void check_hot_page(unsigned node, uint64_t frame)
{
	const volatile uint8_t *bytes = (const volatile uint8_t *)row_of(frame, 0);

	*reg(node, MISSCOUNT_THRESHOLD) = THRESHOLD;
	*reg(node, MISSCOUNT_ROUTE) = 0;
	*reg(node, MISSCOUNT_CONTROL) = MISSCOUNT_CONTROL_COUNT | MISSCOUNT_CONTROL_IRQ;
	touch(frame);
	*reg(node, MISSCOUNT_CONTROL) = MISSCOUNT_CONTROL_IRQ;
	CHECK(row_of(frame, 0)[0] == LINES && row_of(frame, 0)[1] == 0);
	CHECK(row_of(frame, 1)[0] == 0 && bytes[0] + bytes[1] == LINES);
	CHECK(cp0_read(CP0_CAUSE) & NODE_LINE);
	/* Other frames of the node may be hot too: this one is among them. */
	bool is_found = false;

	while ((*reg(node, MISSCOUNT_STATUS) & MISSCOUNT_STATUS_ENTRIES) != 0) {
		uint32_t high = *reg(node, MISSCOUNT_QUEUE_HI);
		uint64_t entry = pop(node);

		CHECK((entry >> 32) == high && (high & MISSCOUNT_ENTRY_VALID));
		is_found = is_found || high == (MISSCOUNT_ENTRY_VALID | frame);
	}
	CHECK(is_found && pop(node) == 0);
	CHECK(!(cp0_read(CP0_CAUSE) & NODE_LINE));
	/* Cleared at the home, and by no other node. */
	*reg(1 - node, MISSCOUNT_CLEAR) = (uint32_t)frame;
	CHECK(row_of(frame, 0)[0] == LINES);
	*reg(node, MISSCOUNT_CLEAR) = (uint32_t)frame;
	CHECK(row_of(frame, 0)[0] == 0);
}

int main(void)
{
	volatile uint32_t *mode = cpu_kseg1(MAP_ANNOTATION_BASE + ANNOTATION_MODE);

	check_registers();
	/* Registers keep their values over a change of speed, which comes at the end of a quantum.
	 */
	*reg(1, MISSCOUNT_SAMPLE) = 3;
	*mode = ANNOTATION_MODE_TIMING;
	while (*mode != ANNOTATION_MODE_TIMING) {
	}
	CHECK(*reg(1, MISSCOUNT_SAMPLE) == 3);
	*reg(1, MISSCOUNT_SAMPLE) = 0;
	check_hot_page(0, free_frame(0));
	check_hot_page(1, free_frame(1));
	*mode = ANNOTATION_MODE_FAST;
	printf("done\n");
	return 0;
}

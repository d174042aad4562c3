/* SPDX-License-Identifier: MIT */
/*
 * fuzz_btree.c - libFuzzer on the trees of blocks (src/disks/btree.c): each three bytes are a step,
 * a block in, out or looked for, or memory that ends; a plain array says what must be there.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/monitor/model.h"

#include "src/disks/btree.h"

#define BLOCKS 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static void compare(const struct btree *tree, const uint32_t *plain)
{
	uint32_t next = 0;
	uint32_t value;

	expect(btree_check(tree) == NULL);
	for (uint32_t block = 0; block < BLOCKS; block++) {
		const uint32_t *found = btree_find(tree, block);

		expect((found != NULL ? *found : 0) == plain[block]);
		if (plain[block] != 0) {
			expect(btree_next(tree, &next, &value) && next == block &&
			       value == plain[block]);
			next++;
		}
	}
	expect(!btree_next(tree, &next, &value));
}

static void step(struct btree *tree, uint32_t *plain, const uint8_t *byte)
{
	uint32_t block = (byte[1] | (uint32_t)byte[2] << 8) % BLOCKS;

	model.alloc.pool[0]->fail_after = byte[0] >> 4 == 15 ? byte[0] % 3 : UINT64_MAX;
	if (plain[block] != 0 && byte[0] & 1) {
		btree_remove(tree, block);
		plain[block] = 0;
	} else if (plain[block] == 0 && btree_insert(tree, block, byte[0] + 1U) == OK) {
		plain[block] = byte[0] + 1U;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t plain[BLOCKS] = { 0 };
	struct btree tree;

	if (size == 0) {
		return 0;
	}
	model_start(1, 1024, 8);
	btree_init(&tree, &model.memmap, 0);
	tree.limit = 4 + data[0] % 12;
	for (size_t i = 1; i + 3 <= size; i += 3) {
		step(&tree, plain, data + i);
	}
	model.alloc.pool[0]->fail_after = UINT64_MAX;
	compare(&tree, plain);
	for (uint32_t block = 0; block < BLOCKS; block++) {
		if (plain[block] != 0) {
			btree_remove(&tree, block);
		}
	}
	expect(tree.nodes == 0);
	model_end();
	return 0;
}

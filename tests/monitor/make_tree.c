/* SPDX-License-Identifier: MIT */
/* make_tree.c - writes a device tree to stdout: what the fuzzer begins with. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/monitor/tree.h"

int main(void)
{
	char tree[TREE_BYTES];
	size_t bytes;

	tree_make(tree);
	bytes = tree_pack(tree);
	return fwrite(tree, 1, bytes, stdout) == bytes ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/* tree.h - device trees made and read by libfdt, for test_fdt.c (which cannot include libfdt.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_BYTES 4096

/* A machine in small, in a blob of TREE_BYTES. */
void tree_make(char *tree);
/* Without free space; its size. */
size_t tree_pack(char *tree);

/* What libfdt finds next: a node, or a property of the last node. Begin with all 0. */
struct tree_item {
	bool is_started;
	int node;
	int property_offset;
	const char *node_name;
	const char *property; /* NULL: this is a node */
	const void *value;
	uint32_t bytes;
};

/* False: no more. */
bool tree_next(const char *tree, struct tree_item *item);

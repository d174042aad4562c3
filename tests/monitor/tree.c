/* SPDX-License-Identifier: MIT */
/* tree.c - libfdt's side of test_fdt.c. */
#include "tests/monitor/tree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ok(int result)
{
	if (result < 0) {
		fprintf(stderr, "libfdt: %s\n", fdt_strerror(result));
		abort();
	}
}

/* The macro of libfdt converts a size_t. */
static int set_string(char *tree, int node, const char *name, const char *string)
{
	return fdt_setprop(tree, node, name, string, (int)strlen(string) + 1);
}

static void add_node(char *tree, int parent, const char *name, const char *compatible,
		     uint32_t phandle)
{
	int node = fdt_add_subnode(tree, parent, name);

	ok(node);
	if (compatible) {
		ok(set_string(tree, node, "compatible", compatible));
	}
	if (phandle) {
		ok(fdt_setprop_u32(tree, node, "phandle", phandle));
	}
}

static int path(const char *tree, const char *name)
{
	int node = fdt_path_offset(tree, name);

	ok(node);
	return node;
}

/* A machine in small. */
void tree_make(char *tree)
{
	static const char uarts[] = "mirrorball,uart\0ns16550a";
	static const fdt32_t reg[] = { 0, 0, 0, 0x10000000 };
	int node;

	ok(fdt_create_empty_tree(tree, TREE_BYTES));
	ok(fdt_add_mem_rsv(tree, 0x1000, 0x2000));
	ok(fdt_add_mem_rsv(tree, 0x123456789000, 0x10));
	ok(fdt_setprop_u32(tree, 0, "#address-cells", 2));
	ok(fdt_setprop_u32(tree, 0, "#size-cells", 2));
	ok(set_string(tree, 0, "model", "test"));
	add_node(tree, 0, "soc", "simple-bus", 0);
	node = path(tree, "/soc");
	ok(fdt_setprop_u32(tree, node, "#address-cells", 1));
	ok(fdt_setprop_u32(tree, node, "#size-cells", 1));
	ok(fdt_setprop_empty(tree, node, "ranges"));
	add_node(tree, node, "uart@1f000900", NULL, 7);
	node = path(tree, "/soc/uart@1f000900");
	ok(fdt_setprop(tree, node, "compatible", uarts, sizeof(uarts)));
	ok(fdt_setprop_u32(tree, node, "reg", 0x1f000900));
	ok(fdt_appendprop_u32(tree, node, "reg", 0x40));
	ok(fdt_appendprop_u32(tree, node, "reg", 0x1f000000));
	ok(fdt_appendprop_u32(tree, node, "reg", 0x8));
	add_node(tree, path(tree, "/soc"), "uart@1f000a00", "ns16550a", 9);
	add_node(tree, 0, "memory@0", NULL, 0);
	node = path(tree, "/memory@0");
	ok(fdt_setprop(tree, node, "reg", reg, sizeof(reg)));
	for (unsigned i = 0; i < 4; i++) {
		((fdt32_t *)fdt_getprop_w(tree, node, "reg", NULL))[i] = cpu_to_fdt32(i + 1);
	}
	ok(fdt_setprop_u64(tree, node, "mirrorball,memory", 0x200000001));
	add_node(tree, 0, "chosen", NULL, 0);
	ok(set_string(tree, path(tree, "/chosen"), "bootargs", "console=ttyS0"));
	ok(fdt_setprop(tree, path(tree, "/chosen"), "unended", "abc", 3));
}

size_t tree_pack(char *tree)
{
	ok(fdt_pack(tree));
	return fdt_totalsize(tree);
}

bool tree_next(const char *tree, struct tree_item *item)
{
	if (item->is_started) {
		item->property_offset =
			item->property ? fdt_next_property_offset(tree, item->property_offset)
				       : fdt_first_property_offset(tree, item->node);
		if (item->property_offset >= 0) {
			int bytes = 0;

			item->value = fdt_getprop_by_offset(tree, item->property_offset,
							    &item->property, &bytes);
			item->bytes = (uint32_t)bytes;
			return true;
		}
		item->node = fdt_next_node(tree, item->node, NULL);
	}
	item->is_started = true;
	item->property = NULL;
	if (item->node < 0) {
		return false;
	}
	item->node_name = fdt_get_name(tree, item->node, NULL);
	return true;
}

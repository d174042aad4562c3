/* SPDX-License-Identifier: MIT */
/*
 * tree.c - takes the machine's description from the device tree: finds it by a0 and a1, walks it,
 * compares it with the node controllers, finds the modules and prints what it has found; with
 * "dump" on its command line, the tree itself as hexadecimal digits, with "dump NAME" the tree in
 * the module NAME; with "initrd", what it finds where the initrd is to be.
 */
#include <stddef.h>

#include "guests/lib/string.h"
#include "machine/boot.h"
#include "machine/devtree.h"
#include "tests/nodes/nodes.h"

#define FDT_MAGIC      0xd00dfeed
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4
#define DEPTH_MAX      8

static const uint8_t *tree;

static uint32_t big32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t big64(const uint8_t *at)
{
	return (uint64_t)big32(at) << 32 | big32(at + 4);
}

static bool equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool begins(const char *text, const char *prefix)
{
	while (*prefix != '\0' && *text == *prefix) {
		text++;
		prefix++;
	}
	return *prefix == '\0';
}

struct property {
	const char *node; /* name of its node */
	const char *name;
	const uint8_t *value;
	uint32_t bytes;
};

/* Calls `visit` for every property, in the order of the tree. */
static void walk(void (*visit)(const struct property *property))
{
	const uint8_t *at = tree + big32(tree + 8);
	const char *strings = (const char *)tree + big32(tree + 12);
	const char *node[DEPTH_MAX] = { "" };
	int depth = 0;

	for (;;) {
		uint32_t token = big32(at);

		at += 4;
		if (token == FDT_BEGIN_NODE) {
			CHECK(depth < DEPTH_MAX - 1);
			node[++depth] = (const char *)at;
			while (*at++ != '\0') {
			}
			at += -(uintptr_t)at & 3;
		} else if (token == FDT_PROP) {
			struct property property = { node[depth], strings + big32(at + 4), at + 8,
						     big32(at) };

			visit(&property);
			at += 8 + ((property.bytes + 3) & ~3U);
		} else if (token == FDT_END_NODE) {
			if (--depth == 0) {
				return;
			}
		} else {
			CHECK(token == FDT_NOP);
		}
	}
}

static uint64_t memory_bytes;
static unsigned cpus;
static unsigned controllers;

static void visit(const struct property *p)
{
	if (begins(p->node, "memory@") && equal(p->name, "reg")) {
		for (uint32_t i = 0; i < p->bytes; i += 16) {
			memory_bytes += big64(p->value + i + 8);
		}
	}
	if (begins(p->node, "cpu@") && equal(p->name, "reg")) {
		CHECK(big32(p->value) == cpus);
		cpus++;
	}
	if (begins(p->node, "node-controller@") && equal(p->name, "reg")) {
		CHECK(big64(p->value) == MAP_NODE_BASE + (uint64_t)controllers * MAP_NODE_STRIDE);
		controllers++;
	}
	if (begins(p->node, "module@") && equal(p->name, "reg")) {
		const uint8_t *content = (const uint8_t *)paddr_pointer(big64(p->value));

		printf("module of %u bytes, begins with %x\n", (unsigned)big64(p->value + 8),
		       (unsigned)big32(content));
		CHECK(big64(p->value) % MAP_PAGE_BYTES == 0);
	}
	if (equal(p->name, "bootargs") || equal(p->name, DEVTREE_MODULE_NAME) ||
	    begins(p->name, DEVTREE_VM_KERNEL) || begins(p->name, DEVTREE_VM_TREE) ||
	    begins(p->name, DEVTREE_VM_PRIVILEGED)) {
		printf("%s %s \"%s\"\n", p->node, p->name, (const char *)p->value);
	}
	if (equal(p->name, DEVTREE_VM_MEMORY)) {
		printf("%s has %u KB\n", p->node, (unsigned)(big64(p->value) >> 10));
	}
	if (begins(p->name, "mirrorball,my-")) {
		printf("%s %s of %u bytes\n", p->node, p->name, (unsigned)p->bytes);
	}
}

static const char *wanted; /* what is to be dumped: "" the machine's tree, or a module's name */
static const uint8_t *module_content;
static const uint8_t *found;

static void look_for_dump(const struct property *p)
{
	if (equal(p->node, "chosen") && equal(p->name, "bootargs") &&
	    begins((const char *)p->value, "dump")) {
		wanted = (const char *)p->value + 4;
		wanted += *wanted == ' ';
		found = tree;
	}
	if (begins(p->node, "module@") && equal(p->name, "reg")) {
		module_content = (const uint8_t *)paddr_pointer(big64(p->value));
	}
	if (wanted != NULL && equal(p->name, DEVTREE_MODULE_NAME) &&
	    equal((const char *)p->value, wanted)) {
		found = module_content;
	}
}

static void dump(void)
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < big32(found + 4); i++) {
		platform_putc(digits[found[i] >> 4]);
		platform_putc(digits[found[i] & 15]);
	}
	platform_putc('\n');
}

static bool wants_initrd;
static uint64_t initrd;
static uint64_t initrd_end;

static void look_for_initrd(const struct property *p)
{
	if (equal(p->node, "chosen") && equal(p->name, "bootargs")) {
		wants_initrd = equal((const char *)p->value, "initrd");
	}
	if (equal(p->node, "chosen") && equal(p->name, DEVTREE_INITRD_START)) {
		initrd = big64(p->value);
	}
	if (equal(p->node, "chosen") && equal(p->name, DEVTREE_INITRD_END)) {
		initrd_end = big64(p->value);
	}
}

static void print_initrd(void)
{
	const uint8_t *content = (const uint8_t *)paddr_pointer(initrd);
	uint64_t bytes = initrd_end - initrd;
	unsigned sum = 0;

	CHECK(initrd % MAP_PAGE_BYTES == 0 && initrd_end > initrd);
	for (uint64_t i = 0; i < bytes; i++) {
		sum += content[i];
	}
	CHECK(content[bytes] == 0);
	printf("initrd of %u bytes ends at %x, its sum is %u\n", (unsigned)bytes,
	       (unsigned)initrd_end, sum);
}

int main(void)
{
	CHECK(nodes_boot[0] == BOOT_A0_DEVICE_TREE);
	tree = (const uint8_t *)(uintptr_t)nodes_boot[1];
	CHECK(big32(tree) == FDT_MAGIC);
	CHECK(cpu_physical(tree) % MAP_PAGE_BYTES == 0);
	walk(look_for_dump);
	if (wanted != NULL) {
		dump();
		return 0;
	}
	walk(look_for_initrd);
	if (wants_initrd) {
		print_initrd();
		return 0;
	}
	walk(visit);
	CHECK(controllers == node_read(0, NODE_COUNT));
	CHECK(cpus == controllers * node_read(0, NODE_CPU_COUNT));
	CHECK(memory_bytes == (uint64_t)controllers * node_read(0, NODE_FRAMES) * MAP_PAGE_BYTES);
	printf("%u CPUs, %u nodes\n", cpus, controllers);
	return 0;
}

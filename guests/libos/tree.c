/* SPDX-License-Identifier: MIT */
/*
 * tree.c - reads the device tree (Devicetree Specification 0.4, chapter 5): command line, memory
 * and initrd. Only big-endian, as the library OS itself.
 */
#include <string.h>

#include "guests/lib/cpu.h"
#include "guests/libos/libos.h"
#include "machine/boot.h"
#include "machine/devtree.h"

#define TREE_MAGIC 0xd00dfeedU
#define BEGIN_NODE 1U
#define END_NODE   2U
#define PROPERTY   3U
#define NOP        4U

/* Words of its header: the offsets of its two blocks. */
#define HEADER_MAGIC     0
#define HEADER_STRUCTURE 2
#define HEADER_STRINGS   3

static const uint32_t *behind(const void *data, uint32_t bytes)
{
	return (const uint32_t *)((uintptr_t)data + ((bytes + 3) & ~3U));
}

/* Addresses have two words; what is above 4 GB is not for a program with 32-bit pointers. */
static uint32_t low_word(const uint32_t *value)
{
	return value[1];
}

static void read_chosen(struct libos_boot *boot, const char *name, const uint32_t *value)
{
	if (strcmp(name, "bootargs") == 0) {
		boot->arguments = (const char *)value;
	} else if (strcmp(name, DEVTREE_INITRD_START) == 0) {
		boot->archive = cpu_kseg0(low_word(value));
	} else if (strcmp(name, DEVTREE_INITRD_END) == 0) {
		boot->archive_end = cpu_kseg0(low_word(value));
	}
}

/* The range that begins at 0; other nodes' and what lies above the window are left alone. */
static void read_memory(struct libos_boot *boot, const uint32_t *value, uint32_t bytes)
{
	for (; bytes >= 16; bytes -= 16, value += 4) {
		if (low_word(value) == boot->memory_top) {
			boot->memory_top += low_word(value + 2);
		}
	}
}

bool libos_read_tree(struct libos_boot *boot, uint32_t a0, const char *tree)
{
	const uint32_t *header = (const uint32_t *)tree;
	const uint32_t *token;
	const char *node = "";
	unsigned depth = 0;

	*boot = (struct libos_boot){ .arguments = "" };
	if (a0 != (uint32_t)BOOT_A0_DEVICE_TREE || header[HEADER_MAGIC] != TREE_MAGIC) {
		return false;
	}
	token = (const uint32_t *)(tree + header[HEADER_STRUCTURE]);
	for (;;) {
		if (*token == BEGIN_NODE) {
			depth++;
			node = (const char *)(token + 1);
			token = behind(token + 1, (uint32_t)strlen(node) + 1);
		} else if (*token == END_NODE) {
			depth--;
			node = "";
			token++;
		} else if (*token == PROPERTY) {
			const char *name = tree + header[HEADER_STRINGS] + token[2];

			if (depth == 2 && strcmp(node, "chosen") == 0) {
				read_chosen(boot, name, token + 3);
			} else if (memcmp(node, "cpu@", 4) == 0 &&
				   strcmp(name, "clock-frequency") == 0) {
				boot->clock = token[3];
			} else if (depth == 2 && memcmp(node, "memory@", 7) == 0 &&
				   strcmp(name, "reg") == 0) {
				read_memory(boot, token + 3, token[1]);
			}
			token = behind(token + 3, token[1]);
		} else if (*token == NOP) {
			token++;
		} else {
			break;
		}
	}
	/* The loader's data lie at the top: tree, then modules and initrd below it. */
	if (boot->memory_top > cpu_physical(tree)) {
		boot->memory_top = cpu_physical(tree);
	}
	if (boot->archive != NULL && boot->memory_top > cpu_physical(boot->archive)) {
		boot->memory_top = cpu_physical(boot->archive);
	}
	return true;
}

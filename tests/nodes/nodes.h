/* SPDX-License-Identifier: MIT */
/* nodes.h - what the programs of tests/nodes share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "guests/lib/cpu.h"
#include "guests/lib/platform.h"
#include "guests/lib/print.h"
#include "guests/lib/trap.h"
#include "machine/map.h"
#include "machine/node.h"

/* a0 and a1 as the loader left them. */
extern const uint64_t nodes_boot[2];

/* Ends the program with the line's number where `condition` does not hold. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			platform_exit(1);                                      \
		}                                                              \
	} while (0)

/* Any physical address, cached, through XKPHYS (cache attribute 5: coherent). */
static inline volatile void *paddr_pointer(uint64_t paddr)
{
	return (volatile void *)(uintptr_t)(0xa800000000000000ULL | paddr);
}

/* The same memory whatever the local alias is. */
static inline volatile void *unaliased(uint64_t paddr)
{
	return paddr_pointer(paddr | (1ULL << MAP_NO_ALIAS_BIT));
}

static inline volatile uint32_t *node_register(unsigned node, unsigned offset)
{
	return (volatile uint32_t *)cpu_kseg1(MAP_NODE_BASE + node * MAP_NODE_STRIDE + offset);
}

static inline uint32_t node_read(unsigned node, unsigned offset)
{
	return *node_register(node, offset);
}

static inline void set_alias(unsigned node, uint64_t base, uint32_t size)
{
	*(volatile uint64_t *)node_register(node, NODE_ALIAS_BASE) = base;
	*node_register(node, NODE_ALIAS_SIZE) = size;
}
